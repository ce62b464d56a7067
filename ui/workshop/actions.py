"""What a workshop ends in: actions, each an entry of the plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pandas as pd
import streamlit as st

from data.plan import store as plan_store
from data.plan.database import PlanError
from data.plan.entry import ROLES, EntryError, checked
from data.plan.store import Change
from data.workshop import store
from data.workshop.note import LAST
from data.workshop.store import Workshop
from ui.languages import mark, text
from ui.plan import saving
from ui.plan import words as plan_words
from ui.queries import plan as queries_plan
from ui.selection import Selection
from ui.tables import display
from ui.words.as_written import as_written

Act = Callable[[], object]
ID, SAID = "workshop-action-id", "workshop-action-said"
FIELDS = ("place", "strategy", "partner", "start")


def section(shop: Workshop, selection: Selection) -> None:
    """Draw the form of an action, at the last question, and the actions so far."""
    if shop.prompt != LAST:
        return
    with st.form("workshop-action", enter_to_submit=False):
        st.header(as_written(text("An action for the Plan")), anchor=False)
        places = queries_plan.places(selection)
        for column, name in zip(st.columns(len(FIELDS) + 1), ("by", *FIELDS), strict=True):
            with column:
                _field(name, places)
        for said in st.session_state.pop(SAID, []):
            st.error(as_written(said))
        st.form_submit_button(
            text("Put it into the Plan"),
            key="workshop-to-plan",
            type="primary",
            on_click=_save,
            args=(shop, places),
        )
    table(shop)


def rows(shop: Workshop) -> list[tuple[str, str, str, str]]:
    """Give the actions as the plan has them now: what, where, who and when."""
    ids = set(store.actions(shop))
    return [
        (
            plan_words.strategy(each.entry.strategy),
            each.entry.place,
            each.entry.partner,
            each.entry.start,
        )
        for each in plan_store.stored(shop.area)
        if each.id in ids
    ]


def table(shop: Workshop) -> None:
    """Draw the actions that came out of the workshop."""
    try:
        found = rows(shop)
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return
    if found:
        heads = [plan_words.FIELDS[name] for name in ("strategy", "place", "partner", "start")]
        laid = pd.DataFrame(found, columns=heads, dtype="str")
        display.plain(laid, text("Actions of this workshop, in the Plan"))
        st.page_link("pages/plan.py", label=text("Go on in the Plan"))


def _field(name: str, places: dict[str, tuple[str, str]]) -> None:
    key = f"workshop-action-{name}"
    if name == "by":
        keys = list(ROLES)
        st.selectbox(
            text(plan_words.SPEAKS),
            keys,
            index=None,
            format_func=plan_words.role,
            placeholder=text("Choose a role, not a name"),
            key=key,
        )
    elif name == "place":
        offered = {each: plan_words.place(*named) for each, named in places.items()}
        label = text(plan_words.FIELDS[name])
        st.selectbox(label, list(offered), format_func=lambda each: offered[each], key=key)
    elif name == "strategy":
        known = {each: text(words) for each, words in queries_plan.strategies().items()}
        st.selectbox(
            text(plan_words.FIELDS[name]),
            list(known),
            index=None,
            format_func=lambda each: known.get(each, each),
            accept_new_options=True,
            placeholder=text("Choose, or type your own"),
            key=key,
        )
    else:
        st.text_input(text(plan_words.FIELDS[name]), key=key, max_chars=120)


def _save(shop: Workshop, places: dict[str, tuple[str, str]]) -> None:
    """Put an action into the plan; the same press twice is one."""
    state = st.session_state
    typed = {name: state.get(f"workshop-action-{name}") for name in ("by", *FIELDS)}
    key = str(typed.pop("place") or "place:")
    kind, _, id_ = key.partition(":")
    place = {"place": places[key][1], "place_kind": kind, "place_id": id_}
    if not typed["by"]:
        state[SAID] = [text(NO_ROLE)]
        return
    entry_id = state.setdefault(ID, uuid4().hex)
    try:
        entry = checked({**typed, **place})
        change = Change("add", str(typed["by"]), entry_id, entry=entry, key=f"workshop-{entry_id}")
        plan_store.apply(shop.area, [change], datetime.now(UTC))
        store.note_action(shop, entry_id)
    except EntryError as error:
        state[SAID] = [plan_words.problem(each) for each in error.problems]
        return
    except PlanError as error:
        state[SAID] = [plan_words.trouble(error)]
        return
    state[saving.ROLE] = typed["by"]
    del state[ID]
    for name in ("strategy", "partner", "start"):
        state.pop(f"workshop-action-{name}", None)


NO_ROLE = mark("Choose whom you speak for.")
