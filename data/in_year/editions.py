"""Files of daily figures: which there are, and each read once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from data.contracts.check import validate
from data.errors import DataError
from data.place.place import Place
from data.read.engine import read_table
from data.read.fetch import fetched_on, obtain
from data.recipe.parts import SUFFIXES
from data.recipe.recipe import Recipe
from data.store.code import BUILDING, code
from data.store.codec import CodecError, dumps, loads
from data.store.folders import home
from data.store.provenance import Ledger, LedgerEntry, Source, sha256_of

DIGITS = 32


@dataclass(frozen=True)
class Edition:
    """One file of daily figures.

    Attributes
    ----------
    recipe : Recipe
    order : int
        Position of the recipe in the place file: of the same day the higher counts.
    path : Path
    retrieved : str
        ISO date on which it was fetched; "" when not known.
    """

    recipe: Recipe
    order: int
    path: Path
    retrieved: str = ""


@dataclass(frozen=True)
class Part:
    """What one file holds, as read.

    Attributes
    ----------
    table : DataFrame
        As in the contract of `daily`.
    """

    table: pd.DataFrame
    source: Source
    ledger: tuple[LedgerEntry, ...]


@dataclass(frozen=True)
class Folders:
    """Where files are looked for, and where fetched ones and parts that were read are kept.

    Attributes
    ----------
    slug : str
    mirror : Path or None
        Folder of files downloaded by hand; None for the network.
    cache : Path
    or_fetch : bool
        Whether what the mirror lacks is fetched.
    """

    slug: str
    mirror: Path | None
    cache: Path
    or_fetch: bool = False

    @property
    def parts(self) -> Path:
        """Folder of the parts of a place, as read: of published files alone."""
        return home() / "in_year" / ".parts" / self.slug

    @property
    def fetched(self) -> Path:
        """Folder of the editions of a feed that were fetched."""
        return home() / "in_year" / ".fetched" / self.slug

    def within(self, named: str) -> Path:
        """Give a folder that the place file names, inside the mirror when it is not absolute."""
        path = Path(named)
        return path if path.is_absolute() or self.mirror is None else self.mirror / path


def editions(
    place: Place, folders: Folders, today: str, tell: Callable[[DataError], None]
) -> list[Edition]:
    """List the files of a place, in the order in which they count.

    Parameters
    ----------
    place : Place
    folders : Folders
    today : str
        ISO date, under which a new edition of a feed is kept.
    tell : callable
        Is told of each file that is not there or could not be fetched.
    """
    found = []
    network = folders.mirror is None or folders.or_fetch
    for order, recipe in enumerate(place.daily):
        try:
            path = obtain(
                recipe,
                mirror=folders.mirror,
                cache=folders.cache,
                or_fetch=folders.or_fetch,
                refresh=network and not recipe.by_hand,
            )
        except DataError as error:
            tell(error)
            continue
        on = fetched_on(path) if path.is_relative_to(folders.cache) else ""
        found.append(Edition(recipe, order, path, on))
    if place.feed is not None:
        order = len(place.daily)
        try:
            paths = _fed(place, place.feed, folders, today)
            found += [Edition(place.feed, order, each) for each in paths]
        except DataError as error:
            tell(error)
    return found


def _fed(place: Place, feed: Recipe, folders: Folders, today: str) -> list[Path]:
    """List the files of a watched folder by name, or the editions of an address by day."""
    suffixes = SUFFIXES[feed.format.kind]
    if place.in_year.folder:
        folder = folders.within(place.in_year.folder)
        if not folder.is_dir():
            raise DataError(
                f"{place.in_year.folder}: there is no such folder; put the files there, or correct"
                " folder under [in_year]"
            )
    else:
        folder = folders.fetched
        _keep(feed, folders, today)
    return sorted(each for each in folder.glob("*") if each.name.lower().endswith(suffixes))


def _keep(feed: Recipe, folders: Folders, today: str) -> None:
    """Fetch a feed and keep it under the day, unless it has been kept before."""
    path = obtain(feed, mirror=None, cache=folders.cache, refresh=True)
    folder, digest = folders.fetched, sha256_of(path)[:12]
    folder.mkdir(parents=True, exist_ok=True)
    if any(digest in each.name for each in folder.glob("*")):
        return
    suffix = "".join(path.suffixes)
    draft = folder / f".{digest}.part"
    draft.write_bytes(path.read_bytes())
    draft.replace(folder / f"{today}_{digest}{suffix}")


def part_key(edition: Edition, digest: str) -> str:
    """Name what a file gives: by its bytes, its recipe and the code."""
    whole = "\0".join((digest, repr(edition.recipe), code(BUILDING)))
    return hashlib.sha256(whole.encode()).hexdigest()[:DIGITS]


def stored_part(folders: Folders, key: str) -> Part | None:
    """Give a part that was read before; None where it is not kept, or damaged."""
    try:
        part: Part = loads((folders.parts / f"{key}.zip").read_bytes())
    except (OSError, CodecError):
        return None
    return part


def read_part(edition: Edition, folders: Folders, key: str) -> Part:
    """Read a file; what was read of a published one is kept.

    Raises
    ------
    DataError
        The file is not as its recipe says.
    """
    ledger = Ledger()
    read = read_table(edition.recipe, edition.path, ledger, retrieved=edition.retrieved)
    # How many rows are used is said once all files are put together.
    entries = tuple(each for each in ledger.entries if each.action != "kept")
    part = Part(
        validate("daily", read.table),
        replace(read.source, retrieved=edition.retrieved),
        entries,
    )
    if edition.recipe.release == "published":
        folders.parts.mkdir(parents=True, exist_ok=True)
        draft = folders.parts / f".{key}.draft"
        draft.write_bytes(dumps(part))
        draft.replace(folders.parts / f"{key}.zip")
    return part


def forget(folders: Folders, keys: Iterable[str]) -> None:
    """Delete the parts that no update needs any more."""
    wanted = {f"{key}.zip" for key in keys}
    for path in folders.parts.glob("*.zip"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)
