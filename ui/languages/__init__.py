"""What the reader sees, in the reader's language: one catalogue, whose keys are the English.

A language is a file `<code>.po` beside this one; its header names the locale of its numbers.
Texts are asked for where they are drawn, never when a module is loaded.

A view also carries the noun of what it reports. Where that is districts, texts that mean the
reporting unit have another wording, whole and in every language: `district/<code>.po`, whose keys
are the same English. See docs/decisions/0026-words-of-districts.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

T = TypeVar("T")
FOLDER = Path(__file__).parent
ENGLISH = "en_US"
PERCENT = "\N{NO-BREAK SPACE}%"
"""Sign of percent, which stays on the line of its number."""
REPORTING = ("school", "district")
"""Nouns of what a view reports; the texts of this code say the first."""
_spoken: ContextVar[str] = ContextVar("spoken", default="")
_reported: ContextVar[str] = ContextVar("reported", default=REPORTING[0])


@dataclass(frozen=True)
class Language:
    """One language of the catalogue.

    Attributes
    ----------
    locale : Locale
    catalogue : NullTranslations
        Gives a text for an English one; English gives itself.
    signs : mapping of int to str
        Group and decimal signs of the locale for those of an English number.
    """

    locale: Locale
    catalogue: NullTranslations
    signs: Mapping[int, str]


def speak(code: str) -> None:
    """Choose the language of everything that this run draws; "" is English."""
    _spoken.set(code)


def report(noun: str) -> None:
    """Choose the noun of what everything that this run draws reports: one of `REPORTING`."""
    _reported.set(noun)


def reported() -> str:
    """Noun of what the views of this run report."""
    return _reported.get()


def in_english(make: Callable[[], T], noun: str = "") -> T:
    """Give what a function makes in English: files are one, whoever reads the page.

    Parameters
    ----------
    make : callable
    noun : str
        What the file reports, where it is made in another thread than the page was drawn in; "" for
        what this run reports.
    """
    spoken_before, noun_before = _spoken.set(""), _reported.set(noun or reported())
    try:
        return make()
    finally:
        _spoken.reset(spoken_before)
        _reported.reset(noun_before)


def spoken() -> str:
    """Code of the language of this run."""
    return _spoken.get()


def tag() -> str:
    """Language of this run as a web page names it: "en"."""
    return _spoken.get() or "en"


def offered() -> dict[str, str]:
    """Names of the languages in themselves, by code; English first."""
    codes = ("", *sorted(path.stem for path in FOLDER.glob("*.po")))
    names = {code: language(code).locale.get_display_name() or code for code in codes}
    return {code: name.partition(" ")[0].capitalize() for code, name in names.items()}


def text(message: str, **values: object) -> str:
    """Give a text in the language of this run, with its values filled in.

    Parameters
    ----------
    message : str
        The English, with named fields: "{count} of {all} schools".
    **values : object
        What stands in the fields.
    """
    # Of no words a catalogue gives its header.
    said = _catalogue(message).gettext(message) if message else ""
    return unbroken(said.format(**values) if values else said)


def filed(message: str) -> str:
    """Give a text as files have it: in English, worded for what this run reports."""
    noun = reported()
    if noun == REPORTING[0] or message not in worded(noun):
        return message
    return of_noun(noun, "").gettext(message)


def counted(one: str, many: str, count: float, **values: object) -> str:
    """Give a text in the number that its count asks for; `{count}` is the count as written.

    Parameters
    ----------
    one, many : str
        The English for one and for more: "{count} school", "{count} schools".
    count : float
        Whole number, or one that is shown rounded.
    **values : object
        What stands in the other fields.
    """
    whole = round(count)
    said = _catalogue(one).ngettext(one, many, whole)
    return unbroken(said.format(count=number(f"{whole:,}"), **values))


def mark(message: str) -> str:
    """Name a text for the catalogue where it is written; `text` translates it where it is drawn."""
    return message


def unbroken(written: str) -> str:
    """Keep each sign of percent on the line of its number."""
    return written.replace(" %", PERCENT)


def number(written: str) -> str:
    """Write an English number, "1,204.5", with the signs of the language of this run."""
    return written.translate(language(spoken()).signs)


def _catalogue(message: str) -> NullTranslations:
    """Give the catalogue that words a text: that of what is reported, where it has the text."""
    if reported() != REPORTING[0] and message in worded(reported()):
        return of_noun(reported(), spoken())
    return language(spoken()).catalogue


@cache
def worded(noun: str) -> frozenset[str]:
    """List the texts that have a wording of their own where a view reports a noun."""
    catalogue = _read(FOLDER / noun / "en.po")
    ids = (entry.id if isinstance(entry.id, str) else entry.id[0] for entry in catalogue)
    return frozenset(filter(None, ids))


@cache
def of_noun(noun: str, code: str) -> NullTranslations:
    """Read the wordings of a noun in a language; "" is English."""
    return _compiled(_read(FOLDER / noun / f"{code or 'en'}.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _compiled(catalogue: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def language(code: str) -> Language:
    """Read a language from its file; English needs none."""
    if not code:
        return Language(Locale.parse(ENGLISH), NullTranslations(), {})
    catalogue = _read(FOLDER / f"{code}.po")
    locale = catalogue.locale or Locale.parse(code)
    signs = locale.number_symbols.get("latn", locale.number_symbols)
    return Language(
        locale,
        _compiled(catalogue),
        {ord(","): signs["group"], ord("."): signs["decimal"]},
    )
