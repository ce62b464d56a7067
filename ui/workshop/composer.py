"""The field in which people write notes: what the browser holds is taken until each is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from data.plan.database import PlanError
from data.workshop import store
from data.workshop.note import LONGEST
from data.workshop.store import Workshop
from ui.languages import text
from ui.workshop import door, words

KEY, ANSWERS = "workshop-composer", "workshop-answers"
MOST_AT_ONCE, LONGEST_BOX = 50, 50_000
FOLDER = Path(__file__).parent
_composer = st.components.v2.component(
    "workshop_composer",
    js=(FOLDER / "composer.js").read_text(encoding="utf-8"),
    css=(FOLDER / "composer.css").read_text(encoding="utf-8"),
)


def draw(shop: Workshop) -> None:
    """Draw the field; take the notes that lie in the browser, and say which are kept."""
    answers: dict[str, str] = st.session_state.setdefault(ANSWERS, {})
    sent = _composer(
        data={
            "shop": shop.id,
            "prompt": shop.prompt,
            "label": words.prompt(shop.prompt),
            "add": text("Add a note"),
            "waits": text(words.WAITS),
            "saved": text(words.KEPT),
            "most": LONGEST,
            "answers": {key: words.refused(code) for key, code in answers.items()},
            "lead": door.lead(),
            "leads": bool(door.lead()),
        },
        key=KEY,
        default={"outbox": "", "lead": ""},
        on_outbox_change=_nothing,
        on_lead_change=_nothing,
    )
    new = _take(shop, str(sent.outbox or ""), answers)
    if sent.lead and not door.lead():
        new |= door.take_lead(shop, str(sent.lead))
    if new:
        st.rerun()


def _nothing() -> None:
    """Leave a change to the run that follows."""


def _take(shop: Workshop, box: str, answers: dict[str, str]) -> bool:
    """Keep the notes of an outbox that are not answered yet; whether any was."""
    new = False
    for note in _notes(box):
        key = str(note.get("key", ""))
        if key in answers:
            continue
        try:
            given = str(note.get("prompt", "")), str(note.get("words", ""))
            answers[key] = store.add(shop, key, *given, datetime.now(UTC))
        except PlanError:  # not answered: the browser sends it again
            return new
        new = True
    return new


def _notes(box: str) -> list[dict[str, Any]]:
    """Read what a browser sent; nothing of what is not an outbox."""
    if len(box) > LONGEST_BOX:
        return []
    try:
        notes = json.loads(box or "{}").get("notes", [])
    except (ValueError, AttributeError):
        return []
    listed = notes if isinstance(notes, list) else []
    return [each for each in listed if isinstance(each, dict)][:MOST_AT_ONCE]
