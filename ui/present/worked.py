"""Did it work? The programme of the view beside similar schools, once for a room."""

from __future__ import annotations

from html import escape

import streamlit as st

from data.views.evaluation import Evaluation
from ui.charts.style import draw_chart
from ui.evaluation import charts
from ui.evaluation import words as evaluation_words
from ui.languages import mark, text
from ui.present import words
from ui.present.bars import plain
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import evaluation as queries_evaluation

PIXELS = 340
"""Height of the plot: with its title and words it fits a screen of 720 lines."""
NONE_YET = mark("No programme is chosen yet.")
TO_DO = mark("Choose one on the page Did it work?: where something began, and when.")


def headline(subject: Subject) -> str:
    """Say by rule what the figures show of the programme."""
    selection = subject.place().selection
    if queries_evaluation.programme(selection) is None:
        return text(NONE_YET)
    return evaluation_words.answer(queries_evaluation.found(selection), selection)


def picture(subject: Subject) -> None:
    """Draw the two lines in letters that a room reads."""
    selection = subject.place().selection
    outcome = queries_evaluation.found(selection)
    if outcome.programme is None:
        st.html(plain(text(TO_DO)))
        return
    if outcome.found is None or evaluation_words.is_ahead(outcome.found, selection):
        st.html(plain(text(evaluation_words.ASSOCIATION)))
        return
    st.html(_legend(outcome.found))
    draw_chart(charts.lines(outcome.found, letters=charts.ROOM, height=PIXELS))


def _legend(found: Evaluation) -> str:
    """HTML: which line is which, in letters that a room reads."""
    items = "".join(
        f"<li><i style='background:{colour}'></i>{escape(name)}</li>"
        for name, colour in evaluation_words.sides(found)
    )
    return f"<div class='room-legend room-legend-row'><ul>{items}</ul></div>"


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what the comparison is and is not."""
    del subject
    return tuple(map(text, (evaluation_words.SURE, evaluation_words.ASSOCIATION)))


def source(subject: Subject) -> str:
    """Say where the figures are from."""
    return words.source(subject.place())


VIEW = View(mark("Did it work?"), headline, picture, source, notes)
