import streamlit as st

from ui import (
    answers,
    cards,
    classes,
    downloads,
    frame,
    map_block,
    queries,
    school_charts,
    table_block,
)
from ui import wording as words

selection = frame.current()
frame.question("What do children live with, and where?", selection)
selection = frame.driver_control()
measure, driver = queries.measure(selection), queries.driver(selection)
exposure, link = queries.exposure(selection), queries.correlation(selection)

frame.answer(answers.drivers_sentence(measure.label.lower(), link.rho, link.low, link.high, link.n))
map_block.tract_block(
    f"{measure.label}, {queries.driver_years(selection)}",
    classes.driver_classes(driver, measure.unit),
    driver,
    lambda row: cards.driver_card(row, measure.label),
    unreliable=True,
)
st.altair_chart(school_charts.scatter(exposure, measure.label, measure.unit))
frame.how_sure(words.ASSOCIATION, measure.caveat, words.INTERVAL_MEANING)
table_block.show(
    driver.sort_values("value", ascending=False),
    ("name", "neighbourhood", "value", "moe", "reliability", "vintage"),
    f"{measure.label} in {len(driver):,} tracts, highest first",
)
downloads.buttons(selection, "drivers", driver, place="tracts")
frame.limits(selection, words.TRACT_MEANING, words.CHRONIC_MEANING)
