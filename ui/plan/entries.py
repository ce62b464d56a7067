"""The table of the plan: who does what, where and when, and what can be done with an action."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from data.plan import store
from data.plan.database import PlanError
from data.plan.entry import LARGEST, STATUSES
from data.plan.lenses import CALIFORNIA, VIRGINIA
from data.plan.store import Change
from data.plan.sums import by
from ui import frame, languages
from ui.languages import mark, text
from ui.plan import editor, exchange, saving, speaker, words
from ui.plan.editor import CHOSEN
from ui.queries.plan import Opened
from ui.selection import Selection
from ui.tables import display
from ui.words.as_written import as_written

HEADINGS = {
    **{name: words.FIELDS[name] for name in ("place", "strategy", "partner", "status", "start")},
    **{"capacity": words.FIELDS["capacity"], "cost": mark("Cost"), "funded": mark("Funded")},
    "funder": words.FIELDS["funder"],
}
"""Of the table, where they are shorter than in the form."""
WIDE = ("place", "strategy")
LOOK_AGAIN = 20  # seconds between looks for changes of others
KINDS = {
    "add": mark("added"),
    "change": mark("changed"),
    "remove": mark("removed"),
    "undo": mark("undone"),
}


def table(plan: Opened, selection: Selection) -> None:
    """Draw the plan as a table, with all that can be done with it."""
    if plan.trouble:
        st.error(as_written(words.trouble(plan.trouble)))
        st.button(text("Try again"), key="plan-look-again")
        # What was typed waits in its form until the database answers.
        editor.form(selection)
        saving.report(selection.area)
        return
    _bar(selection)
    _watch(selection, plan.stamp)
    editor.conflict(selection)
    editor.form(selection)
    saving.report(selection.area)
    if len(plan.table):
        _table(plan.table)
        _chosen(plan.table, selection)
        frame.fold("Costs and funding", "plan-sums", _sums, plan.table)
        frame.fold("What two states' guides ask for", "plan-lenses", _lenses, plan.table)
    frame.fold("Actions that were removed", "plan-removed", _removed, selection)
    frame.fold("The plan as a file, and back", "plan-files", exchange.section, plan, selection)


def _bar(selection: Selection) -> None:
    """Draw whom the reader speaks for, and the button that opens an empty form."""
    with st.container(key="plan-bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        speaker.choose("plan-role")
        st.button(
            text("Add an action"),
            key="plan-add",
            type="primary",
            on_click=editor.begin,
            args=(selection.area,),
            disabled=editor.current(selection.area) is not None,
        )


def _watch(selection: Selection, seen: int) -> None:
    """Look now and then whether others changed the plan, and offer to show it."""

    @st.fragment(run_every=LOOK_AGAIN)
    def look(area: str, lang: str) -> None:
        languages.speak(lang)
        try:
            newest, at = store.stamp(area)
        except PlanError as error:
            st.warning(as_written(words.trouble(error)))
            return
        if newest != seen and at is not None:
            said = text("Someone changed the plan at {time}.", time=words.moment(at, "%H:%M"))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.info(as_written(said))
                if st.button(text("Show it"), key="plan-show"):
                    st.rerun()

    look(selection.area, selection.lang)


def _table(table: pd.DataFrame) -> None:
    """Draw the entries as people read them; a row that is chosen is the action chosen below."""
    columns = {name: [words.value(name, value) for value in table[name]] for name in HEADINGS}
    for name in LARGEST:  # leading spaces make the grid's alphabetical order that of the numbers
        width = max(map(len, columns[name]))
        columns[name] = [value.rjust(width) for value in columns[name]]
    columns = {HEADINGS[name]: values for name, values in columns.items()}
    columns[mark("Last change")] = [
        f"{words.moment(at, '%Y-%m-%d')}, {words.role(role)}"
        for at, role in zip(table["changed_at"], table["changed_by"], strict=True)
    ]
    config = {text(HEADINGS[name]): st.column_config.TextColumn(width=210) for name in WIDE}
    config |= {
        text(HEADINGS[name]): st.column_config.TextColumn(alignment="right") for name in LARGEST
    }
    display.plain(
        pd.DataFrame(columns, index=table.index, dtype="str"),
        text("The plan, last change first"),
        config,
        opens="plan-table",
        field=CHOSEN,
    )


def _chosen(table: pd.DataFrame, selection: Selection) -> None:
    """Draw what can be done with the action that is chosen, by row or by name."""
    state = st.session_state
    # Assigned anew: a row of the table chooses too, and an entry may be gone.
    state[CHOSEN] = state.get(CHOSEN) if state.get(CHOSEN) in table.index else table.index[0]
    with st.container(key="plan-do", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            text("Action"),
            list(table.index),
            format_func=lambda id_: words.label(table.loc[id_]) if id_ in table.index else "",
            key=CHOSEN,
            width=420,
        )
        row = table.loc[state[CHOSEN]]
        _doing(row, selection.area)
    if row["notes"]:
        st.caption(as_written(row["notes"]))
    frame.fold("What was changed, when and by whom", "plan-history", _history, str(row.name))


def _doing(row: pd.Series, area: str) -> None:
    """Draw the controls that change an action; without a role only its form opens."""
    locked = not saving.role()
    hint = text("Choose whom you speak for first.") if locked else None
    key, statuses = f"plan-status-{row.name}-{row['version']}", list(STATUSES)
    st.selectbox(
        text(words.FIELDS["status"]),
        statuses,
        index=statuses.index(row["status"]),
        format_func=lambda status: text(STATUSES[status]),
        key=key,
        on_change=_set_status,
        args=(area, row, key),
        width=150,
        disabled=locked,
        help=hint,
    )
    st.button(
        text("Change"),
        key="plan-edit",
        on_click=editor.begin,
        args=(area, row),
        disabled=editor.current(area) is not None,  # what is typed in an open form is kept
    )
    for kind, label in (("undo", mark("Undo its last change")), ("remove", mark("Remove"))):
        st.button(
            text(label),
            key=f"plan-{kind}",
            on_click=_do,
            args=(area, kind, str(row.name), int(row["version"])),
            disabled=locked,
            help=hint,
        )


def _set_status(area: str, row: pd.Series, key: str) -> None:
    """Save another status of an action."""
    before = editor.entry_of(row)
    after = replace(before, status=st.session_state[key])
    change = Change("change", saving.role(), str(row.name), int(row["version"]), after)
    saving.send(area, (change,), {change.id: before}, partial(saving.say, mark("Saved.")))


def _do(area: str, kind: store.Kind, id_: str, version: int) -> None:
    """Remove an action, or undo its last change."""
    change = Change(kind, saving.role(), id_, version)
    saving.send(area, (change,), {}, partial(saving.say, DONE[kind]))


DONE = {
    "remove": mark("Removed. It can be put back below."),
    "undo": mark("The last change is undone."),
}


def _history(id_: str) -> None:
    """Every change of an action: who, when, from what to what."""
    try:
        past = store.history(id_)
    except PlanError as error:
        st.error(as_written(words.trouble(error)))
        return
    rows = [
        (
            words.moment(each.changed_at),
            words.role(each.changed_by),
            text(KINDS[each.kind]),
            words.differences(each.before, each.after),
        )
        for each in past
    ]
    heads = [mark("When"), mark("By"), mark("What was done"), mark("From what to what")]
    display.plain(pd.DataFrame(rows, columns=heads, dtype="str"), text("Changes of this action"))


def _removed(selection: Selection) -> None:
    """Actions that were removed, each with a button that puts it back."""
    try:
        gone = store.stored(selection.area, removed=True)
    except PlanError as error:
        st.error(as_written(words.trouble(error)))
        return
    if not gone:
        st.caption(text("None."))
    for each in gone:
        row = pd.Series(each.entry.values(), name=each.id)
        with st.container(horizontal=True, vertical_alignment="center"):
            who, when = words.role(each.changed_by), words.moment(each.changed_at)
            said = text(
                "{action}, removed by {who}, {when}", action=words.label(row), who=who, when=when
            )
            st.write(as_written(said))
            st.button(
                text("Put back"),
                key=f"plan-back-{each.id}",
                on_click=_do,
                args=(selection.area, "undo", each.id, each.version),
                disabled=not saving.role(),
            )


def _lenses(table: pd.DataFrame) -> None:
    """How many actions each area of Virginia's and California's guides has, and where."""
    for column, areas in (("virginia", VIRGINIA), ("california", CALIFORNIA)):
        rows = []
        for key, label in areas.items():
            own = table[table[column].eq(key)]
            where = "; ".join(dict.fromkeys(own["place"])) or text("nowhere yet")
            rows.append((text(label), f"{len(own):,}", where))
        heads = [mark("Area of the guide"), mark("Actions"), mark("Where")]
        display.plain(pd.DataFrame(rows, columns=heads, dtype="str"), text(words.FIELDS[column]))
    st.caption(text(LENSES))


LENSES = mark(
    "Areas: Virginia's Attendance Matters, and California's attendance guide. Which area a strategy"
    " belongs to is our reading. It can be changed in each action."
)


def _sums(table: pd.DataFrame) -> None:
    """Cost and funding by who funds, and by how far the actions are."""
    for column, title in (
        ("funder", mark("Costs by who funds them")),
        ("status", mark("Costs by status")),
    ):
        sums = by(table, column)
        names = [words.value(column, key) or text("nobody named yet") for key in sums.index]
        rows = pd.DataFrame(
            {
                words.FIELDS[column]: names,
                mark("Actions"): sums["actions"].map("{:,}".format),
                mark("Cost"): sums["cost"].map(words.dollars),
                mark("Funded"): sums["funded"].map(words.dollars),
                mark("Still open"): sums["open"].map(words.dollars),
                mark("Without a cost"): sums["unpriced"].map("{:,}".format),
            },
            dtype="str",
        )
        display.plain(rows, text(title))
