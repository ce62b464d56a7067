"""Where browsers fetch the files of `static/`: below the path that the app is served at."""

from __future__ import annotations

import streamlit as st


def address(file: str) -> str:
    """Address of a file of `static/`, such as "map/map.js", on this server."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static/{file}"
