import streamlit as st

from ui import downloads, frame, join_block, join_words, queries_join
from ui import wording as words

selection = frame.current()
frame.question("Where do the students of each school live?", selection)
found = queries_join.quality(selection)

frame.answer(join_words.answer(found, selection.focus, selection.catchment))
frame.figures(join_words.figures(found))
join_block.homes(found)
frame.how_sure(join_words.sureness(found), join_words.UNCERTAINTY_MEANING, words.COVERAGE_MEANING)
selection = frame.current()
join_block.homes_table(found, selection)
join_block.schools_table(found, selection)
downloads.flow_button(selection, found.flows)
downloads.buttons(selection, "join", found.tracts, place="tracts")

st.subheader("What would another join change?")
selection = frame.versus_control()
change = queries_join.change(selection)
st.write(join_words.change_sentence(change, selection.catchment))
frame.figures(join_words.change_figures(change, selection.catchment))
join_block.change_map(change, selection)
frame.how_sure(join_words.CHANGE_MEANING)
join_block.change_table(change, selection)
frame.limits(selection, join_words.FLOW_MEANING, words.TRACT_MEANING, words.CHRONIC_MEANING)
