"""Attendance Atlas: page registry and frame."""

import streamlit as st

from ui import frame, login, navigation, present, start
from ui.languages import switch, text

st.set_page_config(page_title="Attendance Atlas", page_icon=frame.ICON, layout="wide")
switch.begin()
login.ensure()
navigation.begin()

first = navigation.page("overview", text("Overview"), default=True)
page = st.navigation(
    {
        "": [
            first,
            navigation.page("hot_spots", text("Hot spots")),
            navigation.page("why_here", text("Why here")),
            navigation.page("schools", text("Schools")),
            navigation.page("social_drivers", text("Conditions")),
            navigation.page("priorities", text("Priorities")),
            navigation.page("plan", text("Plan")),
            navigation.page("goals", text("Goals")),
            navigation.page("did_it_work", text("Did it work?")),
            navigation.page("this_year", text("This year")),
            navigation.page("voices", text("Voices")),
            navigation.page("workshop", text("Workshop"), hidden=True),
            navigation.first_by_name(),
        ],
        text("About the data"): [
            navigation.page("add_a_place", text("Add a place")),
            navigation.page("join_quality", text("Where students live")),
            navigation.page("data_quality", text("How complete it is")),
            navigation.page("methods", text("Methods")),
        ],
    },
    position="hidden" if present.is_on() else "top",
)
navigation.to_first(page, first)
start.ensure_place()
with frame.drawn():
    if present.is_on():
        present.show(frame.current())
    else:
        page.run()
