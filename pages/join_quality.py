from ui import frame, screen
from ui.join import block as join_block
from ui.join import maps as join_maps
from ui.join import upload as join_upload
from ui.join import words as join_words
from ui.queries import joins as queries_join
from ui.words import standing as words

selection = frame.head(
    "Where do the students of each school live?",
    options=("catchment", "versus"),
    page="join_quality",
)
found = queries_join.quality(selection)

frame.answer(join_words.answer(found, selection.focus, selection.catchment))
join_maps.homes(found, selection)
screen.foot(selection, words.FLOW_MEANING, "join_quality")
frame.figures(join_words.figures(found))
frame.how_sure(join_words.sureness(found), join_words.UNCERTAINTY_MEANING, words.COVERAGE_MEANING)
frame.fold("The map as a table", "table", join_block.table, found, selection)
frame.fold("What would another join change?", "change", join_block.change, selection)
frame.fold("How far do students go by this join?", "scale", join_block.scale, selection)
frame.fold("Does your district know better?", "upload", join_upload.section, selection)
frame.limits(selection, words.TRACT_MEANING)
