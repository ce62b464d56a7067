"""Where every row came from, and what happened to the rows that are not shown."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

Release = Literal["published", "restricted"]
Action = Literal["dropped", "repaired", "kept", "matched", "doubted"]

EXAMPLES_KEPT = 5
NOUNS = (
    *("tract", "school", "student", "zone", "pair", "row", "count", "round", "id", "area"),
    *("source", "outline", "value", "year", "place", "piece", "point"),
)
_ONE = re.compile(rf"(?<![\d,.])1 ((?:[a-z]+ ){{0,2}})({'|'.join(NOUNS)})s\b")


@dataclass(frozen=True)
class Source:
    """One publisher's file, as it was read.

    Attributes
    ----------
    id : str
        Short id used in the `source` columns of the tables.
    vintage : str
        What the figures describe, in the publisher's words ("2017-18 to 2020-21").
    retrieved : str
        ISO date on which the bytes were fetched or copied; "" when not known.
    sha256 : str
        Hash of the bytes that were read; "" for a generated source.
    release : {"published", "restricted"}
        Whether the agency already released these counts (docs: privacy).
    """

    id: str
    publisher: str
    title: str
    url: str
    vintage: str
    retrieved: str
    licence: str
    sha256: str
    release: Release = "published"

    def __post_init__(self) -> None:
        if self.release not in get_args(Release):
            raise ValueError(
                f"source {self.id!r}: release is {self.release!r}; "
                f"write one of {', '.join(get_args(Release))}"
            )


@dataclass(frozen=True)
class LedgerEntry:
    """What was done to some rows of a table, and why.

    Attributes
    ----------
    source : str
        Source id, or the place's slug when the step combined several sources.
    table : str
        Table of the panel.
    reason : str
        Plain words for the reader of the Data quality page.
    rows : int
        How many rows.
    examples : tuple of str
        Up to five ids.
    doubt : str
        Name in `data.doubts.DOUBTS` of what is doubted; "" for a fact.
    """

    source: str
    table: str
    action: Action
    reason: str
    rows: int
    examples: tuple[str, ...] = ()
    doubt: str = ""

    def __post_init__(self) -> None:
        if self.action not in get_args(Action):
            raise ValueError(
                f"ledger action {self.action!r} is not one of {', '.join(get_args(Action))}"
            )


class Ledger:
    """Append-only list of ledger entries, filled while a place is read."""

    def __init__(self, entries: Iterable[LedgerEntry] = ()) -> None:
        self._entries: list[LedgerEntry] = list(entries)

    def record(
        self, source: str, table: str, action: Action, reason: str, ids: Iterable[object] | int
    ) -> None:
        """Append one entry.

        Parameters
        ----------
        source, table, action, reason : str
            See `LedgerEntry`.
        ids : iterable of ids, or int
            The rows concerned: their ids (the first five are kept as examples), or only how many
            when they have none. Nothing is recorded for no rows.
        """
        self._append(source, table, action, reason, ids)

    def doubt(
        self, name: str, source: str, table: str, reason: str, ids: Iterable[object] | int
    ) -> None:
        """Append what may be wrong.

        Parameters
        ----------
        name : str
            Key of `data.doubts.DOUBTS`.
        source, table, reason : str
            See `LedgerEntry`.
        ids : iterable of ids, or int
            The rows concerned, as in `record`.
        """
        self._append(source, table, "doubted", reason, ids, doubt=name)

    def _append(
        self,
        source: str,
        table: str,
        action: Action,
        reason: str,
        ids: Iterable[object] | int,
        *,
        doubt: str = "",
    ) -> None:
        names = () if isinstance(ids, int) else tuple(str(each) for each in ids)
        rows = ids if isinstance(ids, int) else len(names)
        if rows:
            examples = names[:EXAMPLES_KEPT]
            entry = LedgerEntry(source, table, action, singular(reason), rows, examples, doubt)
            self._entries.append(entry)

    def take(
        self, source: str, table: str, steps: Iterable[tuple[str, str, Iterable[object]]]
    ) -> None:
        """Append what a step of the join did: action, reason and ids, one entry each."""
        for action, reason, ids in steps:
            sentence = f"{reason[0].upper()}{reason[1:].removesuffix('.')}."
            self.record(source, table, cast("Action", action), sentence, ids)

    def extend(self, entries: Iterable[LedgerEntry]) -> None:
        """Append entries made elsewhere, in their order."""
        self._entries.extend(entries)

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """All entries so far, oldest first."""
        return tuple(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Ledger({len(self._entries)} entries)"


def singular(text: str) -> str:
    """Write "1 tract" where a sentence made with a number says "1 tracts".

    Up to two words may stand between the number and the noun.

    Examples
    --------
    >>> singular("1 tracts met after 1 rounds, 21 schools, 1 source areas")
    '1 tract met after 1 round, 21 schools, 1 source area'
    """
    return _ONE.sub(r"1 \1\2", text)


def sha256_of(path: Path) -> str:
    """Hash a file without loading it whole; 64 hexadecimal digits."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
