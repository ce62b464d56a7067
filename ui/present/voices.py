"""What do people say? Strengths beside needs, each with how many said it, in a room's letters."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ui.languages import mark, text
from ui.present.bars import BLUE, Bar, bars, steps
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import voices as queries_voices
from ui.queries.voices import Heard
from ui.selection import Selection
from ui.voices import words
from ui.voices.block import HEADINGS

SHOWN = 3
COLOURS = {"strength": BLUE, "need": "#a04f12"}
LISTEN = (
    (mark("Listen"), mark("A circle with families, talks with students, a forum. Ask what helps.")),
    (mark("Write down"), mark("The theme, who spoke, how many said it. No names.")),
    (mark("Listen again"), mark("From 5 voices of 2 occasions a theme shows here.")),
)


def headline(subject: Subject) -> str:
    """Say what people speak of most, or that nobody was heard yet."""
    selection, heard = _heard(subject)
    return words.answer(heard, heard.asked(selection), selection)


def picture(subject: Subject) -> None:
    """Draw the themes of most voices, strengths and needs side by side; else how to listen."""
    selection, heard = _heard(subject)
    table = heard.asked(selection)
    if table.empty:
        st.html(steps([(text(what), text(how)) for what, how in LISTEN]))
        return
    most = int(table["voices"].max())
    for column, nature in zip(st.columns(len(COLOURS), gap="medium"), COLOURS, strict=True):
        own = table[table["nature"].eq(nature)].nlargest(SHOWN, "voices", keep="first")
        rows = [_bar(row, heard, selection, most) for _, row in own.iterrows()]
        with column:
            st.html(bars(rows, text(HEADINGS[nature])))


def _heard(subject: Subject) -> tuple[Selection, Heard]:
    """Give all voices of the place, whatever a page asked for."""
    selection = subject.place().selection
    selection = replace(selection, focus="", voices_area="", heard="", spoken_of="")
    return selection, queries_voices.heard(selection)


def _bar(row: pd.Series, heard: Heard, selection: Selection, most: int) -> Bar:
    said, _ = queries_voices.said_of(selection, row)
    where = heard.names.get(str(row["place"]), str(row["place"]))
    note = f"{where}: {text(words.SAYINGS[said])}"
    part, colour = int(row["voices"]) / most, COLOURS[str(row["nature"])]
    return Bar(words.theme(str(row["theme"])), words.short(row["voices"]), part, colour, note)


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what voices are, and when the numbers agree."""
    del subject
    return tuple(map(text, (words.RULE, words.BESIDE, words.NO_PERSONS)))


def source(subject: Subject) -> str:
    """Say where voices are from; "" while there are none."""
    selection, heard = _heard(subject)
    return "" if heard.asked(selection).empty else text(words.SHOWN)


VIEW = View(mark("What do people say?"), headline, picture, source, notes)
