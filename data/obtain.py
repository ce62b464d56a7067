"""Where a recipe's file comes from: a mirror folder, the download cache, or the network."""

import os
from pathlib import Path

from data.errors import DataError
from data.fetch import SETTINGS, FetchSettings, fetch
from data.file_error import FileError
from data.grid import read_grid
from data.recipe_parts import Recipe


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
        path = mirror / recipe.mirror
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
        check=lambda part: read_grid(recipe, part),
        settings=settings,
        progress=progress,
    )
    return path


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
