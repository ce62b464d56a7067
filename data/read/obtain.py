"""Where a recipe's file comes from: a mirror folder, the download cache, or the network."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from data.errors import DataError
from data.read.fetch import SETTINGS, FetchSettings, fetch
from data.read.file_error import FileError
from data.read.grid import read_grid
from data.read.recognise import recognised
from data.recipe.parts import Recipe
from data.recipe.recipe import SUFFIXES
from data.store.provenance import Ledger

# The only servers that are sent a key, the parameter they want it in, and the variable of the
# environment that holds it. No recipe can add one: it would send secrets anywhere.
KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"https://api.census.gov/": ("key", "CENSUS_API_KEY")}
)


def obtain(
    recipe: Recipe,
    *,
    mirror: Path | None,
    cache: Path,
    progress: bool = False,
    settings: FetchSettings = SETTINGS,
    refresh: bool = False,
) -> Path:
    """Find a recipe's file in the mirror, else in the cache, else fetch it.

    Parameters
    ----------
    recipe : Recipe
    mirror : Path or None
        Folder of files downloaded by hand.
    cache : Path
        Folder of downloaded files.
    refresh : bool
        Fetch although the cache has a copy; it stays when that fails.

    Raises
    ------
    DataError
        With the address and what to do. A copy that the cache held is untouched.
    """
    if mirror is not None:
        path = _in_mirror(recipe, mirror)
        if not path.is_file():
            raise FileError(
                recipe.mirror,
                "the mirror folder does not hold it",
                f"take it from {recipe.url} and put it there. {recipe.by_hand}".strip(),
            )
        return path
    path = cache / recipe.mirror
    if path.is_file() and not refresh:
        return path
    if recipe.by_hand:
        raise FileError(
            recipe.mirror,
            "no single address gives this file",
            f"{recipe.by_hand} Begin at {recipe.url}, put it into a mirror folder under this name, "
            "and name the folder with --mirror",
        )
    fetch(
        recipe.url,
        path,
        sha256=recipe.sha256,
        check=lambda part: _check(recipe, part),
        settings=replace(settings, secret=_key(recipe.url)),
        progress=progress,
    )
    return path


def _in_mirror(recipe: Recipe, mirror: Path) -> Path:
    """Give the file's path; a census table may be there as answer, download or archive."""
    path = mirror / recipe.mirror
    if recipe.format.kind != "census" or path.is_file():
        return path
    others = (path.with_suffix(suffix) for suffix in SUFFIXES["census"])
    return next((other for other in others if other.is_file()), path)


def _check(recipe: Recipe, part: Path) -> None:
    grid = read_grid(recipe, part)
    recognised(recipe, grid.cells, grid.headers, part.name, Ledger())


def _key(url: str) -> str:
    """Give what is added to a request to a server that knows us by a key; "" for none."""
    for server, (parameter, variable) in KEYS.items():
        key = os.environ.get(variable, "").strip()
        if url.startswith(server) and key:
            return f"{'&' if '?' in url else '?'}{parameter}={quote(key, safe='')}"
    return ""


def mirror_folder(named: Path | None) -> Path | None:
    """Give the mirror folder that was named, else ATLAS_MIRROR, else None for the network.

    Raises
    ------
    DataError
        It is not a folder.
    """
    words = os.environ.get("ATLAS_MIRROR", "").strip()
    folder = Path(words) if named is None and words else named
    if folder is not None and not folder.is_dir():
        raise DataError(f"the mirror {folder} is not a folder; correct it")
    return folder
