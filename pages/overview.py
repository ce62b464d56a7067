import streamlit as st

from ui import frame, queries
from ui.charts import history as history_charts
from ui.maps import block as map_block
from ui.maps import decks as classes
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import answers
from ui.words import standing as words
from ui.words.cards import tract_card

selection = frame.current()
frame.question("How many children miss much of their school year?", selection)
tracts, trend, totals = (
    queries.tracts(selection),
    queries.trend(selection),
    queries.totals(selection),
)

area = queries.panel(selection).area
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
selection = map_block.tract_block(
    selection,
    f"{words.MEASURES[selection.measure]}, {selection.year}",
    classes.measure_classes(tracts, selection.measure),
    tracts,
    lambda row: tract_card(row, selection.year),
)
frame.figures(answers.overview_figures(totals, trend, selection.year, area.definition))
table_block.show(
    classes.by_class(tracts, selection.measure),
    ("map_class", "tracts", "by_schools_tracts"),
    f"Tracts by class, {selection.year}",
)
frame.how_sure(
    queries.why_this_year(selection),
    words.COUNT_MEANING,
    answers.withheld_text(totals),
    words.CHANGE_MEANING,
    words.AREA_RANGE,
    words.COVERAGE_MEANING,
)
st.altair_chart(history_charts.trend(trend))
frame.breaks(selection)
counts = ("school_year", "enrolled", "chronic_absent", "rate", "schools", "withheld")
changes = ("compared", "paired", "paired_low", "paired_high", "composition")
table_block.show(trend, (*counts, *changes), "Every school year of this place")
downloads.buttons(selection, "tracts", tracts, place="tracts")
frame.limits(selection, words.TRACT_MEANING)
