"""What the page Did it work? asks: a programme, what its figures carry, how many schools it takes.

A programme that a link carries is evaluated once for all; one that only this session has is not
shared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data.plan.programme_examples import EXAMPLES, example
from data.plan.programme_file import names_of
from data.views import evaluation as views
from data.views import programmes
from data.views.evaluation import Evaluation
from data.views.programmes import Listed, Member, Programme, ProgrammeError
from ui import queries
from ui.languages import text
from ui.queries import plan as queries_plan
from ui.queries.cache import kept
from ui.queries.goals import year_name
from ui.queries.long_work import result, result_for_one
from ui.queries.stored import Place
from ui.selection import EXAMPLE, NEIGHBOURHOOD, OWN, Selection

STATE, FIELD = "own_programme", "programme"
USUAL = 10
"""Schools of a programme that is not chosen yet."""
AHEAD = 2
"""School years after the last one in which a programme may begin."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was found of a programme, or why nothing can be.

    Attributes
    ----------
    programme : Programme or None
        None where none is chosen.
    found : Evaluation or None
    trouble : str
        In English, with what to do; "" where there is none.
    """

    programme: Programme | None
    found: Evaluation | None = None
    trouble: str = ""


def programme(selection: Selection) -> Programme | None:
    """Give the programme of the view; None where none is chosen, or only another session has it."""
    chosen = selection.programme
    if chosen == OWN:
        own: tuple[str, Programme] | None = st.session_state.get(STATE)
        return own[1] if own is not None and own[0] == selection.area else None
    if chosen == EXAMPLE:
        return example(queries.panel(selection))
    return programmes.read(chosen, queries.choices(selection.area).units) if chosen else None


def is_elsewhere(selection: Selection) -> bool:
    """Whether the link names a programme that it does not carry."""
    return selection.programme == OWN and programme(selection) is None


def keep(area: str, chosen: Programme | None) -> None:
    """Make a programme that of the view: in the link where it is short enough, else in the session.

    To be called where a control was used: the run that follows reads it.
    """
    st.session_state.pop(STATE, None)
    text_of = "" if chosen is None else programmes.written(chosen)
    st.session_state[FIELD] = text_of
    if chosen is not None and not text_of:
        st.session_state[FIELD] = OWN
        st.session_state[STATE] = (area, chosen)


def found(selection: Selection) -> Outcome:
    """Evaluate the programme of the view, with a bar that can be stopped."""
    chosen = programme(selection)
    if chosen is None:
        return Outcome(None)
    panel, level = queries.panel(selection), selection.level
    key = ("programme evaluated", queries.place(selection.area), level, digest(chosen))
    work = result_for_one if selection.programme == OWN else result
    try:
        made = work(
            key,
            text("Comparing with similar schools"),
            lambda progress: views.evaluate(panel, level, chosen, progress=progress),
        )
    except ProgrammeError as error:
        return Outcome(chosen, None, str(error))
    return Outcome(chosen, made)


def listed(selection: Selection) -> Listed | None:
    """Give the schools of the programme; None without one, or where it names what is not here."""
    chosen = programme(selection)
    try:
        return None if chosen is None else programmes.listed(queries.panel(selection), chosen)
    except ProgrammeError:  # `found` says so
        return None


def smallest(selection: Selection) -> pd.DataFrame:
    """Effects that programmes of so many schools would show, see `data.views.evaluation.smallest`.

    Of as many schools as the programme has; of ten where none is chosen.
    """
    own = listed(selection)
    count = USUAL if own is None else int(own.schools["unit"].nunique())
    chosen = programme(selection)
    among = own if own is not None and chosen is not None and chosen.others else None
    key: tuple[Hashable, ...] = (
        *("smallest effects", queries.place(selection.area), selection.level, count),
        "" if among is None or chosen is None else digest(chosen),
    )
    panel = queries.panel(selection)
    return result(
        key,
        text("Looking at how far schools move by themselves"),
        lambda _: views.smallest(panel, selection.level, count, among),
    )


def of_plan(selection: Selection) -> dict[str, tuple[Programme, int]]:
    """Give the programmes of the plan by what is done: each with how many entries it lacks."""
    table, panel = queries_plan.opened(selection).table, queries.panel(selection)
    found = {
        str(strategy): programmes.of_plan(own, panel) for strategy, own in table.groupby("strategy")
    }
    return {strategy: each for strategy, each in found.items() if each[0].members}


def example_name(selection: Selection) -> str:
    """Name the example of the place, in English; "" where it has none."""
    here = example(queries.panel(selection))
    return "" if here is None else EXAMPLES[selection.area].name


def offered(selection: Selection) -> dict[str, str]:
    """Name what a programme may be in: places with the number of their schools, then schools."""
    return _offered(queries.place(selection.area))


def in_focus(selection: Selection) -> str:
    """Give the school or place in focus as a programme names it; "" for none, or a tract."""
    focus = selection.focus.removeprefix(NEIGHBOURHOOD)
    return focus if focus in offered(selection) else ""


def names(selection: Selection) -> dict[str, str]:
    """Give the id of each school and place by what it may be called in a list."""
    schools = queries.panel(selection).schools["name"]
    pairs = [(str(id_), str(name)) for id_, name in schools.items()]
    return names_of([*pairs, *((name, name) for name in places(selection))])


def places(selection: Selection) -> dict[str, pd.Index]:
    """Give the schools of each district, neighbourhood and county."""
    return _places(queries.place(selection.area))


def years(selection: Selection) -> dict[int, str]:
    """Name the school years in which a programme may begin, the last first."""
    known = queries.choices(selection.area).autumns()
    every = [*known, *range(max(known) + 1, max(known) + 1 + AHEAD)]
    return {year: year_name(year) for year in reversed(every)}


def table(selection: Selection, chosen: Programme) -> pd.DataFrame:
    """Lay out the members of a programme for reading and for a file: index id."""
    named, own = queries.panel(selection).schools["name"], places(selection)
    rows = [
        (
            *(each.id, str(named.get(each.id, each.id)), len(own.get(each.id, [each.id]))),
            *(year_name(each.began), year_name(each.ended) if each.ended else "", each.together),
        )
        for each in chosen.members
    ]
    columns = ["school_id", "name", "schools", "start", "end", "together"]
    return pd.DataFrame(rows, columns=columns).set_index("school_id")


def member(selection: Selection, id_: str) -> Member | None:
    """Give a member of the programme of the view by its id."""
    chosen = programme(selection)
    own = () if chosen is None else chosen.members
    return next((each for each in own if each.id == id_), None)


@kept("schools of places")
def _places(key: Place) -> dict[str, pd.Index]:
    return programmes.places_of(queries.panel_of(key))


@kept("what a programme may be in")
def _offered(key: Place) -> dict[str, str]:
    panel, own = queries.panel_of(key), _places(key)
    counts = {name: f"{name} ({len(own[name])})" for name in sorted(own)}
    schools = panel.schools["name"].sort_values()
    return counts | {str(id_): f"{name} · {id_}" for id_, name in schools.items()}


def digest(chosen: Programme) -> str:
    """Give a short word for a programme: the same for the same schools and years."""
    return hashlib.sha256(repr(chosen).encode()).hexdigest()[:32]
