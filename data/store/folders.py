"""Where panels live on this machine, and how one is replaced: whole, or not at all."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import platformdirs
from filelock import FileLock, Timeout

from data.errors import DataError
from data.store.manifest import FILE_NAME, ManifestError, StudyArea, read_manifest

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
INPUTS = "inputs.txt"
"""File beside a panel with the hash of what it was built from, see `data.place.inputs`."""


class StoreError(DataError):
    """A place's name cannot be a folder of the store."""


class SwapError(DataError):
    """A folder could not be replaced; the old one is still in place."""


def home() -> Path:
    """Give the store's folder: `ATLAS_HOME`, or this user's data folder."""
    named = os.environ.get("ATLAS_HOME", "").strip()
    return Path(named) if named else Path(platformdirs.user_data_dir("attendance-atlas"))


def cache_folder() -> Path:
    """Give the folder of downloaded source files."""
    return home() / "sources"


def build_path(slug: str) -> Path:
    """Give the folder a build writes, whether it is there or not.

    Raises
    ------
    StoreError
        `slug` is not lower-case letters, digits, "-" and "_".
    """
    if not SLUG.fullmatch(slug):
        raise StoreError(
            f"{slug!r} is not a place's short name: use lower-case letters, digits, - and _"
        )
    return home() / "panels" / slug


def panel_path(slug: str) -> Path:
    """Give the folder to read a panel from, whether or not a build was cut short (`present`)."""
    return present(build_path(slug))


def list_panels() -> dict[str, str]:
    """List the usable panels of the store: name of the place by slug, from the manifests alone."""
    return {slug: name for slug, name, usable in _manifests() if usable}


def nations() -> frozenset[str]:
    """List the usable panels that are made of others, by slug."""
    found = list_panels()
    return frozenset(slug for slug in found if _told(panel_path(slug)).area.reports == "county")


def unusable_panels() -> dict[str, str]:
    """List the panels that cannot be shown: the place and what is wrong with it, by slug."""
    return {slug: breach for slug, breach, usable in _manifests() if not usable}


def without_home(text: str) -> str:
    """Leave the store's own folder out of a message: where it lies is nobody's business."""
    return text.replace(f"{home()}{os.sep}", "")


def previous(folder: Path) -> Path:
    """Where the old folder stands for the moment between the two renames."""
    return folder.with_name(f"{folder.name}.previous")


def present(folder: Path) -> Path:
    """Give the folder to read: itself, or the old one when a build was cut short between renames.

    `folder` may be a panel's, or a folder inside one.
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
        with FileLock(folder.with_name(f".{folder.name}.lock"), blocking=False):
            _settle(folder)
            _write_and_swap(folder, write)
    except Timeout as error:
        raise SwapError(f"another build is writing {folder}; wait until it has finished") from error
    except OSError as error:
        raise SwapError(
            f"{folder} could not be written: {error.strerror or error}. "
            "What was there before is unchanged. Free some space or choose another folder with "
            "--out, then build again."
        ) from error


def _manifests() -> Iterator[tuple[str, str, bool]]:
    """Give each panel's slug with its place's name, or with what is wrong with its manifest."""
    folder = home() / "panels"
    if not folder.is_dir():
        return
    slugs = sorted({each.name.removesuffix(previous(each).suffix) for each in folder.iterdir()})
    for slug in filter(SLUG.fullmatch, slugs):
        name = slug
        try:
            name = _told(panel_path(slug)).area.name
            if not _told(panel_path(slug) / "protected").protected:
                raise ManifestError("its tables did not go through the display gate")
        except ManifestError as error:
            yield slug, f"“{name}”: {without_home(str(error))}", False
        else:
            yield slug, name, True


def _told(folder: Path) -> "_Told":
    """Give what is listed of a place by its manifest, read once a change."""
    try:
        stat = (folder / FILE_NAME).stat()
    except OSError:
        stat = None
    return _read(folder, None if stat is None else (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=256)
def _read(folder: Path, _version: tuple[int, ...] | None) -> "_Told":
    """Read what is listed of a manifest; an error is kept by none."""
    found = read_manifest(folder)
    return _Told(found.area, found.protected)


class _Told(NamedTuple):
    """What is listed of a manifest: the others of its entries are large."""

    area: StudyArea
    protected: bool


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
