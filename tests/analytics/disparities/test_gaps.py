"""Gaps between groups: by hand, refused by the gate, covered where the truth is known."""

import numpy as np
import pandas as pd
import pytest

from analytics.disparities import (
    compare_groups,
    concentration_index,
    gap_trend,
    gini,
    index_of_disparity,
    rate_ratio,
    slope_index,
    theil,
)
from analytics.rates.between_schools import compare_rates


def world(rng, schools=60, gap=1.5):
    """Two groups in schools that differ for both, and for each by itself."""
    n = pd.DataFrame(
        {"all": rng.integers(100, 900, schools), "group": rng.integers(0, 90, schools)}
    ).astype(float)
    school = 0.2 * np.exp(rng.normal(0, 0.35, schools))
    rate = np.column_stack([school, school * gap * np.exp(rng.normal(0, 0.2, schools))])
    x = pd.DataFrame(rng.binomial(n.astype(int), rate.clip(0, 0.95)), columns=n.columns)
    return x.astype(float), n.replace(0.0, np.nan)


def test_intervals_of_gaps_cover(replicates):
    """The truth is what very many schools of this kind have."""
    rng = np.random.default_rng(1)
    x, n = world(rng, 400_000)
    rates = x.sum() / n.sum()
    true = {"difference": rates["group"] - rates["all"], "ratio": rates["group"] / rates["all"]}
    held, narrow = [], []
    for _ in range(replicates(250, 4000)):
        x, n = world(rng)
        row = compare_groups(x, n, "all").loc["group"]
        held.append([row[f"{k}_low"] <= v <= row[f"{k}_high"] for k, v in true.items()])
        sums = (x["group"].sum(), n["group"].sum(), x["all"].sum(), n["all"].sum())
        low, high = rate_ratio(*sums)[1:]
        narrow.append(low <= true["ratio"] <= high)
    cover = np.mean(held, axis=0)
    error = 3 * np.sqrt(cover * (1 - cover) / len(held))
    assert (cover + error > 0.93).all()
    assert (cover - error < 0.97).all()
    assert np.mean(narrow) < np.min(cover) + 0.01  # chance among students alone


def test_a_comparison_by_hand():
    x, n = pd.Series([10.0, 30, 20]), pd.Series([100.0, 100, 50])
    other, size = pd.Series([5.0, 10, np.nan]), pd.Series([50.0, 50, np.nan])
    gap, ratio = compare_rates(x, n, other, size)
    e = np.sqrt(3 / 2) * (x - 0.24 * n) / 250
    f = np.sqrt(2) * (other - 0.15 * size).fillna(0) / 100
    assert gap.value == pytest.approx(0.24 - 0.15)
    assert gap.se == pytest.approx(np.sqrt(((e - f) ** 2).sum()))
    assert ratio.value == pytest.approx(np.log(0.24 / 0.15))
    assert ratio.se == pytest.approx(np.sqrt(((e / 0.24 - f / 0.15) ** 2).sum()))
    none = compare_rates(x * 0, n, other, size)[1]
    assert np.isnan([none.value, none.low]).all()


def test_a_group_that_may_not_be_shown_has_no_figure():
    x, n = world(np.random.default_rng(2))
    n["few"], x["few"] = 0.4, 0.1
    n["unknown"], x["unknown"] = np.nan, np.nan
    table = compare_groups(x, n, "all")
    hidden = table.loc[["few", "unknown"]]
    figures = hidden.drop(columns=["schools", "status", "reason"])
    assert figures.isna().all(axis=None)
    assert (hidden["status"] == "unreliable").all()
    assert hidden["reason"].ne("").all()
    assert table.loc["group", "status"] == "reported"
    assert table.loc["all", ["difference", "ratio"]].tolist() == [0, 1]
    hidden_reference = compare_groups(x, n, "few")
    assert hidden_reference[["difference", "ratio"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="'none' is no group"):
        compare_groups(x, n, "none")
    with pytest.raises(ValueError, match="align"):
        compare_groups(x, n[::-1], "all")


def test_the_index_of_disparity_beside_chance(replicates):
    rates = pd.Series({"all": 0.2, "a": 0.3, "b": 0.1, "c": np.nan})
    found = index_of_disparity(rates, "all", pd.Series(0.001, rates.index))
    assert found.value == pytest.approx(0.5)
    assert found.groups == 2
    assert found.low < 0.5 < found.high
    assert found.by_chance < 0.02
    rng = np.random.default_rng(3)
    names = ["all", *"abcdef"]
    se = pd.Series([0.002, *[0.02] * 6], names)
    alike = [
        index_of_disparity(pd.Series(0.2 + rng.normal(0, se), names), "all", se)
        for _ in range(replicates(60, 500))
    ]
    seen = np.mean([each.value for each in alike])
    assert seen == pytest.approx(np.mean([each.by_chance for each in alike]), rel=0.12)
    for bad in (rates * 0, rates[["all"]]):
        with pytest.raises(ValueError, match="compare with"):
            index_of_disparity(bad, "all")


def test_trends_of_gaps_cover_also_where_years_scatter(replicates):
    rng = np.random.default_rng(4)
    years = pd.Series([2014.0, 2015, 2016, 2017, 2022, 2023])
    se = pd.Series([0.01] * 6)
    for scatter in (0.0, 0.02):
        held = []
        for _ in range(replicates(400, 5000)):
            noise = rng.normal(0, np.hypot(se, scatter))
            found = gap_trend(years, 0.1 - 0.005 * (years - 2014) + noise, se)
            held.append(found.low <= -0.005 <= found.high)
        assert np.mean(held) + 3 * np.sqrt(0.05 * 0.95 / len(held)) > 0.95
    short = gap_trend(years[:2], years[:2] / 1e4, se[:2])
    assert np.isnan([short.value, short.low]).all()
    with pytest.raises(ValueError, match="indexes"):
        gap_trend(years, se, se[::-1])


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
def test_limits_of_the_slope_index_cover(scale, replicates):
    rng = np.random.default_rng(5)
    n = pd.Series([300.0, 500, 200, 400, 600])
    ridit = (n.cumsum() - n / 2) / n.sum()
    back = {"linear": lambda y: y, "log": np.exp, "logit": lambda y: 1 / (1 + np.exp(-y))}[scale]
    ends = {"linear": (0.15, 0.2), "log": (-1.9, 0.9), "logit": (-1.7, 1.1)}[scale]
    rate, first, last = back(ends[0] + ends[1] * ridit), back(ends[0]), back(sum(ends))
    se, held = pd.Series([0.01] * 5), []
    for _ in range(replicates(400, 5000)):
        found = slope_index(rate + rng.normal(0, se), n, se, scale=scale)
        held.append(
            [
                found.sii_low <= last - first <= found.sii_high,
                found.rii_low <= last / first <= found.rii_high,
            ]
        )
    cover = np.mean(held, axis=0)
    assert (np.abs(cover - 0.95) < 0.01 + 3 * np.sqrt(0.05 * 0.95 / len(held))).all()


def test_errors_of_the_concentration_index_cover(replicates):
    rng = np.random.default_rng(6)

    def people(count):
        income = rng.normal(0, 1, count)
        return np.exp(-0.4 * income + rng.normal(0, 0.5, count)), income

    true = concentration_index(*people(400_000)).value
    held = {"direct": [], "robust": []}
    for _ in range(replicates(200, 3000)):
        y, income = people(300)
        for error in held:
            found = concentration_index(y, income, error=error)
            held[error].append(found.low <= true <= found.high)
    for inside in held.values():
        assert np.mean(inside) + 3 * np.sqrt(0.05 * 0.95 / len(inside)) > 0.93
    rate, se, n = np.array([0.1, 0.15, 0.2, 0.25, 0.4]), [0.01] * 5, [100, 300, 200, 100, 300]
    drawn = [
        concentration_index(rate + rng.normal(0, se), range(5), n).value
        for _ in range(replicates(400, 5000))
    ]
    known = concentration_index(rate, range(5), n, se=se)
    assert known.se == pytest.approx(np.std(drawn), rel=0.12)


def test_what_has_no_index_is_refused_or_said():
    rate, n = pd.Series([0.1, np.nan, 0.3]), pd.Series([10.0] * 3)
    assert slope_index(rate, n, n).state == "a group is withheld"
    assert slope_index(rate[:2], n[:2], n[:2]).state == "too few groups"
    full = rate.fillna(0.0)
    with pytest.raises(ValueError, match="no place on the log scale"):
        slope_index(full, n, n, scale="log")
    with pytest.raises(ValueError, match="no students"):
        slope_index(full, n * 0, n)
    with pytest.raises(ValueError, match="use one of"):
        slope_index(full, n, n, scale="cubic")
    for values, options, words in (
        ([1.0, 2], {}, "needs 3"),
        ([0.0, 0, 0], {}, "above 0"),
        ([1.0, 2, 3], {"kind": "wagstaff"}, "between 0 and 1"),
        ([1.0, 2, 3], {"kind": "other"}, "use"),
    ):
        with pytest.raises(ValueError, match=words):
            concentration_index(values, range(len(values)), **options)
    for measure in (gini, theil):
        with pytest.raises(ValueError, match="0 or more"):
            measure([-1.0, 2])
    with pytest.raises(ValueError, match="no ratio"):
        rate_ratio(0, 10, 5, 10)
