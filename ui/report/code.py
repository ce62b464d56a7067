"""Which code made a file: its version, and a hash of every line of it."""

from __future__ import annotations

from data.panel import Panel
from data.store.code import code


def version(panel: Panel) -> str:
    """Version of the app, with the first digits of the hash of its code."""
    return f"{panel.parameters['versions']['atlas']} (code {code()[:12]})"
