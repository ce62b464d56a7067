from ui import frame, screen
from ui.climate import block as climate_block
from ui.queries import voices as queries_voices
from ui.voices import block, exchange, words, writing

selection = frame.head(
    "What do people say, and what do the numbers say?",
    filters=block.FILTERS,
    options=block.OPTIONS,
    needs_figures=False,
    page="voices",
    slide="voices",
)
heard = queries_voices.heard(selection)

frame.answer(words.answer(heard, block.asked(heard, selection), selection))
block.first_screen(heard, selection)
screen.caption(words.SHOWN)
writing.report(selection)
frame.how_sure(words.RULE, words.BESIDE)
climate_block.fold(selection)
frame.fold("Write down what was heard", "voices-write", writing.section, selection)
frame.fold("Voices as a file", "voices-files", exchange.section, selection)
frame.fold("All themes as a table", "table", block.table, heard, selection)
frame.limits(selection, words.NO_PERSONS)
