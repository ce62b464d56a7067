"""The frame of every page: shared controls, question, answer, figures, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

from data.errors import DataError
from data.store.folders import without_home
from ui import languages, present, queries, share
from ui.selection import (
    ALPHAS,
    FIELDS,
    KEPT_ELSEWHERE,
    MEASURES,
    Selection,
    from_query,
    from_values,
    quoted,
)
from ui.words import answers
from ui.words.as_written import as_written
from ui.words.standing import (
    JOIN_METHODS,
    LEVELS,
    SURENESS,
    fictional_banner,
    source_text,
)

# A picture of our own: an icon by name is fetched from elsewhere by the browser.
ICON = Path(__file__).with_name("icon.png")
PAGES = Path(__file__).resolve().parent.parent / "pages"
FRAMED = "inside_the_frame"
WRITTEN = "written_query"
NAME = "name_of_place"
SHARED = ("area", "year", "level", "measure", "catchment", "alpha")
# By URL: sent once, not at every rerun.
STYLE = '<style>@import url("/app/static/style.css");</style>'


@contextmanager
def drawn() -> Iterator[None]:
    """Draw the frame around a page; once it is drawn, write the choices to the link.

    The selection stands in one place: session state, where a field's key is the key of its control.
    It is made whole before anything is drawn. A run that another one breaks off writes no link:
    the next would take the address of the browser for one that was opened by hand.
    """
    st.session_state[FRAMED] = False
    try:
        _controls()
        try:
            yield
        except StopException:  # the reader stopped long work
            _to_url(current())
            raise
        _to_url(current())
    except DataError as error:
        _out_of_order(error)
        raise StopException from error  # `st.stop` would leave the frame as it is
    finally:
        st.session_state.pop(FRAMED, None)


def _controls() -> None:
    """Settle the selection; draw style, shared controls and notices."""
    st.html(STYLE)
    selection, notices = _settle()
    st.session_state[NAME] = queries.places().get(selection.area, selection.area)
    languages.speak(selection.lang)
    st.session_state[FRAMED] = True
    if selection.present:
        return
    with st.sidebar:
        _shared_controls(selection)
        present.button()
        share.popover(selection)
    for notice in notices:
        st.warning(as_written(notice))


def _out_of_order(error: DataError) -> None:
    """Say what is wrong with the place that is open; the others go on."""
    places, slug = queries.places(), st.session_state["area"]
    if not st.session_state[FRAMED]:  # the controls were not drawn
        with st.sidebar:
            _pick("area", "Study area", places, on_change=_open_place)
    # The link is answered: what is chosen next counts.
    st.session_state[WRITTEN] = st.query_params.to_dict()
    what = without_home(str(error)).removesuffix(".")
    text = f"“{places.get(slug, slug)}” cannot be shown: {what}. Other places can be chosen."
    st.error(as_written(text))


def current() -> Selection:
    """Return the selection of this run."""
    if FRAMED not in st.session_state:
        _enter_through_app()
    return Selection(**{name: st.session_state[name] for name in FIELDS})


def _enter_through_app() -> None:
    """Run again through `app.py`.

    A cold server takes the folder `pages/` for Streamlit's old page directory and runs the page of
    a deep link without `app.py`, until `st.navigation` is called once.
    """
    st.navigation([st.Page(path) for path in sorted(PAGES.glob("*.py"))], position="hidden")
    st.rerun()


def question(text: str, selection: Selection, *, needs_figures: bool = True) -> None:
    """Head of a page: its question, the place and the school year.

    A page that needs figures ends here when no school of the view has one.
    """
    area = queries.panel(selection).area
    level = "all levels" if selection.level == "all" else LEVELS[selection.level]
    fictional = " (fictional)" if area.fictional else ""
    st.title(as_written(text))
    where = f"{area.name}{fictional} · school year {selection.year} · {level}"
    st.html(f"<p class='atlas-where'>{escape(where)}</p>")
    if needs_figures and not queries.totals(selection).schools:
        trend = queries.trend(selection)
        years = list(trend.loc[trend["schools"] > 0, "school_year"])
        end(selection, answers.no_figures(queries.schools(selection)["reason"], years))


def end(selection: Selection, text: str) -> None:
    """Say why a page has nothing to show, and end it."""
    answer(text)
    limits(selection)
    st.stop()


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


def breaks(selection: Selection) -> None:
    """Years from which on figures are not comparable, under a chart of school years."""
    text = answers.breaks_text(queries.panel(selection).area.breaks)
    if text:
        st.caption(as_written(text))


def limits(selection: Selection, *sentences: str) -> None:
    """Limits, who is counted, and sources, always visible at the foot of a page."""
    panel = queries.panel(selection)
    sources = "; ".join(source_text(s.publisher, s.title, s.vintage) for s in panel.sources)
    made_up = fictional_banner(panel.area.name) if panel.area.fictional else ""
    paragraphs = (made_up, " ".join(sentences), panel.area.definition, f"Sources: {sources}.")
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)
    st.html(f"<div class='atlas-limits'>{body}</div>")


def own_control(
    selection: Selection, name: str, label: str, options: Mapping[str, str]
) -> Selection:
    """Draw a control that belongs to one page and return the selection with its value.

    Parameters
    ----------
    selection : Selection
        What is not among the options falls back to the first.
    name : str
        Field of the selection.
    label : str
        Words beside the control.
    options : mapping of str to str
        Words of each value.
    """
    if getattr(selection, name) not in options:
        st.session_state[name] = next(iter(options))
    return replace(selection, **{name: _pick(name, label, options)})


def _settle() -> tuple[Selection, tuple[str, ...]]:
    """Give every field its value before anything is drawn; notices say what fell back.

    A link that this session did not write is read; else controls say what was chosen.
    """
    state, query = st.session_state, st.query_params.to_dict()
    notices = _gone(query)
    if "area" in state and query in ({}, state.get(WRITTEN)):
        chosen = {name: state[name] for name in FIELDS if name in state}
        selection = from_values(chosen, queries.choices(state["area"]))
    else:
        selection, notices = _from_link(query)
    for name in FIELDS:
        # Assigned anew, what no control of this page holds stays for the next page.
        value = getattr(selection, name)
        if name not in SHARED or name not in state or state[name] != value:
            state[name] = value
    return selection, notices


def _gone(query: Mapping[str, str]) -> tuple[str, ...]:
    """Leave a place that is no longer in the store, and say so."""
    state, places = st.session_state, queries.places()
    if state.get("area") in (None, *places):
        return ()
    name, other = state.get(NAME, state["area"]), next(iter(places))
    _open_place()
    state["area"], state[WRITTEN] = other, dict(query)
    return (f"“{name}” is no longer in the store. “{places[other]}” is shown in its place.",)


def _from_link(query: Mapping[str, str]) -> tuple[Selection, tuple[str, ...]]:
    places = queries.places()
    slug = query.get("area", "")
    area = slug if slug in places else next(iter(places))
    st.session_state["area"] = area
    selection, notices = from_query({**query, "area": area}, queries.choices(area))
    if slug and slug not in places:
        notices = (f"The link asks for a place {quoted(slug)} that is not here.", *notices)
    return selection, notices


def _open_place() -> None:
    """Forget what was chosen in another place, but for what is chosen in every place."""
    for name in {*FIELDS} - {"area", *KEPT_ELSEWHERE}:
        st.session_state.pop(name, None)


def _shared_controls(selection: Selection) -> None:
    offered = queries.choices(selection.area)
    levels = {"all": "All levels", **{level: LEVELS[level] for level in offered.levels}}
    unusual = queries.panel(selection).area.unusual_years
    years = {y: f"{y} (unusual year)" if y in unusual else y for y in reversed(offered.years)}
    joins = offered.joins()
    explained = [f"- **{label}**: {JOIN_METHODS[name]}" for name, label in joins.items()]
    _pick("area", "Study area", queries.places(), on_change=_open_place)
    _pick("year", "School year", years)
    _pick("level", "School level", levels)
    _pick("measure", "Measure", MEASURES)
    _pick("catchment", "Where students live", joins, help="\n".join(explained))
    st.caption(as_written(JOIN_METHODS[selection.catchment]))
    _pick("alpha", "False discoveries", ALPHAS, help=SURENESS)


def _pick(name: str, label: str, options: Mapping[Any, str], **more: Any) -> Any:
    """Draw the control of a field; its value is the field's."""
    words = dict(options)
    return st.selectbox(label, list(words), key=name, format_func=lambda v: words.get(v, v), **more)


def _to_url(selection: Selection) -> None:
    query = selection.to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    st.session_state[WRITTEN] = query
