from ui import frame, queries, tables
from ui.queries import methods as queries_methods
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import completeness
from ui.words import standing as words

selection = frame.current()
frame.question("How far can these numbers be trusted?", selection, needs_figures=False)
panel, quality = queries.panel(selection), queries_methods.quality(selection)

frame.answer(completeness.answer(quality))
frame.figures(completeness.figures(quality))
doubts = [entry for entry in panel.ledger if entry.doubt]
if doubts:
    table_block.plain(tables.doubt_table(doubts), "What may be wrong, and what to do about it")
table_block.plain(tables.source_table(panel.sources), "Sources, with the years they describe")
table_block.plain(
    completeness.state_table(quality), "What every source reports, withholds and lacks"
)
table_block.plain(
    completeness.coverage_table(quality),
    f"Students counted against resident children, {selection.year}",
)
table_block.plain(
    tables.ledger_table(entry for entry in panel.ledger if not entry.doubt),
    "Every row dropped, repaired or matched, and why",
)
downloads.ledger_button(selection)
frame.how_sure(words.COUNT_MEANING, words.COVERAGE_MEANING)
frame.limits(selection, words.TRACT_MEANING)
