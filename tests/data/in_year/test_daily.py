"""Files of daily figures as they come: cut short, with codes, twice, of another year."""

import gzip
from pathlib import Path

import pytest

from data.contracts.check import validate
from data.errors import DataError, FileError
from data.read.engine import FileRead, read_table
from data.recipe.checks import FOLDER, load_recipe
from data.recipe.recipe import Recipe
from data.recipe.years import by_year
from data.store.provenance import Ledger
from tests.data.in_year.daily_files import HEADER, feed_of, table_of

YEAR = by_year(load_recipe(FOLDER / "nyc_daily_attendance.toml"))[1]
FEED = load_recipe(FOLDER / "nyc_daily_feed.toml")
GOOD = [
    ("01M015", "20150909", "83.05"),
    ("01M019", "20150909", "NS"),
    ("TOTAL", "20150909", "86.43"),
]


def read(recipe: Recipe, path: Path) -> tuple[FileRead, Ledger]:
    ledger = Ledger()
    found = read_table(recipe, path, ledger)
    validate("daily", found.table)
    return found, ledger


def refused(recipe: Recipe, path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read(recipe, path)
    assert caught.value.file == path.name
    return str(caught.value)


def states(recipe: Recipe, path: Path) -> dict[str, tuple[str, str]]:
    table = read(recipe, path)[0].table
    return {
        school: (status, reason.split(" ")[-1])
        for school, status, reason in zip(
            table["school_id"], table["status"], table["reason"], strict=True
        )
    }


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte-order mark"])
def test_a_year_as_one_table(files: Path, start: str) -> None:
    found, ledger = read(YEAR, table_of(files, "2015-16", GOOD, start=start))
    assert found.table["school_id"].tolist() == ["01M015", "01M019", "all"]
    assert found.table["date"].unique().tolist() == ["2015-09-09"]
    assert found.table["attended"].dropna().tolist() == pytest.approx([0.8305, 0.8643])
    assert not [entry for entry in ledger.entries if entry.doubt]


def test_the_feed_gives_the_same(files: Path) -> None:
    one, _ = read(YEAR, table_of(files, "2015-16", GOOD))
    other, _ = read(FEED, feed_of(files, "20150909", GOOD))
    assert one.table.drop(columns="source").equals(other.table.drop(columns="source"))


@pytest.mark.parametrize(
    ("share", "doubt"),
    [("0", "nobody_present"), ("-1", "below_nothing"), ("100.01", "above_all"), ("NS", "")],
)
def test_what_cannot_be_is_kept_as_not_reported(files: Path, share: str, doubt: str) -> None:
    path = feed_of(files, "20150909", [*GOOD, ("01M020", "20150909", share)])
    found, ledger = read(FEED, path)
    row = found.table.set_index("school_id").loc["01M020"]
    assert (row["status"], row["attended"] >= 0) == ("missing", False)
    assert len(found.table) == len(GOOD) + 1
    # The doubt itself is written when files are put together; the reading loses no row of it.
    assert not [entry for entry in ledger.entries if entry.action == "dropped"]
    assert bool(doubt) == (row["reason"] != found.table["reason"][1])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("01M020", "20151331", "90"), "2015-13-31' is no day"),
        (("01M020", "20150230", "90"), "2015-02-30' is no day"),
        (("01M020", "9/9/2015", "90"), "does not match"),
        (("01M020", "20140909", "90"), "outside the school year 2015-16"),
        (("01M020", "20160801", "90"), "outside the school year 2015-16"),
        (("01M020", "20150909", "-7"), "looks like a code"),
        (("01M020", "20150909", "n/a"), "not a number"),
        (("CITYWIDE", "20150909", "90"), "not of the form"),
        (("01M015", "20150909", "84"), "ids have rows that differ"),
    ],
)
def test_what_is_refused_names_file_and_row(
    files: Path, row: tuple[str, str, str], said: str
) -> None:
    text = refused(YEAR, table_of(files, "2015-16", [*GOOD, row]))
    assert said in text
    assert "row " in text


def test_a_row_twice_counts_once(files: Path) -> None:
    found, ledger = read(YEAR, table_of(files, "2015-16", [*GOOD, GOOD[0]]))
    assert len(found.table) == len(GOOD)
    assert [entry.rows for entry in ledger.entries if entry.action == "dropped"] == [1]


def test_a_packed_table_cut_short_is_refused(files: Path) -> None:
    path = table_of(files, "2015-16", GOOD * 400)
    path.write_bytes(path.read_bytes()[:-40])
    assert "damaged" in refused(YEAR, path)


@pytest.mark.parametrize("left", [0.2, 0.5, 0.8, 0.99])
def test_a_feed_cut_short_is_refused_whole(files: Path, left: float) -> None:
    path = feed_of(files, "20160315", GOOD * 50)
    path.write_bytes(path.read_bytes()[: int(left * path.stat().st_size)])
    assert "ends or breaks after" in refused(FEED, path)


SECRET = "not to be read"  # noqa: S105 - a text that must not appear
EVIL = {
    "entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a><item>&x;</item></a>',
    "parameter": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a><item><DBN>1</DBN></item></a>',
    "laughs": '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a><item>&y;</item></a>',
    "undeclared": "<a><item><DBN>&x;</DBN></item></a>",
    "html": "<html><body>Service unavailable</body></html>",
    "json": '{{"error": "no data"}}',
    "nothing": "",
}


@pytest.mark.parametrize("name", EVIL)
def test_a_hostile_feed_is_refused(files: Path, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, "utf-8")
    path = files / "20150909.xml"
    path.write_text(EVIL[name].format(secret=secret), "utf-8")
    assert SECRET not in refused(FEED, path)


def test_a_feed_that_changed_is_refused(files: Path) -> None:
    path = feed_of(files, "20150909", GOOD)
    path.write_text(path.read_text("utf-8").replace("ATTN_PCT", "PCT"), "utf-8")
    assert "ATTN_PCT" in refused(FEED, path)
    path = feed_of(files, "20150909", GOOD)
    whole = path.read_text("utf-8").replace("</item></", "<NEW>1</NEW></item></")
    path.write_text(whole, "utf-8")
    assert "'NEW' stands in this 'item'" in refused(FEED, path)
    path.write_text(path.read_text("utf-8"), "utf-16")
    assert "not" in refused(FEED, path)


def test_records_of_students_are_refused(files: Path) -> None:
    rows = [
        (f"01M{at % 3:03d}", f"201509{9 + at // 3:02d}", "100" if at % 7 else "0")
        for at in range(30)
    ]
    assert "one student" in refused(YEAR, table_of(files, "2015-16", rows))
    path = files / "register.csv.gz"
    text = HEADER.replace("SCHOOL_NAME", "Student Name") + "".join(
        f"{day},{day},{school},{share},Ann Lee {at},M,01,x\n"
        for at, (school, day, share) in enumerate(rows)
    )
    path.write_bytes(gzip.compress(text.encode()))
    assert "Ann Lee" not in refused(YEAR, path)


def test_recipes_of_days_say_what_they_lack() -> None:
    from data.recipe.checks import parse_recipe, to_toml

    text = to_toml(FEED)
    with pytest.raises(DataError, match="item names the element"):
        parse_recipe(text.replace('item = "item"', 'item = ""'))
    with pytest.raises(DataError, match="give attended, or possible and absent"):
        parse_recipe(
            text.replace("[columns.attended]", "[columns.possible]").replace('"percent"', '"count"')
        )
