"""Checks of a place before it is built: facts beside doubts, as a build would say them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.inputs import Progress
from data.assemble.believe import believed
from data.doubts import DOUBTS
from data.errors import DataError, SeveralError
from data.intake.place import Intake
from data.intake.write import write_texts
from data.panel import SourceTables
from data.place.tables import read_place
from data.store.folders import cache_folder
from data.store.provenance import Ledger, LedgerEntry


@dataclass(frozen=True)
class Facts:
    """Figures of a place that a reader can hold against what the publisher says.

    Attributes
    ----------
    students, absent : dict of str to int
        Sums over schools with a figure, by school year.
    schools : int
        Schools with a row of absence.
    withheld : float
        Part of the rows whose number is withheld.
    missing : float
        Part of the rows without a number for another reason.
    located : float
        Part of the schools with a point.
    unknown_level : float
        Part of the schools without a level.
    children : int
        Children who live in the tracts.
    groups, grades : int
        Student groups and grades that are kept beside all students.
    """

    students: dict[str, int]
    absent: dict[str, int]
    schools: int
    withheld: float
    missing: float
    located: float
    unknown_level: float
    children: int
    groups: int = 0
    grades: int = 0


@dataclass(frozen=True)
class Checked:
    """What a build would say of a place.

    Attributes
    ----------
    facts : Facts or None
        None when the files cannot be read.
    doubts : tuple of LedgerEntry
        What may be wrong; `stops` says which end a build.
    errors : tuple of str
        What must be put right.
    totals : tuple of str
        Comparisons with the publisher's own total rows.
    """

    facts: Facts | None
    doubts: tuple[LedgerEntry, ...] = ()
    errors: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()


def check(intake: Intake, *, cache: Path | None = None, watch: Progress | None = None) -> Checked:
    """Read the files of a place by its recipes, and match them, without building anything.

    Parameters
    ----------
    intake : Intake
        Doubtful questions may be open: what is proposed is checked.
    cache : Path, optional
        Folder of downloaded files; the store's own when left out.
    watch : callable, optional
        Is told how many files are read, of how many; it may raise to stop.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-") as name:
        folder = Path(name)
        try:
            write_texts(intake, folder)
            for path, source in intake.files.items():
                link = folder / "files" / path
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(source.resolve())
            tables = read_place(
                intake.place.slug, own=folder, cache=cache or cache_folder(), watch=watch
            )
        except DataError as error:
            return Checked(None, errors=_lines(error))
    ledger = Ledger(tables.ledger)
    errors: tuple[str, ...] = ()
    try:
        believed(tables, ledger)
    except DataError as error:
        errors = _lines(error)
    doubts = tuple(entry for entry in ledger.entries if entry.doubt)
    totals = tuple(
        entry.reason for entry in ledger.entries if "own total" in entry.reason and not entry.doubt
    )
    facts = _facts(tables)
    return Checked(facts, doubts, errors, (*totals, *_against(facts, intake.totals)))


def _against(facts: Facts, totals: Mapping[str, tuple[int, int | None]]) -> Iterator[str]:
    """Hold the sums of the schools against totals that a person typed."""
    for year, (absent, students) in sorted(totals.items()):
        sums = [facts.absent.get(year, 0), facts.students.get(year, 0)]
        pairs = [(sums[0], absent), *([(sums[1], students)] if students else [])]
        words = [
            f"{own:,} in the schools, {given:,} as typed ({_apart(own, given)})"
            for own, given in pairs
        ]
        named = zip(("chronically absent", "students"), words, strict=False)
        yield f"{year}: " + "; ".join(f"{name} {each}" for name, each in named) + "."


def _apart(own: int, given: int) -> str:
    """Say how far two sums are apart."""
    if own == given:
        return "the same"
    return f"{own - given:+,}, {100 * abs(own / given - 1):.1f} %" if given else f"{own - given:+,}"


def stops(entry: LedgerEntry) -> bool:
    """Say whether a doubt stops the build unless it is accepted."""
    return DOUBTS[entry.doubt].blocks


def _lines(error: DataError) -> tuple[str, ...]:
    errors: Sequence[DataError] = error.errors if isinstance(error, SeveralError) else (error,)
    return tuple(str(each) for each in errors)


def _facts(tables: SourceTables) -> Facts:
    rows, schools = tables.absence, tables.schools
    parts = rows["student_group"].ne("all") | rows["grade"].ne("all")
    groups = {name: set(rows[name]) - {"all"} for name in ("student_group", "grade")}
    rows = rows[~parts]
    counted = rows[rows["chronic_absent"].notna() & rows["enrolled"].notna()]
    by_year = counted.groupby("school_year")[["enrolled", "chronic_absent"]].sum()
    status = rows["status"].value_counts(normalize=True)
    return Facts(
        students={str(year): int(each) for year, each in by_year["enrolled"].items()},
        absent={str(year): int(each) for year, each in by_year["chronic_absent"].items()},
        schools=int(rows["school_id"].nunique()),
        withheld=float(status.get("suppressed", 0.0)),
        missing=float(status.get("missing", 0.0)),
        located=float(schools.geometry.notna().mean()),
        unknown_level=float(schools["level"].eq("unknown").mean()),
        children=int(tables.tracts["children"].fillna(0).sum()),
        groups=len(groups["student_group"]),
        grades=len(groups["grade"]),
    )
