"""Attendance Atlas: page registry, shared controls, theme."""

import streamlit as st

from ui import frame, present, start

st.set_page_config(page_title="Attendance Atlas", page_icon=frame.ICON, layout="wide")

page = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/home:", default=True),
        st.Page("pages/hot_spots.py", title="Hot spots", icon=":material/local_fire_department:"),
        st.Page("pages/why_here.py", title="Why here", icon=":material/help_center:"),
        st.Page("pages/schools.py", title="Schools", icon=":material/school:"),
        st.Page("pages/social_drivers.py", title="Social drivers", icon=":material/diversity_3:"),
        st.Page("pages/join_quality.py", title="Join quality", icon=":material/hub:"),
        st.Page("pages/data_quality.py", title="Data quality", icon=":material/fact_check:"),
        st.Page("pages/methods.py", title="Methods", icon=":material/functions:"),
    ],
    position="hidden" if present.is_on() else "sidebar",
)
start.ensure_place()
with frame.drawn():
    if present.is_on():
        present.show(frame.current())
    else:
        page.run()
