"""The wall of a workshop: the question, the notes by heap, and what whoever leads can do."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from data.plan.database import PlanError
from data.workshop import codes, store
from data.workshop.note import LONGEST_HEAP, PROMPTS
from data.workshop.store import Note, Workshop
from ui import languages, share
from ui.languages import counted, mark, text
from ui.plan import words as plan_words
from ui.present.stage import STYLE
from ui.selection import Selection
from ui.words.as_written import as_written
from ui.workshop import actions, composer, door, record, words

LIVE = 3  # seconds between looks at what others wrote


def draw(shop: Workshop, selection: Selection) -> None:
    """Draw the workshop as it is now, and anew every few seconds."""
    noun = languages.reported()
    if shop.closed:
        record.draw(shop, selection)
        return

    @st.fragment(run_every=LIVE)
    def live(lang: str) -> None:
        languages.speak(lang)
        languages.report(noun)
        try:
            now = door.opened()
            notes = store.notes(now) if now else []
        except PlanError as error:
            st.warning(as_written(plan_words.trouble(error)))
            return
        if now is None or now.closed or now.prompt != shop.prompt:
            st.rerun()  # the answer above the wall changes, too
        elif st.session_state.get(door.ROOM):
            _room(now, notes)
        else:
            _desk(now, notes)

    live(selection.lang)
    if not st.session_state.get(door.ROOM) and door.lead():
        actions.section(shop, selection)
        _closing(shop)


def _desk(shop: Workshop, notes: Sequence[Note]) -> None:
    """Draw what a participant sees: field and wall; whoever leads has more."""
    left, right = st.columns((67, 33), gap="medium")
    with left:
        composer.draw(shop)
        st.html(_wall(shop.prompt, notes))
    with right:
        _codes(shop)
        if door.lead():
            _lead(shop, notes)
        else:
            door.ask_for_lead(shop)
    for key in (key for key in PROMPTS if key != shop.prompt):
        if any(each.prompt == key for each in notes):
            st.html(f"<h3>{escape(words.prompt(key))}</h3>{_wall(key, notes)}")


def _wall(prompt: str, notes: Sequence[Note]) -> str:
    """Lay out the notes of a question by heap; those in no heap come last."""
    own = [each for each in notes if each.prompt == prompt]
    if not own:
        return f"<p class='workshop-wall'>{escape(text(words.EMPTY_WALL))}</p>"
    heaps = sorted({each.heap for each in own}, key=lambda heap: (not heap, heap))
    parts = ""
    for heap in heaps:
        items = "".join(f"<li>{escape(each.words)}</li>" for each in own if each.heap == heap)
        head = f"<h4>{escape(heap)}</h4>" if heap else ""
        parts += f"<section>{head}<ul>{items}</ul></section>"
    return f"<div class='workshop-wall'>{parts}</div>"


def _codes(shop: Workshop) -> None:
    """Code and until when it holds, for who is still to come."""
    shown = codes.shown(door.code())
    st.html(f"<p class='workshop-code'>{escape(text('Code'))} <b>{escape(shown)}</b></p>")
    st.caption(as_written(words.until(shop.closes_at)))
    with st.container(horizontal=True):
        st.button(
            text("Show on the wall"), key="workshop-wall-on", on_click=_set_room, args=(True,)
        )
        st.button(text("Leave the workshop"), key="workshop-leave", on_click=door.leave)


def _set_room(on: bool) -> None:
    st.session_state[door.ROOM] = on


def _lead(shop: Workshop, notes: Sequence[Note]) -> None:
    """Move from question to question; put notes together, or take them down."""
    keys = list(PROMPTS)
    at = keys.index(shop.prompt)
    with st.container(horizontal=True):
        for label, key, to in (
            (mark("Question before"), "back", at - 1),
            (mark("Next question"), "next", at + 1),
        ):
            st.button(
                text(label),
                key=f"workshop-{key}",
                on_click=_move,
                args=(shop, keys[to % len(keys)]),
                disabled=not 0 <= to < len(keys),
            )
    own = {each.key: each for each in notes if each.prompt == shop.prompt}
    st.multiselect(
        text("Notes"),
        list(own),
        key="workshop-chosen",
        format_func=lambda key: own[key].words if key in own else "",
        placeholder=text("Choose notes"),
    )
    st.text_input(text("Put them under"), key="workshop-heap", max_chars=LONGEST_HEAP)
    with st.container(horizontal=True):
        st.button(text("Put together"), key="workshop-put", on_click=_put, args=(shop,))
        st.button(text("Take down"), key="workshop-down", on_click=_take_down, args=(shop,))
    if said := st.session_state.pop("workshop-said", ""):
        st.error(as_written(said))
    with st.popover(text("Code of the lead")):  # not on a screen that others see
        st.write(as_written(text(words.LEAD_CODE, code=codes.shown(door.lead()))))


def _chosen() -> list[str]:
    return list(st.session_state.get("workshop-chosen") or [])


def _move(shop: Workshop, prompt: str) -> None:
    _acted(lambda: store.move(shop, door.lead(), prompt))


def _put(shop: Workshop) -> None:
    heap = str(st.session_state.get("workshop-heap") or "")

    def put() -> None:
        if code := store.put(shop, door.lead(), _chosen(), heap):
            st.session_state["workshop-said"] = words.refused(code)

    if _acted(put):
        st.session_state["workshop-chosen"] = []
        st.session_state["workshop-heap"] = ""


def _take_down(shop: Workshop) -> None:
    if _acted(lambda: store.take_down(shop, door.lead(), _chosen())):
        st.session_state["workshop-chosen"] = []


def _acted(act: actions.Act) -> bool:
    """Do what whoever leads wants; say why it could not be done."""
    try:
        act()
    except PlanError as error:
        st.session_state["workshop-said"] = plan_words.trouble(error)
        return False
    return True


def _closing(shop: Workshop) -> None:
    with st.popover(text("Close the workshop"), key="workshop-closing"):
        st.write(as_written(text(words.CLOSE_SURE)))
        st.button(
            text("Close it now"),
            key="workshop-close",
            type="primary",
            on_click=_close,
            args=(shop,),
        )


def _close(shop: Workshop) -> None:
    _acted(lambda: store.close(shop, door.lead()))


def _room(shop: Workshop, notes: Sequence[Note]) -> None:
    """Fill the screen of a room: question, notes and code, nothing under 22 px."""
    st.html(STYLE)
    own = [each for each in notes if each.prompt == shop.prompt]
    with st.container(key="room", gap=None):
        many = counted("{count} note", "{count} notes", len(own))
        st.html(
            f"<header class='room-head'><p>{escape(shop.place)} · {escape(many)}</p>"
            f"<h1>{escape(words.prompt(shop.prompt))}</h1></header>"
        )
        with st.container(key="room-picture", gap=None):
            left, right = st.columns((75, 25), gap="medium")
            left.html(_wall(shop.prompt, notes))
            right.html(
                f"{share.code(door.link(shop))}<p class='workshop-code'>{escape(text('Code'))}"
                f" <b>{escape(codes.shown(door.code()))}</b></p>"
            )
        with st.container(key="room-bar", horizontal=True, vertical_alignment="center"):
            st.html(f"<p class='room-source'>{escape(text(words.NOTHING_PERSONAL))}</p>")
            st.button(text("Leave"), key="workshop-wall-off", on_click=_set_room, args=(False,))
