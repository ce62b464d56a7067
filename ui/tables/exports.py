"""Tables as files that explain themselves: figures in one, and about them in another.

CSV: UTF-8 with a byte-order mark, because spreadsheets otherwise garble names; pandas and R read it
as well. The header row comes first, so that a spreadsheet opens it as a table; caveat, sources and
data dictionary are a second file. All text is quoted, and text that a spreadsheet would run as a
formula gets a leading apostrophe.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from data.store.provenance import Source
from ui import queries
from ui.selection import Selection
from ui.tables.display import dictionary, withhold

FICTIONAL = "FICTIONAL: places, schools and numbers are made up to show what the software does."
IDS_ARE_TEXT = "Ids are text: import them as text, or a spreadsheet drops leading zeros."
NOTICE = "notice"
"""Column of a made-up place's tables: no file of one can be taken for another's."""
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, eq=False)
class About:
    """What a table means.

    Attributes
    ----------
    dictionary : DataFrame
        `column, unit, description`, as from `dictionary` of the display.
    caveat : str
        What the figures are not.
    sources : tuple of Source
    fictional : bool
        True for a made-up place.
    year : str
        School year the figures describe.
    """

    dictionary: pd.DataFrame
    caveat: str
    sources: tuple[Source, ...]
    fictional: bool
    year: str = ""

    def rows(self) -> pd.DataFrame:
        """Give topics and texts: notice, caveat, year, sources, and every column."""
        notes = [(NOTICE, FICTIONAL)] if self.fictional else []
        notes += [("caveat", self.caveat)]
        notes += [("school year", self.year)] if self.year else []
        notes += [
            ("source", f"{s.publisher}. {s.title} ({s.vintage}). {s.url} Licence: {s.licence}")
            for s in self.sources
        ]
        notes += [("ids", IDS_ARE_TEXT)]
        notes += [
            (f"column {row.column}", f"[{row.unit}] {row.description}")
            for row in self.dictionary.itertuples(index=False)
        ]
        return pd.DataFrame(notes, columns=["topic", "text"], dtype="str").map(plain)

    def prepared(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give a table as it leaves: a named index as its first column, nothing withheld in it.

        Figures of rows that are not reported are left out, and a column `note` says why.

        Raises
        ------
        ValueError
            A column is not in the dictionary.
        """
        table = withhold(frame.reset_index() if frame.index.name else frame)
        geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
        explained = {*self.dictionary["column"], "note", geometry}
        unknown = [name for name in table.columns if name not in explained]
        if unknown:
            raise ValueError(f"the data dictionary does not explain {unknown}; describe them first")
        return table.assign(**{NOTICE: FICTIONAL}) if self.fictional else table


def about(
    selection: Selection, table: pd.DataFrame, caveat: str, fields: Mapping[str, str] | None = None
) -> About:
    """Explain a table of a view.

    Parameters
    ----------
    selection : Selection
    table : DataFrame
        With a named index.
    caveat : str
        What the figures are not.
    fields : mapping of str, optional
        Descriptions of columns that are not in the registry.
    """
    panel = queries.panel(selection)
    return About(
        dictionary([*filter(None, (table.index.name,)), *table.columns], fields),
        caveat,
        panel.sources,
        panel.area.fictional,
        selection.year,
    )


def to_csv(frame: pd.DataFrame, about: About) -> bytes:
    """Comma-separated file of a table, its header first; the same for the same input.

    Raises
    ------
    ValueError
        A column is not in the dictionary.
    """
    return _csv(about.prepared(frame))


def about_csv(about: About) -> bytes:
    """Comma-separated file of what a table means: notice, caveat, year, sources, columns."""
    return _csv(about.rows())


def escape_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run."""
    safe = plain(text)
    return f"'{safe}" if _FORMULA.match(safe) else safe


def plain(text: str) -> str:
    """Text without control characters, which no file format here can hold."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text))


def file_name(*parts: str, suffix: str) -> str:
    """Name for a download: letters, digits and hyphens only, joined by hyphens."""
    words = (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)
    return "-".join(word for word in words if word) + f".{suffix}"


def text_columns(table: pd.DataFrame) -> list[str]:
    """Names of the columns that hold text."""
    kinds = pd.api.types
    return [
        name
        for name in table.columns
        if kinds.is_string_dtype(table[name].dtype) or kinds.is_object_dtype(table[name].dtype)
    ]


def _csv(table: pd.DataFrame) -> bytes:
    safe = table.rename(columns=escape_formula)
    for name in text_columns(safe):
        safe[name] = safe[name].map(escape_formula, na_action="ignore")
    body: str = safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    return body.encode("utf-8-sig")
