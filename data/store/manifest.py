"""The manifest of a stored panel, with its study area: dataclasses to JSON and back."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pydantic.dataclasses
from pydantic import Field, TypeAdapter, ValidationError

from data.errors import DataError
from data.recipe.binding import STRICT
from data.store.provenance import LedgerEntry, Source


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class DefinitionBreak:
    """From a year on, figures are not comparable with earlier years."""

    school_year: str = Field(
        description="First year under the new definition.", examples=["2019-20"]
    )
    note: str = Field(
        description="What changed, in plain words.",
        examples=["Buildings closed in March 2020."],
    )


@dataclass(frozen=True)
class StudyArea:
    """A place: its identity, projection and definition of chronic absence.

    Attributes
    ----------
    slug : str
        Folder and URL name ("nyc").
    state : str
        State name or postal code, for words on screen.
    tract_vintage : int
        Census year of the tracts (2010 or 2020); part of identity.
    crs : str
        Projected CRS in metres ("EPSG:32618") for every distance and area.
    fictional : bool
        True for made-up places: the word stands on every page and export.
    default_year : str
        School year shown first.
    definition : str
        How the publisher defines chronic absence.
    breaks : tuple of DefinitionBreak
    unusual_years : tuple of str
        Years measured in another way (cut short, remote); left out by default.
    reports : {"school", "district", "county"}
        What a row of absence is counted for. Where it is "district", a row of `schools` and of
        `zones` (`zone_id` = `school_id`) is a district, and no tract hot spots are claimed; there
        may be no tracts. Where it is "county" the place is a nation: a row of `schools` and of
        `zones` is a county, and figures stand in tables of their own (`data.nation`).
    definition_rule : str
        Id of a file of data/definitions whose rules the place follows; "" for its state's.
    """

    slug: str
    name: str
    state: str
    tract_vintage: int
    crs: str
    fictional: bool
    default_year: str
    definition: str
    breaks: tuple[DefinitionBreak, ...] = ()
    unusual_years: tuple[str, ...] = ()
    reports: Literal["school", "district", "county"] = "school"
    definition_rule: str = ""


FILE_NAME = "manifest.json"
FORMAT = 6


class ManifestError(DataError):
    """A manifest is missing, is not JSON, or was written by another version."""


@dataclass(frozen=True)
class TableFile:
    """One table on disk."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything about a panel except its tables.

    Attributes
    ----------
    tables : dict of str to TableFile
        Rows and hash of each table's file, to notice a damaged or half-copied panel.
    """

    area: StudyArea
    sources: tuple[Source, ...]
    ledger: tuple[LedgerEntry, ...]
    parameters: dict[str, Any]
    protected: bool
    tables: dict[str, TableFile]


_MANIFEST = TypeAdapter(Manifest)


def dumps(manifest: Manifest) -> str:
    """Write a manifest as JSON text with sorted keys."""
    content = {"format": FORMAT, **asdict(manifest)}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str) -> Manifest:
    """Read a manifest from the JSON text that `dumps` wrote.

    Raises
    ------
    ManifestError
        Not JSON, another format number, or entries missing or unknown.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ManifestError(f"it is not JSON (line {error.lineno}: {error.msg})") from error
    version = content.pop("format", None) if isinstance(content, dict) else None
    if version != FORMAT:
        raise ManifestError(f"it has format {version!r}, this version reads format {FORMAT}")
    try:
        return _MANIFEST.validate_python(content)
    except ValidationError as error:
        entries = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise ManifestError(f"entries are missing or unknown ({'; '.join(entries)})") from error


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a panel folder.

    Raises
    ------
    ManifestError
        It is missing or cannot be used; the message names the file.
    """
    path = Path(folder) / FILE_NAME
    try:
        return loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ManifestError(f"{path} is missing") from error
    except OSError as error:
        raise ManifestError(f"{path} cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path}: it is not UTF-8 text") from error
    except ManifestError as error:
        raise ManifestError(f"{path}: {error}") from error
