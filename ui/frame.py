"""The frame of every page: head with its controls, answer, figures, folded parts, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

from data.errors import DataError
from data.store.folders import without_home
from ui import controls, glossary, languages, login, navigation, present, queries, roles, share
from ui.address import address
from ui.languages import mark, tag, unbroken
from ui.languages import text as said
from ui.languages.switch import mark_page, switch
from ui.navigation import WRITTEN
from ui.selection import FIELDS, Selection, from_query, from_values, quoted
from ui.words import answers
from ui.words.as_written import as_written
from ui.words.standing import fictional_banner, source_text

# A picture of our own: an icon by name is fetched from elsewhere by the browser.
ICON = Path(__file__).with_name("icon.png")
PAGES = Path(__file__).resolve().parent.parent / "pages"
FRAMED = "inside_the_frame"
OWN_QUERY = "query_of_page"
"""Key of what the page that is drawn adds to its link by itself, such as the code of a workshop."""
NAME = "name_of_place"
FOLDS, OPEN_ALL = "folds_of_page", "open_all"
FIRST = "overview"
FILTERS = ("area", "year", "level")
SOURCES = 3  # named at once; the others open
KEYBOARD = f"<script>{Path(__file__).with_name('keyboard.js').read_text(encoding='utf-8')}</script>"
# By URL: sent once, not at every rerun.
STYLE = f'<style>@import url("{address("style.css")}");</style>'


@contextmanager
def drawn() -> Iterator[None]:
    """Draw the frame around a page; once it is drawn, write the choices to the link.

    The selection stands in one place: session state, where a field's key is the key of its control.
    It is made whole before anything is drawn. A run that another one breaks off writes no link:
    the next would take the address of the browser for one that was opened by hand.
    """
    st.session_state[FRAMED] = False
    st.session_state[FOLDS] = []
    st.session_state[OWN_QUERY] = {}
    try:
        _begin()
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


def _begin() -> None:
    """Draw the style, settle the selection and say what fell back."""
    st.html(STYLE)
    st.html(KEYBOARD, unsafe_allow_javascript=True)
    selection, notices = _settle()
    st.session_state[NAME] = queries.places().get(selection.area, selection.area)
    languages.speak(selection.lang)
    mark_page()
    if not selection.present:
        for notice in notices:
            st.warning(as_written(notice))


def _out_of_order(error: DataError) -> None:
    """Say what is wrong with the place that is open; the others go on."""
    places, slug = queries.places(), st.session_state["area"]
    if not st.session_state[FRAMED]:  # the controls were not drawn
        chosen = {name: st.session_state[name] for name in FIELDS if name in st.session_state}
        controls.draw(Selection(**{"year": "", **chosen}), "area")
    # The link is answered: what is chosen next counts.
    st.session_state[WRITTEN] = st.query_params.to_dict()
    what = without_home(str(error)).removesuffix(".")
    text = said(
        "“{place}” cannot be shown: {why}. Other places can be chosen.",
        place=places.get(slug, slug),
        why=what,
    )
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
    # The default page answers to "/" alone: else the first by name could not be opened by its own.
    pages = [st.Page(path, default=path.stem == FIRST) for path in sorted(PAGES.glob("*.py"))]
    st.navigation(pages, position="hidden")
    st.rerun()


def head(
    question: str,
    *,
    filters: Sequence[str] = FILTERS,
    options: Sequence[str] = (),
    needs_figures: bool = True,
    page: str = "",
    slide: str = "",
) -> Selection:
    """Draw the head of a page in one row: question, filters, settings, and what to do with it.

    Parameters
    ----------
    question : str
        What the page answers.
    filters, options : sequence of str
        Fields of the selection that change this page, side by side and in the popover.
    needs_figures : bool
        End the page here when no school of the view has a figure. A page without the filter "year"
        is shown as of the last year with figures.
    page : str
        Name of a page that some places do not have: it ends here with the reason.
    slide : str
        View of coalition mode that the page presents; "" for the one seen last, or the first.

    Returns
    -------
    Selection
        As the controls have it.
    """
    selection, why = current(), navigation.lacking(page)
    if why:
        filters, options, needs_figures = ("area",), (), False
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(gap=None):  # takes the width that the controls leave
            st.title(as_written(said(question)), anchor=False)
        selection = controls.row(selection, filters)
        if options:
            selection = controls.options(selection, options)
        if not navigation.is_of_parts():
            present.button(slide)
        share.popover(selection)
        switch()
        login.button()
    st.session_state[FRAMED] = True
    if roles.sees_all(queries.panel(selection).sources):
        st.warning(as_written(said(roles.NOT_FOR_OTHERS)))
    if why:
        end(selection, why)
    if needs_figures and not queries.totals(selection).schools:
        trend = queries.trend(selection)
        years = list(trend.loc[trend["schools"] > 0, "school_year"])
        if "year" in filters or not years:
            end(selection, answers.no_figures(queries.schools(selection)["reason"], years))
        selection = replace(selection, year=max(years))  # the page is of no year: it has no control
    return selection


def end(selection: Selection, text: str) -> None:
    """Say why a page has nothing to show, and end it."""
    answer(said(text))
    limits(selection)
    raise StopException  # `st.stop` would leave the frame as it is


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
    """How sure the figures of the page are, in plain sentences, with the glossary."""
    sure(*sentences)
    glossary.popover()


def sure(*sentences: str) -> None:
    """How sure the figures of a folded part are, in plain sentences."""
    text = " ".join(said(sentence) for sentence in sentences if sentence)
    heading = escape(said("How sure are we?"))
    st.html(f"<div class='atlas-sure'><b>{heading}</b> {escape(text)}</div>")


def fold(label: str, name: str, draw: Callable[..., object], *given: object) -> None:
    """Fold a part of a page away; nothing of it is asked for or sent until it is opened.

    Parameters
    ----------
    label : str
        What is inside, as a reader would ask for it.
    name : str
        Keeps the folds of a page apart.
    draw : callable
        Draws the part from what is given.
    """
    key = f"fold-{name}"
    st.session_state[FOLDS].append(key)
    opened = bool(st.session_state.get(OPEN_ALL))
    part = st.expander(as_written(said(label)), key=key, on_change="rerun", expanded=opened)
    if part.open:
        with part:
            draw(*given)


def _open_all(keys: Sequence[str]) -> None:
    for key in keys:
        st.session_state[key] = True


def breaks(selection: Selection) -> None:
    """Years from which on figures are not comparable, under a chart of school years."""
    text = answers.breaks_text(queries.panel(selection).area.breaks)
    if text:
        st.caption(as_written(text))


def own_limits(*sentences: str) -> None:
    """Limits of a page that shows no figure of the place that is open."""
    _offer_all_folds()
    own = " ".join(said(sentence) for sentence in sentences)
    st.html(f"<div class='atlas-limits'><p>{escape(own)}</p></div>")


def _offer_all_folds() -> None:
    """Offer to open every folded part of the page at once."""
    if folds := st.session_state[FOLDS]:
        st.button(
            said("Open all folded parts"),
            key=OPEN_ALL + "-parts",
            on_click=_open_all,
            args=(folds,),
        )


def limits(selection: Selection, *sentences: str) -> None:
    """Limits, who is counted, and sources at the foot of a page; all sources open on a click."""
    _offer_all_folds()
    panel = queries.panel(selection)
    texts = [source_text(s.publisher, s.title, s.vintage) for s in panel.sources]
    made_up = fictional_banner(panel.area.name) if panel.area.fictional else ""
    first = f"{'; '.join(texts[:SOURCES])}."
    own = " ".join(filter(None, (made_up, *(said(sentence) for sentence in sentences if sentence))))
    # Sources, and a definition that the catalogue lacks, are told in the publishers' own words.
    definition = said(panel.area.definition)
    lang = tag() if definition != unbroken(panel.area.definition) else "en"
    body = f"<p>{escape(own)} <span lang='{lang}'>{escape(definition)}</span></p>"
    body += f"<p>{escape(said('Sources:'))} <span lang='en'>{escape(first)}</span></p>"
    if rest := texts[SOURCES:]:
        items = "".join(f"<li>{escape(text)}</li>" for text in rest)
        every = said("{count} more sources", count=len(rest))
        body += f"<details><summary>{escape(every)}</summary><ul lang='en'>{items}</ul></details>"
    st.html(f"<div class='atlas-limits'>{body}</div>")


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
        # Assigned anew: a control of another page, or of none, holds it no more.
        state[name] = getattr(selection, name)
    return selection, notices


def _gone(query: Mapping[str, str]) -> tuple[str, ...]:
    """Leave a place that is no longer in the store, and say so."""
    state, places = st.session_state, queries.places()
    if state.get("area") in (None, *places):
        return ()
    name, other = state.get(NAME, state["area"]), next(iter(places))
    controls.open_place()
    state["area"], state[WRITTEN] = other, dict(query)
    notice = mark("“{name}” is no longer in the store. “{other}” is shown in its place.")
    return (said(notice, name=name, other=places[other]),)


def _from_link(query: Mapping[str, str]) -> tuple[Selection, tuple[str, ...]]:
    places = queries.places()
    slug = query.get("area", "")
    area = slug if slug in places else next(iter(places))
    st.session_state["area"] = area
    selection, notices = from_query({**query, "area": area}, queries.choices(area))
    if slug and slug not in places:
        notice = said("The link asks for a place {name} that is not here.", name=quoted(slug))
        notices = (notice, *notices)
    return selection, notices


def _to_url(selection: Selection) -> None:
    query = {**selection.to_query(), **st.session_state[OWN_QUERY]}
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    st.session_state[WRITTEN] = query
