from ui import frame
from ui.queries import hotspots as queries_hotspots
from ui.why import block as why_block
from ui.why import care_block, strength_block
from ui.why import download as why_download
from ui.words import standing as words

selection = frame.current()
frame.question("What do children of a hot spot live with?", selection)
found = queries_hotspots.found(selection)
selection = why_block.choose(found, selection)

frame.answer(why_block.answer(found, selection))
why_block.group(found, selection)
strength_block.strengths(found, selection)
care_block.near(found, selection)
frame.how_sure(why_block.meaning(found, selection), words.INTERVAL_MEANING)
why_download.buttons(found, selection)
frame.limits(selection, words.ASSOCIATION, words.TRACT_MEANING, words.CHRONIC_MEANING)
