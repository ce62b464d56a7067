"""Attendance Atlas: page registry and frame."""

import streamlit as st

from ui import frame, present, start
from ui.languages import switch, text

st.set_page_config(page_title="Attendance Atlas", page_icon=frame.ICON, layout="wide")
switch.begin()

page = st.navigation(
    {
        "": [
            st.Page("pages/overview.py", title=text("Overview"), default=True),
            st.Page("pages/hot_spots.py", title=text("Hot spots")),
            st.Page("pages/why_here.py", title=text("Why here")),
            st.Page("pages/schools.py", title=text("Schools")),
            st.Page("pages/social_drivers.py", title=text("Conditions")),
            st.Page("pages/priorities.py", title=text("Priorities")),
            st.Page("pages/plan.py", title=text("Plan")),
            st.Page("pages/goals.py", title=text("Goals")),
        ],
        text("About the data"): [
            st.Page("pages/add_a_place.py", title=text("Add a place")),
            st.Page("pages/join_quality.py", title=text("Where students live")),
            st.Page("pages/data_quality.py", title=text("How complete it is")),
            st.Page("pages/methods.py", title=text("Methods")),
        ],
    },
    position="hidden" if present.is_on() else "top",
)
start.ensure_place()
with frame.drawn():
    if present.is_on():
        present.show(frame.current())
    else:
        page.run()
