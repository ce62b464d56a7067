"""What a place is built from, in one hash: its words, the code, and the bytes of its files."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from data.place.place import Place
from data.read.fetch import held
from data.store.code import BUILDING, code
from data.store.folders import INPUTS, cache_folder
from data.store.provenance import Source, sha256_of
from data.store.results import libraries


def inputs_read(place: Place, sources: Iterable[Source]) -> str:
    """Hash what a panel was built from: the bytes that were read."""
    return _hash(place, ((each.id, each.sha256) for each in sources))


def inputs_now(place: Place, files: Path | None, *, or_fetch: bool) -> str:
    """Hash what a build would read now, of what is on this machine.

    Parameters
    ----------
    place : Place
    files : Path or None
        Folder that its files are looked for in.
    or_fetch : bool
        Whether the cache of downloads is looked into for what that folder lacks.

    Returns
    -------
    str
        Equal to `inputs_read` of a panel if neither place, recipes, code, libraries nor files have
        changed since.
    """
    cache = cache_folder()
    paths = (
        (recipe.id, held(recipe, mirror=files, cache=cache, or_fetch=or_fetch))
        for recipe in place.recipes
    )
    return _hash(place, ((name, sha256_of(path)) for name, path in paths if path is not None))


def recorded(folder: Path) -> str:
    """Give the hash that was stored beside a panel; "" where there is none."""
    path = folder / INPUTS
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _hash(place: Place, files: Iterable[tuple[str, str]]) -> str:
    parts = (code(BUILDING), libraries(), repr(place), repr(sorted(files)))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
