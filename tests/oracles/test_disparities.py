"""Published and reference-software values for measures of inequality."""

import json

import pandas as pd
import pytest

from analytics.disparities import concentration_index, gini, slope_index, theil

pytestmark = pytest.mark.oracle


def read(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "outcome", "options"),
    [
        ("bmi_direct", "bmi", {"error": "direct"}),
        ("bmi_linreg_convenience", "bmi", {"error": "convenience"}),
        ("bmi_linreg_delta", "bmi", {"error": "delta"}),
        ("high_bmi_CI", "high.bmi", {}),
        (
            "high_bmi_Wagstaff_HC1",
            "high.bmi",
            {"kind": "wagstaff", "error": "robust"},
        ),
        ("high_bmi_Erreygers", "high.bmi", {"kind": "erreygers"}),
        ("high_bmi_generalised", "high.bmi", {"kind": "generalised"}),
    ],
)
def test_the_concentration_index_of_rineq(oracles, name, outcome, options):
    folder = oracles / "concentration_index"
    housing, expected = pd.read_csv(folder / "housing.csv"), read(folder)[name]
    found = concentration_index(housing[outcome].astype(float), housing["income"], **options)
    assert found.value == pytest.approx(expected["C"], rel=1e-8)
    assert found.se == pytest.approx(expected["se"], rel=1e-8)


def test_the_concentration_index_of_indian_deaths(oracles):
    """O'Donnell et al. (2008), table 8.1."""
    case = read(oracles / "concentration_index")["worldbank_india_grouped"]
    found = concentration_index(case["u5mr"], range(5), case["births"])
    assert found.value == pytest.approx(case["C"], rel=1e-10)
    assert round(found.value, 4) == case["published"]


def test_gini_and_theil_of_mexican_states(oracles):
    folder = oracles / "gini_theil_mexico"
    states, expected = pd.read_csv(folder / "data.csv"), read(folder)
    assert gini(states["pcgdp1940"]) == pytest.approx(expected["gini_1940"], rel=1e-10)
    for year, published in expected["theil_T"].items():
        found = theil(states[f"pcgdp{year}"], states["hanson98"])
        assert found.total == pytest.approx(published, abs=5.1e-9)
        between = expected["theil_between_hanson98"][year]
        assert found.between == pytest.approx(between, abs=5.1e-9)
    toy = expected["toy"]
    found = theil(toy["y"], toy["g"])
    assert (found.total, found.between, found.within) == pytest.approx(
        (toy["T"], toy["between"], toy["within"]), abs=1e-12
    )


def test_slope_and_relative_index_of_the_english_tool(oracles):
    """Each case with an index: point to 1e-6, limits (100,000 draws there) to 5 %."""
    table = pd.read_csv(oracles / "phe_indicator_methods" / "testdata_SII.csv")
    table = table[~table["TestDescription"].str.contains("negative multiplier|multiplier \\(x")]
    keys = ["TestDescription", "Area", "Grouping1", "Grouping2"]
    points = limits = 0
    for (case, *_), rows in table.groupby(keys, sort=False, dropna=False):
        first = rows.iloc[0]
        if pd.isna(first["sii"]):
            continue
        kind = {0: "linear", 1: "log", 2: "logit"}[first["ValueType"]]
        p = rows["Value"].reset_index(drop=True)
        # The tool's errors are those of the log or the log odds.
        unit = {"linear": p * 0 + 1, "log": p, "logit": p * (1 - p)}[kind]
        found = slope_index(
            p,
            rows["Population"].reset_index(drop=True),
            rows["StandardError"].reset_index(drop=True) * unit,
            scale=kind if "transform" in case else "linear",
            level=float(first["Confidence"].strip("c()").split(",")[0]) / 100,
        )
        assert found.sii == pytest.approx(first["sii"], rel=1e-6), case
        points += 1
        if pd.notna(first["rii"]):
            assert found.rii == pytest.approx(first["rii"], rel=1e-6), case
        if pd.notna(first["Intercept"]):
            assert found.start == pytest.approx(first["Intercept"], rel=1e-6), case
        for name in ("sii", "rii"):
            if pd.notna(first[f"{name}_lowercl_1"]):
                ends = (getattr(found, f"{name}_low"), getattr(found, f"{name}_high"))
                published = (first[f"{name}_lowercl_1"], first[f"{name}_uppercl_1"])
                assert ends == pytest.approx(published, rel=0.05), case
                limits += 1
    assert (points, limits) == (36, 64)
