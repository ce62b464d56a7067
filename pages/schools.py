import streamlit as st

from ui import frame, queries
from ui.charts import history as history_charts
from ui.charts import places as school_charts
from ui.maps import block as map_block
from ui.maps import decks as classes
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import answers
from ui.words import standing as words
from ui.words.cards import school_card

selection = frame.current()
frame.question("Which schools could use help first?", selection, needs_figures=False)
schools = queries.schools(selection)

totals = queries.totals(selection)
frame.answer(answers.schools_sentence(totals.shown, totals.listed, totals.high, selection.year))
selection = map_block.school_block(
    selection,
    f"{words.MEASURES['crude']}, {selection.year}",
    classes.school_classes(schools, queries.school_points(selection)),
    schools,
    lambda row: school_card(
        row,
        selection.year,
        words.LEVELS[row["level"]],
        queries.school_conditions(selection, row.name),
    ),
    map_block.size_pixels(classes.SIZE_LABELS),
)
frame.how_sure(words.SCHOOL_RANGE, answers.year_basis(queries.dispersion(selection)))
if selection.focus in schools.index:
    history, place = queries.school_history(selection), queries.trend(selection)
    st.altair_chart(
        history_charts.school_history(history, place, place_name="all schools of this choice")
    )
    frame.breaks(selection)
    years = ("school_year", "enrolled", "chronic_absent", "rate", "next_year")
    table_block.show(history, years, f"{schools.loc[selection.focus, 'name']}, every school year")
else:
    st.altair_chart(school_charts.bands(schools["rate"], shown=schools["shown"]))
table_block.show(
    schools.sort_values(["chronic_absent", "name"], ascending=[False, True]),
    ("name", "level", "neighbourhood", "enrolled", "chronic_absent", "rate", "next_year", "ratio"),
    f"{totals.listed:,} schools, most students affected first, {selection.year}",
)
downloads.buttons(selection, "schools", schools, place="schools")
frame.limits(selection)
