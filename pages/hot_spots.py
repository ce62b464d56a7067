import streamlit as st

from ui import frame
from ui.hotspots import block as hotspot_block
from ui.hotspots import power as power_block
from ui.hotspots import words as hotspot_words
from ui.queries import hotspots as queries_hotspots
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import answers
from ui.words import standing as words
from ui.words.as_written import as_written
from ui.words.cards import tract_card

selection = frame.current()
frame.question("Where does absence cluster?", selection)
selection = hotspot_block.controls(selection)
found = queries_hotspots.found(selection)

frame.answer(answers.hot_spot_answer(found, selection))
selection = hotspot_block.maps(
    found,
    selection,
    lambda row: tract_card(row, selection.year, hotspot_words.tract_text(found, row)),
)
frame.figures(answers.hot_spot_figures(found))
st.write(as_written(hotspot_words.meaning(found, selection)))
frame.how_sure(
    hotspot_words.chance(selection),
    answers.draws_note(found, selection.alpha),
    hotspot_words.groups_tested(found, selection.alpha),
    *hotspot_words.notes(found),
    words.AREA_RANGE,
)
counties = frame.answer_place()
selection = hotspot_block.one_group(found, selection)
columns = hotspot_words.group_columns(found.groups)
table_block.show(found.groups, columns, hotspot_words.groups_title(selection))
hotspot_block.broad_groups(found, selection)
table_block.show(*hotspot_words.flagged_table(found, selection))
downloads.buttons(selection, "hot-spots", found.tracts, place="tracts")
hotspot_block.within_counties(found, selection, counties)
power_block.power(selection)
frame.limits(selection, words.TRACT_MEANING)
