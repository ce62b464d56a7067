"""Who chooses Spanish meets Spanish on the first screen of every page, and in what was kept."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from ui import languages

ROOT = Path(__file__).parents[2]
PAGES = tuple(sorted({path.stem for path in (ROOT / "pages").glob("*.py")} - {"nation"}))
"""Pages of a place of schools; that of a nation is in `test_nation`."""
ENGLISH = re.compile(r"\b(the|and|with|of|are|is|from|their|which|there|were|than|by|students)\b")
PASSED_OVER = re.compile(r"<(span|ul|p) lang='en'>.*?</\1>|<script>.*?</script>", re.DOTALL)
"""What publishers say in English, marked as such, and code."""
DRAWN = ("body", "label", "labelVisibility", "options", "placeholder", "help", "html", "element")


@pytest.fixture
def opened(
    atlas_home: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
    # Sites chosen again for redraws take half of the Plan's time and have tests of their own.
    monkeypatch.setattr("data.views.site_search.BUDGET_SECONDS", 0.0)

    def open_page(page: str, lang: str, *, folds: bool = False) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        test.query_params["area"] = "demo"
        test.query_params["lang"] = lang
        test.session_state["open_all"] = folds
        return test.run() if page == "overview" else test.switch_page(f"pages/{page}.py").run()

    return open_page


def drawn(node: object) -> Iterator[str]:
    """All texts of a page's elements, without what publishers say and without code."""
    proto = getattr(node, "proto", None)
    if hasattr(proto, "DESCRIPTOR"):
        yield from texts(MessageToDict(proto))
    for child in getattr(node, "children", {}).values():
        yield from drawn(child)


def texts(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            if name in DRAWN or not isinstance(value, str):
                yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)
    elif isinstance(content, str):
        for part in re.split(r"<[^>]+>", PASSED_OVER.sub("", content)):
            yield html.unescape(part).replace("\\", "").strip()


def english(found: set[str]) -> list[str]:
    """Texts that are keys of the catalogue and not their Spanish, or have an English word."""
    with (languages.FOLDER / "es.po").open("rb") as file:
        said = {item.id: item.string for item in read_po(file) if isinstance(item.id, str)}
    keys = {languages.unbroken(key) for key, words in said.items() if words != key and len(key) > 3}
    return sorted(
        each
        for each in found
        if (each in keys and each not in said.values()) or ENGLISH.search(each)
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_first_screen_is_in_spanish(opened: Callable[..., AppTest], page: str) -> None:
    test = opened(page, "es")
    assert len(test.exception) == 0
    found = {each for each in drawn(test._tree) if each}
    count, left = len(found), english(found)
    assert count > (12 if page == "this_year" else 20)  # this store has no figures of the year
    assert left == []


@pytest.mark.parametrize("page", ["social_drivers", "why_here"])
def test_what_is_kept_for_english_readers_is_not_shown_to_others(
    opened: Callable[..., AppTest], page: str
) -> None:
    before = titles(opened(page, "", folds=True))
    after = titles(opened(page, "es", folds=True))
    assert before
    assert after
    assert all(ENGLISH.search(" ".join(each)) for each in before)
    assert [title for each in after for title in each if ENGLISH.search(title)] == []


def titles(test: AppTest) -> list[list[str]]:
    """Titles of axes, marks and the whole, of each chart."""
    return [list(titles_of(json.loads(spec))) for spec in specs(test._tree)]


def specs(node: object) -> Iterator[str]:
    spec = getattr(getattr(node, "proto", None), "spec", "")
    if isinstance(spec, str) and spec.startswith("{"):
        yield spec
    for child in getattr(node, "children", {}).values():
        yield from specs(child)


def titles_of(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        title = content.get("title")
        if isinstance(title, str):
            yield title
        for value in content.values():
            yield from titles_of(value)
    elif isinstance(content, list):
        for value in content:
            yield from titles_of(value)
