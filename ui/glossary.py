"""The glossary, one click away on every page."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui.words.glossary import TERMS

LABEL = "Words"


def popover() -> None:
    """Draw the button; the words are sent once it is opened."""
    opened = st.popover(LABEL, key="glossary", on_change="rerun")
    if opened.open:
        opened.html(entries())


def entries() -> str:
    """HTML list of all terms with their meaning."""
    rows = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in TERMS.items()
    )
    return f"<dl class='atlas-about'>{rows}</dl>"
