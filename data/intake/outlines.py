"""Outlines of districts: their recipe, and how their names become those of the absence files."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data.intake.content import counted_words, number_share, pattern_of, plain_ids
from data.intake.draft import About, choose, unique_headers
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.place.district_names import alike, by_name, has_territory
from data.place.districts import Paired, paired
from data.recipe.parts import Column, Identifier
from data.recipe.recipe import Recipe

CALLED = re.compile(
    r"school|district|\b(?:unified|usd|isd|cusd|independent|consolidated|reorganized)\b",
    re.IGNORECASE,
)
HALF = 0.5
LEAST = 2
LONGEST_ID = 20
SHOWN = 6
MOST_PAIRS = 400
"""Of more any answer is taken, and the reader of the recipe says where it is wrong."""
IS = " = "


@dataclass(frozen=True)
class OutlineMatch:
    """How far outlines and districts know one another.

    Attributes
    ----------
    file : str
        The file of outlines.
    matched, outlines, districts : int
        Outlines that are those of a district, all of them, and districts with a territory.
    idle, lacking : tuple of str
        Names of outlines and of districts that have no other.
    apart : tuple of str
        Names of units that have no territory.
    """

    file: str
    matched: int
    outlines: int
    districts: int
    idle: tuple[str, ...]
    lacking: tuple[str, ...]
    apart: tuple[str, ...]

    @property
    def units(self) -> int:
        """Districts with a territory."""
        return self.districts

    @property
    def share(self) -> float:
        """Part of the districts with a territory that have an outline."""
        return 1 - len(self.lacking) / self.districts if self.districts else 0.0

    @property
    def words(self) -> str:
        """What matched, and examples of what did not, both ways."""
        parts = [
            f"{self.matched:,} of {self.outlines:,} outlines are those of one of"
            f" {self.districts:,} districts."
        ]
        for what, names in (
            ("Outlines of no district", self.idle),
            ("Districts without an outline", self.lacking),
            ("Without a territory of their own", self.apart),
        ):
            if names:
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                parts.append(f"{what}: {', '.join(names[:SHOWN])}{more}.")
        return " ".join(parts)


def name_header(table: RawTable) -> str:
    """Give the column of outlines that holds names of school districts; "" when none does."""
    if table.layout.kind != "vector":
        return ""
    shares = {
        str(header): table.cells[header].str.contains(CALLED).mean()
        for header in table.cells.columns
        if table.cells[header].nunique() > HALF * len(table.cells)
    }
    best = max(shares, key=lambda header: shares[header], default="")
    return best if best and shares[best] > HALF else ""


def outlines_recipe(
    table: RawTable, interview: Interview, about: About, names: Mapping[str, Collection[str]]
) -> tuple[Recipe, OutlineMatch]:
    """Make the recipe of a file of outlines of districts.

    Parameters
    ----------
    table : RawTable
    interview : Interview
        Is asked which pairs of names that are only alike are one district.
    about : About
    names : mapping of str to collection of str
        Districts with a figure, by id, with the names they go by.
    """
    name = choose(
        interview, table, "name", _names(table, names), "Its words are those of districts' names."
    )
    shared = _sharing(table, names)
    ids = choose(interview, table, "district_id", shared, "It holds the ids of districts.")
    outline = next(iter(unique_headers(table, LONGEST_ID)), ids or name)
    columns = {"outline_id": Column(column=outline), "name": Column(column=name)}
    if ids:
        columns["district_id"] = Column(column=ids)
    outlines = _outlines(table, columns)
    aliases = {} if ids else _aliases(table, interview, outlines, names)
    parts: dict[str, object] = {
        "columns": columns,
        "identifier": Identifier(pattern=pattern_of(plain_ids(table.cells[outline]))),
        "vintage": "not stated",
        "release": "published",
        "definition": f"Outlines of school districts, {table.path.name}.",
        "aliases": aliases,
    }
    found = paired(outlines, aliases, names)
    return about.recipe(table, "districts", parts), _match(table, outlines, found, names)


def _outlines(table: RawTable, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Give names and ids of outlines as the recipe reads them."""
    cells = table.cells
    own = pd.DataFrame(
        {
            "name": cells[columns["name"].column].str.split().str.join(" "),
            "district_id": plain_ids(cells[columns["district_id"].column])
            if "district_id" in columns
            else "",
        }
    )
    return own.set_axis(pd.Index(plain_ids(cells[columns["outline_id"].column])))


def _names(table: RawTable, names: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """List columns of words, those that hold the names of most districts first."""
    cells = table.cells
    words = [str(each) for each in cells.columns if number_share(counted_words(cells[each])) < HALF]
    hits = {
        header: len(by_name({str(row): [word] for row, word in cells[header].items()}, names).pairs)
        for header in words
    }
    likely = [header for header in words if hits[header] >= LEAST]
    first = name_header(table)
    return tuple(sorted(likely, key=lambda header: (-hits[header], header != first))) or (first,)


def _sharing(table: RawTable, names: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """List the columns that hold the ids of most districts."""
    shares = {
        str(header): len(set(plain_ids(table.cells[header])) & set(names)) / max(len(names), 1)
        for header in table.cells.columns
    }
    fitting = [header for header in shares if shares[header] > HALF]
    return tuple(sorted(fitting, key=lambda header: -shares[header]))


def _aliases(
    table: RawTable,
    interview: Interview,
    outlines: pd.DataFrame,
    names: Mapping[str, Collection[str]],
) -> dict[str, str]:
    """Ask which outlines and districts are one though their names have other words."""
    found = by_name({str(each): [word] for each, word in outlines["name"].items()}, names)
    idle = {str(n): [w] for n, w in outlines["name"].items() if str(n) not in found.pairs}
    lacking = _lacking(names, found.pairs.values())
    if not idle or not lacking:
        return {}
    near = alike(idle, lacking)
    labels = {name: f"{name} {tuple(words)[-1]}" for name, words in lacking.items()}
    proposal = tuple(f"{idle[one][0]}{IS}{labels[other]}" for one, other in near.items())
    others = [
        f"{words[0]}{IS}{labels[other]}"
        for one, words in idle.items()
        if one not in near
        for other in lacking
        if other not in near.values()
    ]
    rest = [labels[other] for other in lacking if other not in near.values()]
    asked = Question(
        ("files", table.name, "aliases"),
        f"Which outlines of {table.name} are of a district with another name?",
        proposal,
        f"{len(found.pairs):,} of {len(outlines):,} outlines have the name of one district. Names"
        f" that are only alike are proposed; no outline is known of {_some(rest)}.",
        tuple(others) if len(others) <= MOST_PAIRS else (),
        sure=not proposal,
    )
    ids = {label: name for name, label in labels.items()}
    pairs = [each.split(IS, 1) for each in interview.texts(asked) if IS in each]
    return {outline.strip(): ids.get(other.strip(), other.strip()) for outline, other in pairs}


def _lacking(
    names: Mapping[str, Collection[str]], taken: Collection[str]
) -> dict[str, Collection[str]]:
    """Give the districts with a territory that have no outline."""
    held = set(taken)
    return {
        name: words
        for name, words in names.items()
        if name not in held and all(map(has_territory, words))
    }


def _match(
    table: RawTable, outlines: pd.DataFrame, found: Paired, names: Mapping[str, Collection[str]]
) -> OutlineMatch:
    apart = [words for words in names.values() if not all(map(has_territory, words))]
    return OutlineMatch(
        file=table.name,
        matched=len(found.pairs),
        outlines=len(outlines),
        districts=len(names) - len(apart),
        idle=tuple(outlines["name"][~outlines.index.isin(list(found.pairs))]),
        lacking=tuple(_last(words) for words in _lacking(names, found.pairs.values()).values()),
        apart=tuple(_last(words) for words in apart),
    )


def _last(words: Collection[str]) -> str:
    return tuple(words)[-1]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else "none"
