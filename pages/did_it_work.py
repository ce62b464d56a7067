from ui import frame
from ui.evaluation import block, checks, estimates, own_evidence, words
from ui.evaluation import methods_text as methods
from ui.queries import evaluation as queries_evaluation

selection = frame.head("Did it work?", filters=block.FILTERS, page="did_it_work")
outcome = queries_evaluation.found(selection)

frame.answer(words.answer(outcome, selection))
block.first_screen(outcome, selection)
block.caption(outcome, selection)
frame.figures(block.figures(outcome))
frame.how_sure(words.SURE, words.ASSOCIATION, words.OUTCOME)
frame.fold("Can it be compared? The checks in full", "checks", checks.draw, outcome.found)
frame.fold(
    "How much did it change? By each way of counting",
    "estimates",
    estimates.draw,
    outcome,
    selection,
)
frame.fold("How many schools does it take?", "sizes", block.sizes, selection)
frame.fold("Which schools? The list and the map", "members", block.members, outcome, selection)
frame.fold("Beside what others found", "evidence", own_evidence.draw, outcome, selection)
frame.fold("Text for a report, to copy", "methods", methods.draw, outcome, selection)
frame.fold("The picture as a table", "table", block.table, outcome, selection)
frame.limits(selection)
