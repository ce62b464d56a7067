"""The link to a view, as text and as a code for phones: it holds choices, never data."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import segno
import streamlit as st

from ui import queries
from ui.languages import text
from ui.selection import Selection, short_query
from ui.words.as_written import as_written

PIXELS = 264  # of the code on the screen: read from three metres


def popover(selection: Selection) -> None:
    """Draw the button; link and code are made once it is opened."""
    opened = st.popover(text("Share"), key="share", on_change="rerun")
    if not opened.open:
        return
    address = link(st.context.url or "", selection)
    with opened:
        st.html(code(address))
        said = text("Scan the code or copy the link. It holds your choices, never data.")
        st.write(as_written(said))
        st.code(address, language=None, wrap_lines=True)


def link(address: str, selection: Selection) -> str:
    """Address of a page with the shortest query that opens the view.

    Parameters
    ----------
    address : str
        Of the page, as the reader's browser has it.
    selection : Selection
    """
    query = short_query(selection, queries.choices(selection.area).default())
    return f"{address.partition('?')[0]}?{urlencode(query)}"


def code(address: str) -> str:
    """HTML picture of the QR code of an address, with a name and a white rim."""
    drawn = segno.make(address, error="m").svg_data_uri(border=4, light="#ffffff", omitsize=True)
    name = text("Code of the link to this view")
    return f'<img src="{escape(drawn)}" alt="{escape(name)}" width="{PIXELS}" height="{PIXELS}">'
