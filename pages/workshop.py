from ui import frame
from ui.workshop import page, words

selection = frame.head(words.QUESTION, filters=("area",), needs_figures=False, page="workshop")
shop = page.opened()

frame.answer(words.answer(shop))
page.draw(shop, selection)
frame.limits(selection, words.NOTHING_PERSONAL)
