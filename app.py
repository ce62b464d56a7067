"""Attendance Atlas: page registry, shared controls, theme."""

import streamlit as st

from ui import frame, present, start

st.set_page_config(page_title="Attendance Atlas", page_icon=frame.ICON, layout="wide")

page = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", default=True),
        st.Page("pages/hot_spots.py", title="Hot spots"),
        st.Page("pages/why_here.py", title="Why here"),
        st.Page("pages/schools.py", title="Schools"),
        st.Page("pages/social_drivers.py", title="Social drivers"),
        st.Page("pages/join_quality.py", title="Join quality"),
        st.Page("pages/data_quality.py", title="Data quality"),
        st.Page("pages/methods.py", title="Methods"),
    ],
    position="hidden" if present.is_on() else "top",
)
start.ensure_place()
with frame.drawn():
    if present.is_on():
        present.show(frame.current())
    else:
        page.run()
