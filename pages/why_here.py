from ui import (
    care_block,
    frame,
    queries_hotspots,
    strength_block,
    why_block,
    why_download,
)
from ui import wording as words

selection = frame.current()
frame.question("What do children of a hot spot live with?", selection)
found = queries_hotspots.found(selection)
selection = why_block.choose(found)

frame.answer(why_block.answer(found, selection))
why_block.group(found, selection)
strength_block.strengths(found, selection)
care_block.near(found, selection)
frame.how_sure(why_block.meaning(found, selection), words.INTERVAL_MEANING)
why_download.buttons(found, selection)
frame.limits(selection, words.ASSOCIATION, words.TRACT_MEANING, words.CHRONIC_MEANING)
