"""Make ready what the first reader of a process would wait for, before it answers anyone.

A process that is not ready does not answer its health check: a proxy sends it nobody.
"""

from __future__ import annotations

import ast
import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from data.errors import DataError

ENOUGH = 20.0  # seconds
ROOT = Path(__file__).resolve().parent.parent
_log = logging.getLogger(__name__)


@asynccontextmanager
async def ready(_app: st.App) -> AsyncIterator[None]:
    """Load the pages and open the places; then the server answers.

    `st.navigation` says at its first call that `pages/` is not Streamlit's old directory of pages;
    said before it, the first link to a page by its name goes through `app.py`, too.
    """
    PagesManager.uses_pages_directory = False
    no_reader = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    no_reader.setLevel(logging.ERROR)  # it warns of every spinner that nobody can see yet
    await asyncio.to_thread(make_ready)
    no_reader.setLevel(logging.NOTSET)
    yield


def make_ready() -> None:
    """Load what pages import, and open as many places as are kept open, the first first.

    A place that is out of order keeps nobody from the others: its page says what is wrong. After
    `ENOUGH` no further place is opened: one that nobody prepared may take long.
    """
    began = time.monotonic()
    load_pages()
    from ui import queries
    from ui.queries.cache import ENTRIES

    for slug in list(queries.places())[: ENTRIES["panel"].size]:
        if time.monotonic() - began > ENOUGH:
            break
        try:
            _open(slug)
        except DataError:
            _log.warning("%s was not opened beforehand: its page says why", slug)


def load_pages() -> None:
    """Load every module that a page imports."""
    for script in (ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))):
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                __import__(node.module, fromlist=[each.name for each in node.names])


def _open(slug: str) -> None:
    """Ask what the first page asks of a place, and lay out the days of its year."""
    from ui import queries
    from ui.queries import charts, in_year, neighbourhoods

    view = queries.choices(slug).default()
    queries.geometry(view)
    queries.label(view)
    if queries.totals(view).schools:
        queries.tracts(view)
        neighbourhoods.ranks(view)
        charts.trend_chart(view)
    if in_year.here(view):
        in_year.calendar(view)
