"""The buttons: every form is offered, and nothing is made before it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from ui.report import block, charts
from ui.report.stories import SCOPES


@pytest.mark.parametrize("scope", SCOPES)
def test_every_form_is_offered_and_none_is_made(views, monkeypatch, scope):
    def made(*_: object) -> bytes:
        raise AssertionError("made before it was asked for")

    monkeypatch.setattr(block, "_made", made)
    monkeypatch.setattr(block, "_picture", made)

    def page(view: object, scope: str) -> None:
        from ui.report import block

        block.picture_button(view, "overview")
        block.brief_button(view, scope)

    monkeypatch.setattr(block, "_chart", made)
    test = AppTest.from_function(page, args=(views[scope], scope), default_timeout=30)
    test.session_state["picture-overview"] = True  # opened
    test.run()
    assert not test.exception
    offered = [button.proto.label for button in test.get("download_button")]
    assert len(offered) == 9  # map and chart in two forms, and five of the brief
    assert {"Two or three pages (PDF)", "Slides to edit (PowerPoint)", "To edit (SVG)"} <= set(
        offered
    )


@pytest.mark.parametrize("page", ["overview", "hot_spots", "schools", "why_here", "social_drivers"])
def test_every_chart_that_a_page_offers_can_be_made(views, page):
    view = replace(views["school"] if page == "schools" else views["group"], driver="uninsured")
    view = replace(view, beside="scatter" if page == "hot_spots" else "")
    offered = charts.offered(view, page)
    assert offered
    for name in offered:
        assert b"<svg" in charts.chart(view, name, "svg", date(2026, 11, 29)), name


@pytest.mark.parametrize("scope", ["area", "neighbourhood", "school"])
def test_the_brief_fits_what_is_in_focus(views, scope):
    assert block.scope_of(views[scope]) == scope
