"""The buttons: every form is offered, and nothing is made before it is asked for."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ui.report import block
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

    test = AppTest.from_function(page, args=(views[scope], scope), default_timeout=30).run()
    assert not test.exception
    offered = [button.proto.label for button in test.get("download_button")]
    assert len(offered) == 7
    assert {"Two pages (PDF)", "Slides to edit (PowerPoint)", "To edit (SVG)"} <= set(offered)


@pytest.mark.parametrize("scope", ["area", "neighbourhood", "school"])
def test_the_brief_fits_what_is_in_focus(views, scope):
    assert block.scope_of(views[scope]) == scope
