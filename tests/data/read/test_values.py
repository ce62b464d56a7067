"""Cells become numbers with a state, or an error that names the row."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.rates.acs import reliability
from data.errors import FileError
from data.read.cells import Reading, parse_bound, parse_numbers
from data.recipe.parts import Column, Format, Tokens

PLAIN = Reading("made.csv", "x", Column("x", unit="count"), Tokens(), Format("delimited"))
TOKENS = Tokens(
    suppressed={"s": "", "*": "n<10", "**": "", "PS": "1 or more"},
    missing=("", "--", "NULL", "-999", "-888888888"),
    censored=True,
    reason="Withheld.",
)


def read(cells: Sequence[str], reading: Reading = PLAIN) -> pd.DataFrame:
    rows = pd.Index(range(2, 2 + len(cells)), name="row")
    return parse_numbers(pd.Series(cells, index=rows, dtype="str"), reading)


def with_unit(unit: str, **layout: str) -> Reading:
    column = Column("x", unit=unit)  # type: ignore[arg-type]
    return replace(PLAIN, column=column, layout=replace(PLAIN.layout, **layout), tokens=TOKENS)


@pytest.mark.parametrize(
    ("cell", "status", "lower", "upper"),
    [
        ("s", "suppressed", None, None),
        ("*", "suppressed", 0, 9),
        ("**", "suppressed", None, None),
        ("PS", "suppressed", 1, None),
        ("<5", "suppressed", 0, 4),
        ("< 5", "suppressed", 0, 4),
        ("<=5", "suppressed", 0, 5),
        ("≤5", "suppressed", 0, 5),
        (">95", "suppressed", 96, None),
        ("10 or fewer", "suppressed", 0, 10),
        ("Fewer than 10", "suppressed", 0, 9),
        ("n<10", "suppressed", 0, 9),
        ("N < 10", "suppressed", 0, 9),
        ("", "missing", None, None),
        ("--", "missing", None, None),
        ("NULL", "missing", None, None),
        ("-999", "missing", None, None),
        ("-999.0", "missing", None, None),
        ("-888888888", "missing", None, None),
        ("0", "reported", 0, 0),
        ("17", "reported", 17, 17),
        (" 17 ", "reported", 17, 17),
    ],
)
def test_tokens_keep_the_states_apart(
    cell: str, status: str, lower: float | None, upper: float | None
) -> None:
    row = read([cell], with_unit("count")).iloc[0]
    assert row["status"] == status
    assert pd.isna(row["lower"]) if lower is None else row["lower"] == lower
    assert pd.isna(row["upper"]) if upper is None else row["upper"] == upper
    assert pd.isna(row["value"]) == (status != "reported")
    assert (row["reason"] == "") == (status == "reported")


@pytest.mark.parametrize("cell", ["n>5", "<", "<x", "5-9", "or fewer", "<0", "<1.2.3", "", "12"])
def test_other_text_is_no_bound(cell: str) -> None:
    assert parse_bound(cell, whole=True) is None


@pytest.mark.parametrize(
    ("unit", "cells", "wanted"),
    [
        ("percent", ["0", "12.5", "100"], [0, 0.125, 1]),
        ("fraction", ["0", "0.125", "1"], [0, 0.125, 1]),
        ("percentile", ["0.5", "1.0"], [0.5, 1]),
        ("text percent", ["30.7%", "0 %", "100%"], [0.307, 0, 1]),
        ("usd", ["52000", "1.5e3"], [52_000, 1_500]),
        ("count", ["12.0", "+3"], [12, 3]),
    ],
)
def test_the_unit_is_the_recipes(unit: str, cells: list[str], wanted: list[float]) -> None:
    assert read(cells, with_unit(unit))["value"].to_numpy() == pytest.approx(wanted)


@pytest.mark.parametrize(("cell", "upper"), [("<5", 0.05), ("<5%", 0.05), (">95", 1.0)])
def test_bounds_of_a_percent_are_fractions(cell: str, upper: float) -> None:
    row = read([cell], with_unit("percent")).iloc[0]
    assert row["status"] == "suppressed"
    assert row["upper"] == pytest.approx(upper)


def test_group_size_says_nothing_of_a_rate() -> None:
    tokens = Tokens(suppressed={"n<10": "n<10"})
    row = read(["n<10"], replace(with_unit("percent"), tokens=tokens)).iloc[0]
    assert row["status"] == "suppressed"
    assert row[["lower", "upper"]].isna().all()


@pytest.mark.parametrize(
    ("reading", "cells", "row", "word"),
    [
        (with_unit("fraction"), ["0.2", "0.3", "23.1"], 4, "percent"),
        (with_unit("percent"), [f"0.{n:02d}" for n in range(1, 40)], 2, "fraction"),
        (with_unit("text percent"), ["30.7%", "12.1"], 3, "percent sign"),
        (with_unit("count"), ["12", "12.5"], 3, "whole"),
        (with_unit("count"), ["12", "1,234"], 3, "thousands"),
        (with_unit("count"), ["12", "abc"], 3, "tokens"),
        (with_unit("usd"), ["12", "-666666666"], 3, "missing"),
        (with_unit("count"), ["nan"], 2, "not a number"),
        (with_unit("count"), ["inf"], 2, "not a number"),
        (with_unit("count"), ["٣"], 2, "not a number"),
        (with_unit("percent", decimal=","), ["12.5"], 2, "not a number"),
        (with_unit("count", thousands=","), ["1,23"], 2, "not a number"),
    ],
)
def test_contradictions_name_file_column_and_row(
    reading: Reading, cells: list[str], row: int, word: str
) -> None:
    with pytest.raises(FileError, match=rf"made\.csv, column 'x', row {row}: .*{word}"):
        read(cells, reading)


@pytest.mark.parametrize(
    ("cells", "remedy"),
    [
        (["12", "<5"], "write censored = true under tokens"),
        (["12.5%", "3%"], 'write unit = "text percent"'),
        (["s", "12", "PS", "s", "N/A"], r"\(4 such cells, among them 'PS', 'N/A'"),
    ],
)
def test_the_remedy_fits_what_stands_there(cells: list[str], remedy: str) -> None:
    with pytest.raises(FileError, match=remedy):
        read(cells, replace(with_unit("percent"), tokens=Tokens()))


def test_marks_inside_numbers_follow_the_recipe() -> None:
    german = with_unit("percent", decimal=",", thousands=".")
    assert read(["12,5", "7"], german)["value"].to_numpy() == pytest.approx([0.125, 0.07])
    english = with_unit("count", thousands=",")
    assert read(["1,234", "2,345,678", "12"], english)["value"].tolist() == [1234, 2345678, 12]
    spaced = with_unit("count", thousands=" ")
    assert read(["1 234"], spaced)["value"].tolist() == [1234]
    both = with_unit("usd", decimal=",", thousands=".")
    assert read(["1.234,5"], both)["value"].tolist() == [1234.5]


@pytest.mark.parametrize("unit", ["count", "percent", "fraction", "usd", "amount"])
@pytest.mark.parametrize("cell", ["-1", "-2", "-3", "-9", "-99.0", "-999", "-999999"])
def test_a_negative_figure_is_a_code(unit: str, cell: str) -> None:
    plain = replace(with_unit(unit), tokens=Tokens())
    for reading in (plain, replace(plain, bounded=False)):
        with pytest.raises(FileError, match=r"row 3: '-9*[1-9]*.*' looks like a code for missing"):
            read(["0", cell], reading)


def test_codes_that_the_recipe_lists_match_by_value() -> None:
    tokens = Tokens(suppressed={"-3": "<10"}, missing=("", "-1"))
    table = read(["-3", "-3.0", "-1.0", "5"], replace(PLAIN, tokens=tokens))
    assert table["status"].tolist() == ["suppressed", "suppressed", "missing", "reported"]
    assert table["upper"].tolist()[:2] == [9, 9]
    assert table["value"].tolist()[3] == 5


@pytest.mark.parametrize(
    "cell",
    ["1e999", "-1e999", "1e400", "10000000000000000000", "9007199254740993", "1e16", "1e-999"],
)
def test_a_figure_that_cannot_be_kept_exactly_is_refused(cell: str) -> None:
    for unit in ("count", "usd"):
        with pytest.raises(FileError, match=r"made\.csv, column 'x', row 3: .* beyond"):
            read(["1", cell], replace(with_unit(unit), tokens=Tokens()))
    assert read(["9007199254740991"])["value"].tolist() == [9007199254740991]


def test_impossible_rows_are_refused_one_by_one() -> None:
    above = read(["100.1", "99"], with_unit("percent"))["refused"]
    assert above.tolist() == ["Refused: x is above 100 %.", ""]


def test_a_range_in_words_is_a_bound() -> None:
    assert parse_bound("5 to 9", whole=True) == (5, 9)
    assert parse_bound("9 to 5", whole=True) is None
    tokens = Tokens(suppressed={"PS": "1 to 9"})
    row = read(["PS"], replace(PLAIN, tokens=tokens)).iloc[0]
    assert (row["status"], row["lower"], row["upper"]) == ("suppressed", 1, 9)


def test_an_open_bound_of_a_rate_leaves_its_end_out() -> None:
    low, high = parse_bound("<5", whole=False), parse_bound(">95", whole=False)
    assert low is not None
    assert high is not None
    assert 4.999 < low[1] < 5
    assert 95 < high[0] < 95.001
    assert parse_bound("<=5", whole=False) == (0, 5)


def test_a_margin_of_error_may_exceed_its_range() -> None:
    margin = replace(with_unit("percent"), bounded=False)
    table = read(["0.4", "130"], margin)
    assert table["value"].tolist() == [0.004, 1.3]
    assert table["refused"].eq("").all()


def test_scale_applies_to_values_and_bounds() -> None:
    column = Column("x", unit="count", scale="13/18")
    table = read(["18", "<19"], replace(PLAIN, column=column, tokens=TOKENS))
    assert table["value"].iloc[0] == pytest.approx(13)
    assert table["upper"].iloc[1] == pytest.approx(13)


def test_reliability_classes_follow_the_coefficient_of_variation() -> None:
    value = pd.Series([0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.5])
    cv = np.array([0.149, 0.15, 0.30, 0.301, 0.0, 0.1, np.nan])
    classes = reliability(value, pd.Series(cv * 1.645 * 0.5))
    assert classes.tolist() == ["high", "medium", "medium", "low", "high", "undefined", "undefined"]
