"""What an intake has settled of one table: a recipe, and the ids of its rows."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from data.intake.content import MOSTLY, number_share, pattern_of, plain_ids
from data.intake.groups import Dimension
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, words_of
from data.recipe.parts import Identifier
from data.recipe.recipe import Recipe

MORE = 1.02
PLAIN_IDS = {
    "school_id": r"school|sch|building|bldg|campus|institution",
    "district_id": r"district|system|division|lea|corporation",
}
NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class About:
    """What a person says of the publisher's files, the same for all of them unless told apart.

    Attributes
    ----------
    slug : str
        Of the place.
    publisher, url, licence, definition, release : str
        As in a recipe.
    state : str
        By name.
    """

    slug: str
    publisher: str
    url: str
    licence: str
    definition: str
    release: str
    state: str = ""

    def recipe(
        self, table: RawTable, kind: str, parts: Mapping[str, object], part: int = 0
    ) -> Recipe:
        """Make the recipe of a table of the panel from what was settled."""
        sheet = table.layout.sheet
        title = f"{table.path.stem}, {sheet}" if sheet else table.path.stem
        by_hand = f"Put the file {table.path.name} of that page into the folder."
        whole = {
            "id": recipe_id(self.slug, table, kind) + (f"_{part + 1}" if part else ""),
            "publisher": self.publisher,
            "title": title,
            "table": kind,
            "url": self.url,
            "mirror": f"{self.slug}/{table.path.name}",
            "release": self.release,
            "licence": self.licence,
            "definition": self.definition,
            "format": table.layout,
            "by_hand": by_hand,
            **parts,
        }
        return Recipe(**whole)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Draft:
    """A recipe as far as one file tells it.

    Attributes
    ----------
    recipe : Recipe
    table : RawTable
    cells : DataFrame of str
        The rows that its filters keep.
    dimensions : tuple of Dimension
        Columns that part the students of a school.
    by_name : bool
        Whether names stand for ids.
    students : RawTable or None
        Table that has the students of its rates.
    part : int
        From 1 on: the rows of a further column of groups of the same file.
    """

    recipe: Recipe
    table: RawTable
    cells: pd.DataFrame
    dimensions: tuple[Dimension, ...] = ()
    by_name: bool = False
    students: RawTable | None = None
    part: int = 0

    @cached_property
    def ids(self) -> pd.Index:
        """Ids of its rows, each once, as the recipe makes them before any mending."""
        column, identifier = self.recipe.columns["school_id"].column, self.recipe.identifier
        headers = [column, *identifier.also]
        cells = self.cells[headers].drop_duplicates()
        return pd.Index(joined_ids(cells, headers, identifier).drop_duplicates())


def recipe_id(slug: str, table: RawTable, kind: str) -> str:
    """Name a recipe by place, file, sheet and table: letters, digits and underscores."""
    stem = table.path.stem.lower().removeprefix(slug)
    inside = table.layout.sheet or table.layout.member
    sheet = hashlib.sha256(inside.encode()).hexdigest()[:4] if inside else ""
    return NAME.sub("_", f"{slug} {stem} {sheet} {kind}").strip("_")


def unique_headers(table: RawTable, longest: int) -> tuple[str, ...]:
    """List the columns with another short word in each row: ids of what the rows are."""
    words = {str(header): plain_ids(table.cells[header]) for header in table.cells.columns}
    return tuple(
        header
        for header, own in words.items()
        if own.ne("").all() and not own.duplicated().any() and own.str.len().max() <= longest
    )


def choose(
    interview: Interview, table: RawTable, target: str, headers: tuple[str, ...], why: str
) -> str:
    """Ask which column is one of ours; the first of some headers is proposed, "" when none.

    Parameters
    ----------
    target : str
        What the column is to be, as answers name it.
    headers : tuple of str
        Columns that may be it, the likeliest first.
    why : str
        What speaks for the first.
    """
    others = tuple(name for name in table.cells.columns if name not in headers[:1])
    asked = Question(
        ("files", table.name, "columns", target),
        f"Which column of {table.name} is {target}?",
        headers[0] if headers else "",
        why if headers else "No header says so.",
        (*others, "") if headers else others,
    )
    return interview.text(asked)


def joined_ids(cells: pd.DataFrame, headers: Sequence[str], identifier: Identifier) -> pd.Series:
    """Put the parts of ids together, each with its leading zeros restored."""
    widths = identifier.pads or (0,) * len(headers)
    parts = [
        plain_ids(cells[name]).str.zfill(width) if width else plain_ids(cells[name])
        for name, width in zip(headers, widths, strict=True)
    ]
    if len(parts) == 1:
        return parts[0]
    return parts[0].str.cat(parts[1:], sep=identifier.joint).str.split().str.join(" ")


def identifier_of(cells: pd.DataFrame, headers: Sequence[str]) -> Identifier:
    """Give the form that ids have, of one column or of several put together."""
    cells = cells[list(headers)].drop_duplicates()
    if len(headers) == 1:
        return Identifier(pattern=pattern_of(plain_ids(cells[headers[0]])))
    pads = tuple(_width(plain_ids(cells[name])) for name in headers)
    bare = Identifier(pattern=".*", also=tuple(headers[1:]), pads=pads, joint="")
    return replace(bare, pattern=pattern_of(joined_ids(cells, headers, bare)))


def id_columns(table: RawTable, target: str) -> list[str]:
    """Give the columns of ids of schools or districts: by header, else plain ones that hold codes.

    Parameters
    ----------
    target : {"school_id", "district_id"}
    """
    headers = list(map(str, table.cells.columns))
    return best(headers, target) or [
        header
        for header in headers
        if re.fullmatch(PLAIN_IDS[target], words_of(header))
        and number_share(table.words(header)) > MOSTLY
    ]


def _width(ids: pd.Series) -> int:
    """Give the length to which a part of ids is filled with zeros; 0 when it has letters."""
    return int(ids.str.len().max()) if ids.str.isdigit().all() else 0


def parts_of(
    interview: Interview, table: RawTable, ids: str, cells: pd.DataFrame
) -> tuple[str, ...]:
    """Give the columns that make up an id: one, or more where districts number their own schools.

    Parameters
    ----------
    ids : str
        Header of the ids of schools.
    cells : DataFrame of str
        Rows of schools.
    """
    headers = [str(name) for name in table.cells.columns if name != ids]
    district = [name for name in id_columns(table, "district_id") if name != ids]
    before = (*best(headers, "county_id")[:1], *district[:1])
    if not before:
        return (ids,)
    distinct = cells[[*before, ids]].drop_duplicates()
    alone, pairs = distinct[ids].nunique(), len(distinct)
    asked = Question(
        ("files", table.name, "parts"),
        f"Which columns of {table.name} make up the id of a school?",
        (*before, ids) if pairs > MORE * alone else (ids,),
        f"{ids!r} has {alone:,} different ids; with {', '.join(before)} there are {pairs:,}.",
        (*before, ids),
    )
    return interview.texts(asked)
