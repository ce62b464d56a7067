"""Who is on track by month: sums of districts, what is hidden, and what may not be added up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.views.in_year_months import TIERS, groups_view, months_view


def row(district: str, month: str, students: int, chronic: float, **more: object) -> dict:
    return {
        "school_year": "2025-26",
        "month": month,
        "kind": "district",
        "district": district,
        "place": district,
        "group": "all",
        "students": students,
        "chronic": chronic,
        **dict.fromkeys(TIERS, students / 4),
        **more,
    }


@pytest.fixture
def months() -> pd.DataFrame:
    rows = [
        row("North", "2025-09", 400, 80),
        row("North", "2025-10", 410, 90),
        row("South", "2025-09", 200, 20),
        row("South", "2025-10", 200, np.nan),
        row("North", "2025-10", 205, 60, group="sex: female"),
        row("North", "2025-10", 20, 12, group="sex: other"),
        row("North", "2025-10", 100, 25, kind="school", place="S1"),
        row("North", "2024-10", 999, 999, school_year="2024-25"),
    ]
    table = pd.DataFrame(rows)
    counts = ["students", "chronic", *TIERS]
    return table.astype(dict.fromkeys(counts, "Float64")).astype({"students": "Int64"})


def test_a_place_adds_up_districts_that_show_their_count(months: pd.DataFrame) -> None:
    found = months_view(months, "2025-26", "place", "Anywhere")
    first, second = found.loc["2025-09"], found.loc["2025-10"]
    assert (first["students"], first["chronic"], first["left_out"]) == (600, 100, 0)
    assert first["share"] == pytest.approx(100 / 600)
    # The students of a district whose count is hidden are not in the sum either.
    assert (second["students"], second["chronic"]) == (410, 90)
    assert (second["districts"], second["left_out"]) == (1, 1)
    assert found["status"].tolist() == ["reported", "reported"]


def test_a_month_that_all_districts_hide_is_hidden(months: pd.DataFrame) -> None:
    hidden = months.assign(chronic=months["chronic"].mask(months["month"].eq("2025-10")))
    found = months_view(hidden, "2025-26", "place", "Anywhere")
    assert found.loc["2025-10", "status"] == "suppressed"
    assert np.isnan(found.loc["2025-10", "share"])


def test_a_tier_that_one_district_hides_is_not_summed(months: pd.DataFrame) -> None:
    months.loc[months["district"].eq("South"), "tier_20"] = pd.NA
    found = months_view(months, "2025-26", "place", "Anywhere")
    assert pd.isna(found.loc["2025-09", "tier_20"])
    assert found.loc["2025-09", "tier_0_5"] == 150
    assert found.loc["2025-10", "tier_20"] == 102.5


def test_a_school_has_its_own_month_and_other_units_have_none(months: pd.DataFrame) -> None:
    school = months_view(months, "2025-26", "school", "S1")
    assert school["share"].tolist() == [0.25]
    assert months_view(months, "2025-26", "neighbourhood", "Main Street").empty
    assert months_view(months, "2025-26", "district", "South").loc["2025-10", "status"] == (
        "suppressed"
    )


def test_groups_are_of_the_newest_month_and_few_students_have_no_share(
    months: pd.DataFrame,
) -> None:
    found = groups_view(months, "2025-26", "district", "North")
    assert found["status"].to_dict() == {"sex: female": "reported", "sex: other": "unreliable"}
    assert found.loc["sex: female", "share"] == pytest.approx(60 / 205)
    assert np.isnan(found.loc["sex: other", "share"])
    more = pd.concat([months, months.assign(district="West", place="West")])
    assert groups_view(more, "2025-26", "place", "Anywhere").empty
