"""What a build doubts: what may be wrong in files that can be read, and what to do about it.

A doubt is printed apart from facts. One that would change the map stops the build, until the files
are put right or the place file accepts it by name (`accept`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data.errors import DataError
from data.store.provenance import LedgerEntry


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt.

    Attributes
    ----------
    meaning : str
        What may be wrong, for docs and the Data quality page.
    remedy : str
        What to do about it, as it ends a sentence.
    blocks : bool
        It changes the map: the build stops unless the place accepts it.
    """

    meaning: str
    remedy: str
    blocks: bool


DOUBTS: Mapping[str, Doubt] = MappingProxyType(
    {
        "total_rows": Doubt(
            "A row is the sum of others: a district, state or total row among the schools.",
            "filter it out in the recipe ([[filters]])",
            blocks=True,
        ),
        "percent_for_count": Doubt(
            "A column of counts looks like percents.",
            'name the column of counts, or write unit = "percent" in the recipe',
            blocks=True,
        ),
        "fraction_for_percent": Doubt(
            "A column of percents looks like fractions from 0 to 1.",
            'write unit = "fraction" in the recipe if the file holds 0 to 1',
            blocks=True,
        ),
    }
)
"""Doubts by the name under which a place file accepts them."""


class DoubtError(DataError):
    """Doubts that change the map and that the place file does not accept."""


def refuse_open(entries: Iterable[LedgerEntry], accepted: Iterable[str], place: str) -> None:
    """Stop when a doubt that changes the map is not accepted; all such doubts are listed.

    Parameters
    ----------
    entries : iterable of LedgerEntry
    accepted : iterable of str
        Names of doubts that the place file accepts.
    place : str
        Short name of the place.

    Raises
    ------
    DoubtError
        Naming each doubt, its rows, the remedy, and how to accept it.
    """
    known = set(accepted)
    if strange := sorted(known - set(DOUBTS)):
        raise DoubtError(
            f"{place}.toml: accept names {strange[0]!r}, which is no doubt; write one of"
            f" {', '.join(DOUBTS)}"
        )
    open_doubts = [
        entry
        for entry in entries
        if entry.doubt and DOUBTS[entry.doubt].blocks and entry.doubt not in known
    ]
    if open_doubts:
        lines = [_line(entry) for entry in open_doubts]
        names = ", ".join(f'"{name}"' for name in dict.fromkeys(e.doubt for e in open_doubts))
        raise DoubtError(
            "\n".join(["these doubts would change the map:", *lines])
            + f"\nPut them right, or, if all is as it should be, write accept = [{names}] in"
            f" {place}.toml"
        )


def _line(entry: LedgerEntry) -> str:
    """Say one doubt in a line: where, what, whom it concerns, what to do."""
    some = f" ({', '.join(entry.examples)})" if entry.examples else ""
    what = entry.reason.removesuffix(".")
    return f"  * {entry.source}, {entry.table}: {what}{some}; {DOUBTS[entry.doubt].remedy}"
