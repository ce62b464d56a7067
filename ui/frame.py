"""The frame of every page: shared controls, question, answer, figures, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import queries
from ui.selection import ALPHAS, MEASURES, Selection, from_query, quoted
from ui.words.standing import (
    JOIN_METHODS,
    LEVELS,
    fictional_banner,
    source_text,
)

# A picture of our own: an icon by name is fetched from elsewhere by the browser.
ICON = Path(__file__).with_name("icon.png")
PAGES = Path(__file__).resolve().parent.parent / "pages"
STATE = "selection"
FRAMED = "inside_the_frame"
WRITTEN = "written_query"
SHARED = ("area", "year", "level", "measure", "catchment", "alpha")
OWN = ("focus", "driver", "versus", "method", "null", "neighbours", "beside", "cluster", "view")
# By URL: sent once, not at every rerun.
STYLE = '<style>@import url("/app/static/style.css");</style>'


@contextmanager
def drawn() -> Iterator[None]:
    """Draw the frame around a page: style, shared controls, notices."""
    st.session_state[FRAMED] = True
    try:
        _controls()
        yield
    finally:
        st.session_state.pop(FRAMED, None)


def _controls() -> None:
    """Draw the shared controls once, keep the selection for the page and the URL in step."""
    st.html(STYLE)
    selection, notices = _from_url()
    with st.sidebar:
        selection = _shared_controls(selection)
        _share(selection)
    st.session_state[STATE] = selection
    _to_url(selection)
    for notice in notices:
        st.warning(notice)
    area = queries.panel(selection).area
    if area.fictional:
        st.info(fictional_banner(area.name))


def current() -> Selection:
    """Return the selection of this run."""
    if FRAMED not in st.session_state:
        _enter_through_app()
    selection: Selection = st.session_state[STATE]
    return selection


def _enter_through_app() -> None:
    """Run again through `app.py`.

    A cold server takes the folder `pages/` for Streamlit's old page directory and runs the page of
    a deep link without `app.py`, until `st.navigation` is called once.
    """
    st.navigation([st.Page(path) for path in sorted(PAGES.glob("*.py"))], position="hidden")
    st.rerun()


def question(text: str, selection: Selection) -> None:
    """Head of a page: its question, the place and the school year."""
    area = queries.panel(selection).area
    level = "all levels" if selection.level == "all" else LEVELS[selection.level]
    fictional = " (fictional)" if area.fictional else ""
    st.title(text)
    where = f"{area.name}{fictional} · school year {selection.year} · {level}"
    st.html(f"<p class='atlas-where'>{escape(where)}</p>")


def answer(text: str, place: DeltaGenerator | None = None) -> None:
    """One plain sentence that answers the question, here or in a place kept for it."""
    (place or st).html(f"<p class='atlas-answer'>{escape(text)}</p>")


def answer_place() -> DeltaGenerator:
    """Keep the place of an answer that takes a while, so that the map need not wait for it."""
    return st.empty()


def figures(items: Sequence[tuple[str, str]]) -> None:
    """Up to four numbers in a row, each with what it counts."""
    tiles = "".join(
        f"<div class='atlas-figure'><b>{escape(number)}</b><span>{escape(label)}</span></div>"
        for number, label in items
    )
    st.html(f"<div class='atlas-figures'>{tiles}</div>")


def how_sure(*sentences: str) -> None:
    """How sure the figures above are, in plain sentences."""
    text = " ".join(filter(None, sentences))
    st.html(f"<div class='atlas-sure'><b>How sure are we?</b> {escape(text)}</div>")


def limits(selection: Selection, *sentences: str) -> None:
    """Limits and sources, always visible at the foot of a page."""
    panel = queries.panel(selection)
    sources = "; ".join(source_text(s.publisher, s.title, s.vintage) for s in panel.sources)
    text = " ".join(sentences)
    st.html(
        f"<div class='atlas-limits'><p>{escape(text)}</p><p>Sources: {escape(sources)}.</p></div>"
    )


def own_control(name: str, label: str, options: Sequence[str], labels: dict[str, str]) -> Selection:
    """Draw a control that belongs to one page and return the selection with its value.

    Parameters
    ----------
    name : str
        Field of the selection, one of `OWN`.
    label : str
        Words beside the control.
    options : sequence of str
    labels : dict
        Words of each option.
    """
    selection = current()
    chosen = getattr(selection, name)
    st.session_state[name] = chosen if chosen in options else options[0]
    value = st.selectbox(label, options, key=name, format_func=lambda v: labels.get(v, v))
    selection = replace(selection, **{name: value})
    st.session_state[STATE] = selection
    _to_url(selection)
    return selection


def versus_control() -> Selection:
    """Draw the choice of a join to compare with and return the selection with it."""
    selection = current()
    labels = queries.choices(selection.area).others(selection)
    return own_control("versus", "Compare with", list(labels), labels)


def driver_control() -> Selection:
    """Draw the choice of a social driver and return the selection with it."""
    labels = queries.driver_labels(current().area)
    return own_control("driver", "Social driver of health", list(labels), labels)


def _from_url() -> tuple[Selection, tuple[str, ...]]:
    query = st.query_params.to_dict()
    known = queries.places()
    stored: Selection | None = st.session_state.get(STATE)
    if stored is not None and query in ({}, st.session_state.get(WRITTEN)):
        return _with_own_controls(stored), ()
    slug = query.get("area", "")
    fallback = slug if slug in known else next(iter(known))
    selection, notices = from_query({**query, "area": fallback}, queries.choices(fallback))
    if slug and slug not in known:
        notices = (f"The link asks for a place {quoted(slug)} that is not here.", *notices)
    for name in (*SHARED, *OWN):
        st.session_state[name] = getattr(selection, name)
    return selection, notices


def _with_own_controls(stored: Selection) -> Selection:
    chosen = {name: st.session_state[name] for name in OWN if name in st.session_state}
    return replace(stored, **chosen)


def _shared_controls(selection: Selection) -> Selection:
    known = queries.places()
    area = _pick("area", "Study area", known)
    if area != selection.area:
        default = queries.choices(area).default()
        selection = replace(default, measure=selection.measure, alpha=selection.alpha)
        st.session_state["year"], st.session_state["level"] = selection.year, "all"
    offered = queries.choices(area)
    if st.session_state["catchment"] not in offered.catchments:
        st.session_state["catchment"] = offered.default().catchment
    levels = {"all": "All levels", **{level: LEVELS[level] for level in offered.levels}}
    unusual = queries.panel(selection).area.unusual_years
    years = {y: f"{y} (unusual year)" if y in unusual else y for y in reversed(offered.years)}
    return replace(
        selection,
        year=_pick("year", "School year", years),
        level=_pick("level", "School level", levels),
        measure=_pick("measure", "Measure", MEASURES),
        catchment=_join_control(offered.joins()),
        alpha=_pick("alpha", "Sureness", ALPHAS),
    )


def _join_control(joins: Mapping[str, str]) -> str:
    """Choose the school-tract join; one line says what the chosen one does."""
    lines = [f"- **{label}**: {JOIN_METHODS[name]}" for name, label in joins.items()]
    chosen = _pick("catchment", "Where students live", joins, "\n".join(lines))
    st.caption(JOIN_METHODS[chosen])
    return chosen


def _pick(name: str, label: str, options: Mapping[str, str], help_text: str | None = None) -> str:
    value: str = st.selectbox(
        label, list(options), key=name, format_func=lambda v: options.get(v, v), help=help_text
    )
    return value


def _share(selection: Selection) -> None:
    address = st.context.url or ""
    with st.popover("Share this view", width="stretch"):
        st.write("Copy this link. It holds your choices, never data.")
        query = "&".join(f"{name}={value}" for name, value in selection.to_query().items())
        st.code(f"{address}?{query}", language=None, wrap_lines=True)


def _to_url(selection: Selection) -> None:
    query = selection.to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    st.session_state[WRITTEN] = query
