"""One question of the intake as a field: what is proposed, what else there is, and the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from data.intake.interview import Interview, Key, Question, given
from data.intake.tokens import ANSWERS
from ui.intake import session, words
from ui.languages import text
from ui.words.as_written import as_written

MOST_OPTIONS = 60
LINES_HEIGHT = 120
WRITTEN = (("place", "breaks"), ("place", "totals"))
"""Questions whose answers are written, one a line."""
LONG = 10  # letters: a proposal worth choosing


def fields(interview: Interview, questions: Sequence[Question]) -> None:
    """Draw questions as fields, two side by side."""
    for at in range(0, len(questions), 2):
        pair = questions[at : at + 2]
        for column, question in zip(st.columns(2, gap="medium"), pair, strict=False):
            with column:
                _field(interview, question)


def doubtful(interview: Interview) -> list[Question]:
    """Give the questions that must be answered, answered or not."""
    return [each for each in interview.asked if not each.sure]


def proposed(interview: Interview, name: str) -> list[Question]:
    """Give the questions about one table that need no answer."""
    return [each for each in interview.asked if each.sure and each.key[:2] == ("files", name)]


def of_totals(interview: Interview) -> list[Question]:
    """Give the question about the publisher's totals."""
    return [each for each in interview.asked if each.key == ("place", "totals")]


def of_place(interview: Interview) -> list[Question]:
    """Give the questions about the place that need no answer; doubts stand with the checks."""
    sure = [each for each in interview.asked if each.sure and each.key[0] == "place"]
    return [each for each in sure if each.key[1] not in ("accept", "totals")]


def _field(interview: Interview, question: Question) -> None:
    """Draw one question; an answer is remembered before the page is drawn anew."""
    said = given(interview.answers, question.key)
    label = words.asks(question)
    if question.key[0] == "files" and not question.sure:
        label = f"{question.key[1]}: {label}"
    if question.key[2:3] == ("names",) or question.key in WRITTEN:
        _lines(question, as_written(label), question.proposal if said is None else said)
    elif isinstance(question.proposal, tuple):
        chosen = question.proposal if said is None else said
        _several(interview, question, as_written(label), chosen)
    elif _options(question):
        _one_of(question, as_written(label), said)
    else:
        proposal = question.proposal
        shown = said or (proposal if question.sure else "")
        st.text_input(as_written(label), shown, placeholder=proposal, **_change(question.key))
    st.html(f"<small class='atlas-note' lang='en'>{escape(question.evidence)}</small>")


def _options(question: Question) -> list[str]:
    """Give the answers offered; none where anything may be written."""
    proposal = str(question.proposal)
    if question.key[-2] == "tokens":
        return list(dict.fromkeys([proposal, *ANSWERS]))
    if question.alternatives:
        return list(dict.fromkeys([proposal, *question.alternatives[:MOST_OPTIONS]]))
    return [proposal] if len(proposal) > LONG and not question.sure else []


def _one_of(question: Question, label: str, said: str | None) -> None:
    options = _options(question)
    options += [said] if said is not None and said not in options else []
    shown = str(question.proposal) if said is None and question.sure else said
    st.selectbox(
        label,
        options,
        index=None if shown is None else options.index(shown),
        format_func=words.value,
        placeholder=text("Choose"),
        accept_new_options=not question.alternatives,
        **_change(question.key),
    )


def _several(interview: Interview, question: Question, label: str, said: Sequence[str]) -> None:
    """Draw a list; one that is doubted can be taken as it is proposed."""
    options = list(dict.fromkeys([*question.proposal, *said, *question.alternatives]))
    st.multiselect(
        label,
        options,
        list(said),
        accept_new_options=not question.alternatives,
        placeholder=text("none"),
        **_change(question.key),
    )
    if question in interview.open:
        key = f"{_change(question.key)['key']}-as-proposed"
        answer = (question.key, question.proposal)
        st.button(text("As proposed"), key=key, on_click=session.answer, args=answer)


def _lines(question: Question, label: str, said: Sequence[str]) -> None:
    """Draw a question whose answers are written, one a line."""
    change = {**_change(question.key), "on_change": _keep_lines}
    st.text_area(label, "\n".join(said), height=LINES_HEIGHT, **change)


def _keep_lines(name: str, key: Key) -> None:
    lines = (line.strip() for line in st.session_state[name].splitlines())
    session.answer(key, tuple(filter(None, lines)))


def _change(key: Key) -> dict[str, Any]:
    """Give what every field has: its name, and what is done when it changes."""
    name = "intake-" + hashlib.sha256(repr(key).encode()).hexdigest()[:16]
    return {"key": name, "on_change": _keep, "args": (name, key)}


def _keep(name: str, key: Key) -> None:
    value = st.session_state[name]
    if value is not None:
        session.answer(key, tuple(value) if isinstance(value, list) else value)
