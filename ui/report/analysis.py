"""An analysis as a small text file: what was chosen and what it rests on, to make it again."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from data.errors import DataError
from data.recipe.binding import STRICT
from data.store.code import code
from data.store.folders import list_panels, panel_path
from data.store.manifest import read_manifest
from data.views import drivers, groups, hot_spots
from ui import queries
from ui.report.stories import SCOPES
from ui.selection import Selection, is_offered

FORMAT: Literal[1] = 1
NAME = "analysis.json"
LIBRARIES = (
    *("geopandas", "matplotlib", "numpy", "pandas", "pyarrow", "pyogrio", "python-pptx", "scipy"),
    *("shapely", "typst", "vl-convert-python", "xlsxwriter"),
)


class AnalysisError(DataError):
    """A file that describes an analysis cannot be used here."""


@dataclass(frozen=True)
class Analysis:
    """What an analysis rests on.

    Attributes
    ----------
    selection : Selection
    scope : str
        A key of `ui.report.stories.SCOPES`.
    made : date
        Day that stands on its files.
    versions : dict of str
        Hash of the code, Python, and the libraries that make the figures and the files.
    seeds : dict of int
        Of everything drawn by lot.
    sources : dict of str
        Hash of each published file behind the panel, by its id; "" for a generated one.
    tables : dict of str
        Hash of each table of the protected panel.
    """

    selection: Selection
    scope: str
    made: date
    versions: dict[str, str]
    seeds: dict[str, int | None]
    sources: dict[str, str]
    tables: dict[str, str]
    format: Literal[1] = FORMAT
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


_ANALYSIS = TypeAdapter(Analysis)


def analysis(selection: Selection, scope: str, when: date) -> Analysis:
    """Describe the analysis of a view, as it would be made now."""
    manifest = read_manifest(panel_path(selection.area) / "protected")
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return Analysis(
        selection,
        scope,
        when,
        {"code": code(), "python": platform.python_version(), **libraries},
        {
            "hot spots": hot_spots.SEED,
            "random groups": groups.SEED,
            "social drivers": drivers.SEED,
            "place": manifest.parameters["seed"],
        },
        {source.id: source.sha256 for source in manifest.sources},
        {name: table.sha256 for name, table in manifest.tables.items()},
    )


def written(analysis: Analysis) -> bytes:
    """Write an analysis as JSON with sorted keys."""
    content = {**asdict(analysis), "made": analysis.made.isoformat()}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def read(path: Path) -> Analysis:
    """Read an analysis, and check that this store can make it.

    Raises
    ------
    AnalysisError
        It is no analysis, or asks for what the store or its place does not have; the message says
        what and where.
    """
    try:
        found = _ANALYSIS.validate_json(path.read_bytes())
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise AnalysisError(f"{path} does not describe an analysis ({where})") from error
    _offered(found, path)
    return found


def changed(then: Analysis, now: Analysis) -> list[str]:
    """Say what the panel or the sources have become since; nothing where they are the same."""
    lines = []
    for what, old, new in (
        ("source", then.sources, now.sources),
        ("table", then.tables, now.tables),
    ):
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        lines += [f"{what} {name} is not the one it was made from" for name in names]
    return lines


def other_versions(then: Analysis, now: Analysis) -> list[str]:
    """Say which versions differ; files made by others can differ in their bytes."""
    names = sorted({*then.versions, *now.versions})
    pairs = {
        name: (then.versions.get(name, "none"), now.versions.get(name, "none")) for name in names
    }
    return [
        f"{name}: {old[:12]} then, {new[:12]} now"
        for name, (old, new) in pairs.items()
        if old != new
    ]


def _offered(found: Analysis, path: Path) -> None:
    """Refuse what the store does not offer."""
    slug = found.selection.area
    if slug not in list_panels():
        raise AnalysisError(f"{path}: {slug!r} is not in the store; build it: data.build {slug}")
    if found.scope not in SCOPES:
        raise AnalysisError(f"{path}: scope {found.scope!r} is none of {', '.join(SCOPES)}")
    allowed: dict[str, Any] = dict(queries.choices(slug).allowed())
    refused = [
        name
        for name, values in allowed.items()
        if name != "slide" and not is_offered(name, getattr(found.selection, name), values)
    ]
    if refused:
        raise AnalysisError(f"{path}: {slug} does not offer this {' or '.join(refused)}")
