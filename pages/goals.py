from ui import frame, screen
from ui.goals import block, words
from ui.goals import map as goal_map

selection = frame.head(
    "Are we on the way to our goal?", filters=block.FILTERS, options=block.OPTIONS, page="goals"
)

frame.answer(words.answer(selection))
block.first_screen(selection)
screen.foot(selection, words.SHOWN, "goals")
block.sign_up(selection)
frame.figures(block.tiles(selection))
frame.how_sure(words.FORECAST, words.SCHOOLS)
frame.breaks(selection)
frame.fold("Where are places on the way? The map", "map", goal_map.draw, selection)
frame.fold("Who is where, and which way?", "grid", block.grid, selection)
frame.fold("How good are such forecasts?", "tested", block.tested, selection)
frame.fold("All goals as a table", "table", block.table, selection)
frame.limits(selection)
