"""Why here: rules that make sentences, a chart that marks doubt, schools shown as strengths."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.drivers.profile import CANNOT, driver_profile
from data.recipe.measures import MeasureInfo
from tests.reading import EIGHT, grade
from ui import queries
from ui.languages import unbroken
from ui.queries import charts as queries_charts
from ui.queries import drivers as queries_drivers
from ui.queries import why as queries_why
from ui.tables.exports import about, to_csv
from ui.why import charts as profile_charts
from ui.why import downloads as why_download
from ui.why import downloads as why_method
from ui.why import group as why_block
from ui.why import words as why_words

CAUSAL = re.compile(
    r"\b(cause[sd]?|because|due to|leads? to|drives|explains why|fault|bad)\b", re.I
)


@pytest.fixture(scope="module")
def found(spots):
    return spots


@pytest.fixture(scope="module")
def profile(found, selection):
    return queries_why.profile(found, selection)


@pytest.fixture(scope="module")
def row(found):
    return found.groups.iloc[0]


@pytest.fixture(scope="module")
def random(found, selection):
    return queries_why.random_groups(found, selection)


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
        rows = queries_drivers.driver(replace(selection, driver=name)).loc[members]
        value = rows["value"].where(rows["status"] == "reported").astype(float)
        weight = panel.tracts.loc[members, "children"].astype(float).where(value.notna(), 0)
        assert profile.loc[name, "value"] == pytest.approx((value * weight).sum() / weight.sum())
        assert profile.loc[name, "tracts"] == value.notna().sum()


def test_leaving_out_the_other_groups_changes_no_published_figure(profile, found, selection):
    panel, names = queries.panel(selection), list(profile.index)
    tables = {name: queries_drivers.driver(replace(selection, driver=name)) for name in names}
    value, moe = (
        pd.DataFrame({n: t[c].where(t["status"] == "reported") for n, t in tables.items()})
        for c in ("value", "moe")
    )
    children = panel.tracts["children"]
    clusters = found.tracts["cluster"].astype("object")
    stratum = queries_why.comparable(found, selection).stratum
    whole = driver_profile(value, moe, children, clusters, comparable=stratum)
    whole = whole.loc[selection.cluster].reindex(names)
    for name in ("value", "moe", "comparable", "difference", "percentile", "stands_out"):
        np.testing.assert_allclose(whole[name].astype(float), profile[name].astype(float))


def test_only_what_differs_in_rank_too_is_called_above_or_below():
    table = pd.DataFrame(
        {
            "conclusion": ["above comparable places"] * 2
            + ["below comparable places"] * 2
            + [CANNOT, "above comparable places"],
            "percentile_low": [50.1, 49.9, 10.0, 40.0, 90.0, np.nan],
            "percentile_high": [90.0, 90.0, 49.9, 50.1, 95.0, np.nan],
        }
    )
    kept = queries_why.in_rank_too(table)["conclusion"].tolist()
    alike = "like comparable places"
    said = table["conclusion"]
    assert kept == [said[0], alike, said[2], alike, CANNOT, alike]


def test_no_tract_of_another_group_is_compared_with(profile, found):
    outside = found.tracts["cluster"].isna().sum()
    assert (profile["compared"] <= outside).all()
    assert (profile["compared"] > 0).all()


def test_only_figures_that_were_reported_enter_a_profile(default):
    drivers = queries.panel(default).drivers
    names = queries_why.offered(default)
    value, moe, years = queries_why.figures_of(queries.place(default.area), names)
    reported = drivers[drivers["status"].eq("reported") & drivers["measure"].isin(names)]
    assert int(value.notna().sum().sum()) == int(reported["value"].notna().sum())
    assert int(moe.notna().sum().sum()) == int(reported["moe"].notna().sum())
    assert list(value.columns) == list(moe.columns) == list(names)
    assert set(years.index) == set(names)


def test_indexes_and_modelled_figures_are_no_part_of_a_profile(default, monkeypatch):
    kinds = {"crowding": "index", "uninsured": "modelled", "no_vehicle": "records"}

    def pretend(name: str) -> MeasureInfo:
        info = MeasureInfo(name, name, "?", "transport", "fraction", "", "")
        return replace(info, kind=kinds.get(name, "survey"))

    monkeypatch.setattr(queries_why.registry, "measure", pretend)
    kept = queries_why.offered(default)
    assert {"crowding", "uninsured"}.isdisjoint(kept)
    assert {"poverty_150", "no_vehicle"} <= set(kept)


def test_every_sentence_carries_a_number_and_none_speaks_of_cause(row, profile, selection):
    said = why_words.sentences(row, profile, selection.year)
    assert len(said) == 3
    answer = why_words.answer(row, profile)
    for text in (*said, answer):
        assert re.search(r"\d", text), text
        assert not CAUSAL.search(text), text
        assert text.endswith(".")
        assert "nan" not in text
        assert grade(text, [row["name"], *profile["label"]]) <= EIGHT, text
    assert answer.startswith(why_words.stand_out(row["name"], profile))


def test_what_cannot_be_changed_leads_no_answer(row, profile):
    fixed = profile.assign(modifiable=False)
    assert len(why_words.harder(fixed))
    said = why_words.answer(row, fixed)
    assert said == f"In {row['name']}, nothing that a place can change stands out clearly."
    assert not any(label in said for label in profile["label"])
    alike = profile.assign(conclusion="like comparable places")
    assert why_words.answer(row, alike).endswith("looks like similar areas. Ask the people there.")


def test_each_driver_named_in_a_sentence_comes_with_value_margin_and_comparison(row, profile):
    text = why_words.sentences(row, profile, "2021-22")[1]
    for name in why_words.harder(profile).index[: why_words.NAMED]:
        item = profile.loc[name]
        assert unbroken(item["label"]) in text
        assert f"{100 * item['value']:.1f}\xa0%" in text
        assert f"± {100 * item['moe']:.1f}\xa0%" in text
        assert f"{100 * item['comparable']:.1f}\xa0% in similar areas" in text


def test_a_driver_of_low_reliability_carries_no_sentence(row, profile):
    first = profile.index[0]
    weak = weakened(profile, first)
    label = profile.loc[first, "label"][1:]
    assert label in why_words.answer(row, profile)
    said = " ".join((*why_words.sentences(row, weak, "2021-22"), why_words.answer(row, weak)))
    assert label not in said
    assert re.search(rf"{label}[^()]*\(low reliability\)", why_words.unsaid(weak))


def test_a_driver_without_margin_carries_no_sentence(row, profile):
    first = profile.index[0]
    weak = changed(profile, first, moe=np.nan, reliability="no margin", conclusion=CANNOT)
    said = " ".join((*why_words.sentences(row, weak, "2021-22"), why_words.answer(row, weak)))
    assert profile.loc[first, "label"][1:] not in said
    label = profile.loc[first, "label"]
    assert re.search(rf"{label[1:]}[^()]*\(no margin of error\)", why_words.unsaid(weak))


def test_what_is_easier_here_is_told_too(row, profile):
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
    assert strength.startswith(f"Easier here: {here['label']}: ")
    assert here["label"][1:] not in why_words.sentences(row, easy, "2021-22")[1]


def test_a_driver_where_lower_is_harder_is_read_that_way(profile):
    first = profile.index[0]
    table = changed(profile, first, direction="lower is harder")
    assert first in why_words.easier(table).index
    neither = changed(profile, first, direction="neither")
    assert first not in why_words.easier(neither).index.union(why_words.harder(neither).index)


def test_nothing_known_well_enough_is_said_plainly(row, profile):
    weak = profile.assign(reliability="low", conclusion=CANNOT)
    none = f"None of {len(profile)} social drivers is known well enough"
    assert none in why_words.answer(row, weak)
    for text in why_words.sentences(row, weak, "2021-22")[1:]:
        assert "0 drivers" in text
        assert "%" not in text


def drawn(spec):
    """Give the rows that a chart draws."""
    rows = [row for table in spec["datasets"].values() for row in table if "words" in row]
    return pd.DataFrame(rows)


def test_doubt_is_an_open_symbol_and_words(profile):
    first = profile.index[0]
    spec = profile_charts.dot_plot(weakened(profile, first), "What stands out?").to_dict()
    rows = drawn(spec)
    doubtful = set(rows.loc[rows["kind"].eq(profile_charts.WEAK), "words"])
    label = profile.loc[first, "label"]
    assert f"{label} (low reliability)" in doubtful
    assert len(doubtful) == 1 + profile["conclusion"].eq(CANNOT).sum()
    assert label not in set(rows["words"])
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
    rows = drawn(profile_charts.dot_plot(table, "What stands out?").to_dict())
    labels = profile["label"].map(unbroken)
    assert rows["label"].tolist() == labels.tolist()
    label = labels[first]
    margin = rows.set_index("label")["margin"]
    assert margin[label] == "no"
    known = profile.set_index(labels)["moe"].notna().map({True: "yes", False: "no"})
    assert margin.drop(label).to_dict() == known.drop(label).to_dict()
    assert margin.eq("yes").any()


def test_as_many_counts_random_groups_by_the_rule_of_the_page(random, profile, found, selection):
    text = why_block.meaning(found, selection)
    assert f"{round(100 * random.as_many)} of 100 random groups of this size" in text
    assert random.groups == 200
    assert 0 < random.high < random.groups
    assert set(random.drivers.index) == set(profile.index)
    assert (random.drivers.isna() | ((random.drivers >= 0) & (random.drivers <= 1))).all(axis=None)


def test_what_is_rare_among_groups_with_high_absence_is_named(random, profile):
    hard = why_words.harder(profile)
    first, second = hard.index[:2]
    common = random.drivers.assign(as_far_high=0.4)
    rare = common.copy()
    rare.loc[first, "as_far_high"] = 0.02
    named = why_words.its_own(hard, replace(random, drivers=rare))
    assert f"{hard.loc[first, 'label']} (2 of 100)" in named
    assert hard.loc[second, "label"] not in named
    assert "single nothing out" in why_words.its_own(hard, replace(random, drivers=common))
    unknown = random.drivers.assign(as_far_high=np.nan)
    assert why_words.its_own(hard, replace(random, drivers=unknown)) == ""


def test_too_few_random_groups_make_no_share(random):
    few = replace(random, high=3, as_many_high=np.nan)
    assert "too few" in why_words.as_many(few)
    assert why_words.as_many(replace(random, groups=0, as_many=np.nan)) == why_words.NO_GROUPS
    unknown = random.drivers.assign(as_far=np.nan)
    assert why_words.as_far(replace(random, drivers=unknown), unknown.index[0]) == "not known"


def test_the_table_twin_says_all_that_the_chart_says(profile, random):
    first, second = profile.index[:2]
    table = weakened(profile, first)
    table = changed(table, second, value=np.nan, moe=np.nan, state="no value", conclusion=CANNOT)
    twin = why_block.profile_words(table, random)
    assert twin["Driver"].tolist() == profile["label"].map(unbroken).tolist()
    assert twin.loc[0, "Reliability"] == "low"
    assert twin.loc[0, "What may be said"] == "cannot carry a conclusion"
    assert twin.loc[1, ["This group", "Percentile"]].eq("not shown: no figure").all()
    assert not twin.apply(lambda column: column.str.contains("nan")).to_numpy().any()


def test_what_is_told_of_attendance_carries_its_reference_and_needs_one(profile):
    first, second = why_words.harder(profile).index[:2]
    table = profile.assign(touches="", reference="")
    assert why_words.touches(table) == []
    table = changed(table, first, touches="It may matter.", reference="Author (2020), Journal 1:1.")
    table = changed(table, second, touches="It may matter too.")
    assert why_words.touches(table) == [
        (profile.loc[first, "label"], "It may matter. (Author (2020), Journal 1:1.)")
    ]
    weak = changed(table, first, conclusion=CANNOT)
    assert why_words.touches(weak) == []


def test_what_the_registry_says_of_attendance_is_worded_as_an_association(profile):
    for text in profile["touches"]:
        assert not CAUSAL.search(text), text


def test_the_download_explains_every_column(profile, selection):
    told = about(selection, profile, "c", why_download.PROFILE_FIELDS)
    assert set(told.dictionary["column"]) == set(why_download.PROFILE_FIELDS)
    assert b"stands_out" in to_csv(profile, told)


def test_the_methods_paragraph_holds_the_settings_and_is_the_same_each_time(found, selection):
    text = why_method.paragraph(found, selection)
    assert text == why_method.paragraph(found, selection)
    assert text.startswith("Halcyon County is fictional")
    assert selection.year in text
    assert f"false-discovery rate of {selection.alpha}" in text
    assert why_words.comparable_text(queries_why.comparable(found, selection)) in text
    assert "Spiegelhalter DJ (2005)" in text
    assert "nan" not in text
    other = replace(selection, cluster=found.groups["cluster"].iloc[-1])
    assert other != selection
    assert why_method.paragraph(found, other) != text


def test_the_charts_that_are_kept_are_those_that_keep_to_the_schema(found, selection, profile):
    kept = queries_charts.profile_chart(found, selection)
    checked = profile_charts.dot_plot(profile, kept["title"]["text"]).to_dict()
    assert kept.keys() == checked.keys()
    assert [layer["mark"] for layer in kept["layer"]] == [
        layer["mark"] for layer in checked["layer"]
    ]
    assert kept["datasets"] == checked["datasets"]
    assert queries_charts.funnel_chart(found, selection)["title"]["text"].endswith(selection.year)
