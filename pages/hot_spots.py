import streamlit as st

from ui import classes, downloads, frame, map_block, queries, summaries, table_block
from ui import wording as words
from ui.cards import tract_card

selection = frame.current()
frame.question("Where does absence cluster?", selection)
found = queries.hot_spots(selection)

frame.answer(summaries.hot_spot_answer(found, selection.alpha))
frame.figures(summaries.hot_spot_figures(found))
map_block.tract_block(
    f"Hot spots of chronic absence, {selection.year}: {words.MEASURES[selection.measure].lower()}",
    classes.hot_spot_classes(found.tracts),
    found.tracts,
    lambda row: tract_card(row, selection.year),
)
st.write(words.HOT_SPOT_MEANING + " " + words.HELPS)
draws_note = summaries.draws_note(found, selection.alpha)
frame.how_sure(words.NULL_MEANING, draws_note, words.INTERVAL_MEANING)
table_block.show(
    found.groups,
    ("name", "tracts", "enrolled", "chronic_absent", "rate", "interval", "ratio", "coverage"),
    f"Groups of hot tracts, most students affected first, {selection.year}",
)
downloads.buttons(selection, "hot-spots", found.tracts, place="tracts")
frame.limits(selection, words.TRACT_MEANING, words.CHRONIC_MEANING)
