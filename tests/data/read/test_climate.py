"""Surveys are read with the words beside them; what two places tell differently is no figure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import FileError
from data.read.engine import read_table
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, load_recipe, parse_recipe, to_toml
from data.recipe.recipe import Recipe
from data.recipe.scales import scales
from data.store.provenance import Ledger, LedgerEntry

HEADER = "DBN,school_year,school_type,safety_pct_positive,safety_pct_positive_label\n"
SAYS = "{}% responded positively to safety questions"
NOTHING = "Data not available"
CHKS = "CDS Code,School Year,Survey,Scale,Percent,Respondents,Response Rate\n"


def quality(*rows: tuple[str, str, str, str]) -> str:
    """Rows of a file as New York City's: id, type, figure, words."""
    lines = [f"{dbn},2023-24,{kind},{value},{words}" for dbn, kind, value, words in rows]
    return HEADER + "\n".join(lines) + "\n"


def read(
    text: str, tmp_path: Path, recipe: str = "nyc_school_quality"
) -> tuple[pd.DataFrame, tuple[LedgerEntry, ...]]:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    ledger = Ledger()
    table = read_table(load_recipe(FOLDER / f"{recipe}.toml"), path, ledger).table
    return validate("climate", table).set_index("school_id"), ledger.entries


def doubts(entries: tuple[LedgerEntry, ...]) -> dict[str, int]:
    return {each.doubt: each.rows for each in entries if each.doubt}


def test_percents_become_fractions_and_words_tell_why_a_figure_lacks(tmp_path: Path) -> None:
    text = quality(
        ("01M001", "EMS", "74.0", SAYS.format("74.0")),
        ("01M002", "EMS", "", NOTHING),
        ("01M003", "EMS", "", "Data suppressed"),
    )
    table, entries = read(text, tmp_path)
    assert table["value"].tolist()[:1] == [0.74]
    assert table["status"].tolist() == ["reported", "missing", "suppressed"]
    assert table["reason"]["01M003"] == "Withheld by the publisher (Data suppressed)."
    assert table["value"].isna().tolist() == [False, True, True]
    assert not doubts(entries)


def test_figure_and_words_that_differ_give_no_figure_and_are_doubted(tmp_path: Path) -> None:
    text = quality(
        ("01M001", "EMS", "74.0", SAYS.format("47.0")),
        ("01M002", "EMS", "", SAYS.format("61.0")),
        ("01M003", "EMS", "55.0", NOTHING),
        ("01M004", "EMS", "55.0", "Data suppressed"),
        ("01M005", "EMS", "55.04", SAYS.format("55.0")),
    )
    table, entries = read(text, tmp_path)
    wanted = ["missing", "missing", "missing", "suppressed", "reported"]
    assert table["status"].tolist() == wanted
    assert table["value"].notna().tolist() == [False, False, False, False, True]
    assert doubts(entries) == {"twins_disagree": 4}


def test_words_of_another_question_are_refused(tmp_path: Path) -> None:
    text = quality(("01M001", "EMS", "74.0", "74.0% of parents feel safe"))
    with pytest.raises(FileError, match="look whether the question changed") as caught:
        read(text, tmp_path)
    assert "safety_pct_positive_label" in str(caught.value)


def test_two_rows_of_a_school_are_one_figure_or_none(tmp_path: Path) -> None:
    alike, alone, apart = "01M001", "01M002", "01M003"
    text = quality(
        (alike, "EMS", "74.0", SAYS.format("74.0")),
        (alike, "HS", "74.0", SAYS.format("74.0")),
        (alone, "EMS", "61.0", SAYS.format("61.0")),
        (alone, "HS", "", NOTHING),
        (apart, "EMS", "50.0", SAYS.format("50.0")),
        (apart, "HS", "90.0", SAYS.format("90.0")),
        ("01M004", "EMS", "70.0", SAYS.format("70.0")),
        ("01M004", "HS", "", "Data suppressed"),
    )
    table, entries = read(text, tmp_path)
    assert table.index.tolist() == [alike, alone, apart, "01M004"]
    assert table["value"].tolist()[:2] == [0.74, 0.61]
    assert table["status"].tolist() == ["reported", "reported", "missing", "suppressed"]
    assert table["value"].isna().tolist() == [False, False, True, True]
    assert doubts(entries) == {"answers_disagree": 1}
    rows = dict.fromkeys(("kept", "dropped"), 0)
    for each in entries:
        if each.action in rows:
            rows[each.action] += each.rows
    assert rows == {"kept": 4, "dropped": 4}


def test_a_column_in_another_unit_is_noticed(tmp_path: Path) -> None:
    shares = quality(*((f"01M{at:03d}", "EMS", f"0.{50 + at}", "") for at in range(40)))
    with pytest.raises(FileError, match="at most 1"):
        read(shares, tmp_path)


def test_a_share_above_all_is_left_empty_and_listed(tmp_path: Path) -> None:
    text = quality(("01M001", "EMS", "140.0", ""), ("01M002", "EMS", "62.0", ""))
    table, entries = read(text, tmp_path)
    assert table["status"].tolist() == ["missing", "reported"]
    emptied = [each for each in entries if "above 100 %" in each.reason]
    assert [each.rows for each in emptied] == [1]


def test_reports_of_california_are_read_by_scale(tmp_path: Path) -> None:
    text = CHKS + (
        "1100170112607,2022-23,CHKS,School connectedness,57,140,68\n"
        "1100170112607,2022-23,CHKS,Chronic sad or hopeless feelings,31,139,68\n"
        "1100170112607,2022-23,CSPS,School is a safe place,88,45,22\n"
        "1100170112607,2022-23,CSSS,Caring adult relationships,S,,\n"
        "1100170112607,2022-23,CHKS,Caring adult relationships,N/A,,\n"
        "1100170112607,2022-23,CHKS,Vaping,9,140,68\n"
    )
    table, entries = read(text, tmp_path, "chks_school_reports")
    assert set(table.index) == {"01100170112607"}
    rows = table.reset_index().set_index(["respondent", "scale"])
    assert rows.loc[("student", "connectedness"), "value"] == pytest.approx(0.57)
    assert rows.loc[("student", "connectedness"), "response_rate"] == pytest.approx(0.68)
    assert rows.loc[("family", "safety"), "respondents"] == 45
    assert rows.loc[("teacher", "caring_adults"), "status"] == "suppressed"
    assert rows.loc[("student", "caring_adults"), "status"] == "missing"
    kept = {(each.action, each.rows) for each in entries if each.action in ("kept", "dropped")}
    assert kept == {("kept", 5), ("dropped", 1)}


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe(FOLDER / "nyc_family_survey.toml")


def test_recipe_comes_back_from_its_text(recipe: Recipe) -> None:
    assert parse_recipe(to_toml(recipe)) == recipe


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "charm"}, "is not in climate.toml"),
        ({"says": ""}, "words and says both"),
        ({"says": "("}, "is not a regular expression"),
    ],
)
def test_a_wrong_scale_is_refused(recipe: Recipe, change: dict[str, str], message: str) -> None:
    wrong = replace(recipe, scales=(replace(recipe.scales[0], **change),))
    with pytest.raises(TomlError, match=message):
        parse_recipe(to_toml(wrong))


def test_scales_belong_to_surveys_alone(recipe: Recipe) -> None:
    with pytest.raises(TomlError, match="belong to climate"):
        parse_recipe(to_toml(replace(recipe, scales=())))


def test_every_scale_says_its_area_and_its_direction() -> None:
    assert {each.area for each in scales().values()} == {
        "health",
        "family engagement",
        "connectedness",
    }
    assert scales()["chronic_sadness"].direction == "lower is better"
    assert scales()["connectedness"].direction == "higher is better"
