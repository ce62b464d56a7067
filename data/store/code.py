"""Which code makes results: a hash of every line of it."""

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("geo", "analytics", "data", "ui")
CODE = ("*.py", "*.typ", "measures.toml")


@cache
def code() -> str:
    """Hash the code that figures and files come from; 64 hexadecimal digits.

    It is the same in a copy without its history of commits.
    """
    whole = hashlib.sha256()
    paths = (path for folder in FOLDERS for name in CODE for path in (ROOT / folder).rglob(name))
    for path in sorted(paths):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
