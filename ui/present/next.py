"""What next? What the room decides, from what the views before have shown."""

from __future__ import annotations

import streamlit as st

from ui.languages import mark, text
from ui.present import who, why, words
from ui.present.bars import steps
from ui.present.subject import Subject
from ui.present.views import View
from ui.why import conditions
from ui.words import plain


def headline(subject: Subject) -> str:
    """Say how many things there are to decide."""
    group = subject.area()
    if group is None:
        return text("Three things to decide today. Choose where to look first.")
    return text("Three things to decide today, for {name}.", name=group.name)


def picture(subject: Subject) -> None:
    """Draw the decisions with what they rest on."""
    group = subject.area() or subject
    st.html(steps([_ask(group), _change(subject), _by_when(subject)]))


def _ask(group: Subject) -> tuple[str, str]:
    schools = who.schools(group)
    what = text("Whom do we ask first?")
    if schools.empty:
        return what, text("Students and families know best what keeps children away.")
    return what, text(
        "Students, families and staff at {names}.",
        names=plain.listed(list(schools["name"].head(2))),
    )


def _change(subject: Subject) -> tuple[str, str]:
    what, group = text("What do we change first?"), subject.area()
    harder = why.harder(group) if group is not None else None
    if harder is None or harder.empty:
        return what, text("Ask what makes it hard to get to school, then choose one thing.")
    names = [conditions.said(str(name)) for name in harder.index[:2]]
    return what, text(
        "What stands out here: {conditions}. Ask whether it is the reason.",
        conditions=plain.listed(names),
    )


def _by_when(subject: Subject) -> tuple[str, str]:
    return text("Who does it, and when do we meet again?"), text(
        "Write down a name and a date. Look again when figures newer than {year} are out.",
        year=subject.selection.year,
    )


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to close a meeting."""
    del subject
    return (
        text("Let the room speak before you do. Write down what people say in their words."),
        text("One small thing that is done counts more than a long list."),
        text("No one is to blame. Ask what would help."),
    )


VIEW = View(mark("What next?"), headline, picture, words.source, notes)
