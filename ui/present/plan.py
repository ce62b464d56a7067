"""Who does what? The plan as it stands now."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui.languages import mark, text
from ui.plan import words as plan_words
from ui.present.bars import plain, steps
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import plan as queries_plan

LISTED = 5


def headline(subject: Subject) -> str:
    """Say what the plan holds."""
    plan = queries_plan.opened(subject.selection)
    if plan.table.empty and not plan.trouble:
        return text("Nothing is planned here yet.")
    return plan_words.answer(plan)


def picture(subject: Subject) -> None:
    """List the first actions: what, where, who, since when."""
    table = queries_plan.opened(subject.selection).table
    if table.empty:
        st.html(plain(text("Who could do one thing, by when? Add it on the page Plan.")))
        return
    here = table["place"].eq(subject.name)
    first = pd.concat([table[here], table[~here]]).head(LISTED)
    st.html(
        steps([(plan_words.strategy(row["strategy"]), _who(row)) for _, row in first.iterrows()])
    )


def _who(row: pd.Series) -> str:
    """Write where, who, when and how far an action is."""
    known = [row["place"], row["partner"], row["start"], plan_words.value("status", row["status"])]
    return " · ".join(str(each) for each in known if isinstance(each, str) and each)


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell whose the plan is."""
    del subject
    return (text(plan_words.OWN_FIGURES),)


def source(subject: Subject) -> str:
    """Say who writes the plan."""
    return text("The plan of {place}, as its partners wrote it.", place=subject.place().name)


VIEW = View(mark("Who does what?"), headline, picture, source, notes)
