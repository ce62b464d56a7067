from ui import frame, queries_hotspots, why_block, why_words
from ui import wording as words

selection = frame.current()
frame.question("What do children of a hot spot live with?", selection)
found = queries_hotspots.found(selection)
selection = why_block.choose(found)

frame.answer(why_block.answer(found, selection))
why_block.group(found, selection)
frame.how_sure(why_words.PROFILE_MEANING, words.INTERVAL_MEANING)
why_block.strengths(selection)
frame.limits(selection, words.ASSOCIATION, words.TRACT_MEANING, words.CHRONIC_MEANING)
