from ui import frame
from ui.drivers import block as driver_block
from ui.drivers import downloads as driver_downloads
from ui.tables import downloads
from ui.words import standing as words

selection = frame.current()
frame.question("What do children live with, and where?", selection)
selection = driver_block.controls(selection)
answer = frame.answer_place()

selection = driver_block.map_of(selection)
comparison = driver_block.compared(selection, answer)
comparison = driver_block.under_all_joins(comparison, selection, answer)
frame.how_sure(*driver_block.sureness(comparison, selection))
driver_block.associations(comparison, selection)
driver_downloads.model_buttons(comparison, selection)
driver_block.together(selection)
driver_block.at_schools(selection)
table = driver_block.tracts_table(selection)
downloads.buttons(selection, "drivers", table, place="tracts")
frame.limits(selection, words.TRACT_MEANING)
