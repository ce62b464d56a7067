from ui import frame
from ui.intake import block, words

frame.head("How is a place of your own added?", filters=(), needs_figures=False)
place = frame.answer_place()
handed = block.files()

frame.answer(words.answer(handed), place)
block.questions(handed)
block.checks(handed)
block.build(handed)
frame.how_sure(words.SURE)
frame.fold("What was recognised in each file", "recognised", block.proposals, handed)
frame.fold("State, years, neighbourhoods and more", "place", block.place, handed)
frame.fold("The recipes as text (TOML)", "toml", block.toml, handed)
frame.own_limits(words.PROMISE)
