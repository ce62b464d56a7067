from ui import frame, screen
from ui.priorities import block, criteria, gaps, words
from ui.queries import priorities as queries_priorities
from ui.queries import units
from ui.words import standing

selection = frame.head(
    "Where could help reach most students?",
    filters=block.FILTERS,
    options=block.OPTIONS,
    page="priorities",
)
view = queries_priorities.fitting(selection)
found = queries_priorities.found(view)
unit = units.unit_of(view)
names = units.names(view, unit, found.table.index)

frame.answer(words.answer(found, names, unit, view))
block.first_screen(found, names, view)
screen.foot(selection, words.shown(view), "priorities")
frame.how_sure(words.ORDER, words.ADVICE, standing.AREA_RANGE)
frame.fold("How sure is the order?", "order", block.order, found, names, view)
frame.fold("Does it pay to choose places?", "concentration", block.concentration, found, view)
frame.fold("Weigh several reasons", "reasons", criteria.draw, view)
frame.fold("Who is left behind? Gaps between groups and places", "gaps", gaps.draw, view)
frame.fold("Schools by size: which are unlike their level?", "funnel", block.funnel, view)
frame.fold("All places in order", "table", block.table, found, names, view)
frame.limits(selection, standing.TRACT_MEANING)
