import streamlit as st

from ui import frame, queries
from ui.join import maps as join_block
from ui.join import tables as join_tables
from ui.join import upload as join_upload
from ui.join import words as join_words
from ui.queries import joins as queries_join
from ui.tables import downloads
from ui.words import standing as words
from ui.words.as_written import as_written

selection = frame.current()
frame.question("Where do the students of each school live?", selection)
found = queries_join.quality(selection)
stored = queries.panel(selection).parameters["catchment"]

frame.answer(join_words.answer(found, selection.focus, selection.catchment))
frame.figures(join_words.figures(found))
selection = join_block.homes(found, selection)
frame.how_sure(join_words.sureness(found), join_words.UNCERTAINTY_MEANING, words.COVERAGE_MEANING)
join_tables.homes_table(found, selection)
join_tables.schools_table(found, selection)
join_tables.flow_button(selection, found.flows)
downloads.buttons(selection, "join", found.tracts, place="tracts")
st.write(as_written(join_words.scale_sentence(stored)))
join_tables.zones_table(selection)

st.subheader("What would another join change?")
selection = join_block.versus(selection)
change = queries_join.change(selection)
st.write(as_written(join_words.change_sentence(change, selection.catchment)))
frame.figures(join_words.change_figures(change, selection.catchment))
join_block.change_map(change, selection)
frame.how_sure(join_words.CHANGE_MEANING)
join_tables.change_table(change, selection)

st.subheader("Does your district know better?")
join_upload.section(selection)
frame.limits(selection, words.FLOW_MEANING, words.TRACT_MEANING)
