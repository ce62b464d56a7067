from ui import frame, screen
from ui.drivers import block as driver_block
from ui.words import standing as words

selection = driver_block.head("What do children live with, and where?")
answer = frame.answer_place()

driver_block.first_screen(selection)
screen.foot(selection, words.ASSOCIATION, "social_drivers")
comparison = driver_block.compared(selection, answer)
comparison = driver_block.under_all_joins(comparison, selection, answer)
frame.how_sure(*driver_block.sureness(comparison, selection))
driver_block.associations(comparison, selection)
frame.fold("The map as a table", "table", driver_block.tracts_table, selection)
frame.fold("What stands behind these links?", "behind", driver_block.behind, comparison, selection)
if driver_block.is_compared(selection):
    frame.fold("Do they go together beyond chance?", "together", driver_block.together, selection)
frame.fold("School by school", "schools", driver_block.at_schools, selection)
frame.fold("What can this figure say, and what not?", "about", driver_block.about, selection)
frame.limits(selection, words.TRACT_MEANING)
