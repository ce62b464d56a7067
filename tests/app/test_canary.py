"""A count that is hidden, 7,919, is in nothing that any page draws, offers to take home or logs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.elements.widgets import button
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Dataframe

from data.build import store_panel
from data.panel import Panel, load_panel
from data.store.protected import protect_panel
from tests.restricted_places import COUNTS, STUDENTS, restricted
from ui.frame import OPEN_ALL

ROOT = Path(__file__).parents[2]
PAGES = (
    *("overview", "hot_spots", "why_here", "schools", "social_drivers", "priorities", "plan"),
    *("goals", "join_quality", "data_quality", "methods"),
)
CANARY, ENROLLED = 7919, 7925
SEEN = re.compile(r"(?<![\d.,])7[,\u202f\u00a0 ]?919(?!\d)")


@pytest.fixture(scope="module")
def home(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo county under an agreement, two schools with the canary in its default year."""
    return stored(restricted(load_panel(demo_path)), tmp_path_factory.mktemp("canary"))


def stored(raw: Panel, folder: Path) -> Path:
    """Store a panel of the demo with two canaries."""
    absence = raw.absence.copy()
    year = absence["school_year"].eq(raw.area.default_year) & absence["status"].eq("reported")
    rows = absence.index[year][:2]
    absence.loc[rows, STUDENTS] = ENROLLED
    absence.loc[rows, COUNTS] = CANARY
    raw = replace(raw, absence=absence)
    store_panel(raw, protect_panel(raw), folder / "panels" / "demo")
    return folder


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What download buttons hold."""
    kept: list[str] = []
    own = button.marshall_file

    def keep(coordinates: Any, data: Any, *rest: Any, **named: Any) -> Any:
        plain = data() if callable(data) else data
        read = plain.getvalue() if hasattr(plain, "getvalue") else plain
        kept.append(unpacked(read) if isinstance(read, bytes) else str(read))
        return own(coordinates, plain, *rest, **named)

    monkeypatch.setattr(button, "marshall_file", keep)
    return kept


def unpacked(content: bytes) -> str:
    """Text of a file, and of the files in it when it is an archive, workbook or presentation."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(unpacked(archive.read(name)) for name in archive.namelist())


def elements(node: Any) -> Iterator[Any]:
    """Every element of a page."""
    for child in getattr(node, "children", {}).values():
        yield child
        yield from elements(child)


def said(test: AppTest) -> str:
    """All that is sent to a browser, tables as text."""
    parts = []
    for element in elements(test._tree):
        parts.append(str(getattr(element, "proto", "")))
        if isinstance(element, Dataframe):
            parts.append(element.value.to_csv(sep="\t"))
    return " ".join(parts)


def opened(home: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A page of the demo with every fold open."""
    monkeypatch.setenv("ATLAS_HOME", str(home))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.session_state[OPEN_ALL] = True
    test.query_params["area"] = "demo"
    if page != "overview":
        test.switch_page(f"pages/{page}.py")
    return test.run()


def test_a_published_canary_would_be_seen(
    demo_path: Path, tmp_path: Path, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(stored(load_panel(demo_path), tmp_path), "schools", monkeypatch)
    assert SEEN.search(said(test))
    assert any(SEEN.search(text) for text in taken)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_sends_the_canary(
    home: Path,
    taken: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    page: str,
) -> None:
    raw = load_panel(home / "panels" / "demo").absence
    assert raw["chronic_absent"].eq(CANARY).sum() == 2, "the raw panel holds it"
    test = opened(home, page, monkeypatch)
    assert not test.exception
    sent = said(test)
    assert len(sent) > 10_000
    printed = capfd.readouterr()
    for text in (sent, *taken, caplog.text, printed.out, printed.err):
        assert not SEEN.search(text), SEEN.search(text)
    if page == "schools":
        assert taken, "this page has tables to take home"
        assert f"{ENROLLED}" in "".join(taken) or f"{ENROLLED:,}" in sent, "the schools are there"
