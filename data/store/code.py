"""Which code makes results: a hash of every line of it."""

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILDING = ("geo", "analytics", "data")
"""Folders of the code that makes a panel."""
FOLDERS = (*BUILDING, "ui")
CODE = ("*.py", "*.typ", "measures.toml")


@cache
def code(folders: tuple[str, ...] = FOLDERS) -> str:
    """Hash the code that figures and files come from; 64 hexadecimal digits.

    It is the same in a copy without its history of commits.

    Parameters
    ----------
    folders : tuple of str
        Those of the code that counts; a panel is made without `ui`.
    """
    whole = hashlib.sha256()
    paths = (path for folder in folders for name in CODE for path in (ROOT / folder).rglob(name))
    for path in sorted(paths):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
