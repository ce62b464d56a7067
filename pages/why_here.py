from ui import frame, screen
from ui.queries import hotspots as queries_hotspots
from ui.why import care, strengths
from ui.why import group as why_block
from ui.words import standing as words

selection = frame.head(
    "What do children of a hot spot live with?", options=why_block.OPTIONS, page="why_here"
)
found = queries_hotspots.found(selection)
selection = why_block.choose(found, selection)
shown = bool(len(found.groups))

frame.answer(why_block.answer(found, selection))
if shown:
    why_block.first_screen(found, selection)
    screen.foot(selection, why_block.OUTLINED, "why_here", "group")
    why_block.profile(found, selection)
frame.how_sure(words.ASSOCIATION, words.AREA_RANGE, words.SCHOOL_RANGE)
if shown:
    frame.fold("Every condition as a table", "table", why_block.table, found, selection)
    frame.fold("What cannot be said?", "unsaid", why_block.unsaid, found, selection)
    frame.fold(why_block.TOUCH, "touch", why_block.touches, found, selection)
    frame.fold("Who is near?", "near", care.near, found, selection)
frame.fold(strengths.QUESTION, "better", strengths.strengths, found, selection)
frame.limits(selection, words.TRACT_MEANING)
