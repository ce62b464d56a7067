"""Words of the page Plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from data.plan.database import ClosedError, PlanError, UnreachableError
from data.plan.entry import KINDS, OFFERED, PROBLEMS, ROLES, STATUSES, Entry, Problem
from data.plan.store import ConflictError, NothingToUndoError
from data.plan.sums import summary
from data.store.folders import without_home
from ui.languages import counted, mark, number, text
from ui.queries import plan as queries_plan
from ui.queries.plan import Opened

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "place": mark("Where"),
        "strategy": mark("What is done"),
        "partner": mark("Who does it"),
        "capacity": mark("Reaches a year"),
        "cost": mark("Cost in dollars"),
        "funded": mark("Funded, in dollars"),
        "funder": mark("Who funds it"),
        "start": mark("Start"),
        "status": mark("Status"),
        "notes": mark("Notes"),
        "virginia": mark("Virginia's area"),
        "california": mark("California's area"),
    }
)
"""Labels of the fields that people fill in, in the order of the form."""
SPEAKS = mark("You speak for")
OWN_FIGURES = mark(
    "Partners write the plan. Its costs and numbers are theirs: no one has checked them, and they"
    " have no range. Each change is kept with its time and the role of who made it."
)
NO_STUDENTS = mark(
    "The plan is about places and partners. Names, birth dates and numbers of students are refused."
)
UNREACHABLE = mark(
    "The plan's database does not answer. Nothing was lost, and what you typed is still here. Wait"
    " a moment, then try again. If it lasts, ask whoever runs the server to start the database."
)
CLOSED = mark(
    "The plan cannot be changed here: its folder or database can only be read, or the disk is full."
    " Whoever runs the server can name another folder with ATLAS_HOME, or a database with"
    " ATLAS_DATABASE_URL."
)
NOTHING_TO_UNDO = mark("Each change of this action is undone already.")


def answer(plan: Opened) -> str:
    """Say in one sentence what the plan holds."""
    if plan.trouble:
        return text("The plan cannot be read at the moment.")
    held = summary(plan.table)
    if not held.actions:
        return text("Nothing is planned here yet. Add the first action below.")
    return text(
        "The plan holds {actions} in {places}, {under_way} under way. {cost} planned, {funded}"
        " funded.",
        actions=counted("{count} action", "{count} actions", held.actions),
        places=counted("{count} place", "{count} places", held.places),
        under_way=number(f"{held.under_way:,}"),
        cost=dollars(held.cost),
        funded=dollars(held.funded),
    )


def dollars(amount: float | None) -> str:
    """Write an amount: "$120,000"; "" for none."""
    return "" if amount is None or pd.isna(amount) else f"${number(f'{int(amount):,}')}"


def strategy(id_or_words: str) -> str:
    """Name a strategy of the library, or repeat own words."""
    return text(known) if (known := queries_plan.strategies().get(id_or_words)) else id_or_words


def role(key: str) -> str:
    """Name a role."""
    return text(ROLES[key]) if key in ROLES else key


def value(field: str, given: object) -> str:
    """Write the value of a field as people read it."""
    if given is None or given is pd.NA or given == "":
        return ""
    if field in OFFERED:
        return text(OFFERED[field].get(str(given), str(given)))
    if field == "strategy":
        return strategy(str(given))
    if field in ("cost", "funded"):
        return dollars(int(str(given)))
    if field == "capacity":
        return number(f"{int(str(given)):,}")
    return str(given)


def place(kind: str, name: str) -> str:
    """Name a place with what it is: "Mott Haven (neighbourhood)"."""
    if kind == "place":
        return text("{name}: {kind}", name=name, kind=text(KINDS[kind]))
    return text("{name} ({kind})", name=name, kind=text(KINDS.get(kind, kind)))


def label(row: pd.Series) -> str:
    """Name an entry in a list of them."""
    partner = f" ({row['partner']})" if row["partner"] else ""
    return f"{row['place']}: {strategy(row['strategy'])}{partner}"


def moment(at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """Write a moment by the clock of the reader's browser."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return at.astimezone(zone).strftime(form)


def problem(one: Problem) -> str:
    """Say what is wrong with a field, and what to do."""
    values = dict(one.values)
    if one.name in OFFERED and "offered" in values:
        values["offered"] = ", ".join(text(each) for each in OFFERED[one.name].values())
    said = text(PROBLEMS[one.code], **values)
    return text("{field}: {problem}", field=text(FIELDS.get(one.name, SPEAKS)), problem=said)


def trouble(error: PlanError) -> str:
    """Say what went wrong with the plan, and what to do."""
    if isinstance(error, UnreachableError):
        return text(UNREACHABLE)
    if isinstance(error, ClosedError):
        return text(CLOSED)
    if isinstance(error, NothingToUndoError):
        return text(NOTHING_TO_UNDO)
    if isinstance(error, ConflictError):
        return conflict(error)
    return without_home(str(error))


def conflict(error: ConflictError) -> str:
    """Say who changed an entry meanwhile, what and when."""
    now = error.current
    said = {
        "who": role(now.changed_by),
        "when": moment(now.changed_at),
        "what": strategy(now.entry.strategy),
        "where": now.entry.place,
    }
    if now.removed:
        return text("{who} removed “{what}” in {where} at {when}, after you opened it.", **said)
    return text("{who} changed “{what}” in {where} at {when}, after you opened it.", **said)


def differences(before: Entry | None, after: Entry | None) -> str:
    """Tell the fields in which two states of an entry differ, old and new; "" where one is none."""
    if before is None or after is None:
        return ""
    old, new = before.values(), after.values()
    return "; ".join(
        text(
            "{field}: {old} → {new}",
            field=text(label),
            old=value(name, old[name]) or "–",
            new=value(name, new[name]) or "–",
        )
        for name, label in FIELDS.items()
        if old[name] != new[name]
    )


def statuses() -> dict[str, str]:
    """Words of each status."""
    return {key: text(words) for key, words in STATUSES.items()}
