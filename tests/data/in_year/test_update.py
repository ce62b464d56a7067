"""Updates: one after the other, with files that are broken, late, gone or put right."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError
from data.in_year import store
from data.in_year.days import as_days, without_small
from data.in_year.figures import InYear
from data.in_year.update import Updated, Wanted, update
from data.store.policies import policies
from data.store.provenance import Ledger
from data.update import main
from tests.data.in_year.daily_files import Day, feed_of, table_of
from tests.in_year_replay import replay, store_of

SCHOOLS = ["01M015", "01M019", "02M111", "10X351"]
DATES = ["20150909", "20150910", "20150911", "20150914", "20150915"]
EXAMPLES = 40 if os.environ.get("ATLAS_VERIFY") else 5
NOW = datetime(2015, 9, 20, 6, tzinfo=UTC)


def days_of(day: str, share: float = 90.0) -> list[Day]:
    return [
        *((each, day, f"{share + at:.2f}") for at, each in enumerate(SCHOOLS)),
        ("TOTAL", day, "91.00"),
    ]


def run(mirror: Path, **wanted: object) -> Updated:
    return update("nyc", replace(Wanted(NOW, mirror), **wanted), say=lambda _line: None)


def loaded() -> InYear:
    found = store.load("nyc")
    assert found is not None
    return found


def same(one: InYear, other: InYear) -> None:
    for name in store.TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.ledger == other.ledger
    assert (one.as_of, one.sources) == (other.as_of, other.sources)


def test_new_files_are_read_and_old_ones_are_not(files: Path) -> None:
    for day in DATES[:2]:
        feed_of(files, day, days_of(day))
    said: list[str] = []
    first = update("nyc", Wanted(NOW, files), say=said.append)
    assert [line.split()[1] for line in said if line.startswith("read")] == [
        "20150909.xml",
        "20150910.xml",
    ]
    feed_of(files, DATES[2], days_of(DATES[2]))
    said.clear()
    second = update("nyc", Wanted(NOW, files), say=said.append)
    assert [line.split()[1] for line in said if line.startswith("read")] == ["20150911.xml"]
    assert (first.changed, second.changed) == (True, True)
    assert loaded().as_of == date(2015, 9, 11)
    version = store.version("nyc")
    assert not run(files).changed
    assert store.version("nyc") == version


def test_a_file_that_is_gone_is_not_forgotten(files: Path) -> None:
    paths = [feed_of(files, day, days_of(day)) for day in DATES[:2]]
    run(files)
    before = loaded()
    paths[0].unlink()
    assert not run(files).changed
    same(loaded(), before)


def test_the_later_file_counts_and_the_ledger_says_so(files: Path) -> None:
    table_of(files, "2015-16", days_of(DATES[0], 80.0))
    feed_of(files, DATES[0], days_of(DATES[0], 90.0))
    run(files)
    found = loaded()
    assert found.days.set_index("place_id").loc["01M015", "attended"] == 0.9
    dropped = [entry for entry in found.ledger if entry.action == "dropped"]
    assert [(entry.source, entry.rows) for entry in dropped] == [
        ("nyc_daily_attendance_2015_16", 5)
    ]


def test_a_broken_file_of_the_feed_is_left_out_and_said_once(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed_of(files, DATES[0], days_of(DATES[0]))
    broken = feed_of(files, DATES[1], days_of(DATES[1]))
    whole = broken.read_bytes()
    broken.write_bytes(whole[:300])
    assert main(["nyc"], now=NOW) == 1
    assert "left out: 20150910.xml" in capsys.readouterr().err
    doubts = [entry for entry in loaded().ledger if entry.doubt == "edition_unreadable"]
    assert [entry.examples for entry in doubts] == [("20150910.xml",)]
    assert main(["nyc"], now=NOW) == 0
    broken.write_bytes(whole)
    assert main(["nyc"], now=NOW) == 0
    assert loaded().as_of == date(2015, 9, 10)
    assert not [entry for entry in loaded().ledger if entry.doubt]


def test_the_last_good_stays_with_the_reason(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table_of(files, "2015-16", days_of(DATES[0]))
    assert main(["nyc"], now=NOW) == 0
    before = loaded()
    path.write_bytes(b"not packed at all")
    assert main(["nyc"], now=NOW) == 2
    assert path.name in capsys.readouterr().err
    after = loaded()
    same(after, before)
    assert path.name in after.problem
    assert str(files) not in after.problem
    table_of(files, "2015-16", days_of(DATES[1]))
    assert main(["nyc"], now=NOW) == 0
    assert loaded().problem == ""


def test_a_mirror_without_the_files_says_so(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nyc"], now=NOW) == 2
    assert "nothing to read" in capsys.readouterr().err
    found = loaded()
    assert found.days.empty
    assert found.as_of is None
    assert "the mirror folder does not hold it" in found.problem
    feed_of(files, DATES[0], days_of(DATES[0]))
    assert main(["nyc"], now=NOW) == 0
    assert "not there  nyc/nyc_daily_attendance" in capsys.readouterr().out
    assert len(loaded().days) == 5


@pytest.mark.parametrize(
    ("share", "doubt"), [("0", "nobody_present"), ("-1", "below_nothing"), ("101", "above_all")]
)
def test_shares_that_cannot_be_are_doubted(files: Path, share: str, doubt: str) -> None:
    feed_of(files, "a", [*days_of(DATES[0]), ("75X811", DATES[0], share)])
    run(files)
    found = loaded()
    assert {entry.doubt: entry.examples for entry in found.ledger if entry.doubt} == {
        doubt: ("75X811 2015-09-09",)
    }
    row = found.days.set_index("place_id").loc["75X811"]
    assert (row["status"], len(found.days)) == ("missing", 6)


def test_days_to_come_are_left_out_and_doubted(files: Path) -> None:
    feed_of(files, "a", [*days_of(DATES[0]), ("01M015", "20151224", "90")])
    run(files)
    assert loaded().days["date"].unique().tolist() == ["2015-09-09"]
    assert [entry.rows for entry in loaded().ledger if entry.doubt == "days_ahead"] == [1]


def test_a_place_without_such_figures_has_none(files: Path) -> None:
    assert files.is_dir()
    assert update("colorado", Wanted(NOW, files), say=lambda _line: None).figures is None
    assert store.load("colorado") is None


shares = st.sampled_from(["90.00", "71.25", "NS", "0", "-1", "101", "100"])
chosen = st.lists(
    st.tuples(st.sampled_from(SCHOOLS), st.sampled_from(DATES), shares),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=EXAMPLES)
@given(st.lists(chosen, min_size=1, max_size=4), st.permutations(range(4)))
def test_one_after_the_other_is_all_at_once(each: list[list[Day]], order: list[int]) -> None:
    with TemporaryDirectory() as folder:
        step, whole, mirror = Path(folder, "step"), Path(folder, "whole"), Path(folder, "files")
        for at in [at for at in order if at < len(each)]:
            feed_of(mirror, f"edition-{at}", each[at])
            with store_of(step):
                run(mirror)
        with store_of(whole):
            run(mirror)
            at_once = loaded()
        with store_of(step):
            same(loaded(), at_once)
            run(mirror, afresh=True)
            same(loaded(), at_once)


@settings(max_examples=EXAMPLES)
@given(chosen, chosen, st.sampled_from(DATES))
def test_a_replay_knows_nothing_of_later_days(year: list[Day], fed: list[Day], day: str) -> None:
    until = date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}")
    known = [[row for row in rows if row[1] <= day] for rows in (year, fed)]
    if not any(known):
        return
    found = []
    with TemporaryDirectory() as folder:
        for name, rows in {"whole": [year, fed], "cut": known}.items():
            mirror, home = Path(folder, name, "files"), Path(folder, name, "home")
            if rows[0]:
                table_of(mirror, "2015-16", rows[0])
            if rows[1]:
                feed_of(mirror, "fed", rows[1])
            replay("nyc", home, mirror, until)
            with store_of(home):
                found.append(loaded())
    whole, cut = found
    pd.testing.assert_frame_equal(whole.days, cut.days)
    assert whole.ledger == cut.ledger
    assert whole.as_of == cut.as_of
    assert whole.days["date"].le(until.isoformat()).all()


def absence(enrolled: dict[str, int]) -> pd.DataFrame:
    rows = [(school, "2015-16", "all", "all", many) for school, many in enrolled.items()]
    names = ["school_id", "school_year", "student_group", "grade", "enrolled"]
    return pd.DataFrame(rows, columns=names).astype({"enrolled": "Int64"})


def rows_of(figures: dict[str, list[float | None]], dates: list[str]) -> pd.DataFrame:
    rows = [
        (place, day, share, None, None, "missing" if share is None else "reported", "", "made")
        for place, many in figures.items()
        for day, share in zip(dates, many, strict=True)
    ]
    names = ["place_id", "date", "attended", "possible", "absent", "status", "reason", "source"]
    return pd.DataFrame(rows, columns=names)


def test_enrolment_is_of_the_same_year_and_what_is_unknown_is_said() -> None:
    ledger = Ledger()
    rows = rows_of({"A1": [0.9], "B2": [0.8], "Z9": [0.7], "all": [0.85]}, ["2015-09-09"])
    known = absence({"A1": 200, "B2": 40})
    known.loc[1, "school_year"] = "2014-15"
    days = as_days(rows, known, ledger, "nyc").set_index("place_id")
    assert days["enrolled"].dropna().to_dict() == {"A1": 200}
    said = {entry.reason: entry.examples for entry in ledger.entries if entry.source == "nyc"}
    assert ("Z9",) in said.values()
    assert ("B2 2015-16",) in said.values()


def test_a_day_with_half_of_the_schools_is_no_school_day() -> None:
    figures = {
        "A1": [0.9, 0.9, None],
        "B2": [0.9, 0.9, None],
        "C3": [0.9, None, 0.9],
        "D4": [0.9, None, None],
        "all": [0.9, 0.9, 0.9],
    }
    dates = ["2015-09-09", "2015-09-10", "2015-09-11"]
    days = as_days(rows_of(figures, dates), absence({}), Ledger(), "nyc")
    kinds = days.groupby("date")["place_day"].unique().map(list).to_dict()
    assert kinds == {dates[0]: ["open"], dates[1]: ["closed"], dates[2]: ["closed"]}
    assert days["attended"].notna().sum() == 10
    # Schools that the panel has that year count, before they have handed anything in.
    known = absence({f"X{at}": 100 for at in range(5)})
    assert as_days(rows_of(figures, dates), known, Ledger(), "nyc")["place_day"].eq("closed").all()


def test_the_smallest_schools_are_hidden() -> None:
    rows = rows_of({"A1": [0.9], "B2": [0.8], "all": [0.85]}, ["2015-09-09"])
    rows["possible"] = [10.0, 11.0, 21.0]
    days = as_days(rows, absence({"A1": 10, "B2": 11}), Ledger(), "nyc")
    ledger = Ledger()
    shown = without_small(days, policies()["published"], ledger).set_index("place_id")
    assert shown["status"].to_dict() == {"A1": "suppressed", "B2": "reported", "all": "reported"}
    assert shown["attended"].dropna().to_dict() == {"B2": 0.8, "all": 0.85}
    assert shown["possible"].dropna().to_dict() == {"B2": 11.0, "all": 21.0}
    assert [entry.examples for entry in ledger.entries] == [("A1",)]


def test_a_wrong_date_on_the_command_line_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["nyc", "--as-of", "yesterday"], now=NOW)
    with pytest.raises(DataError, match="short name"):
        update("../nyc", Wanted(NOW), say=lambda _line: None)
