"""Social drivers: exposures at once, the model in words and tables, and what may not be said."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.association import fit
from analytics.rates.tract_rates import exposures
from data.recipe import measures as registry
from data.views import schools_and_tracts
from data.views.driver_together import put_together
from data.views.drivers import tract_figures, with_joins
from geo.weights.weights import Weights
from ui import queries
from ui.drivers import charts as association_charts
from ui.drivers import downloads as driver_downloads
from ui.drivers import tables as driver_tables
from ui.drivers import together as together_words
from ui.drivers import words as driver_words
from ui.languages import unbroken
from ui.queries import drivers as queries_drivers
from ui.tables.display import dictionary
from ui.tables.exports import NOTICE, About, to_csv
from ui.words import answers, cards

CAUSAL = re.compile(r"\b(causes|caused|because of|due to|leads? to|fault|bad|worst)\b", re.I)


def selection_of(slug, atlas_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
        yield queries.choices(slug).default()


@pytest.fixture(scope="module")
def default(atlas_home):
    yield from selection_of("demo", atlas_home)


@pytest.fixture
def nyc(request, atlas_home):
    request.getfixturevalue("nyc_path")
    for selection in selection_of("nyc", atlas_home):
        yield replace(selection, year="2018-19")


@pytest.fixture(scope="module")
def comparison(default):
    return queries_drivers.comparison(default)


@pytest.fixture(scope="module")
def none():
    return queries_drivers.rank_correlation(pd.Series(dtype=float), pd.Series(dtype=float))


def same_as_one_by_one(selection):
    found = queries_drivers.exposures(selection)
    for name in queries.choices(selection.area).drivers:
        alone = queries_drivers.exposure(replace(selection, driver=name))
        for table, column in ((found.figures, "exposure"), (found.moe, "exposure_moe")):
            pd.testing.assert_series_equal(
                table[name], alone[column], check_names=False, rtol=1e-10, atol=1e-12
            )


def test_all_exposures_at_once_are_those_of_one_driver_at_a_time(default):
    same_as_one_by_one(default)
    same_as_one_by_one(replace(default, level="elementary", catchment="building"))


def test_exposures_by_hand():
    drivers = pd.DataFrame(
        {
            "geoid": ["a", "b", "c", "a", "b", "c"],
            "measure": ["x"] * 3 + ["y"] * 3,
            "value": [0.1, 0.3, np.nan, 5.0, 7.0, 9.0],
            "moe": [0.03, 0.04, np.nan, np.nan, 1.0, 2.0],
            "status": ["reported", "reported", "missing"] + ["reported"] * 3,
        }
    )
    shares = pd.DataFrame(
        {"school_id": ["s", "s", "t"], "geoid": ["a", "b", "c"], "share": [0.5, 0.5, 1.0]}
    )
    found = exposures(*tract_figures(drivers, ["x", "y"]), shares)
    assert found.figures.loc["s"].to_list() == pytest.approx([0.2, 6.0])
    assert found.moe.loc["s", "x"] == pytest.approx(0.025)
    assert np.isnan(found.moe.loc["s", "y"])
    assert np.isnan(found.figures.loc["t", "x"])
    assert found.moe.loc["t", "y"] == 2.0


def test_a_figure_that_is_not_reported_never_enters():
    drivers = pd.DataFrame(
        {"geoid": ["a"], "measure": ["x"], "value": [0.4], "moe": [0.1], "status": ["unreliable"]}
    )
    value, _ = tract_figures(drivers, ["x"])
    assert value["x"].isna().all()


def test_the_page_shows_what_the_analysis_estimates(default, comparison):
    schools = queries.schools(default)
    schools = schools[schools["shown"] & schools.index.isin(queries.school_points(default))]
    panel = queries.panel(default)
    points = panel.schools.geometry.loc[schools.index].to_crs(panel.area.crs)
    names = list(queries.choices("demo").drivers)
    names = [name for name in names if name in comparison.table.index]
    found = fit(
        schools[["chronic_absent", "enrolled"]],
        queries_drivers.exposures(default).figures.loc[schools.index, names],
        weights=Weights.knn(points, 8),
        strata=schools["level"],
        points=points,
    )
    shown = comparison.table.loc[names]
    np.testing.assert_allclose(shown["odds_ratio"], np.exp(found.effects["effect"]))
    np.testing.assert_allclose(shown["odds_low"], np.exp(found.effects["low"]))
    assert comparison.found.diagnostics.n == found.diagnostics.n == len(schools)
    for _, part in comparison.table.groupby("modifiable"):
        assert part["odds_ratio"].is_monotonic_decreasing


def test_no_index_and_no_modelled_measure_enters_the_model(default, monkeypatch, comparison):
    assert set(comparison.table.index) <= set(queries.choices("demo").drivers)
    modelled = {
        name: replace(item, kind="modelled") if name == "no_internet" else item
        for name, item in registry.measures().items()
    }
    monkeypatch.setattr(registry, "measure", modelled.__getitem__)
    kept, _, beside = queries_drivers.entering(replace(default, driver="no_internet"))
    assert "no_internet" not in kept
    assert beside == "map"
    index = {name: replace(item, kind="index") for name, item in modelled.items()}
    monkeypatch.setattr(registry, "measure", index.__getitem__)
    kept, _, beside = queries_drivers.entering(replace(default, driver="crowding"))
    assert (kept, beside) == (("crowding",), "index")


def test_a_modelled_measure_is_warned_of_beside_what_it_repeats(default, monkeypatch):
    asthma = replace(registry.measure("no_internet"), kind="modelled", label="Asthma")
    known = {**registry.measures(), "no_internet": asthma}
    monkeypatch.setattr(registry, "measure", known.__getitem__)
    (text,) = queries_drivers.warnings(replace(default, driver="no_internet"))
    assert text.startswith("“Asthma” comes from a model (CDC PLACES)")
    assert "“Income below 150\xa0% of poverty”" in text
    assert queries_drivers.warnings(default) == ()


def test_nothing_is_claimed_of_a_modelled_measure(comparison, none):
    measure = replace(registry.measure("no_internet"), kind="modelled")
    text = driver_words.answer(comparison, measure, none, "2021-22")
    assert "never ranked" in text
    assert "odds" not in text


def test_the_answer_carries_number_interval_schools_and_association(comparison, none):
    for name in comparison.table.index:
        text = driver_words.answer(comparison, registry.measure(name), none, "2021-22")
        row = comparison.table.loc[name]
        figures = driver_words.figures(comparison, registry.measure(name), none)
        assert f"{row['odds_ratio']:.2f} times the odds" in figures
        assert f"{row['odds_low']:.2f}–{row['odds_high']:.2f}" in figures
        assert "odds" not in text
        assert f"{comparison.found.diagnostics.n} schools in 2021-22" in text
        assert "no clear link" in text or answers.GO_TOGETHER in text
        assert not CAUSAL.search(text + figures), text


@pytest.mark.parametrize(
    ("low", "high", "ratio", "words", "said"),
    [
        (1.02, 1.4, 1.2, driver_words.CLEAR_MORE, "have more absence."),
        (0.6, 0.99, 0.8, driver_words.CLEAR_LESS, "have less absence."),
        (0.9, 1.4, 1.2, driver_words.UNCLEAR, "no clear link"),
    ],
)
def test_direction_is_said_only_when_the_interval_leaves_out_no_difference(
    comparison, none, low, high, ratio, words, said
):
    table = comparison.table.copy()
    name = table.index[0]
    table.loc[name, ["odds_low", "odds_high", "odds_ratio"]] = low, high, ratio
    table.loc[name, ["all_low", "all_high"]] = low, high
    assert driver_words.link_words(table.loc[name]) == words
    changed = replace(comparison, table=table)
    assert said in driver_words.answer(changed, registry.measure(name), none, "2021-22")


def test_every_link_stands_beside_the_other_joins(default, comparison):
    wide = queries_drivers.under_all_joins(default)
    assert wide.joins == {"zones": "", "nearest": ""}  # not the tract of the building
    table = wide.table
    alone = comparison.table[["odds_ratio", "odds_low", "odds_high"]]
    pd.testing.assert_frame_equal(table[alone.columns], alone)
    assert (table["all_low"] <= table[["odds_low", "join_least"]].min(axis=1)).all()
    assert (table["all_high"] >= table[["odds_high", "join_most"]].max(axis=1)).all()
    assert (table["q"] >= table["p"]).all()
    zones = queries_drivers.comparison(replace(default, catchment="zones")).table
    name = table.index[0]
    step = table.loc[name, "sd"] / zones.loc[name, "sd"]
    same = set(zones.index) == set(table.index)
    assert not same or table.loc[name, "join_least"] <= zones.loc[name, "odds_ratio"] ** step + 1e-9
    assert queries_drivers.under_all_joins(default) is wide


def test_what_the_other_joins_give_is_said_with_its_figures(default, none):
    wide = queries_drivers.under_all_joins(default)
    name = wide.table.index[0]
    row = wide.table.loc[name]
    text = driver_words.figures(wide, registry.measure(name), none)
    assert f"Under the other joins it is {driver_words.joins_range(row)}" in text
    assert f"from {row['all_low']:.2f} to {row['all_high']:.2f}" in text
    twin = driver_tables.effects_words(wide.table)
    assert twin["Under the other joins"].iloc[0] == driver_words.joins_range(row)
    assert "under all 3 joins" in driver_words.sureness(wide)
    assert "Attendance zones".lower() in str(driver_tables.diagnostics(wide))
    said = driver_downloads.method_text(wide, default).decode("utf-8-sig")
    assert "under the other joins (zones, nearest)" in said
    assert not CAUSAL.search(text + said)


def test_a_link_that_only_the_chosen_join_shows_is_not_called_clear(default, none):
    wide = queries_drivers.under_all_joins(default)
    name = wide.table.index[0]
    table = wide.table.copy()
    table.loc[name, ["odds_ratio", "odds_low", "odds_high"]] = 1.2, 1.1, 1.3
    table.loc[name, ["all_low", "all_high"]] = 0.95, 1.3
    text = driver_words.answer(replace(wide, table=table), registry.measure(name), none, "2021-22")
    assert re.search("no clear link .* that holds wherever we suppose students live", text)


def test_a_link_that_many_questions_make_doubtful_says_so(comparison, none):
    name = comparison.table.index[0]
    table = comparison.table.copy()
    table.loc[name, ["odds_ratio", "all_low", "all_high"]] = 1.2, 1.01, 1.4
    for q, doubtful in ((0.2, True), (0.01, False)):
        table.loc[name, "q"] = q
        changed = replace(comparison, table=table)
        text = driver_words.answer(changed, registry.measure(name), none, "2021-22")
        assert ("one such link could be chance" in text) == doubtful


def test_without_a_model_the_correlation_stands_with_how_sure(default):
    few = queries_drivers.comparison(replace(default, level="high"))
    link = queries_drivers.correlation(replace(default, level="high"))
    assert link.state == "estimated"
    measure = registry.measure(default.driver)
    assert "correlation" not in driver_words.answer(few, measure, link, "2021-22")
    assert driver_words.figures(few, measure, link).startswith("Rank correlation ")


def test_a_join_without_a_model_is_named_and_takes_no_part(comparison, default):
    few = queries_drivers.comparison(replace(default, level="high")).found
    wide = with_joins(comparison, {"zones": few})
    assert wide.joins == {"zones": "too few places"}
    assert wide.table["join_least"].isna().all()
    pd.testing.assert_series_equal(wide.table["all_low"], wide.table["odds_low"], check_names=False)
    assert "Attendance zones: too few places" in str(driver_tables.diagnostics(wide))
    assert "not looked through" in driver_tables.effects_words(wide.table).to_string()


def test_exposures_of_low_reliability_carry_no_conclusion(comparison, none):
    table = comparison.table.copy()
    name = table.index[0]
    table.loc[name, ["reliability", "cv"]] = "low", 0.41
    changed = replace(comparison, table=table)
    text = driver_words.answer(changed, registry.measure(name), none, "2021-22")
    assert "too unsure" in text
    assert "odds" not in text
    assert "41\xa0%" in driver_words.figures(changed, registry.measure(name), none)


def test_few_schools_are_refused_in_plain_words(default):
    few = queries_drivers.comparison(replace(default, level="high"))
    assert few.found.state == "too few places"
    text = driver_words.refusal(few, registry.measures())
    assert re.search(r"\d+ schools of this choice", text)
    assert "at least 30" in text
    assert few.table["odds_ratio"].isna().all()


def test_schools_too_few_for_all_carry_the_chosen_driver_alone(default):
    alone = queries_drivers.comparison(replace(default, level="elementary", driver="crowding"))
    assert alone.beside == "alone"
    assert alone.table.index.tolist() == ["crowding"]
    assert alone.found.state == "estimated"
    assert "may be that of another condition" in driver_words.left_out(alone, registry.measures())


def test_what_cannot_be_told_apart_is_named_with_what_it_is_like(comparison):
    changed = replace(comparison, left_out={"poverty_150": "crowding", "evictions": ""})
    text = driver_words.left_out(changed, registry.measures())
    assert "“Income below 150\xa0% of poverty” (most alike “Crowded homes”)" in text
    assert "“Evictions” (nearly the same everywhere)" in text
    assert driver_words.left_out(replace(comparison, left_out={}), registry.measures()) == ""


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("fraction", "7.2 percentage points"),
        ("percentile", "7 percentile ranks"),
        ("usd", "$0"),
        ("km", "0.072 km"),
        ("per_100k", "0.072 per 100,000 residents"),
    ],
)
def test_a_standard_deviation_reads_in_its_own_unit(unit, words):
    assert driver_words.step_text(0.072, unit) == words


def test_the_table_twin_has_a_row_for_every_mark_and_no_gap(comparison):
    twin = driver_tables.effects_words(comparison.table)
    assert twin["Condition"].tolist() == comparison.table["label"].map(unbroken).tolist()
    assert not twin.apply(lambda column: column.str.contains("nan")).to_numpy().any()
    without = comparison.table.assign(moe_low=np.nan, moe_high=np.nan, reliability="no margin")
    said = driver_tables.effects_words(without)
    assert said["Within margins of error"].eq("no margin published").all()


def test_clear_and_unclear_links_differ_by_shape_and_filling(comparison):
    table = comparison.table.copy()
    table.iloc[0, table.columns.get_indexer(["all_low", "all_high"])] = 1.1, 2.9
    spec = association_charts.odds_chart(table, "What goes along?", table.index[0]).to_dict()
    encoding = spec["layer"][-1]["encoding"]
    for channel in ("shape", "fill", "stroke"):
        assert len(set(encoding[channel]["scale"]["range"])) == 3
    rows = [row for data in spec["datasets"].values() for row in data if "kind" in row]
    assert rows[0]["kind"] == driver_words.CLEAR_MORE
    assert rows[0]["words"].startswith("▸ ")
    assert all(row["label"] in spec["description"] for row in rows)
    assert spec["title"]["fontSize"] >= 16


def test_shares_of_the_themes_make_one_and_stand_in_the_chart(comparison):
    assert comparison.shares["share"].sum() == pytest.approx(1)
    spec = association_charts.shares_chart(comparison.shares, "How much?").to_dict()
    assert all(theme.capitalize() in spec["description"] for theme in comparison.shares.index)


def test_the_model_download_explains_every_column_and_reads_back(default, comparison):
    table = model_read_back(comparison, default).set_index("driver")
    assert list(table.columns) == [
        *(c for c in driver_tables.MODEL_FIELDS if c != "driver"),
        NOTICE,
    ]
    np.testing.assert_allclose(table["odds_ratio"], comparison.table["odds_ratio"])
    assert table["n"].eq(comparison.found.diagnostics.n).all()
    made = driver_downloads.model_export(comparison)
    known = driver_downloads.model_about(made, default).dictionary
    assert known["description"].str.len().gt(5).all()


def model_read_back(comparison, view):
    made = driver_downloads.model_export(comparison)
    content = to_csv(made, driver_downloads.model_about(made, view))
    assert content == to_csv(made, driver_downloads.model_about(made, view))
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_a_refused_model_downloads_with_its_state(default):
    few = queries_drivers.comparison(replace(default, level="high"))
    table = model_read_back(few, default)
    assert table["state"].eq("too few places").all()
    assert table["odds_ratio"].isna().all()
    assert b"No association was estimated" in driver_downloads.method_text(few, default)


def test_the_methods_paragraph_is_made_from_the_models_numbers(default, comparison):
    text = driver_downloads.method_text(comparison, default).decode("utf-8-sig")
    assert text.encode("utf-8-sig") == driver_downloads.method_text(comparison, default)
    for _, row in comparison.table.iterrows():
        assert f"{row['label']} {row['odds_ratio']:.2f}" in text
    assert comparison.found.diagnostics.form in text
    assert "FICTIONAL" in text
    for word in ("References:", "Sources:", "Software:", "Seed", "Association, not cause"):
        assert word in text
    assert "nan" not in text
    assert not CAUSAL.search(text)


def test_low_reliability_is_in_no_class_of_the_bivariate_map(default):
    tracts, driver = queries.tracts(default), queries_drivers.driver(default)
    found = put_together(tracts, driver, "higher is harder")
    weak = driver["reliability"].eq("low") & driver["status"].eq("reported")
    assert weak.any()
    assert found.tracts.loc[weak, "pair"].eq("not shown").all()
    assert found.tracts.loc[weak, "driver_class"].eq("not shown: low reliability").all()
    assert found.weak == int((weak & tracts["shown"] & tracts["ratio"].notna()).sum())
    assert int(found.classes.table.to_numpy().sum()) == found.tracts["pair"].ne("not shown").sum()


def test_a_tract_that_may_not_be_shown_has_no_class_of_absence(default):
    tracts, driver = queries.tracts(default), queries_drivers.driver(default)
    first = tracts.index[tracts["shown"]][0]
    tracts.loc[first, "shown"] = False
    found = put_together(tracts, driver, "higher is harder").tracts.loc[first]
    assert found["absence_class"] == found["pair"] == "not shown"
    assert np.isnan(found["ratio"])


def test_both_views_of_the_map_can_be_downloaded_with_every_column_explained(default):
    panel = queries.panel(default)
    for table in (queries_drivers.driver(default), queries_drivers.together(default).tracts):
        known = dictionary([table.index.name, *table.columns])
        about = About(known, "c", panel.sources, fictional=True)
        text = to_csv(table, about)
        assert text == to_csv(table, about)
        read = pd.read_csv(io.BytesIO(text), encoding="utf-8-sig", dtype={"geoid": str})
        assert {"value", "moe", "cv", "reliability"} <= set(read.columns)


def test_the_card_of_both_carries_the_interval_of_absence_and_the_cv(default):
    tracts = queries_drivers.together(default).tracts
    row = tracts[tracts["pair"].ne("not shown")].iloc[0]
    card = cards.together_card(row, "Uninsured")
    assert (
        f"{row['ratio']:.2f} times as expected (as its schools differ: {row['ratio_low']:.2f}"
        in card
    )
    assert f"coefficient of variation {100 * row['cv']:.0f}\xa0%" in card
    weak = tracts[tracts["reliability"].eq("low") & tracts["value"].notna()].iloc[0]
    assert "cannot carry a conclusion" in cards.together_card(weak, "Uninsured")
    assert "third of absence" not in cards.together_card(weak, "Uninsured")
    hidden = row.copy()
    hidden[["ratio", "ratio_low", "ratio_high"]] = np.nan
    assert "nan" not in cards.together_card(hidden, "Uninsured")


@pytest.mark.parametrize(
    ("direction", "hard"),
    [("higher is harder", "high-high"), ("lower is harder", "high-low"), ("neither", "")],
)
def test_lines_cross_the_hard_corner_alone(default, direction, hard):
    found = put_together(queries.tracts(default), queries_drivers.driver(default), direction)
    classes = together_words.together_classes(found)
    assert found.hard == hard
    crossed = [flag == "1" for flag in classes.hatched]
    assert crossed == found.tracts["pair"].eq(hard).tolist()
    black = classes.scale.colours[classes.scale.labels.index(hard)] if hard else "#000000"
    assert black == "#000000"


def test_a_condition_that_is_the_same_everywhere_still_makes_a_map(default):
    driver = queries_drivers.driver(default)
    driver = driver.assign(value=0.2, reliability="high", status="reported")
    found = put_together(queries.tracts(default), driver, "higher is harder")
    assert set(found.tracts["driver_class"]) == {"middle"}


def test_where_both_go_together_is_said_with_chance_beside_it(default):
    tested = queries_drivers.tested(default)
    said = together_words.tested_sentences(tested, queries_drivers.measure(default), 0.05)
    assert len(said) == 2
    assert "Lee's L" in said[0]
    assert "by chance" in said[0]
    assert f"chance gives about {tested.overlap.expected:.0f}" in said[1]
    assert not any(CAUSAL.search(text) for text in said)
    neither = replace(queries_drivers.measure(default), direction="neither")
    kept = replace(tested, overlap=None)
    assert len(together_words.tested_sentences(kept, neither, 0.05)) == 1


def test_every_tract_counts_in_averages_and_only_reliable_ones_by_themselves(default):
    tested = queries_drivers.tested(default)
    driver, tracts = queries_drivers.driver(default), queries.tracts(default)
    both = driver["value"].notna() & (tracts["enrolled"] > 0)
    assert tested.weak > 0
    assert tested.lee.areas["state"].eq("tested").sum() == both.sum()
    reliable = both & driver["reliability"].ne("low")
    assert tested.overlap.worst <= math.ceil(0.2 * reliable.sum()) + 1


def test_a_view_without_hot_spots_says_so(default):
    tested = replace(queries_drivers.tested(default), hot=0)
    said = together_words.tested_sentences(tested, queries_drivers.measure(default), 0.05)
    assert said[1].startswith("No group of tracts is a hot spot in this view")


def test_no_margin_is_said(default):
    tested = replace(queries_drivers.tested(default), has_margins=False)
    said = together_words.tested_sentences(tested, queries_drivers.measure(default), 0.05)
    assert said[-1] == together_words.NO_MARGINS


def test_every_tract_value_carries_its_cv(default):
    driver = queries_drivers.driver(default)
    known = driver["value"].gt(0) & driver["moe"].notna()
    np.testing.assert_allclose(
        driver.loc[known, "cv"], driver.loc[known, "moe"] / 1.645 / driver.loc[known, "value"]
    )
    assert driver.loc[~known, "cv"].isna().all()
    low = known & driver["status"].eq("reported") & driver["cv"].gt(0.301)
    assert driver.loc[low, "reliability"].eq("low").all()


def test_cv_of_an_estimate_of_zero_is_not_defined(demo_protected):
    view = schools_and_tracts.driver_view(demo_protected, "crowding")
    zero = view["value"].eq(0)
    assert zero.any()
    assert view.loc[zero, "cv"].isna().all()


def test_withheld_students_in_temporary_housing_are_never_used(default):
    label, link = queries_drivers.housing_at_school(default)
    panel = queries.panel(default)
    rows = panel.school_drivers
    reported = rows["school_year"].eq(default.year) & rows["status"].eq("reported")
    schools = queries.schools(default)
    both = schools.index[schools["shown"]].intersection(rows.loc[reported, "school_id"])
    assert link.n == len(both)
    assert f"{link.n} schools" in driver_words.housing_sentence(label, link, default.year)
    nothing = queries_drivers.housing_at_school(replace(default, year="1999-00"))
    assert nothing is None


@pytest.mark.mirror
def test_temporary_housing_goes_with_absence_in_new_york_city(nyc):
    label, link = queries_drivers.housing_at_school(nyc)
    assert link.low > 0
    assert link.n > 1_400
    text = driver_words.housing_sentence(label, link, nyc.year)
    assert "have higher chronic absence" in text
    assert f"{link.low:+.2f} to {link.high:+.2f}" in text


@pytest.mark.mirror
def test_a_year_without_figures_on_temporary_housing_says_which_years_have_them(nyc):
    later = replace(nyc, year="2024-25")
    assert queries_drivers.housing_at_school(later) is None
    years = queries_drivers.housing_years(later)
    text = driver_words.housing_not_covered(years, later.year)
    assert text.endswith("are published for 2017-18 to 2020-21, not for 2024-25.")
    (fact,) = queries.school_conditions(later, "01M015")
    said = "published for 2017-18 to 2020-21, not for 2024-25"
    assert fact == ("Students in temporary housing", said)
    assert len(queries.school_conditions(nyc, "01M015")) == 1


@pytest.mark.mirror
def test_new_york_city_leaves_out_what_schools_cannot_tell_apart_and_keeps_the_chosen(nyc):
    for name in ("poverty_150", "no_high_school"):
        found = queries_drivers.comparison(replace(nyc, driver=name))
        assert found.found.state == "estimated"
        assert name in found.table.index
        assert name not in found.left_out
        assert found.left_out
        assert found.table["vif"].max() <= 10


def test_a_map_is_of_neighbourhoods_where_tracts_are_too_unsure(default):
    crowding = replace(default, driver="crowding")
    assert queries_drivers.wants_neighbourhoods(
        crowding
    )  # 79 % of the demo's tracts are of low reliability
    text = driver_words.why_neighbourhoods(
        queries_drivers.driver(crowding), queries_drivers.by_neighbourhood(crowding)
    )
    assert "too unsure in 79\xa0% of tracts, and in 0\xa0% of neighbourhoods" in text
    sure = replace(default, driver="uninsured")
    assert not queries_drivers.wants_neighbourhoods(sure)
    assert queries_drivers.wants_neighbourhoods(replace(sure, unit="neighbourhood"))


def test_a_value_that_rounds_to_none_has_no_sign(default):
    tested, measure = queries_drivers.tested(default), queries_drivers.measure(default)
    flat = replace(tested, lee=replace(tested.lee, expected=-0.001))
    said = together_words.tested_sentences(flat, measure, 0.05)[0]
    assert ", 0.00 by chance" in said
