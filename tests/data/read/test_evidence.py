"""What a whole column says against its unit: percents for counts, fractions for percents."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.doubts import DOUBTS
from data.errors import FileError
from data.read.engine import read_table
from data.read.evidence import (
    counts_for_percents,
    fractions_for_percents,
    percents_for_counts,
)
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

RECIPE = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "TABLE"
url = "https://example.org/a"
mirror = "a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "delimited" }
identifier = { pattern = ".+" }
"""
ABSENCE = (
    RECIPE.replace("TABLE", "absence")
    + """
[columns]
school_id = { column = "id" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "x", unit = "count" }
"""
)
DRIVERS = (
    RECIPE.replace("TABLE", "drivers")
    + """
columns = { geoid = { column = "id" } }
measures = [{ id = "poverty_150", unit = "percent", value = "v" }]
"""
)


def schools(seed: int, number: int, *, percents: bool) -> pd.DataFrame:
    """Make schools of 150 to 450 students of whom about a fifth are absent."""
    rng = np.random.default_rng(seed)
    enrolled = rng.integers(150, 450, number)
    rate = rng.beta(6, 24, number)
    absent = np.rint(100 * rate) if percents else rng.binomial(enrolled, rate)
    ids = [f"S{at}" for at in range(number)]
    table = pd.DataFrame({"school_id": ids, "enrolled": enrolled, "chronic_absent": absent})
    return table.astype({"enrolled": "Int64", "chronic_absent": "Int64"})


def test_percents_among_counts_are_told_from_counts() -> None:
    caught = [percents_for_counts(schools(seed, 30, percents=True)) for seed in range(50)]
    alarms = {
        number: np.mean(
            [percents_for_counts(schools(seed, number, percents=False)) for seed in range(100)]
        )
        for number in (10, 20, 40)
    }
    assert np.mean(caught) >= 0.9
    assert alarms[10] <= 0.02
    assert alarms[20] == alarms[40] == 0


def test_counts_above_100_or_in_small_schools_are_no_percents() -> None:
    percents = schools(1, 30, percents=True)
    assert percents_for_counts(percents)
    assert not percents_for_counts(percents.head(5))
    assert not percents_for_counts(percents.assign(enrolled=percents["enrolled"] // 3))
    percents.loc[3, "chronic_absent"] = 101
    assert not percents_for_counts(percents)


def test_counts_among_percents_are_told_from_percents() -> None:
    def looks(seed: int, *, percents: bool) -> bool:
        table = schools(seed, 30, percents=percents)
        return counts_for_percents(
            table["school_id"], table["enrolled"], table["chronic_absent"] / 100
        )

    assert np.mean([looks(seed, percents=False) for seed in range(50)]) >= 0.9
    assert sum(looks(seed, percents=True) for seed in range(50)) == 0
    table = schools(1, 30, percents=False)
    broken = table["chronic_absent"] / 100 + 0.001
    assert not counts_for_percents(table["school_id"], table["enrolled"], broken)


@pytest.mark.parametrize(
    ("published", "looks"),
    [
        ([0.174, 0.261, 0.223, 0.176], True),
        ([0.174, 0.261, 0.223, 0.176, 1.2], True),
        ([*np.linspace(0.051, 0.42, 19), 100.0], True),
        ([0.0] * 10 + [0.12, 0.33, 0.47, 0.08], True),
        ([0.174, 0.261, 0.223], True),
        ([0.174, 0.261], True),
        ([0.3, 0.26], False),
        ([0.174], False),
        ([0.174, 1.2], False),
        ([0.4, 0.3, 0.9, 1.8, 12.1], False),
        ([17.4, 26.1, 22.3, 0.4, 0.2], False),
        ([*([0.3] * 10), 5.0], False),
    ],
)
def test_fractions_among_percents(published: list[float], *, looks: bool) -> None:
    assert fractions_for_percents(pd.Series(published) / 100) == looks


def doubts(folder: Path, recipe: str, content: str) -> list[str]:
    path, ledger = folder / "a.csv", Ledger()
    path.write_text(content, encoding="utf-8")
    read_table(parse_recipe(recipe), path, ledger)
    return [each.doubt for each in ledger.entries if each.doubt]


def test_a_reading_doubts_and_the_doubt_stops_a_build(tmp_path: Path) -> None:
    for percents, wanted in ((True, ["percent_for_count"]), (False, [])):
        rows = schools(4, 30, percents=percents).to_numpy().tolist()
        content = "id,n,x\n" + "\n".join(",".join(map(str, row)) for row in rows)
        assert doubts(tmp_path, ABSENCE, content) == wanted
    ids = [f"3600500{number:04d}" for number in range(100, 119)]
    for size, wanted in ((100, ["fraction_for_percent"]), (1, [])):
        content = "id,v\n" + "\n".join(f"{each},{17.4 / size}" for each in ids)
        assert doubts(tmp_path, DRIVERS, content) == wanted
    rated = ABSENCE.replace('"x", unit = "count"', '"x", unit = "percent"')
    rows = schools(4, 30, percents=False).to_numpy().tolist()
    content = "id,n,x\n" + "\n".join(",".join(map(str, row)) for row in rows)
    assert doubts(tmp_path, rated, content) == ["count_for_percent"]
    assert DOUBTS["percent_for_count"].blocks
    assert DOUBTS["fraction_for_percent"].blocks


def test_counts_of_those_who_attend_contradict_the_rate_of_those_absent(tmp_path: Path) -> None:
    rated = ABSENCE + 'rate = { column = "p", unit = "percent" }\n'
    rows = [(at, 200 + at, 20 + at, round(100 * (20 + at) / (200 + at), 1)) for at in range(30)]
    content = "id,n,x,p\n" + "".join(f"{at},{n},{x},{p}\n" for at, n, x, p in rows)
    assert doubts(tmp_path, rated, content) == []
    turned = "id,n,x,p\n" + "".join(f"{at},{n},{n - x},{p}\n" for at, n, x, p in rows)
    assert doubts(tmp_path, rated, turned) == ["rate_contradicts"]


def test_more_students_than_any_school_has(tmp_path: Path) -> None:
    for cell in ("1000000000000000", "200001"):
        with pytest.raises(FileError, match=r"column 'n', row 3: .* more than 200,000"):
            doubts(tmp_path, ABSENCE, f"id,n,x\n1,100,5\n2,{cell},5\n")


def test_a_file_of_which_no_row_can_be_used(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none of its 2 rows .*chronic_absent is above enrolled"):
        doubts(tmp_path, ABSENCE, "id,n,x\n1,100,900\n2,100,900\n")


@pytest.mark.parametrize("compressed", [False, True])
def test_one_bad_byte_in_a_file_of_utf_8_is_named(tmp_path: Path, *, compressed: bool) -> None:
    content = "id,n,x\nÉcole,100,5\nÑandú,90,4\n".encode() + b"Schule \xfc,80,3\n"
    made = parse_recipe(ABSENCE.replace('"a.csv"', '"a.csv.gz"') if compressed else ABSENCE)
    path = tmp_path / ("a.csv.gz" if compressed else "a.csv")
    path.write_bytes(gzip.compress(content) if compressed else content)
    with pytest.raises(FileError, match=r"row 4: byte fc is not UTF-8 \(1 in all; 3 letters"):
        read_table(made, path, Ledger())


def test_a_text_of_windows_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,n,x\nÉcole,100,5\nÑandú,90,4\nCAFÉ’S,80,3\n".encode("cp1252"))
    table = read_table(parse_recipe(ABSENCE), path, Ledger()).table
    assert table["school_id"].tolist() == ["École", "Ñandú", "CAFÉ’S"]


def test_bytes_that_are_not_of_the_encoding_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,n,x\nA,100,5\n\xc9cole,90,4\n")
    named = ABSENCE.replace('kind = "delimited"', 'kind = "delimited", encoding = "utf-8"')
    with pytest.raises(FileError, match=r"row 3: byte c9 is not UTF-8"):
        read_table(parse_recipe(named), path, Ledger())


@pytest.mark.parametrize("end", ["5", "", "57,30,1"])
def test_a_cut_last_line_names_its_row(tmp_path: Path, end: str) -> None:
    rows = "".join(f"{at},{200 + at},{20 + at}\n" for at in range(10, 40))
    with pytest.raises(FileError, match=r"a\.csv, row 32: .*cut short"):
        doubts(tmp_path, ABSENCE, f"id,n,x\n{rows}99,120,{end}")
    assert doubts(tmp_path, ABSENCE, f"id,n,x\n{rows}99,120,5\n") == []
    assert doubts(tmp_path, ABSENCE, f"id,n,x\n{rows}99,120,57") == []
