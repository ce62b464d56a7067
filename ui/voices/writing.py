"""What was heard is written down here: a form, what this session wrote, and files.

Nobody reads here what others wrote: voices of few people would be told by it. A session sees and
changes what it wrote itself; an analyst of a deployment that says so (`roles.copy`) sees all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st

from data.plan.database import PlanError
from data.plan.entry import EntryError, Problem
from data.plan.store import Change, ConflictError, Kind, Stored, read
from data.voices.codebook import GROUPS, NATURES, OCCASIONS, WHO, themes
from data.voices.note import LONGEST, MOST_VOICES, PROBLEMS, Voice, VoiceProblem, checked
from data.voices.store import VOICES
from ui import roles
from ui.languages import mark, text
from ui.plan import saving, speaker
from ui.plan import words as plan_words
from ui.queries import plan as queries_plan
from ui.selection import Selection
from ui.voices import words
from ui.words.as_written import as_written

DRAFT, OWN = "voices-draft", "voices-own"
LABELS: Mapping[str, str] = {
    "held": mark("Day"),
    "occasion": mark("Occasion"),
    "place": mark("Where it was said"),
    "who": mark("Who spoke"),
    "student_group": mark("Of which students"),
    "voices": mark("How many said it"),
    "nature": mark("Need or strength"),
    "theme": mark("Theme"),
    "words": mark("In one short sentence, without names"),
}
ROWS = (
    ("held", "occasion", "place"),
    ("who", "student_group", "voices"),
    ("nature", "theme"),
    ("words",),
)
HOW = mark(
    "Write one row for each theme and role: how many people said it, not who. You see here only"
    " what you wrote since you opened this page. What others wrote shows above, once there are"
    " enough."
)


@dataclass(frozen=True, eq=False)
class Draft:
    """What a session is writing, from which version on; the key is of this save."""

    area: str
    id: str
    version: int
    filled: Mapping[str, Any]
    base: Voice | None = None
    problems: tuple[Problem, ...] = ()
    key: str = ""


def section(selection: Selection) -> None:
    """Draw whom the reader speaks for, the form, and what this session wrote."""
    if not roles.hands_in():
        return
    st.caption(as_written(text(HOW)))
    speaker.choose("voices-role")
    _conflict(selection.area)
    _form(selection)
    _own(selection)


def report(selection: Selection) -> None:
    """Say what was saved, or why not."""
    saving.report(selection.area, VOICES)


def own(area: str) -> list[Stored[Voice]]:
    """Give what this session may see of what is written down: its own, or all."""
    kept = read(VOICES, area)
    if roles.copy() == "all":
        return kept
    ids: frozenset[str] = st.session_state.get(OWN, frozenset())
    return [each for each in kept if each.id in ids]


def note_own(ids: frozenset[str]) -> None:
    """Remember that this session wrote these."""
    st.session_state[OWN] = st.session_state.get(OWN, frozenset()) | ids


def _form(selection: Selection) -> None:
    draft = _current(selection.area)
    offered = _offered(selection)
    with st.form("voices-form", enter_to_submit=False):
        for row in ROWS:
            for column, name in zip(st.columns(len(row)), row, strict=True):
                with column:
                    _field(name, draft, offered)
        st.caption(as_written(text(words.NO_PERSONS)))
        for one in draft.problems:
            st.error(as_written(_said(one)))
        names = {key: name for key, (_, name) in queries_plan.places(selection).items()}
        st.form_submit_button(
            text("Save"), key="voices-save", type="primary", on_click=_save, args=(draft, names)
        )


def _current(area: str) -> Draft:
    """Give what the session is writing about a place; an empty form for nothing."""
    draft: Draft | None = st.session_state.get(DRAFT)
    if draft is None or draft.area != area:
        draft = Draft(area, uuid4().hex, 0, {})
        st.session_state[DRAFT] = draft
    return draft


def _offered(selection: Selection) -> dict[str, dict[str, str]]:
    places = {key: plan_words.place(*each) for key, each in queries_plan.places(selection).items()}
    return {
        "occasion": {key: text(each) for key, each in OCCASIONS.items()},
        "place": places,
        "who": {key: text(each) for key, each in WHO.items()},
        "student_group": {key: text(each) for key, each in GROUPS.items()},
        "nature": {key: text(each) for key, each in NATURES.items()},
        "theme": {key: text(each.label) for key, each in themes().items()},
    }


def _field(name: str, draft: Draft, offered: Mapping[str, Mapping[str, str]]) -> None:
    """Draw one field with what is stored or was typed."""
    key, label, given = _key(draft, name), text(LABELS[name]), draft.filled.get(name)
    if name in offered:
        known = offered[name]
        first = 0 if name in ("student_group", "nature") else None
        st.selectbox(
            label,
            list(known),
            index=list(known).index(str(given)) if given in known else first,
            format_func=lambda value: known.get(value, value),
            placeholder=text("Choose"),
            key=key,
        )
    elif name == "held":
        day = date.fromisoformat(str(given)) if given else None
        st.date_input(label, value=day, key=key, format="YYYY-MM-DD", max_value="today")
    elif name == "voices":
        count = int(given) if given else None
        st.number_input(label, 1, MOST_VOICES, value=count, step=1, key=key)
    else:
        st.text_input(label, value=str(given or ""), key=key, max_chars=LONGEST[name])


def _save(draft: Draft, names: Mapping[str, str]) -> None:
    """Take what the form holds; keep it with what is wrong, or send it."""
    typed = {name: st.session_state.get(_key(draft, name)) for row in ROWS for name in row}
    typed["held"] = str(typed["held"] or "")
    same = dict(typed) == dict(draft.filled)
    key = draft.key if draft.key and same else uuid4().hex
    draft = replace(draft, filled=typed, problems=(), key=key)
    st.session_state[DRAFT] = draft
    if not saving.role():
        st.session_state[DRAFT] = replace(draft, problems=(VoiceProblem("role", "no_role"),))
        return
    kind, _, id_ = str(typed["place"] or "").partition(":")
    place = {"place": names.get(f"{kind}:{id_}", ""), "place_kind": kind, "place_id": id_}
    try:
        voice = checked({**typed, **place}, date.today())
    except EntryError as error:
        st.session_state[DRAFT] = replace(draft, problems=error.problems)
        return
    act: Kind = "change" if draft.version else "add"
    change = Change(act, saving.role(), draft.id, draft.version, voice, key)
    done = partial(_saved, frozenset({draft.id}))
    saving.send(draft.area, (change,), {draft.id: draft.base}, done, VOICES)


def _saved(ids: frozenset[str]) -> None:
    note_own(ids)
    st.session_state.pop(DRAFT, None)
    saving.say(mark("Saved. It shows above once there are enough voices."), VOICES)


def _own(selection: Selection) -> None:
    """List what this session wrote, each with what can be done with it."""
    try:
        rows = own(selection.area)
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return
    for each in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(as_written(_line(each.entry)))
            st.button(text("Change"), key=f"voices-edit-{each.id}", on_click=_edit, args=(each,))
            for kind, label in (("undo", mark("Undo its last change")), ("remove", mark("Remove"))):
                st.button(
                    text(label),
                    key=f"voices-{kind}-{each.id}",
                    on_click=_do,
                    args=(selection.area, kind, each),
                    disabled=not saving.role(),
                )


def _line(voice: Voice) -> str:
    return text(
        "{day}, {place}: {theme}, {who}, {count} voices",
        day=voice.held,
        place=voice.place,
        theme=words.theme(voice.theme),
        who=text(WHO[voice.who]).lower(),
        count=voice.voices,
    )


def _edit(kept: Stored[Voice]) -> None:
    values = {**kept.entry.values(), "place": kept.entry.where()}
    filled = {name: values[name] for row in ROWS for name in row}
    st.session_state[DRAFT] = Draft(kept.area, kept.id, kept.version, filled, kept.entry)


def _do(area: str, kind: Kind, kept: Stored[Voice]) -> None:
    change: Change[Voice] = Change(kind, saving.role(), kept.id, kept.version)
    saving.send(area, (change,), {}, partial(saving.say, DONE[kind], VOICES), VOICES)


DONE = {"remove": mark("Removed."), "undo": mark("The last change is undone.")}


def _conflict(area: str) -> None:
    """Say that someone was faster, and let the writer choose a version."""
    kept = saving.waiting(area, VOICES)
    if kept is None or not isinstance(kept.error, ConflictError):
        return
    now = kept.error.current
    with st.container(key="voices-conflict", border=True):
        said = text(
            "{who} changed this at {when}, after you opened it: {now}. Yours is not saved yet.",
            who=plan_words.role(now.changed_by),
            when=plan_words.moment(now.changed_at),
            now=_line(now.entry),
        )
        st.error(as_written(said))
        with st.container(horizontal=True):
            st.button(text("Keep my version"), key="voices-mine", on_click=_keep, args=(kept,))
            st.button(text("Take the other version"), key="voices-theirs", on_click=_take)


def _keep(kept: saving.Waiting) -> None:
    if isinstance(kept.error, ConflictError):
        again = replace(kept.error.change, version=kept.error.current.version, key=uuid4().hex)
        others = [each for each in kept.changes if each.id != again.id]
        saving.send(kept.area, (*others, again), kept.bases, kept.done, VOICES)


def _take() -> None:
    st.session_state.pop(DRAFT, None)
    saving.drop(VOICES)
    saving.say(mark("The other version stays. Yours was not saved."), VOICES)


def _said(one: Problem) -> str:
    """Say what is wrong with a field, and what to do."""
    values = dict(one.values)
    if one.code == "not_offered":
        known = {"occasion": OCCASIONS, "who": WHO}.get(one.name, NATURES)
        values["offered"] = ", ".join(text(each) for each in known.values())
    label = text(LABELS.get(one.name, plan_words.SPEAKS))
    return text("{field}: {problem}", field=label, problem=text(PROBLEMS[one.code], **values))


def _key(draft: Draft, name: str) -> str:
    return f"voices-{draft.id}-{draft.version}-{name}"
