"""Every text that is drawn in English has its words in every other language, and no other has."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from analytics.goals.grid import CALIFORNIA_GRID
from data.contracts.in_year import BANDS
from data.contracts.vocabulary import (
    CATCHMENTS,
    LEVEL_LABELS,
    METHODS,
    NEIGHBOURS,
    PROVIDER_LABELS,
    RELIABILITY_LABELS,
    RESPONDENT_LABELS,
    STATUS_LABELS,
)
from data.definition_facts import FACTS, WORDS
from data.demo.tables import AREA
from data.evidence import evidence
from data.place.place import load_place
from data.plan.entry import KINDS, PROBLEMS, ROLES, STATUSES
from data.plan.lenses import CALIFORNIA, VIRGINIA
from data.recipe import measures as registry
from data.recipe.scales import scales
from data.views.strengths import ASSIGNED, CHOOSE
from data.voices import codebook, note
from data.workshop import note as workshop
from ui import languages
from ui.tables.columns import COLUMNS
from ui.words.glossary import TERMS
from ui.words.numbers import count_text, percent_text, value_text

ROOT = Path(__file__).parents[2]
GIVEN = (
    *(BANDS, CATCHMENTS, LEVEL_LABELS, METHODS, NEIGHBOURS, PROVIDER_LABELS),
    *(RELIABILITY_LABELS, STATUS_LABELS, CHOOSE, ASSIGNED),
    *({term: term for term in TERMS}, TERMS),
    *(FACTS, WORDS),
    *(ROLES, STATUSES, KINDS, PROBLEMS, VIRGINIA, CALIFORNIA),
    {each.id: each.name for each in evidence().values()},
    *(codebook.AREAS, codebook.NATURES, codebook.OCCASIONS, codebook.WHO, codebook.GROUPS),
    *(note.PROBLEMS, workshop.PROMPTS, workshop.PROBLEMS),
    {each.id: each.label for each in codebook.themes().values()},
    {name: name for name in (*CALIFORNIA_GRID.status_names, *CALIFORNIA_GRID.change_names)},
    {name: column.heading for name, column in COLUMNS.items()},
    {name: column.description for name, column in COLUMNS.items()},
    {name: measure.label for name, measure in registry.measures().items()},
    {name: measure.theme for name, measure in registry.measures().items()},
    RESPONDENT_LABELS,
    {name: scale.label for name, scale in scales().items()},
    {name: scale.question for name, scale in scales().items()},
    {name: scale.note for name, scale in scales().items()},
    {name: scale.area for name, scale in scales().items()},
    {name: measure.question for name, measure in registry.measures().items()},
)
"""Words of the data that are drawn by `text`."""
PLACES = ("nyc", "oregon")
CODES = [code for code in languages.offered() if code]
FIELD = re.compile(r"{(\w+)}")


@pytest.fixture(scope="module")
def written() -> dict[str, tuple[str, ...]]:
    """Texts of the program by their first form, with all forms."""
    found: dict[str, tuple[str, ...]] = {}
    for path in [ROOT / "app.py", *(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        found |= {forms[0]: forms for forms in asked_for(ast.parse(path.read_text("utf-8")))}
    given = [words for each in GIVEN for words in each.values()]
    for area in (AREA, *(load_place(slug).area for slug in PLACES)):
        given += [area.definition, *(each.note for each in area.breaks)]
    return found | {words: (words,) for words in given}


def asked_for(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """All forms of the texts that a module asks for, by `text` and the like or by the frame."""
    nodes = list(ast.walk(tree))
    names = {"plural": "plural"}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "ui.languages":
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in (node for node in nodes if isinstance(node, ast.Call)):
        said = ast.unparse(node.func)
        called = names.get(said) or said.removeprefix("languages.").removeprefix("numbers.")
        ours = said in names or "languages." in said
        if (called in ("text", "mark") and ours) or called.endswith((".head", ".fold")):
            yield from ((words,) for each in node.args[:1] for words in constants(each))
        elif called in ("counted", "plural"):
            words = [each for arg in node.args[:3] for each in constants(arg)]
            forms = words if called == "counted" else [f"{{count}} {each}" for each in words]
            if forms:  # else they are named elsewhere
                yield tuple(forms) if len(forms) == 2 else (forms[0], forms[0] + "s")


def constants(node: ast.expr) -> list[str]:
    """Texts that an argument can be: itself, or either of a choice."""
    if isinstance(node, ast.IfExp):
        return [*constants(node.body), *constants(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def catalogue(code: str) -> Catalog:
    with (languages.FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file)


def forms_of(entry: str | tuple[str, ...]) -> tuple[str, ...]:
    return entry if isinstance(entry, tuple) else (entry,)


def test_there_is_another_language_and_much_to_say(written) -> None:
    assert "es" in CODES
    assert len(written) > 80


@pytest.mark.parametrize("code", CODES)
def test_no_text_lacks_its_words_and_no_entry_is_left_over(code, written) -> None:
    entries = {forms_of(item.id)[0]: item for item in catalogue(code) if item.id}
    assert sorted(set(written) - set(entries)) == []
    assert sorted(set(entries) - set(written)) == []
    empty = [name for name, item in entries.items() if not all(forms_of(item.string))]
    assert empty == []


@pytest.mark.parametrize("code", CODES)
def test_no_two_headings_of_tables_are_one(code) -> None:
    headings = {column.heading for column in COLUMNS.values()}
    said = Counter(languages.language(code).catalogue.gettext(heading) for heading in headings)
    assert [words for words, count in said.items() if count > 1] == []


@pytest.mark.parametrize("code", CODES)
def test_both_languages_fill_the_same_fields(code, written) -> None:
    other = catalogue(code)
    for item in other:
        if not item.id:
            continue
        forms, said = written[forms_of(item.id)[0]], forms_of(item.string)
        assert forms_of(item.id) == forms
        assert len(said) == (other.num_plurals if len(forms) > 1 else 1), item.id
        wanted = Counter(FIELD.findall(forms[-1]))
        assert Counter(FIELD.findall(said[-1])) == wanted, item.id
        for form in (*forms, *said):
            assert set(FIELD.findall(form)) <= set(wanted), item.id


def test_texts_take_their_language_from_the_run() -> None:
    one, many = "One small area shows up in half of them or more.", ""
    many = "{count} small areas show up in half of them or more."
    try:
        languages.speak("es")
        assert languages.text("{number} of {count}", number=2, count=6) == "2 de 6"
        assert languages.counted(one, many, 1200).startswith("1,200 ")
        assert languages.tag() == "es"
        assert languages.text("") == ""
    finally:
        languages.speak("")
    assert languages.text("{number} of {count}", number=2, count=6) == "2 of 6"
    assert languages.tag() == "en"


def test_numbers_carry_the_signs_of_a_language(monkeypatch, tmp_path) -> None:
    header = 'msgid ""\nmsgstr "Language: de\\nContent-Type: text/plain; charset=utf-8\\n"\n'
    (tmp_path / "de.po").write_text(header, encoding="utf-8")
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    try:
        languages.speak("de")
        assert languages.number("1,204.5") == "1.204,5"
        assert (count_text(265_700), percent_text(0.293)) == ("265.700", "29,3\xa0%")
        assert value_text(1204.5, "usd") == "$1.204"
        assert value_text(13.04, "km") == "13,0 km"
        assert languages.offered() == {"": "English", "de": "Deutsch"}
    finally:
        languages.speak("")
        languages.language.cache_clear()


def of_districts(code: str) -> dict[str, Message]:
    """Wordings of texts where a view reports districts, by the first form of the text."""
    with (languages.FOLDER / "district" / f"{code}.po").open("rb") as file:
        return {forms_of(item.id)[0]: item for item in read_po(file) if item.id}


def test_every_wording_of_districts_is_of_a_text_and_in_every_language(written) -> None:
    english = of_districts("en")
    assert set(english) <= set(written)
    for code in CODES:
        assert set(of_districts(code)) == set(english)


@pytest.mark.parametrize("code", ["en", *CODES])
def test_wordings_of_districts_fill_the_same_fields(code, written) -> None:
    for name, item in of_districts(code).items():
        forms, said = written[name], forms_of(item.string)
        assert all(said), name
        assert len(said) == len(forms), name
        assert set(FIELD.findall(said[-1])) == set(FIELD.findall(forms[-1])), name


def test_a_view_carries_its_noun() -> None:
    try:
        languages.report("district")
        assert languages.counted("{count} school", "{count} schools", 3) == "3 districts"
        assert languages.text("Overview") == "Overview"
        languages.speak("es")
        assert languages.counted("{count} school", "{count} schools", 1) == "1 distrito"
        assert languages.text("Overview") == "Resumen"
    finally:
        languages.speak("")
        languages.report("school")
    assert languages.counted("{count} school", "{count} schools", 3) == "3 schools"
    assert languages.in_english(lambda: languages.text("Schools"), "district") == "Districts"
    assert languages.text("Schools") == "Schools"
