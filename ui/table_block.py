"""Table twins of maps and charts: formatted, sortable, reachable by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ui.tables import column_config, display_frame

ROW_PIXELS = 35
MOST_ROWS = 14


def show(table: pd.DataFrame, columns: Sequence[str], title: str) -> None:
    """Show a formatted table under its title.

    Parameters
    ----------
    table : DataFrame
        Analysis table; withheld figures read "not shown: ..." with their reason.
    columns : sequence of str
        Names of `ui.tables.FIELDS`, in order.
    title : str
        What the rows are, with n and year.
    """
    plain(display_frame(table, columns), title, column_config(columns))


def plain(table: pd.DataFrame, title: str, config: dict[str, Any] | None = None) -> None:
    """Show a table that is already in words."""
    st.subheader(title)
    rows = min(len(table), MOST_ROWS) + 1
    st.dataframe(
        table,
        hide_index=True,
        column_config=config,
        height=ROW_PIXELS * rows + 3,
        alt=title,
    )
