"""Which pages stand in the navigation of the place that is open, and what the others say."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from data.errors import DataError
from ui import languages, queries
from ui.languages import mark

OF_SCHOOLS: Mapping[str, str] = MappingProxyType(
    {
        "hot_spots": mark(
            "Figures of this place are by district: no hot spots of tracts are claimed from them."
            " The Overview shows the districts on a map, and Priorities puts them in order."
        ),
        "why_here": mark(
            "Figures of this place are by district: no hot spots of tracts are claimed from them,"
            " so there is none to look into. The page Districts shows each district with its years."
        ),
        "join_quality": mark(
            "Figures of this place are by district: a district's students live inside its outline,"
            " and nothing is said of single schools or tracts. The page Methods tells the rest."
        ),
    }
)
"""Pages that a place by district does not have, with the plain reason and where to go."""
NO_TRACTS = mark(
    "No conditions are known here: this place has no file of tracts, so districts cannot be"
    " compared by what children live with. The Overview shows their absence. Add a place tells how"
    " tracts are added."
)
OF_TRACTS = "social_drivers"
OF_PARTS = mark(
    "This place is a map of counties, made of other places: their schools, tracts and"
    " neighbourhoods are on their own pages. Choose a county on the Overview and open its state"
    " from there."
)
OF_NATIONS = frozenset({"", "overview", "add_a_place"})
"""Pages that a place made of other places has; its Overview is that of a nation."""
_of_parts: ContextVar[bool] = ContextVar("of_parts", default=False)
FIRST = "overview"
WRITTEN = "written_query"
"""Key of the query that this session wrote itself."""


def begin() -> None:
    """Take the noun of the place that is open, for the navigation and all texts from here on."""
    noun = _reports()
    _of_parts.set(noun == "county")
    languages.report("school" if noun == "county" else noun)


def page(name: str, title: str, *, default: bool = False, hidden: bool = False) -> StreamlitPage:
    """Make a page by the stem of its file; one that the place does not have stands nowhere.

    A hidden page is opened by its link, or from another page.
    """
    file = "nation" if name == "overview" and is_of_parts() else name
    return st.Page(
        f"pages/{file}.py",
        title=title,
        default=default,
        url_path="first" if default else None,  # leaves its name free, see `first_by_name`
        visibility="hidden" if hidden or lacking(name) else "visible",
    )


def first_by_name() -> StreamlitPage:
    """Make the name of the first page an address, too: Streamlit gives it "/" alone."""
    return st.Page(_nothing, title=FIRST, url_path=FIRST, visibility="hidden")


def to_first(page: StreamlitPage, first: StreamlitPage) -> None:
    """Go to the first page from its name, with what the link asks for."""
    if page.url_path == FIRST:
        st.switch_page(first, query_params=st.query_params.to_dict())


def _nothing() -> None:
    """Draw nothing: `to_first` has gone elsewhere by then."""


def lacking(page: str) -> str:
    """Why the place that is open does not have a page; "" where it has."""
    if is_of_parts():
        return "" if page in OF_NATIONS else OF_PARTS
    if languages.reported() == "school":
        return ""
    if page == OF_TRACTS:
        return "" if _has_tracts() else NO_TRACTS
    return OF_SCHOOLS.get(page, "")


def is_of_parts() -> bool:
    """Whether the place that is open is made of others."""
    return _of_parts.get()


def _open() -> str:
    """Slug of the place of this session, or of the link that opened it; the first for none."""
    places, query = queries.places(), st.query_params.to_dict()
    slug = query.get("area", "")
    if "area" in st.session_state and query in ({}, st.session_state.get(WRITTEN)):
        slug = st.session_state["area"]
    return slug if slug in places else next(iter(places), "")


def _reports() -> str:
    slug = _open()
    try:
        return queries.panel_of(queries.place(slug)).area.reports if slug else "school"
    except DataError:  # the frame says what is wrong with it
        return "school"


def _has_tracts() -> bool:
    return not queries.panel_of(queries.place(_open())).tracts.empty
