"""First start: an empty store gets the fictional demo county."""

from __future__ import annotations

import streamlit as st

from data.build import build_panel
from data.store.folders import list_panels, unusable_panels


def ensure_place() -> None:
    """Build the demo county when no place is in the store, and say so while it is made."""
    if not list_panels():
        with st.spinner("Building the fictional demo county, about ten seconds ..."):
            build_panel("demo")
    for slug in unusable_panels():
        st.warning(
            f"The place “{slug}” is in the store but was built by another version, or is damaged."
            f" Build it again: make place PLACE={slug}"
        )
