from ui import frame, queries, screen
from ui.climate import block as climate_block
from ui.queries import school_lists as queries_lists
from ui.schools import block as school_block
from ui.schools import words as school_words
from ui.words import answers
from ui.words import standing as words

selection = frame.head(
    "Which schools could use help first?",
    filters=school_block.FILTERS,
    options=school_block.OPTIONS,
    needs_figures=False,
    page="schools",
)
schools = queries_lists.listed(selection)

frame.answer(school_words.answer(schools, queries_lists.totals(schools), selection.year))
school_block.first_screen(schools, selection)
screen.foot(selection, school_words.ties(schools) or words.SCHOOL_RANGE, "schools")
school_block.history(schools, selection)
frame.how_sure(
    school_words.ORDER_MEANING,
    words.SCHOOL_RANGE,
    answers.year_basis(queries.dispersion(selection)),
)
frame.fold("All schools in order", "table", school_block.table, schools, selection)
climate_block.fold(selection)
frame.limits(selection)
