"""Why here: rules that make sentences, a chart that marks doubt, schools shown as strengths."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.driver_profile import CANNOT, driver_profile
from data.measures import MeasureInfo
from ui import profile_charts, queries, queries_hotspots, queries_why, why_block, why_words
from ui.exports import to_csv
from ui.queries_why import Strengths, children_stratum
from ui.tables import dictionary

CAUSAL = re.compile(
    r"\b(cause[sd]?|because|due to|leads? to|drives|explains why|fault|bad)\b", re.I
)


@pytest.fixture(scope="module")
def default(atlas_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
        yield queries.choices("demo").default()


@pytest.fixture(scope="module")
def found(default):
    return queries_hotspots.found(default)


@pytest.fixture(scope="module")
def selection(default, found):
    return replace(default, cluster=found.groups["cluster"].iloc[0])


@pytest.fixture(scope="module")
def profile(found, selection):
    return queries_why.profile(found, selection)


@pytest.fixture(scope="module")
def row(found):
    return found.groups.iloc[0]


def changed(profile, driver, **values):
    """Profile in which one driver reads otherwise."""
    table = profile.copy()
    for name, value in values.items():
        table.loc[driver, name] = value
    return table


def weakened(profile, driver):
    return changed(profile, driver, reliability="low", conclusion=CANNOT, cv=0.5)


def test_a_profile_is_the_child_weighted_mean_of_the_groups_tracts(profile, found, selection):
    panel = queries.panel(selection)
    members = found.tracts.index[found.tracts["cluster"].eq(selection.cluster).fillna(False)]
    for name in profile.index:
        rows = queries.driver(replace(selection, driver=name)).loc[members]
        value = rows["value"].where(rows["status"] == "reported").astype(float)
        weight = panel.tracts.loc[members, "children"].astype(float).where(value.notna(), 0)
        assert profile.loc[name, "value"] == pytest.approx((value * weight).sum() / weight.sum())
        assert profile.loc[name, "tracts"] == value.notna().sum()


def test_leaving_out_the_other_groups_changes_no_published_figure(profile, found, selection):
    panel, names = queries.panel(selection), list(profile.index)
    tables = {name: queries.driver(replace(selection, driver=name)) for name in names}
    value, moe = (
        pd.DataFrame({n: t[c].where(t["status"] == "reported") for n, t in tables.items()})
        for c in ("value", "moe")
    )
    children = panel.tracts["children"]
    clusters = found.tracts["cluster"].astype("object")
    stratum = children_stratum(children)
    whole = driver_profile(value, moe, children, clusters, comparable=stratum)
    whole = whole.loc[selection.cluster].reindex(names)
    for name in ("value", "moe", "comparable", "difference", "percentile", "stands_out"):
        np.testing.assert_allclose(whole[name].astype(float), profile[name].astype(float))
    assert whole["conclusion"].tolist() == profile["conclusion"].tolist()


def test_no_tract_of_another_group_is_compared_with(profile, found):
    outside = found.tracts["cluster"].isna().sum()
    assert (profile["compared"] <= outside).all()
    assert (profile["compared"] > 0).all()


def test_only_figures_that_were_reported_enter_a_profile(default):
    drivers = queries.panel(default).drivers
    names = queries_why.offered(default)
    value, moe, years = queries_why._drivers(drivers, names)
    reported = drivers[drivers["status"].eq("reported") & drivers["measure"].isin(names)]
    assert int(value.notna().sum().sum()) == int(reported["value"].notna().sum())
    assert int(moe.notna().sum().sum()) == int(reported["moe"].notna().sum())
    assert list(value.columns) == list(moe.columns) == list(names)
    assert set(years.index) == set(names)


def test_composites_and_modelled_adult_figures_are_no_part_of_a_profile(default, monkeypatch):
    def pretend(name: str) -> MeasureInfo:
        theme = "composite index" if name == "crowding" else "transport"
        note = "CDC PLACES, modelled." if name == "uninsured" else ""
        return MeasureInfo(name, name, "?", theme, "fraction", "", note)

    monkeypatch.setattr(queries_why.registry, "measure", pretend)
    kept = queries_why.offered(default)
    assert {"crowding", "uninsured"}.isdisjoint(kept)
    assert "poverty_150" in kept


def test_thirds_by_children_hold_equal_numbers_and_leave_out_tracts_without():
    children = pd.Series([0, np.nan, 5, 1, 2, 3, 4, 6], index=list("abcdefgh"))
    stratum = children_stratum(children)
    assert stratum.index.equals(children.index)
    assert stratum.isna().tolist() == [True, True, *[False] * 6]
    assert stratum.dropna().tolist() == [3, 1, 1, 2, 2, 3]
    assert children_stratum(pd.Series([0.0, 0.0])).isna().all()


def test_every_sentence_carries_a_number_and_none_speaks_of_cause(row, profile, selection):
    said = why_words.sentences(row, profile, selection.year)
    assert len(said) == 3
    for text in (*said, why_words.answer(row, profile)):
        assert re.search(r"\d", text), text
        assert not CAUSAL.search(text), text
        assert text.endswith(".")
        assert "nan" not in text


def test_each_driver_named_in_a_sentence_comes_with_value_margin_and_comparison(row, profile):
    text = why_words.sentences(row, profile, "2021-22")[1]
    for name in why_words.harder(profile).index[: why_words.NAMED]:
        item = profile.loc[name]
        assert item["label"][1:] in text
        assert f"{100 * item['value']:.1f} %" in text
        assert f"± {100 * item['moe']:.1f} %" in text
        assert f"{item['percentile']:.0f} %" in text


def test_a_driver_of_low_reliability_carries_no_sentence(row, profile):
    first = profile.index[0]
    weak = weakened(profile, first)
    label = profile.loc[first, "label"][1:]
    assert label in why_words.answer(row, profile)
    said = " ".join((*why_words.sentences(row, weak, "2021-22"), why_words.answer(row, weak)))
    assert label not in said
    assert f"{label} (low reliability)" in why_words.unsaid(weak)


def test_a_driver_without_margin_carries_no_sentence(row, profile):
    first = profile.index[0]
    weak = changed(profile, first, moe=np.nan, reliability="no margin", conclusion=CANNOT)
    said = " ".join((*why_words.sentences(row, weak, "2021-22"), why_words.answer(row, weak)))
    assert profile.loc[first, "label"][1:] not in said
    assert "no margin of error published" in why_words.unsaid(weak)


def test_what_is_easier_here_is_called_a_strength(row, profile):
    first = profile.index[0]
    here = profile.loc[first]
    easy = changed(
        profile,
        first,
        conclusion="below comparable places",
        difference=-here["difference"],
        percentile=10.0,
        percentile_low=8.0,
        percentile_high=15.0,
    )
    strength = why_words.sentences(row, easy, "2021-22")[2]
    assert strength.startswith("A strength of these places")
    assert "less than in 90 % of them (90 % interval 85–92)" in strength
    assert here["label"][1:] not in why_words.sentences(row, easy, "2021-22")[1]


def test_a_driver_where_lower_is_harder_is_read_that_way(profile):
    first = profile.index[0]
    table = changed(profile, first, direction="lower is harder")
    assert first in why_words.easier(table).index
    neither = changed(profile, first, direction="neither")
    assert first not in why_words.easier(neither).index.union(why_words.harder(neither).index)


def test_nothing_known_well_enough_is_said_plainly(row, profile):
    weak = profile.assign(reliability="low", conclusion=CANNOT)
    assert "none of 7 social drivers is known well enough" in why_words.answer(row, weak)
    for text in why_words.sentences(row, weak, "2021-22")[1:]:
        assert "0 drivers" in text
        assert "%" not in text


def test_doubt_is_an_open_symbol_and_words(profile):
    first = profile.index[0]
    spec = profile_charts.dot_plot(weakened(profile, first), "What stands out?").to_dict()
    rows = [row for table in spec["datasets"].values() for row in table if "words" in row]
    doubtful = {r["words"] for r in rows if r["kind"] == profile_charts.WEAK}
    assert doubtful == {f"{profile.loc[first, 'label']} (low reliability)"}
    points = spec["layer"][-1]["encoding"]
    fills = points["fill"]["scale"]
    assert fills["range"][fills["domain"].index(profile_charts.WEAK)] == "#ffffff"
    assert "low reliability" in spec["description"]


def test_the_caveat_of_every_driver_named_stands_beside_it(profile):
    unsaid = why_words.unsaid(profile)
    for name in why_words.harder(profile).index[: why_words.NAMED]:
        assert profile.loc[name, "caveat"] in unsaid


def test_the_chart_keeps_the_order_and_draws_no_interval_without_a_margin(profile):
    first = profile.index[0]
    table = changed(profile, first, moe=np.nan, reliability="no margin", conclusion=CANNOT)
    rows = profile_charts._rows(table)
    assert rows["label"].tolist() == profile["label"].tolist()
    assert rows.loc[first, "margin"] == "no"
    assert rows.drop(index=first)["margin"].eq("yes").all()


def test_the_table_twin_says_all_that_the_chart_says(profile):
    first, second = profile.index[:2]
    table = weakened(profile, first)
    table = changed(table, second, value=np.nan, moe=np.nan, state="no value", conclusion=CANNOT)
    twin = why_block.profile_words(table)
    assert twin["Driver"].tolist() == profile["label"].tolist()
    assert twin.loc[0, "Reliability"] == "low"
    assert twin.loc[0, "What may be said"] == "cannot carry a conclusion"
    assert twin.loc[1, ["This group", "Percentile"]].eq("not shown: no figure").all()
    assert not twin.apply(lambda column: column.str.contains("nan")).to_numpy().any()


def test_the_download_explains_every_column(profile):
    columns = dictionary([profile.index.name, *profile.columns], why_block.PROFILE_FIELDS)
    assert set(columns["column"]) == set(why_block.PROFILE_FIELDS)
    text = to_csv(profile, dictionary=columns, caveat="c", sources=[], fictional=True)
    assert b"stands_out" in text


def test_only_schools_that_may_be_shown_are_called_strengths(default):
    found = queries_why.strengths(default)
    schools = queries.schools(default)
    assert schools.loc[found.schools.index, "shown"].all()
    shown = found.shown()
    assert (shown["rate"] < shown["predicted"]).all()
    assert (shown["state"] == "compared").all()


def test_every_level_answers_and_few_schools_are_not_judged(default):
    for level in queries.choices("demo").levels:
        found = queries_why.strengths(replace(default, level=level))
        text = why_words.strengths_sentence(found)
        assert re.search(r"\d", text)
        if not len(found.compared()):
            assert "too few to predict from" in text
            assert found.shown().empty


def test_a_school_that_passes_is_named_and_one_that_does_not_is_only_a_place_to_ask():
    table = pd.DataFrame(
        {
            "class": ["doing better than its drivers predict", "as predicted", "as predicted"],
            "outside": ["below", "below", ""],
            "state": "compared",
        }
    )
    passed = why_words.strengths_sentence(Strengths(table, "drivers", 7))
    assert passed.startswith("1 school of 3 has fewer students")
    assert "7 social drivers" in passed
    none = why_words.strengths_sentence(Strengths(table.iloc[1:], "level", 0))
    assert none.startswith("No school of 2 does better")
    assert "places to ask, not findings" in none
    assert "too few schools to use drivers" in none
