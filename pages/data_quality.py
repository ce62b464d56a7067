from ui import frame
from ui.places import completeness as completeness_block
from ui.queries import methods as queries_methods
from ui.words import completeness
from ui.words import standing as words

selection = frame.head(
    "How far can these numbers be trusted?", needs_figures=False, page="data_quality"
)
quality = queries_methods.quality(selection)

frame.answer(completeness.answer(quality))
frame.figures(completeness.figures(quality))
frame.how_sure(*completeness.sureness(quality))
completeness_block.doubts(selection)
frame.fold(
    "Every source, with the years it describes", "sources", completeness_block.sources, selection
)
frame.fold(
    "What every source reports, withholds and lacks", "states", completeness_block.states, quality
)
frame.fold(
    "Students counted against resident children",
    "coverage",
    completeness_block.coverage,
    quality,
    selection,
)
frame.fold(
    "Every row dropped, repaired or matched, and why",
    "ledger",
    completeness_block.ledger,
    selection,
)
frame.limits(selection, words.TRACT_MEANING)
