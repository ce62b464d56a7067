"""What an intake has settled of one table: a recipe, and the ids of its rows."""

import hashlib
import re
from dataclasses import dataclass

import pandas as pd

from data.intake.content import pattern_of, plain_ids
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.recipe.parts import Identifier
from data.recipe.recipe import Recipe

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
    """

    slug: str
    publisher: str
    url: str
    licence: str
    definition: str
    release: str

    def recipe(self, table: RawTable, kind: str, parts: dict[str, object]) -> Recipe:
        """Make the recipe of a table of the panel from the parts that were settled."""
        sheet = table.layout.sheet
        title = f"{table.path.stem}, {sheet}" if sheet else table.path.stem
        by_hand = f"Put the file {table.path.name} of that page into the folder."
        whole = {
            "id": recipe_id(self.slug, table, kind),
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
    """

    recipe: Recipe
    table: RawTable
    cells: pd.DataFrame

    @property
    def ids(self) -> pd.Index:
        """Ids of its rows, each once, as the recipe makes them before any mending."""
        raw = self.cells[self.recipe.columns["school_id"].column]
        return pd.Index(plain_ids(raw).drop_duplicates())


def recipe_id(slug: str, table: RawTable, kind: str) -> str:
    """Name a recipe by place, file, sheet and table: letters, digits and underscores."""
    stem = table.path.stem.lower().removeprefix(slug)
    sheet = (
        hashlib.sha256(table.layout.sheet.encode()).hexdigest()[:4] if table.layout.sheet else ""
    )
    return NAME.sub("_", f"{slug} {stem} {sheet} {kind}").strip("_")


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


def identifier_of(ids: pd.Series) -> Identifier:
    """Give the form that ids have: digits and letters in their places."""
    return Identifier(pattern=pattern_of(plain_ids(ids)))
