"""What a roll-up gives out: every month of every district through the gate, together with before.

A month that was given whole before is given again as it was: what records that were put right since
would say otherwise is counted and not shown, for both together could tell of the students whose
records they are. So no correction stops a roll-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pandas as pd

from analytics.disclosure import Policy
from data.errors import DataError
from data.rollup import tables
from data.rollup.cells import (
    BANDS,
    DAYS,
    EVERYONE,
    STUDENTS,
    Before,
    Builder,
    Gated,
    Key,
    Month,
    released,
)
from data.rollup.expressions import NOBODY
from data.rollup.gate import closed_by, gate_days, students, year
from data.rollup.inputs import Opened
from data.rollup.overlap import counted, of_few
from data.rollup.written import BANDED, DATED, Earlier

Figures = dict[Key, float | None]


@dataclass(frozen=True, eq=False)
class Given:
    """What may be written.

    Attributes
    ----------
    figures : dict of key to float or None
        None = hidden; keys begin with the month, 0 for bands.
    before : Earlier
        What is to be known of earlier roll-ups the next time.
    kept : list of str
        Months that are as they were given.
    differ : int
        Figures of those that the records now say otherwise.
    each : dict of str to dict of str to list of str
        By district and month: figures in which students of several schools count at each.
    """

    figures: Figures
    before: Earlier
    kept: list[str] = field(default_factory=list)
    differ: int = 0
    each: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def release(
    found: dict[str, pd.DataFrame],
    opened: Opened,
    before: Earlier,
    policy: Policy,
    say: Callable[[str], None],
) -> Given:
    """Gate every month of every district.

    Parameters
    ----------
    found : dict of str to DataFrame
        As of `data.rollup.parts.gathered`.
    opened : Opened
    before : Earlier
    policy : Policy
    say : callable

    Raises
    ------
    DataError
        A hidden figure could be worked out.
    """
    counts = tables.with_each(found["counts"], opened.districts)
    table = tables.long(counts, opened.groups, opened.broad)
    measures = tables.measured(table)
    days = tables.by_day(found["days"], opened.rules.parts)
    figures: Figures = {}
    kept: set[int] = set()
    each: dict[str, dict[str, list[str]]] = {}
    differ, went_on = 0, set(before.until)
    for district in sorted({opened.districts[school] for school in opened.sizes}):
        months = dict(tables.months_of(district, measures, days, opened))
        own = _District(district, months, before, policy)
        bands = _bands(table, district, own.kind()) if opened.complete else None
        figures |= own.release(bands)
        kept |= set(own.kept)
        differ += own.differ
        went_on |= set(own.went_on())
        each[district] = own.told(bands is not None)
        say(f"{len(figures):,} figures through the gate")
    known = replace(before, until=frozenset(went_on))
    named = [_month(month) for month in sorted(kept)]
    return Given(figures, known, named, differ, {name: own for name, own in each.items() if own})


class _District:
    """The months of one district, gated one after the other and then together."""

    def __init__(
        self, name: str, months: dict[int, Month], before: Earlier, policy: Policy
    ) -> None:
        self.name, self.before, self.policy = name, before, policy
        places = {place for month in months.values() for _, place, _ in month.rows.index}
        own = {key: value for key, value in before.figures.items() if key[2] in places}
        self.given: dict[int, Figures] = {number: {} for number in (0, *months)}
        for key, value in own.items():
            self.given.setdefault(int(str(key[0])), {})[key[1:]] = value
        self.kept = [number for number, month in months.items() if self._was_whole(number, month)]
        self.differ = 0
        self.each = dict(self._at_each(months))
        self.months = {at: counted(month, self.each[at]) for at, month in months.items()}

    def _at_each(self, months: dict[int, Month]) -> Iterator[tuple[int, frozenset[str]]]:
        """Say of each month in which figures students of several schools count at each."""
        given = self.before.each.get(self.name, {})
        for number, month in months.items():
            was = frozenset(given.get(_month(number), []))
            # What was given so stays so: both ways together would tell of such students.
            yield number, was if number in self.kept else was | of_few(month, self.policy)

    def kind(self) -> str:
        """Say as which kind the district's students are counted at the end of the year."""
        months = {self._signal()[0], max(self.months)}
        few = any("so far" in self.each.get(number, ()) for number in months)
        return tables.EACH if few else "district"

    def told(self, whole: bool) -> dict[str, list[str]]:
        """Say by month, and of bands, in which figures students of several schools count at each.

        Parameters
        ----------
        whole : bool
            The year is over.
        """
        made = {_month(at): sorted(names) for at, names in self.each.items() if names}
        before = self.before.each.get(self.name, {})
        if self.given[0]:
            return made | ({BANDED: before[BANDED]} if BANDED in before else {})
        return made | ({BANDED: ["so far"]} if whole and self.kind() == tables.EACH else {})

    def release(self, bands: pd.DataFrame | None) -> Figures:
        """Gate students of each month, of all months together, and then days."""
        known: dict[Key, float] = {}
        closed: set[Key] = set()
        chosen: dict[int, Gated] = {}
        built: dict[int, Builder] = {}
        fresh: dict[int, Before] = {}
        out: Figures = {}
        for number, month in self.months.items():
            if number in self.kept:
                out |= self._again(number, month)
                self._remember(self.given[number], known, closed)
                continue
            shown = {key: value for key, value in self.given[number].items() if value is not None}
            for key, value in shown.items():  # up to a day of the month
                if key[-1] == "students":
                    known[key[:3]] = value
            fresh[number] = self._before(number, month, dict(known), frozenset(closed))
            built[number] = students(month, replace(fresh[number], shown={}))
            chosen[number] = released(built[number], self.policy)
            _refuse_disclosed(chosen[number])
            given: Figures = {**chosen[number].shown, **dict.fromkeys(chosen[number].hidden)}
            self._remember(given, known, closed)
        if self.given[0]:  # bands of a whole year stand as they were given
            out |= {(0, *key): value for key, value in self.given[0].items()}
            bands = None
        if not built:
            return out
        signal, was = self._signal()
        together = released(year(built, chosen, bands, was), self.policy)
        _refuse_disclosed(together)
        out |= together.shown
        out |= dict.fromkeys(together.hidden)
        if bands is not None:
            district = ("district", self.name)
            for name in BANDS:
                key = (0, *district, "band", name, "students")
                out[key] = out.get(key, out.get((signal, *district, EVERYONE, name)))
        for number in built:
            secret = frozenset(key[1:] for key in together.hidden if key[0] == number)
            day = gate_days(self.months[number], fresh[number], closed_by(secret), self.policy)
            _refuse_disclosed(day)
            out |= {(number, *key): value for key, value in day.shown.items()}
            out |= dict.fromkeys([(number, *key) for key in day.hidden])
        return _figures(out)

    def _signal(self) -> tuple[int, dict[str, float | None]]:
        """Find the month in which the signal ends, and what was given of its bands before."""
        row: Key = ("district", self.name, EVERYONE)
        for number, month in self.months.items():
            if month.rows.loc[[row], BANDS[0]].notna().any():
                given = self.given[number] if number in self.kept else {}
                return number, {name: given.get((*row, name)) for name in BANDS}
        return 0, {}

    def went_on(self) -> Iterator[tuple[Key, str]]:
        """Give weeks and months that the last roll-up gave while they went on."""
        through = self.before.through
        for number, month in self.months.items():
            dates = month.days.index.get_level_values("date")
            if number in self.kept or not (dates <= through).any():
                continue
            for key, value in self.given[number].items():
                if value is None or key[-1] not in DAYS or key[2] not in ("week", "all"):
                    continue
                label, date = ("week", key[3]) if key[2] == "week" else ("month", "")
                yield (number, key[0], key[1], label, date, key[-1]), through

    def _was_whole(self, number: int, month: Month) -> bool:
        """Say whether a month was given whole before."""
        last = month.days.index.get_level_values("date").max()
        return bool(self.given[number]) and self.before.through >= str(last)

    def _again(self, number: int, month: Month) -> Figures:
        """Give a month as it was given, and count what the records now say otherwise."""
        given = self.given[number]
        now = _values(month)
        for key, value in now.items():
            was = given.get(key)
            self.differ += int(was is not None and was != value)
        shown = {key: value for key, value in given.items() if value is not None}
        return {(number, *key): value for key, value in {**dict.fromkeys(now), **shown}.items()}

    def _before(
        self, number: int, month: Month, counted: dict[Key, float], closed: frozenset[Key]
    ) -> Before:
        """Say what is known of a month before it is gated."""
        given = self.given[number]
        until = self.before.through
        whole = {
            (kind, place, "week", rows["week"].iloc[0])
            for (kind, place, _), rows in month.days.reset_index().groupby(
                ["kind", "place", "week"]
            )
            if rows["date"].max() <= until
        }
        shown = {
            key: value
            for key, value in given.items()
            if value is not None
            and ((key[2] == "day" and str(key[3]) <= until) or key[:4] in whole)
        }
        went_on = {*self.before.until, *self.went_on()}
        return Before(
            shown=shown,
            hidden=frozenset(key for key, value in given.items() if value is None),
            counted=counted,
            closed=closed,
            until=frozenset(
                (*key[1:5], through, key[5]) for key, through in went_on if key[0] == number
            ),
        )

    @staticmethod
    def _remember(given: Figures, counted: dict[Key, float], closed: set[Key]) -> None:
        """Keep what readers know of students so far."""
        for key, value in given.items():
            if key[-1] == "students" and len(key) == 4:
                if value is None:
                    closed.add(key[:3])
                else:
                    counted[key[:3]] = value


def _values(month: Month) -> dict[Key, float]:
    """Give the figures of a month by key."""
    made: dict[Key, float] = {}
    for row, values in month.rows.iterrows():
        broad = row[0] == "district" or row[2] == "all"
        names = (*(STUDENTS if broad else STUDENTS[:3]), *DAYS)
        made |= {(*row, name): values[name] for name in names if values[name] == values[name]}
    days = month.days.reset_index()
    weeks = days.groupby(["kind", "place", "week"], as_index=False)[list(DAYS)].sum()
    for label, table, date in zip(DATED, (days, weeks), ("date", "week"), strict=True):
        for row in table.to_dict("records"):
            made |= {
                (row["kind"], row["place"], label, row[date], name): row[name] for name in DAYS
            }
    return made


def _figures(out: Figures) -> Figures:
    """Leave out what serves the audit alone."""
    audit = {"not", "new", "until", "later"}
    return {key: value for key, value in out.items() if not audit & set(key[3:4])}


def _month(number: int) -> str:
    """Write a month."""
    return f"{number // 100}-{number % 100:02d}"


def _bands(table: pd.DataFrame, district: str, kind: str) -> pd.DataFrame:
    """Count what became of each band of a district whose year is over."""
    counts = tables.transitions(table)
    counts = counts[counts["kind"].eq(kind) & counts["place"].eq(district)]
    counts = counts.set_index("band")[["students", "chronic"]]
    return counts.reindex(range(NOBODY, len(BANDS)), fill_value=0)


def _refuse_disclosed(gated: Gated) -> None:
    """Write nothing where something could be worked out."""
    if gated.disclosed:
        raise DataError(
            f"{len(gated.disclosed):,} hidden figures could be worked out from those shown; "
            "nothing is written. Leave out a column of groups"
        )
