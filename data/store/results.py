"""Results kept beside the panel they follow from: what no choice changes is made once.

They are found by a hash of all that decides them: the panel, every line of code, the libraries that
count, and the choices.
To drop the folder, or any file in it, changes no result. A build replaces it with the panel.
"""

import contextlib
import hashlib
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data.store.code import FOLDERS, code
from data.store.codec import CodecError, dumps, loads
from data.store.manifest import FILE_NAME

FOLDER = "results"
SUFFIX = ".zip"
COUNTING = ("numpy", "scipy", "pandas", "geopandas", "shapely", "numba")
LARGEST = 400_000_000  # bytes in one folder; the results longest unused go first


def result_file(panel: Path, key: str, folders: tuple[str, ...] = FOLDERS) -> Path:
    """Give the file of a result, whether it is there or not.

    Parameters
    ----------
    panel : Path
        Folder of the protected panel that the result follows from.
    key : str
        Everything else that decides it.
    folders : tuple of str
        Those of the code that makes it.

    Raises
    ------
    OSError
        There is no panel.
    """
    manifest = hashlib.sha256((panel / FILE_NAME).read_bytes()).hexdigest()
    name = hashlib.sha256(
        "\0".join((manifest, code(folders), libraries(), key)).encode()
    ).hexdigest()
    return panel / FOLDER / f"{name}{SUFFIX}"


@cache
def libraries() -> str:
    """Name the libraries that figures are counted with, and their versions."""
    return " ".join(f"{name} {version(name)}" for name in COUNTING)


def read_result(file: Path) -> Any:
    """Give a stored result; None when there is none that can be used."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    with contextlib.suppress(OSError):  # a store that cannot be written orders nothing by use
        os.utime(file)
    try:
        return loads(content)
    except CodecError:  # damaged on disk: made again
        return None


def write_result(file: Path, value: object) -> bool:
    """Store a result, if the disk takes it; those longest unused make room.

    Returns
    -------
    bool
        Whether it is stored: a store that others share may be for reading alone.

    Raises
    ------
    CodecError
        The value is of a kind that cannot be stored.
    """
    content = dumps(value)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{id(value):x}")
    try:
        file.parent.mkdir(exist_ok=True)
        draft.write_bytes(content)
        draft.replace(file)
        _make_room(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True


def _make_room(newest: Path) -> None:
    """Delete what was longest unused until the folder is small enough."""
    held = [(each.stat(), each) for each in newest.parent.glob(f"*{SUFFIX}") if each != newest]
    size = newest.stat().st_size + sum(stat.st_size for stat, _ in held)
    for stat, each in sorted(held, key=lambda pair: (pair[0].st_mtime, pair[1])):
        if size <= LARGEST:
            return
        each.unlink(missing_ok=True)
        size -= stat.st_size
