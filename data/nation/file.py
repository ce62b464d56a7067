"""The file of a nation: a place that names the places it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydantic.dataclasses
from pydantic import Field, StrictBool

from data.place.place import FOLDER
from data.recipe.binding import STRICT, TomlError, bind, read_toml
from data.recipe.checks import SCHOOL_YEAR
from data.store.folders import SLUG

PARTS = "parts"
LEAST = 2
"""A nation has so many parts."""


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class NationFile:
    """A nation as written in data/places/: a file of a place is one when it has `parts`."""

    slug: str = Field(
        description="Name of the file without suffix, and of the nation in addresses.",
        examples=["nation"],
    )
    name: str = Field(description="Name for people.", examples=["United States"])
    parts: tuple[str, ...] = Field(
        description="Places that it is made of, by their short names. Each is built from a folder "
        "of its name beside `places` (as data.intake writes it) where there is one, else from the "
        "place file of its name.",
        examples=[["oregon", "colorado"]],
    )
    definition: str = Field(
        description="Definition of chronic absence that the map compares by. Parts that word "
        "theirs otherwise, and are not `alike`, are shown apart.",
        examples=["Absent on 10 % or more of the days enrolled, for any reason."],
    )
    alike: tuple[str, ...] = Field(
        default=(),
        description="Parts whose definition has other words and means the same. Whoever writes this"
        " has read both.",
        examples=[["oregon"]],
    )
    default_year: str = Field(
        default="",
        description="School year shown first; when left out the latest of those in which most "
        "counties can be compared.",
        examples=["2022-23"],
    )
    fictional: StrictBool = Field(
        default=False,
        description="Made-up places: the word stands on every page and export.",
        examples=[True],
    )


@dataclass(frozen=True)
class Part:
    """A place that a nation is made of.

    Attributes
    ----------
    slug : str
    own : Path or None
        Folder with its `places`, `recipes` and `files`; None for one that comes with the program.
    """

    slug: str
    own: Path | None


@dataclass(frozen=True)
class Asked:
    """What is asked of the building of parts.

    Attributes
    ----------
    mirror : Path, optional
        Folder of files downloaded by hand.
    policy : str
        Policy that holds beside the defaults, see `data.store.policies`.
    """

    mirror: Path | None = None
    policy: str = ""


def is_nation(slug: str, own: Path | None) -> bool:
    """Say whether the file of a place names parts; False where there is no such file."""
    path = _folder(own) / f"{slug}.toml"
    return bool(SLUG.fullmatch(slug)) and path.is_file() and PARTS in read_toml(path)


def load_nation_file(slug: str, own: Path | None) -> NationFile:
    """Read the file of a nation.

    Parameters
    ----------
    slug : str
    own : Path or None
        Folder that holds it in `places`; data/places when left out.

    Raises
    ------
    TomlError
        There is no such file, or it says something unknown.
    """
    file = f"{slug}.toml"
    found = bind(NationFile, read_toml(_folder(own) / file), file)
    problems = list(_problems(found, slug))
    if problems:
        raise TomlError("\n".join(f"{file}: {each}" for each in problems))
    return found


def parts_of(nation: NationFile, own: Path | None) -> tuple[Part, ...]:
    """Say where the files of each part are, in the order of the nation's file."""

    def where(slug: str) -> Path | None:
        if own is None:
            return None
        folders = (own / slug, own)
        return next((each for each in folders if _place_file(each, slug).is_file()), None)

    return tuple(Part(slug, where(slug)) for slug in nation.parts)


def _folder(own: Path | None) -> Path:
    return FOLDER if own is None else own / "places"


def _place_file(own: Path, slug: str) -> Path:
    return own / "places" / f"{slug}.toml"


def _problems(found: NationFile, slug: str) -> Iterator[str]:
    if found.slug != slug:
        yield f"slug is {found.slug!r}; write {slug!r}, the name of the file"
    if len(set(found.parts)) < max(LEAST, len(found.parts)):
        yield f"parts: name {LEAST} places or more, each once"
    for each in found.parts:
        if not SLUG.fullmatch(each) or each == slug:
            yield f"parts: {each!r} is not the short name of another place"
    for each in sorted({*found.alike} - {*found.parts}):
        yield f"alike names {each!r}, which is not among the parts"
    if found.default_year and not SCHOOL_YEAR.fullmatch(found.default_year):
        yield f"default_year is {found.default_year!r}; write it as 2022-23"
