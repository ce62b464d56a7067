import streamlit as st

from ui import frame, queries
from ui.charts import history as history_charts
from ui.charts import places as school_charts
from ui.maps import block as map_block
from ui.maps import decks as classes
from ui.queries import school_lists as queries_lists
from ui.schools import block as school_block
from ui.schools import words as school_words
from ui.schools.filters import filters
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import answers
from ui.words import standing as words
from ui.words.cards import school_card

selection = frame.current()
frame.question("Which schools could use help first?", selection, needs_figures=False)
selection = filters(selection)
schools = queries_lists.listed(selection)
totals = queries_lists.totals(schools)

frame.answer(school_words.answer(schools, totals, selection.year))
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
if selection.focus not in schools.index:
    school_block.first(schools, selection)
frame.how_sure(
    school_words.ties(schools),
    school_words.ORDER_MEANING,
    words.SCHOOL_RANGE,
    answers.year_basis(queries.dispersion(selection)),
)
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
school_block.table(schools, selection)
downloads.buttons(selection, "schools", schools, place="schools")
frame.limits(selection)
