"""`streamlit run serve.py`: the app, answering once its pages and places are ready."""

import streamlit as st

from ui.ready import ready

app = st.App("app.py", lifespan=ready)
