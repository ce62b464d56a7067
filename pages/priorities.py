from ui import frame, screen
from ui.priorities import block, criteria, gaps, words
from ui.queries import priorities as queries_priorities
from ui.queries import units
from ui.words import standing

selection = frame.head(
    "Where could help reach most students?", filters=block.FILTERS, options=block.OPTIONS
)
found = queries_priorities.found(selection)
unit = units.unit_of(selection)
names = units.names(selection, unit, found.table.index)

frame.answer(words.answer(found, names, unit, selection))
block.first_screen(found, names, selection)
screen.foot(selection, words.shown(selection), "priorities")
frame.how_sure(words.ORDER, words.ADVICE, standing.AREA_RANGE)
frame.fold("How sure is the order?", "order", block.order, found, names, selection)
frame.fold("Does it pay to choose places?", "concentration", block.concentration, found, selection)
frame.fold("Weigh several reasons", "reasons", criteria.draw, selection)
frame.fold("Who is left behind? Gaps between groups and places", "gaps", gaps.draw, selection)
frame.fold("Schools by size: which are unlike their level?", "funnel", block.funnel, selection)
frame.fold("All places in order", "table", block.table, found, names, selection)
frame.limits(selection, standing.TRACT_MEANING)
