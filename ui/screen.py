"""The first screen of a page with a map: the map, and beside it search, legend, list or card."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape

import streamlit as st

from ui.languages import text
from ui.maps.view import HEIGHT
from ui.report import block as report
from ui.search import search
from ui.selection import Selection
from ui.words.as_written import as_written

WIDTHS = (67, 33)


@dataclass(frozen=True)
class Row:
    """A line of a ranked list; choosing it opens the card.

    Attributes
    ----------
    id : str
        What the field of the selection becomes.
    rank : str
        Number, as on the map; "" where there is none.
    name, figure : str
    """

    id: str
    rank: str
    name: str
    figure: str


@dataclass(frozen=True)
class Beside:
    """What stands beside the map of a page.

    Attributes
    ----------
    legend : str
        HTML.
    card : str
        HTML of what is chosen; "" for nothing, then the list stands there.
    ranked : callable
        Draws the list.
    field : str
        Field of the selection that the card is of.
    note : str
        HTML under the list or card.
    above : callable, optional
        Draws what stands over legend and list: a choice that only this page has.
    way : callable, optional
        Draws what stands over the card: a way on from what is chosen.
    """

    legend: str
    card: str
    ranked: Callable[[], object]
    field: str = "focus"
    note: str = ""
    above: Callable[[], object] | None = None
    way: Callable[[], object] | None = None


def first(draw_map: Callable[[], object], selection: Selection, beside: Beside) -> None:
    """Draw the map, and beside it search, legend, and the list or the card of what is chosen."""
    left, right = st.columns(WIDTHS, gap="small")
    with left:
        draw_map()
    with right, st.container(key="first-beside", height=HEIGHT, border=False, gap="xsmall"):
        search(selection)
        if beside.above:
            beside.above()
        st.html(beside.legend)
        if beside.card:
            _card(beside)
        else:
            beside.ranked()
        if beside.note:
            st.html(beside.note)


def listed(heading: str, rows: Iterable[Row], field: str = "focus") -> None:
    """List places in order, each a button that opens its card.

    Parameters
    ----------
    heading : str
        What the list is and what it is ranked by.
    rows : iterable of Row
    field : str
        Field of the selection that a row sets.
    """
    st.html(f"<h2 class='atlas-list'>{escape(heading)}</h2>")
    with st.container(key="ranked", gap=None):
        for row in rows:
            number = f"**{row.rank}** " if row.rank else ""
            figure = f" :gray[{as_written(row.figure)}]" if row.figure else ""
            st.button(
                f"{number}{as_written(row.name)}{figure}",
                key=f"row-{row.id}",
                type="tertiary",
                on_click=partial(choose, field, row.id),
            )


def choose(field: str, value: str) -> None:
    """Choose a place from a list, or let go of it with ""; a group's card gives way to no other."""
    st.session_state[field] = value
    if value and field == "cluster":
        st.session_state["focus"] = ""


def caption(sentence: str) -> None:
    """Say in one line what the map shows, where there is no picture or brief of it."""
    with st.container(key="foot", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(as_written(text(sentence)), width="stretch")


def foot(selection: Selection, sentence: str, page: str, scope: str = "") -> None:
    """Say in one line what the map shows; offer its meaning, its picture, and the view as brief.

    Parameters
    ----------
    selection : Selection
    sentence : str
    page : str
        A key of `ui.report.faces.PAGES`.
    scope : str
        A key of `ui.report.stories.SCOPES`; "" for the one that fits what is in focus.
    """
    with st.container(key="foot", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(as_written(text(sentence)), width="stretch")
        meant = st.popover(text("What does this mean?"), key="meaning", on_change="rerun")
        if meant.open:
            from ui.words.meaning import meaning  # of every page: loaded when it is asked for

            meant.write(as_written(meaning(page, selection)))
        report.picture_button(selection, page)
        report.brief_button(selection, scope or report.scope_of(selection))


def _card(beside: Beside) -> None:
    let_go = partial(choose, beside.field, "")
    st.button(text("Back to the list"), key="back", type="tertiary", on_click=let_go)
    if beside.way:
        beside.way()
    st.html(beside.card)
