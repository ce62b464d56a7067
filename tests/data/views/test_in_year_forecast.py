"""The forecast of schools: which years count, when it refuses, the gate."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from data.views.in_year_forecast import ToDate, forecast_view, from_months

YEARS = ["2021-22", "2022-23", "2023-24", "2024-25"]


def made_months(*, schools=60, years=YEARS, last=10):
    """A roll-up of schools: chronic so far month by month; this year up to `last` months."""
    rng = np.random.default_rng(51)
    size = rng.integers(60, 900, schools)
    usual = rng.normal(-1.4, 0.5, schools)
    rows = []
    for year in years:
        shift = 0.1 * rng.normal()
        for number in range(last if year == years[-1] else 10):
            month = (8 + number) % 12 + 1
            rate = expit(usual + shift + 0.02 * number + 0.1 * rng.normal(size=schools))
            rows.append(
                pd.DataFrame(
                    {
                        "school_year": year,
                        "month": f"{int(year[:4]) + (month < 8)}-{month:02d}",
                        "kind": "school",
                        "district": "D",
                        "place": [f"S{each}" for each in range(schools)],
                        "group": "all",
                        "students": size,
                        "chronic": rng.binomial(size, rate),
                    }
                )
            )
    return pd.concat(rows, ignore_index=True).astype({"students": "Int64", "chronic": "Int64"})


def test_a_roll_up_is_compared_at_the_same_month():
    months = made_months(last=3)
    found = from_months(months, "2024-25")
    assert found.kind == "chronic so far"
    assert found.chronic.columns.tolist() == YEARS[:3]
    november = months[months["month"].eq("2022-11") & months["place"].eq("S7")].iloc[0]
    expected = (november["chronic"] + 0.5) / (november["students"] + 1)
    assert found.rate.loc["S7", "2022-23"] == pytest.approx(expected)
    june = months[months["month"].eq("2023-06") & months["place"].eq("S7")].iloc[0]
    assert found.chronic.loc["S7", "2022-23"] == june["chronic"]
    with pytest.raises(ValueError, match="no month of 2030-31"):
        from_months(months, "2030-31")


def test_schools_get_a_number_for_their_team_and_the_place_its_sum():
    found = forecast_view(from_months(made_months(last=3), "2024-25"), least=11)
    table = found.table
    assert (found.state, found.years, found.missing_years) == ("forecast", tuple(YEARS[:3]), 0)
    assert table["status"].eq("reported").all()
    assert (table["low"] < table["middle"]).all()
    assert (table["expected"] == (table["middle"] * table["students"]).round()).all()
    middle, low, high = found.total
    assert low < middle < high
    assert middle == pytest.approx(table["expected"].sum(), rel=0.03)
    assert found.back_test is not None
    assert found.back_test.table["from_years"].tolist() == [2, 2, 2]
    assert 0.8 <= found.back_test.inside <= 1


def test_it_refuses_with_one_earlier_year_and_says_what_it_takes():
    months = made_months(years=YEARS[2:], last=3)
    found = forecast_view(from_months(months, "2024-25"), least=11)
    assert (found.state, found.missing_years, found.back_test) == ("too few years", 1, None)
    assert found.table[["middle", "low", "high", "expected"]].isna().all(axis=None)
    assert np.isnan(found.total).all()
    assert "from the first month" in found.needs


def test_a_year_that_broke_off_is_no_whole_year():
    months = made_months(last=3)
    broken = months["school_year"].eq("2022-23") & months["month"].gt("2023-02")
    found = from_months(months[~broken], "2024-25")
    assert found.chronic.columns.tolist() == ["2021-22", "2023-24"]


def test_small_schools_have_no_figure_at_all():
    months = made_months(last=3)
    months["students"] = months["students"].where(months["place"].ne("S3"), 9)
    months["chronic"] = months["chronic"].where(months["place"].ne("S3"), 4)
    found = forecast_view(from_months(months, "2024-25"), least=11)
    row = found.table.loc["S3"]
    assert row["status"] == "suppressed"
    assert row.drop(["status", "known_before"]).isna().all()


def test_a_missing_figure_is_missing():
    years = YEARS[:3]
    rng = np.random.default_rng(1)
    rate = pd.DataFrame(rng.uniform(0.04, 0.15, (40, 3)), columns=years)
    enrolled = rate * 0 + 400
    chronic = (expit(1.5 + 1.2 * logit(rate)) * 400).round()
    rate.loc[4, years[2]] = np.nan
    past = [each[years[:2]] for each in (chronic, enrolled)]
    given = ToDate("attendance", years[2], rate, *past, enrolled[years[2]])
    found = forecast_view(given, least=11)
    assert found.table.loc[4, "status"] == "missing"
    assert found.table["middle"].isna().sum() == 1
