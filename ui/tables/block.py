"""Table twins of maps and charts: formatted, sortable, reachable by keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from ui.tables.frames import column_config, display_frame

ROW_PIXELS = 35
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:-])")
MOST_ROWS = 14


def show(table: pd.DataFrame, columns: Sequence[str], title: str) -> None:
    """Show a formatted table under its title.

    Parameters
    ----------
    table : DataFrame
        Analysis table; withheld figures read "not shown: ..." with their reason.
    columns : sequence of str
        Names of `ui.tables.frames.FIELDS`, in order.
    title : str
        What the rows are, with n and year.
    """
    plain(display_frame(table, columns), title, column_config(columns))


def plain(table: pd.DataFrame, title: str, config: dict[str, Any] | None = None) -> None:
    """Show a table that is already in words."""
    st.subheader(without_markup(title))
    rows = min(len(table), MOST_ROWS) + 1
    # As plain Arrow: the notes that pandas keeps in a table are a third of what would be sent.
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
    st.dataframe(
        arrow,
        hide_index=True,
        column_config=config,
        height=ROW_PIXELS * rows + 3,
        alt=title,
    )


def without_markup(text: str) -> str:
    """Escape a name so that Markdown in it stays text."""
    return _MARKUP.sub(r"\\\1", text)
