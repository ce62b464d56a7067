"""The glossary, one click away on every page."""

from __future__ import annotations

import unicodedata
from html import escape

import streamlit as st

from ui.languages import mark, text
from ui.words.glossary import TERMS

LABEL = mark("Words")


def popover() -> None:
    """Draw the button; the words are sent once it is opened."""
    opened = st.popover(text(LABEL), key="glossary", on_change="rerun")
    if opened.open:
        opened.html(entries())


def entries() -> str:
    """HTML list of all terms with their meaning."""
    said = sorted(((text(term), text(meant)) for term, meant in TERMS.items()), key=_order)
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meant)}</dd>" for term, meant in said)
    return f"<dl class='atlas-about'>{rows}</dl>"


def _order(entry: tuple[str, str]) -> str:
    """Place of a term in the alphabet of the language, accents aside."""
    bare = unicodedata.normalize("NFKD", entry[0].casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
