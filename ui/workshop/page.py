"""The page Workshop: the entrance, or the workshop that this session is in."""

from __future__ import annotations

import streamlit as st

from data.plan.database import PlanError
from data.workshop.store import Workshop
from ui.languages import text
from ui.plan import words as plan_words
from ui.selection import Selection
from ui.words.as_written import as_written
from ui.workshop import door, wall


def opened() -> Workshop | None:
    """Give the workshop of this session; where the database does not answer, say so."""
    try:
        return door.opened()
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return None


def draw(shop: Workshop | None, selection: Selection) -> None:
    """Draw the workshop, or the entrance."""
    if shop is None:
        door.entrance(selection)
    else:
        wall.draw(shop, selection)


def link() -> None:
    """Offer the way to the page, for a page that stands in the navigation."""
    st.page_link("pages/workshop.py", label=text("Join or begin a workshop"))
