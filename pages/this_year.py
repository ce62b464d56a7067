from ui import frame, screen
from ui.queries import in_year
from ui.this_year import block, folds, words

selection = frame.head(
    "How is attendance going this year?",
    filters=block.FILTERS,
    options=block.OPTIONS,
    needs_figures=False,
    page="this_year",
)
if not in_year.here(selection):
    frame.end(selection, words.none_here(selection))

frame.answer(words.answer(selection))
block.first_screen(selection)
screen.caption(words.SHOWN)
frame.how_sure(words.SURE, words.RINGED)
frame.fold("This year beside the year before", "before", folds.year_before, selection)
frame.fold("Who is on track to be chronically absent?", "track", folds.on_track, selection)
frame.fold("Every day as a table", "days", folds.every_day, selection)
frame.limits(selection)
