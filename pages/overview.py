import streamlit as st

from ui import frame, queries, screen, welcome
from ui.maps.measure import absence_screen
from ui.places import across, overview
from ui.queries import charts
from ui.words import answers
from ui.words import standing as words

selection = overview.head("How many children miss much of their school year?")
area, totals = queries.panel(selection).area, queries.totals(selection)
trend = queries.trend(selection)

frame.answer(
    answers.overview_sentence(
        area.name,
        selection.year,
        totals.chronic_absent,
        totals.enrolled,
        totals.schools,
        area.definition,
    )
)
absence_screen(selection)
screen.foot(selection, words.TRACT_MEANING, "overview")
welcome.draw(selection)
frame.figures(answers.overview_figures(totals, trend, selection.year, area.definition))
frame.how_sure(*overview.sureness(selection))
st.vega_lite_chart(charts.trend_chart(selection))
frame.breaks(selection)
frame.fold("The map as a table", "table", overview.classes, selection)
frame.fold("Every school year", "years", overview.years, selection)
across.fold(selection)
frame.limits(selection)
