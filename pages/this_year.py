from ui import frame
from ui.this_year import ahead, block, folds, standing, waves, words

selection = block.head("How is attendance going this year?")

frame.answer(words.answer(selection))
block.first_screen(selection)
block.foot(selection)
frame.how_sure(standing.SURE, standing.RINGED)
frame.fold("This year beside the year before", "before", folds.year_before, selection)
frame.fold("Who is on track to be chronically absent?", "track", ahead.on_track, selection)
frame.fold("What does the first month tell?", "september", ahead.september, selection)
frame.fold("Where will schools be at the end of the year?", "ahead", ahead.forecast, selection)
frame.fold("By neighbourhood and student group", "areas", folds.areas_and_groups, selection)
frame.fold("Waves of absence, for health departments", "waves", waves.draw, selection)
frame.fold("Every day as a table", "days", folds.every_day, selection)
frame.fold("Method and sources", "sources", folds.sources, selection)
frame.limits(selection, standing.LIMITS, words.of_year(selection))
