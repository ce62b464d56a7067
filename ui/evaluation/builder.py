"""Choosing a programme: schools or places with their years, from the plan, a list, or the map."""

from __future__ import annotations

import hashlib
from functools import partial

import streamlit as st

from data.errors import DataError
from data.plan.programme_file import TEMPLATE, programme_in_memory
from data.store.provenance import singular
from data.views import programmes
from data.views.programmes import Programme
from ui import queries, roles
from ui.evaluation import words
from ui.languages import counted, mark, text
from ui.plan import words as plan_words
from ui.queries import evaluation as queries_evaluation
from ui.selection import EXAMPLE, OWN, Selection
from ui.words.as_written import as_written

EXAMPLES = (mark("Nine school health centres that closed"),)
"""Names of the examples, for the catalogue."""
CHOSEN, BEGAN, ENDED, FILE = "did-ids", "did-began", "did-ended", "did-file"
READ = "did-file-read"
MOST_MEGABYTES = 2
LABEL = mark("Choose a programme")
PROMISE = mark(
    "A row a school or place, with the first and the last school year. The file stays in this"
    " session. Write places only, never people."
)


def above(selection: Selection) -> None:
    """Draw the button that opens the choice, and offer what is in focus on the map or found."""
    _of_focus(selection)
    if queries_evaluation.programme(selection) is None:
        return  # all ways stand below
    with st.container(key="did-above", horizontal=True, gap="small"):
        opened = st.popover(text(LABEL), key="did-choose", on_change="rerun")
        st.button(
            text("Start anew"),
            key="did-clear",
            on_click=partial(queries_evaluation.keep, selection.area, None),
        )
    if opened.open:
        with opened:
            form(selection)


def form(selection: Selection) -> None:
    """Draw all ways to choose a programme."""
    _example(selection)
    _by_name(selection)
    _from_plan(selection)
    _from_list(selection)


def _years(selection: Selection) -> tuple[int, int]:
    """Draw the choice of the first and last school year."""
    years = queries_evaluation.years(selection)
    left, right = st.columns(2)
    usual = list(years).index(_usual_start(selection))
    began = left.selectbox(
        text("First school year"),
        list(years),
        usual,
        format_func=lambda year: years[year],
        key=BEGAN,
    )
    later = {0: text("it goes on")} | {
        year: name for year, name in sorted(years.items()) if year >= began
    }
    if st.session_state.get(ENDED, 0) not in later:
        st.session_state[ENDED] = 0
    ended = right.selectbox(
        text("Last school year"), list(later), format_func=lambda year: later[year], key=ENDED
    )
    return int(began), int(ended)


def _usual_start(selection: Selection) -> int:
    """Give the last year of the place: the first that a programme can be looked at in."""
    years = queries_evaluation.years(selection)
    return list(years)[min(queries_evaluation.AHEAD, len(years) - 1)]


def _by_name(selection: Selection) -> None:
    """Choose schools and places by name."""
    offered = queries_evaluation.offered(selection)
    if any(each not in offered for each in st.session_state.get(CHOSEN, [])):
        st.session_state[CHOSEN] = []  # of another place
    ids = st.multiselect(
        text("Schools, or all schools of a place"),
        list(offered),
        key=CHOSEN,
        format_func=lambda id_: offered[id_],
        placeholder=text("type a name"),
    )
    began, ended = _years(selection)
    st.button(
        text("Add to the programme"),
        key="did-add",
        disabled=not ids,
        on_click=_add,
        args=(selection, tuple(ids), began, ended),
    )


def _add(selection: Selection, ids: tuple[str, ...], began: int, ended: int) -> None:
    chosen = queries_evaluation.programme(selection)
    made = programmes.with_members(chosen, ids, began, ended)
    queries_evaluation.keep(selection.area, made)
    st.session_state[CHOSEN] = []


def _take_out(selection: Selection, id_: str) -> None:
    chosen = queries_evaluation.programme(selection)
    if chosen is not None:
        queries_evaluation.keep(selection.area, programmes.without(chosen, id_))


def _of_focus(selection: Selection) -> None:
    """Offer to add what is in focus, or to take it out."""
    id_ = queries_evaluation.in_focus(selection)
    if not id_:
        return
    name = queries_evaluation.offered(selection)[id_]
    if queries_evaluation.member(selection, id_) is not None:
        label = text("Take {name} out", name=name)
        st.button(as_written(label), key="did-out", on_click=_take_out, args=(selection, id_))
        return
    began = st.session_state.get(BEGAN, _usual_start(selection))
    ended = st.session_state.get(ENDED, 0)
    year = queries_evaluation.years(selection).get(began, str(began))
    st.button(
        as_written(text("Add {name}, from {year}", name=name, year=year)),
        key="did-in",
        on_click=_add,
        args=(selection, (id_,), began, ended),
    )


def _from_plan(selection: Selection) -> None:
    """Take the places of a strategy from the plan."""
    known = queries_evaluation.of_plan(selection)
    if not known:
        st.caption(
            as_written(text("The Plan has no action with a start at a school or place yet."))
        )
        return
    named = {
        strategy: f"{plan_words.strategy(strategy)} ({len(each[0].members)})"
        for strategy, each in known.items()
    }
    strategy = st.selectbox(
        text("From the Plan"), list(named), format_func=lambda name: named[name], key="did-strategy"
    )
    left = known[strategy][1]
    if left:
        said = counted(
            "{count} entry is left out: it is paused, of the whole place, or has no start.",
            "{count} entries are left out: they are paused, of the whole place, or have no start.",
            left,
        )
        st.caption(as_written(said))
    st.button(
        text("Take it from the Plan"),
        key="did-plan",
        on_click=queries_evaluation.keep,
        args=(selection.area, known[strategy][0]),
    )


def _from_list(selection: Selection) -> None:
    """Ask for a list; say what is wrong with it."""
    if not roles.hands_in():
        return
    file = st.file_uploader(
        text("A list (CSV or Excel)"),
        type=["csv", "xlsx"],
        key=FILE,
        max_upload_size=MOST_MEGABYTES,
        help=as_written(text(PROMISE)),
    )
    st.download_button(
        text("Download a template (CSV)"),
        *(TEMPLATE, "programme-template.csv", "text/csv"),
        on_click="ignore",
        key="did-template",
    )
    if file is None:
        return
    made = _read(selection, file.getvalue(), file.name)
    if made is not None:
        st.button(
            text("Use this list"),
            key="did-use",
            type="primary",
            on_click=queries_evaluation.keep,
            args=(selection.area, made),
        )


def _read(selection: Selection, content: bytes, name: str) -> Programme | None:
    """Read a list once; say what is wrong with it."""
    key = f"{selection.area} {hashlib.sha256(content).hexdigest()}"
    before: tuple[str, Programme] | None = st.session_state.get(READ)
    if before is not None and before[0] == key:
        return before[1]
    try:
        made = programme_in_memory(content, name, queries_evaluation.names(selection))
        programmes.listed(queries.panel(selection), made)
    except DataError as error:
        st.error(as_written(singular(str(error))))
        return None
    st.session_state[READ] = (key, made)
    return made


def _example(selection: Selection) -> None:
    """Offer the example of the place."""
    name = queries_evaluation.example_name(selection)
    if name:
        label = text("Open the example: {name}", name=text(name))
        st.button(as_written(label), key="did-example", on_click=_open_example)


def _open_example() -> None:
    st.session_state[queries_evaluation.FIELD] = EXAMPLE


def note(selection: Selection) -> str:
    """Say where the link does not carry the programme; "" where it does."""
    return text(words.TOO_LONG) if selection.programme == OWN else ""
