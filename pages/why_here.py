from ui import frame
from ui.queries import hotspots as queries_hotspots
from ui.why import care, strengths
from ui.why import downloads as why_download
from ui.why import group as why_block
from ui.words import standing as words

selection = frame.current()
frame.question("What do children of a hot spot live with?", selection)
found = queries_hotspots.found(selection)
selection = why_block.choose(found, selection)

frame.answer(why_block.answer(found, selection))
why_block.group(found, selection)
strengths.strengths(found, selection)
care.near(found, selection)
frame.how_sure(why_block.meaning(found, selection), words.AREA_RANGE, words.SCHOOL_RANGE)
why_download.buttons(found, selection)
frame.limits(selection, words.ASSOCIATION, words.TRACT_MEANING)
