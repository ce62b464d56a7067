from ui import frame, screen
from ui.nation import block, words
from ui.queries import nation

selection = frame.head(
    "How many children miss much of their school year?",
    filters=("area", "year"),
    needs_figures=False,
)
view = nation.view(selection)

frame.answer(words.answer(view, selection))
block.not_built(selection)
block.first_screen(view, selection)
screen.caption(words.SHOWN)
frame.figures(words.figures(view))
frame.how_sure(*words.sureness(view))
frame.fold("The map as a table", "table", block.table, view, selection)
frame.fold("Every place, its years and its definition", "parts", block.parts, view, selection)
frame.fold("What was built, and what was not", "account", block.account, selection)
frame.limits(selection, words.LIMITS)
