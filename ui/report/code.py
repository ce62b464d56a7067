"""Which code made a file: its version, and a hash of every line of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from data.panel import Panel
from ui.queries.cache import kept

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("geo", "analytics", "data", "ui")
CODE = ("*.py", "*.typ", "measures.toml")


def version(panel: Panel) -> str:
    """Version of the app, with the first digits of the hash of its code."""
    return f"{panel.parameters['versions']['atlas']} (code {code()[:12]})"


@kept("hash of the code")
def code() -> str:
    """Hash the code that figures and files come from; 64 hexadecimal digits.

    It is the same in a copy without its history of commits.
    """
    whole = hashlib.sha256()
    paths = (path for folder in FOLDERS for name in CODE for path in (ROOT / folder).rglob(name))
    for path in sorted(paths):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
