"""How a session comes into a workshop: it begins one, or enters its code; and how it comes back.

The code stands in the link, so that a page that is loaded anew, or a server that was started anew,
opens the same workshop. The code of the lead stands in no link: the browser of the lead keeps it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

import streamlit as st

from data.plan.database import PlanError
from data.workshop import codes, store
from data.workshop.note import PROMPTS
from data.workshop.store import Workshop
from ui import frame, queries, roles
from ui.languages import text
from ui.plan import words as plan_words
from ui.selection import Selection
from ui.words.as_written import as_written
from ui.workshop import words

CODE, LEAD, WRONG, ROOM = "workshop-code", "workshop-lead", "workshop-wrong", "workshop-room"
QUERY = "workshop"
_tries = codes.Tries()


def opened() -> Workshop | None:
    """Give the workshop of this session or of its link; None for none: then what is over goes.

    Raises
    ------
    PlanError
        The database does not answer.
    """
    shop = _tried(str(st.session_state.get(CODE) or codes.typed(st.query_params.get(QUERY, ""))))
    if shop is None:
        store.tidy(datetime.now(UTC))
    else:
        st.session_state[frame.OWN_QUERY] = {QUERY: code()}
    return shop


def _tried(given: str) -> Workshop | None:
    """Give the workshop of a code; who tries too many wrong ones must wait."""
    state, now = st.session_state, datetime.now(UTC)
    if not given:
        return None
    if state.get(CODE) != given and not _tries.may_try(_address(), now):
        state[WRONG] = words.TOO_OFTEN
        return None
    shop = store.opened(given, now)
    if shop is None:
        _tries.note_wrong(_address(), now)
        state.pop(CODE, None)
        state[WRONG] = words.NO_SUCH
        return None
    state[CODE] = given
    return shop


def link(shop: Workshop) -> str:
    """Address that opens a workshop, for who joins."""
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{urlencode({'area': shop.area, QUERY: code()})}"


def code() -> str:
    """Code of the workshop that this session is in."""
    return str(st.session_state.get(CODE, ""))


def lead() -> str:
    """Code of the lead, where this session leads; "" where not."""
    return str(st.session_state.get(LEAD, ""))


def take_lead(shop: Workshop, typed: str) -> bool:
    """Let a session lead with the code of the lead; whether it was that."""
    now, given = datetime.now(UTC), codes.typed(typed)
    if not _tries.may_try(_address(), now):
        return False
    if not store.leads(shop, given):
        _tries.note_wrong(_address(), now)
        return False
    st.session_state[LEAD] = given
    return True


def ask_for_lead(shop: Workshop) -> None:
    """Offer a session that does not lead to enter the code of the lead."""
    with st.popover(text("I lead this workshop")):
        typed = st.text_input(text("Code of the lead"), key="workshop-lead-typed", max_chars=30)
        if typed and not take_lead(shop, typed):
            st.error(as_written(text(words.NOT_THE_LEAD)))
        elif typed:
            st.rerun()


def leave() -> None:
    """Leave the workshop; it goes on."""
    for name in (CODE, LEAD, WRONG, ROOM):
        st.session_state.pop(name, None)
    st.query_params.pop(QUERY, None)


def entrance(selection: Selection) -> None:
    """Offer to enter a code, or to begin a workshop."""
    if said := st.session_state.pop(WRONG, ""):
        st.error(as_written(text(said)))
    left, right = st.columns(2, gap="large")
    with left, st.form("workshop-enter"):
        st.header(as_written(text("Join")), anchor=False)
        st.text_input(text("Code of the workshop"), key="workshop-typed", max_chars=20)
        st.form_submit_button(text("Join"), key="workshop-join", type="primary", on_click=_join)
    with right:
        st.header(as_written(text("Lead")), anchor=False)
        st.write(as_written(text(words.BEGIN)))
        if roles.hands_in():
            name = queries.panel(selection).area.name
            st.button(
                text("Begin a workshop"),
                key="workshop-begin",
                on_click=_begin,
                args=(selection.area, name),
            )
    steps = "".join(f"<li>{escape(words.prompt(key))}</li>" for key in PROMPTS)
    st.html(f"<h3>{escape(text('Six questions, in this order'))}</h3><ol>{steps}</ol>")


def _join() -> None:
    """Enter the code that was typed, and open the place of its workshop."""
    st.session_state[WRONG] = words.NO_SUCH
    try:
        shop = _tried(codes.typed(str(st.session_state.get("workshop-typed") or "")))
    except PlanError as error:
        st.session_state[WRONG] = plan_words.trouble(error)
        return
    if shop is not None:
        del st.session_state[WRONG]
        if shop.area in queries.places():
            st.session_state["area"] = shop.area


def _begin(area: str, place: str) -> None:
    try:
        _, new, lead_code = store.begin(area, place, datetime.now(UTC))
    except PlanError as error:
        st.session_state[WRONG] = plan_words.trouble(error)
        return
    st.session_state[CODE], st.session_state[LEAD] = new, lead_code


def _address() -> str:
    """Address that a try comes from; one for all where the server does not know it."""
    return str(st.context.ip_address or "")
