"""What the reader sees, in the reader's language: one catalogue, whose keys are the English.

A language is a file `<code>.po` beside this one; its header names the locale of its numbers.
Texts are asked for where they are drawn, never when a module is loaded.
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
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

T = TypeVar("T")
FOLDER = Path(__file__).parent
ENGLISH = "en_US"
PERCENT = "\N{NO-BREAK SPACE}%"
"""Sign of percent, which stays on the line of its number."""
_spoken: ContextVar[str] = ContextVar("spoken", default="")


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


def in_english(make: Callable[[], T]) -> T:
    """Give what a function makes in English: files are one, whoever reads the page."""
    before = _spoken.set("")
    try:
        return make()
    finally:
        _spoken.reset(before)


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
    said = language(spoken()).catalogue.gettext(message) if message else ""
    return unbroken(said.format(**values) if values else said)


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
    said = language(spoken()).catalogue.ngettext(one, many, whole)
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


@cache
def language(code: str) -> Language:
    """Read a language from its file; English needs none."""
    if not code:
        return Language(Locale.parse(ENGLISH), NullTranslations(), {})
    with (FOLDER / f"{code}.po").open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    locale = catalogue.locale or Locale.parse(code)
    signs = locale.number_symbols.get("latn", locale.number_symbols)
    return Language(
        locale,
        GNUTranslations(compiled),
        {ord(","): signs["group"], ord("."): signs["decimal"]},
    )
