import streamlit as st

from ui import frame, screen
from ui.hotspots import block as hotspot_block
from ui.hotspots import power as power_block
from ui.hotspots import words as hotspot_words
from ui.queries import hotspots as queries_hotspots
from ui.words import answers
from ui.words import standing as words
from ui.words.as_written import as_written

selection = frame.head(
    "Where does absence cluster?", options=hotspot_block.OPTIONS, page="hot_spots"
)
found = queries_hotspots.found(selection)

frame.answer(answers.hot_spot_answer(found, selection))
hotspot_block.first_screen(found, selection)
screen.foot(selection, words.TRACT_MEANING, "hot_spots", "group" if selection.cluster else "")
frame.figures(answers.hot_spot_figures(found))
st.write(as_written(hotspot_words.meaning(found, selection)))
frame.how_sure(
    hotspot_words.chance(selection),
    answers.draws_note(found, selection.alpha),
    hotspot_words.groups_tested(found, selection.alpha),
    words.AREA_RANGE,
)
frame.fold("The map as a table", "table", hotspot_block.tables, found, selection)
if len(found.groups):
    frame.fold("Since when?", "since", hotspot_block.since_when, found, selection)
frame.fold("How was it looked for?", "method", hotspot_block.how_it_was_looked, found, selection)
frame.fold(power_block.QUESTION, "power", power_block.power, selection)
frame.limits(selection)
