"""First start: an empty store gets the fictional demo county."""

from __future__ import annotations

import streamlit as st
from streamlit import net_util

from data.errors import DataError
from data.store.folders import list_panels, unusable_panels, without_home
from ui.languages import text
from ui.words.as_written import as_written

# A page of another origin that knocks makes Streamlit 1.67 ask a third party for its own address.
net_util._external_ip = net_util._internal_ip = "127.0.0.1"


def ensure_place() -> None:
    """Build the demo county when no place is in the store, and say so while it is made."""
    if not list_panels():
        from data.build import build_panel  # readers and joins, that a place in the store needs not

        try:
            with st.spinner(text("Building the fictional demo county, about ten seconds ...")):
                build_panel("demo")
        except DataError as error:
            why = without_home(str(error))
            st.error(as_written(text("The demo county was not built: {why}", why=why)))
            st.stop()
    for slug, breach in unusable_panels().items():
        said = text(
            "The place {breach}. It was built by another version, or is damaged: it is not shown."
            " Build it again: make place PLACE={slug}",
            breach=breach.removesuffix("."),
            slug=slug,
        )
        st.warning(as_written(said))
