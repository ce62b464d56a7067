"""The form of one action of the plan, and what is shown when someone else was faster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from data.plan.entry import FIELDS, LARGEST, LONGEST, Entry, EntryError, Problem, checked
from data.plan.lenses import CALIFORNIA, VIRGINIA
from data.plan.store import Change, ConflictError, Stored
from ui.languages import mark, text
from ui.plan import saving, words
from ui.queries import plan as queries_plan
from ui.selection import Selection
from ui.tables import display
from ui.words.as_written import as_written

DRAFT, CHOSEN = "plan-draft", "plan-chosen"
PLACE = ("place", "place_kind", "place_id")
ROWS = (
    ("place", "strategy", "partner"),
    ("status", "start", "capacity"),
    ("cost", "funded", "funder"),
    ("virginia", "california"),
    ("notes",),
)
HINTS: Mapping[str, str] = {
    "partner": mark("An organisation, such as a clinic or a school"),
    "start": mark("2026-09-01 or 2026-27"),
    "capacity": mark("A number, such as 150"),
    "cost": mark("Whole dollars, such as 120000"),
    "funded": mark("Whole dollars"),
    "funder": mark("Such as county, Title I, Medicaid"),
}


@dataclass(frozen=True, eq=False)
class Draft:
    """What a session is writing: which entry of which place, from which version on.

    Attributes
    ----------
    area, id : str
    version : int
        0 for a new action.
    filled : mapping
        By field: what was stored, or typed.
    base : mapping
        What was stored when the form was opened.
    problems : tuple of Problem
    key : str
        Of this save; another once something else is typed.
    """

    area: str
    id: str
    version: int
    filled: Mapping[str, Any]
    base: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    key: str = ""


def begin(area: str, row: pd.Series | None = None, filled: Mapping[str, Any] | None = None) -> None:
    """Open the form: empty, with what another part of the page fills in, or with an entry.

    Parameters
    ----------
    area : str
        Slug of the place.
    row : Series, optional
        Of the plan's table: the entry to change.
    filled : mapping, optional
        Fields of a new entry by name: `strategy`, and `place` with `place_kind` and `place_id`.
    """
    drop()
    if row is None:
        draft = Draft(area, uuid4().hex, 0, {"place_kind": "place", **(filled or {})}, {})
    else:
        values = entry_of(row).values()
        draft = Draft(area, str(row.name), int(row["version"]), values, values)
    st.session_state[DRAFT] = draft


def entry_of(row: pd.Series) -> Entry:
    """Give the entry of a row of the plan's table."""
    values: dict[str, Any] = {name: row[name] for name in FIELDS}
    numbers = {name: None if pd.isna(row[name]) else int(row[name]) for name in LARGEST}
    return Entry(**{**values, **numbers})


def drop() -> None:
    """Close the form; what was typed is gone."""
    st.session_state.pop(DRAFT, None)
    saving.drop()


def current(area: str) -> Draft | None:
    """Give what the session is writing about a place."""
    draft: Draft | None = st.session_state.get(DRAFT)
    return draft if draft is not None and draft.area == area else None


def form(selection: Selection) -> None:
    """Draw the form of what is being written; a conflict is settled first."""
    draft = current(selection.area)
    if draft is None or _contested(selection.area):
        return
    heading = text("Change an action") if draft.version else text("Add an action")
    with st.form("plan-form", enter_to_submit=False):
        st.header(as_written(heading))
        offered = _offered(selection, draft)
        names = {key: name for key, (_, name) in queries_plan.places(selection).items()}
        for row in ROWS:
            for column, name in zip(st.columns(len(row)), row, strict=True):
                with column:
                    _field(name, draft, offered)
        st.caption(as_written(text(words.NO_STUDENTS)))
        for one in draft.problems:  # beside the button that was pressed
            st.error(as_written(words.problem(one)))
        with st.container(horizontal=True):
            st.form_submit_button(
                text("Save"), key="plan-save", type="primary", on_click=_save, args=(draft, names)
            )
            st.form_submit_button(text("Cancel"), key="plan-cancel", on_click=drop)


def conflict(selection: Selection) -> None:
    """Show both versions of an entry that someone else changed first, and let the reader choose."""
    kept = _contested(selection.area)
    if kept is None or not isinstance(kept.error, ConflictError):
        return
    error = kept.error
    wanted, now = error.change, error.current
    with st.container(key="plan-conflict", border=True):
        st.error(as_written(f"{words.conflict(error)} {text(NOT_SAVED)}"))
        if theirs := words.differences(kept.bases.get(wanted.id), now.entry):
            st.caption(as_written(text("What they changed: {changes}.", changes=theirs)))
        merged = _merged(kept, wanted, now)
        if merged is not None:
            _both(merged, now)
        with st.container(horizontal=True):
            if wanted.kind != "undo":  # else it would undo what the other has just done
                st.button(
                    text("Keep my version"),
                    key="plan-mine",
                    type="primary",
                    on_click=_keep,
                    args=(kept, merged),
                )
            st.button(text("Take the other version"), key="plan-theirs", on_click=_take)


NOT_SAVED = mark("Your change is not saved yet. Keep your version, or take the other.")


def _contested(area: str) -> saving.Waiting | None:
    """Give what waits because someone else was faster."""
    kept = saving.waiting(area)
    return kept if kept is not None and isinstance(kept.error, ConflictError) else None


def _offered(selection: Selection, draft: Draft) -> dict[str, dict[str, str]]:
    """Words of each value that a field with choices offers; what is stored is always among them."""
    places = {key: words.place(*each) for key, each in queries_plan.places(selection).items()}
    strategies = {key: text(name) for key, name in queries_plan.strategies().items()}
    if (place := _place_key(draft.filled)) and place not in places:
        kind = str(draft.filled["place_kind"])
        places[place] = words.place(kind, str(draft.filled["place"]))
    if (own := str(draft.filled.get("strategy") or "")) and own not in strategies:
        strategies[own] = own
    nothing = {"": text("as the strategy says, or none")}
    return {
        "place": places,
        "strategy": strategies,
        "status": words.statuses(),
        "virginia": nothing | {key: text(label) for key, label in VIRGINIA.items()},
        "california": nothing | {key: text(label) for key, label in CALIFORNIA.items()},
    }


def _field(name: str, draft: Draft, offered: Mapping[str, Mapping[str, str]]) -> None:
    """Draw one field with what is stored or was typed."""
    key, label = _key(draft, name), text(words.FIELDS[name])
    given = _place_key(draft.filled) if name == "place" else draft.filled.get(name)
    if name in offered:
        known = offered[name]
        first = None if name in ("place", "strategy") else 0
        st.selectbox(
            label,
            list(known),
            index=list(known).index(str(given)) if given in known else first,
            format_func=lambda value: known.get(value, value),
            accept_new_options=name == "strategy",
            placeholder=text("Choose, or type your own") if name == "strategy" else text("Choose"),
            key=key,
        )
    elif name == "notes":
        st.text_area(label, value=str(given or ""), key=key, height=80, max_chars=2_000)
    else:
        shown = "" if given is None else str(given)
        hint = text(HINTS[name]) if name in HINTS else None
        st.text_input(
            label, value=shown, key=key, placeholder=hint, max_chars=LONGEST.get(name, 20)
        )


def _save(draft: Draft, names: Mapping[str, str]) -> None:
    """Take what the form holds; keep it with what is wrong, or send it."""
    typed = _typed(draft, names)
    same = dict(typed) == {name: draft.filled.get(name) for name in typed}
    key = draft.key if draft.key and same else uuid4().hex
    draft = replace(draft, filled={**draft.filled, **typed}, problems=(), key=key)
    if not saving.role():
        st.session_state[DRAFT] = replace(draft, problems=(Problem("role", "no_role"),))
        return
    try:
        entry = checked(draft.filled)
    except EntryError as error:
        st.session_state[DRAFT] = replace(draft, problems=error.problems)
        return
    st.session_state[DRAFT] = draft
    kind = "change" if draft.version else "add"
    change = Change(kind, saving.role(), draft.id, draft.version, entry, key)  # type: ignore[arg-type]
    bases = {draft.id: Entry(**draft.base)} if draft.base else {}
    saving.send(draft.area, (change,), bases, partial(_saved, draft.id))


def _saved(id: str) -> None:  # noqa: A002 - as everywhere in the plan
    drop()
    st.session_state[CHOSEN] = id
    saving.say(mark("Saved."))


def _typed(draft: Draft, names: Mapping[str, str]) -> dict[str, Any]:
    """Read the form; a place is its kind, id and name."""
    state = st.session_state
    typed = {name: state.get(_key(draft, name)) for row in ROWS for name in row}
    place = str(typed.pop("place") or "")
    if place == _place_key(draft.filled):
        return {**typed, **{name: draft.filled.get(name, "") for name in PLACE}}
    kind, _, id_ = place.partition(":")
    return {**typed, "place": names.get(place, ""), "place_kind": kind or "place", "place_id": id_}


def _merged(kept: saving.Waiting, wanted: Change, now: Stored) -> Change | None:
    """Put the fields that this session changed over the entry as it is now.

    What the other changed elsewhere in the entry is kept; None for a change without values.
    """
    if wanted.entry is None:
        return None
    mine, theirs = wanted.entry.values(), now.entry.values()
    base = kept.bases[wanted.id].values() if wanted.id in kept.bases else {}
    values = {
        name: theirs[name] if base and mine[name] == base[name] else mine[name] for name in FIELDS
    }
    try:
        return replace(wanted, kind="change", entry=checked(values))
    except EntryError:  # both are right, together they are not: this session's own as a whole
        return replace(wanted, kind="change")


def _both(merged: Change, now: Stored) -> None:
    """Show the fields in which both versions differ."""
    if merged.entry is None:
        return
    mine, theirs = merged.entry.values(), now.entry.values()
    rows = [
        (text(words.FIELDS[name]), words.value(name, mine[name]), words.value(name, theirs[name]))
        for name in words.FIELDS
        if mine[name] != theirs[name]
    ]
    if rows:
        heads = [mark("Field"), mark("Your version"), mark("The plan's version")]
        table = pd.DataFrame(rows, columns=heads, dtype="str")
        display.plain(table, text("Where the two versions differ"))


def _keep(kept: saving.Waiting, merged: Change | None) -> None:
    """Save this session's version over the other, which stays in the history."""
    if not isinstance(kept.error, ConflictError):
        return
    now = kept.error.current
    wanted = merged or kept.error.change
    again = replace(wanted, version=now.version, key=uuid4().hex)
    others = [each for each in kept.changes if each.id != wanted.id]
    saving.send(kept.area, (*others, again), {**kept.bases, wanted.id: now.entry}, kept.done)


def _take() -> None:
    drop()
    saving.say(mark("The other version stays. Yours was not saved."))


def _key(draft: Draft, name: str) -> str:
    return f"plan-{draft.id}-{draft.version}-{name}"


def _place_key(values: Mapping[str, Any]) -> str:
    if not values.get("place"):
        return ""
    kind = str(values["place_kind"])
    id_ = "" if kind == "place" else str(values["place_id"] or values["place"])
    return f"{kind}:{id_}"
