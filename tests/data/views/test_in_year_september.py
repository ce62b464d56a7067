"""The September signal of a place: own years, published ones, hidden bands, school teams."""

import numpy as np
import pandas as pd
import pytest

from data.contracts.in_year import BANDS
from data.views.in_year_september import schools_to_reach, september_view

NOW = {"North": (700, 200, 100), "South": (350, 100, 50)}
PAST = {"2021-22": 0.0, "2022-23": 0.02, "2023-24": 0.01}


def made_months():
    rows = [
        ("2024-25", month, kind, place, "all", *(bands if month == "2024-09" else [pd.NA] * 3))
        for month in ("2024-09", "2024-10")
        for kind, places in (
            ("district", NOW),
            ("school", {"A": (80, 15, 12), "B": (60, pd.NA, pd.NA)}),
        )
        for place, bands in places.items()
    ]
    columns = ["school_year", "month", "kind", "place", "group", *BANDS]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(BANDS, "Int64"))


def made_bands(years=PAST):
    rows = [
        (year, "district", place, band, n, round(n * (rate + years[year])))
        for year in years
        for place, sizes in NOW.items()
        for band, n, rate in zip(BANDS, sizes, (0.1, 0.5, 0.85), strict=True)
    ]
    columns = ["school_year", "kind", "place", "band", "students", "chronic"]
    return pd.DataFrame(rows, columns=columns).astype({"students": "Int64", "chronic": "Int64"})


def test_own_years_give_an_expected_number_with_its_range():
    found = september_view(made_months(), made_bands(), "2024-25")
    assert (found.state, found.districts, found.left_out) == ("own", 2, 0)
    assert found.table["students"].tolist() == [1050, 300, 150]
    assert found.table["rate"].tolist() == pytest.approx([0.11, 0.51, 0.86], abs=0.01)
    assert found.expected == pytest.approx(found.table["expected"].sum())
    assert found.low < found.expected < found.high
    assert found.years == ("2021-22", "2022-23", "2023-24")
    assert found.back_test.index.tolist() == ["2023-24"]
    north = september_view(made_months(), made_bands(), "2024-25", district="North")
    assert north.table["students"].tolist() == list(NOW["North"])


def test_one_year_offers_what_was_published_elsewhere_with_its_own_outcome():
    found = september_view(made_months(), made_bands({"2023-24": 0.0}), "2024-25")
    assert (found.state, found.years) == ("published", ())
    assert np.isnan([found.expected, found.low, found.high]).all()
    assert found.table["expected"].tolist()[1:] == pytest.approx([150, 135])
    assert np.isnan(found.table.loc["band_0_1", "expected"])
    assert "more than 20 days" in found.published.outcome


def test_later_years_are_not_earlier_ones():
    found = september_view(made_months(), made_bands({"2024-25": 0.0, "2025-26": 0.0}), "2024-25")
    assert found.state == "published"


def test_a_district_with_a_hidden_band_is_left_out_and_counted():
    bands = made_bands()
    hidden = bands["place"].eq("South") & bands["school_year"].eq("2022-23")
    bands.loc[hidden & bands["band"].eq("band_5"), "chronic"] = pd.NA
    found = september_view(made_months(), bands, "2024-25")
    assert (found.state, found.districts, found.left_out) == ("own", 1, 1)
    assert found.table["students"].tolist() == list(NOW["North"])
    months = made_months()
    months.loc[months["kind"].eq("district"), "band_5"] = pd.NA
    none = september_view(months, bands, "2024-25")
    assert (none.state, none.left_out) == ("no signal", 2)
    assert none.table["students"].isna().all()


def test_school_teams_get_a_count_and_hidden_bands_none():
    found = schools_to_reach(made_months(), "2024-25")
    assert found.loc["A", ["students", "reach"]].tolist() == [107, 27]
    assert found.loc["A", "share"] == pytest.approx(27 / 107)
    assert found.loc["B", "status"] == "suppressed"
    assert found.loc["B", ["students", "reach", "share"]].isna().all()
