from ui import frame
from ui.plan import entries as entries_block
from ui.plan import kept_evidence, near, strategies
from ui.plan import words as plan_words
from ui.queries import plan as queries_plan

selection = frame.head("Who does what, where and when?", needs_figures=False, page="plan")
plan = queries_plan.opened(selection)

frame.answer(plan_words.answer(plan))
entries_block.table(plan, selection)
frame.how_sure(plan_words.OWN_FIGURES)
frame.fold("What could help, and what if?", "strategies", strategies.draw, selection)
frame.fold("Every strategy, with its source", "library", kept_evidence.library, selection)
near.folds(selection)
frame.limits(selection, plan_words.NO_STUDENTS)
