"""A count that is hidden, 7,919, is in nothing that any page draws, offers to take home or logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.elements.widgets import button

from data.panel import load_panel
from tests.canary import CANARY, ENROLLED, PAGES, SEEN, opened, said, stored, text_of
from tests.in_year_store import year_home
from ui.present.views import here

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What download buttons hold."""
    kept: list[str] = []
    own = button.marshall_file

    def keep(coordinates: Any, data: Any, *rest: Any, **named: Any) -> Any:
        plain = data() if callable(data) else data
        read = plain.getvalue() if hasattr(plain, "getvalue") else plain
        kept.append(text_of(read) if isinstance(read, bytes) else str(read))
        return own(coordinates, plain, *rest, **named)

    monkeypatch.setattr(button, "marshall_file", keep)
    return kept


def test_a_published_canary_would_be_seen(
    demo_path: Path, tmp_path: Path, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(stored(load_panel(demo_path), tmp_path)))
    test = opened("schools")
    assert SEEN.search(said(test))
    assert any(SEEN.search(text) for text in taken)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_sends_the_canary(
    canary_home: Path,
    taken: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    page: str,
) -> None:
    raw = load_panel(canary_home / "panels" / "demo").absence
    assert raw["chronic_absent"].eq(CANARY).sum() == 2, "the raw panel holds it"
    monkeypatch.setenv("ATLAS_HOME", str(canary_home))
    test = opened(page)
    assert not test.exception
    sent = said(test)
    assert len(sent) > 4_000
    printed = capfd.readouterr()
    link = str(test.query_params)
    for text in (sent, *taken, link, caplog.text, printed.out, printed.err):
        assert not SEEN.search(text), SEEN.search(text)
    if page == "schools":
        assert taken, "this page has tables to take home"
        assert f"{ENROLLED}" in "".join(taken) or f"{ENROLLED:,}" in sent, "the schools are there"


def test_the_page_of_this_year_sends_no_canary(
    canary_home: Path, taken: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of schools are weighted by enrolment: by that of the protected copy alone."""
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path / "home"))
    year_home(canary_home / "panels" / "demo", tmp_path / "home")
    test = opened("this_year")
    assert not test.exception
    sent = said(test)
    assert "at school on an average day" in sent
    assert taken, "this page has tables to take home"
    for text in (sent, *taken, str(test.query_params)):
        assert not SEEN.search(text), SEEN.search(text)


def test_a_programme_at_the_canaries_sends_none(
    canary_home: Path, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(canary_home))
    raw = load_panel(canary_home / "panels" / "demo").absence
    own = raw.loc[raw["chronic_absent"].eq(CANARY), "school_id"]
    rest = sorted(set(raw["school_id"]) - set(own))[:10]
    test = opened("did_it_work", programme=f"2023:{','.join((*own, *rest))}")
    assert not test.exception
    sent = said(test)
    assert "Checks first" in sent
    assert taken, "this page has tables to take home"
    for text in (sent, *taken, str(test.query_params)):
        assert not SEEN.search(text), SEEN.search(text)


def test_no_coalition_view_sends_the_canary(
    canary_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(canary_home))
    slides = here("demo")
    test = opened("overview", folds=False, present="1", slide=slides[0])
    views = set()
    for slide in slides:
        test.query_params["slide"] = slide
        test.run()
        assert not test.exception
        views.add(sent := said(test))
        assert not SEEN.search(sent), SEEN.search(sent)
    assert len(views) == len(slides) > 8


def test_no_file_beside_the_app_holds_the_canary(canary_home: Path) -> None:
    """Static files are served without a login; the protected copy is all that the app opens."""
    shown = [*(canary_home / "panels" / "demo" / "protected").rglob("*"), *STATIC.rglob("*")]
    files = [path for path in shown if path.is_file()]
    assert len(files) > 15
    assert [path.name for path in files if SEEN.search(text_of(path.read_bytes()))] == []
    raw = text_of((canary_home / "panels" / "demo" / "absence.parquet").read_bytes())
    assert SEEN.search(raw), "it would be found"
