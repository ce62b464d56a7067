"""Replace a folder in one step: whoever looks sees the old one or the new one, never half."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from data.errors import DataError


class SwapError(DataError):
    """A folder could not be replaced; the old one is still in place."""


def previous(folder: Path) -> Path:
    """Where the old folder stands for the moment between the two renames."""
    return folder.with_name(f"{folder.name}.previous")


def present(folder: Path) -> Path:
    """Give the folder to read: itself, or the old one when a build was cut short between renames.

    Parameters
    ----------
    folder : Path
        A panel folder, or a folder inside one.

    Returns
    -------
    Path
        `folder` unless it is absent and its predecessor is there.
    """
    folder = Path(folder)
    old, inner = previous(folder), previous(folder.parent) / folder.name
    if folder.is_dir():
        return folder
    if old.is_dir():
        return old
    return inner if inner.is_dir() and not folder.parent.is_dir() else folder


def replace_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a new folder beside `folder`, then put it in its place.

    A kill at any moment leaves the old folder or the new one (see `present`). Leftovers of
    dead runs are removed. The lock is the operating system's, so it dies with its holder.

    Parameters
    ----------
    folder : Path
        Folder to replace or make.
    write : callable
        Fills the empty folder it is given.

    Raises
    ------
    SwapError
        Another build holds the lock, or the disk refused; the old folder is untouched.
    """
    folder = Path(folder).absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_name(f".{folder.name}.lock"), folder):
            _settle(folder)
            _write_and_swap(folder, write)
    except OSError as error:
        raise SwapError(
            f"{folder} could not be written: {error.strerror or error}. "
            "What was there before is unchanged. Free some space or choose another folder with "
            "--out, then build again."
        ) from error


def _write_and_swap(folder: Path, write: Callable[[Path], None]) -> None:
    fresh, old = _fresh(folder), previous(folder)
    try:
        fresh.mkdir()
        write(fresh)
        _flush(fresh)
        if folder.is_dir():
            folder.rename(old)
        fresh.rename(folder)
        _flush_folder(folder.parent)
    finally:
        _settle(folder)


def _settle(folder: Path) -> None:
    """Undo or finish what a run that died left behind."""
    old = previous(folder)
    if old.is_dir() and not folder.is_dir():
        old.rename(folder)
    for leftover in (_fresh(folder), old):
        if leftover.is_dir():
            shutil.rmtree(leftover)


def _fresh(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.building")


def _flush(folder: Path) -> None:
    """Make the disk hold every file before a rename can refer to it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as handle:
                os.fsync(handle.fileno())
        else:
            _flush_folder(path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":  # Windows gives no handle on a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(path: Path, folder: Path) -> Iterator[None]:
    with path.open("a+b") as handle:
        try:
            _lock(handle.fileno())
        except OSError as error:
            raise SwapError(
                f"another build is writing {folder}; wait until it has finished"
            ) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
