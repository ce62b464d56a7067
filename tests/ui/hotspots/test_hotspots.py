"""Hot spots by every method: numbers that add up, and nothing told of tracts that are not shown."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components

from analytics.hotspots.consensus.groups import contiguous_groups
from data.views.groups import grouped
from data.views.hot_spots import (
    NEAREST,
    find_by_test,
    find_consensus,
    neighbours,
)
from data.views.scan_and_model import find_by_membership, find_by_scan
from ui import queries
from ui.hotspots import words as hotspot_words
from ui.hotspots.cards import (
    agreement_text,
    cluster_card,
    excess_text,
    group_sentence,
    others_text,
    shrunken_text,
    years_text,
)
from ui.maps.decks import HOT_SPOT_SCALES, hot_spot_classes
from ui.maps.scales import NOT_SHOWN
from ui.queries import hotspots as queries_hotspots
from ui.queries import methods as queries_methods
from ui.selection import METHODS, NEIGHBOURS, Selection
from ui.tables.display import dictionary, display_frame
from ui.tables.exports import About, to_csv
from ui.words import answers
from ui.words.numbers import plural

ANY = Selection("demo", "2021-22")
OFFERED = [
    (method, null)
    for method in METHODS
    for null in replace(ANY, method=method).nulls() or {"schools": ""}
]
RESULTS = ("q", "p", "flagged", "of", "probability", "rate_mean", "rate_low", "rate_high")
SUMMED = ("enrolled", "chronic_absent")


@pytest.fixture(scope="module", params=OFFERED, ids="-".join)
def view(request, default):
    method, null = request.param
    return replace(default, method=method, null=null)


@pytest.fixture(scope="module")
def found(view):
    return queries_hotspots.found(view)


@pytest.fixture(scope="module")
def start(default):
    return queries_hotspots.view_of(default)


def members(found, cluster):
    return found.tracts[found.tracts["cluster"].eq(cluster).fillna(value=False)]


def test_the_default_is_the_consensus_under_the_school_level_null(default):
    assert (default.method, default.null) == ("consensus", "schools")
    found = queries_hotspots.found(default)
    assert found.kind == "consensus"
    joins = queries_hotspots.joins_used(default)
    assert found.ways == 2 * len(NEIGHBOURS) * len(joins)
    assert "building" not in joins


def test_the_students_of_a_group_are_the_students_of_its_tracts(found):
    for _, row in found.groups.iterrows():
        rows = members(found, row["cluster"])
        assert row["tracts"] == len(rows)
        for name in SUMMED:
            assert row[name] == pytest.approx(rows[name].sum(), rel=1e-12)
        assert row["excess"] == pytest.approx(row["chronic_absent"] - row["expected"], abs=1e-9)
        assert row["rate"] == pytest.approx(row["chronic_absent"] / row["enrolled"])
        assert row["ratio"] == pytest.approx(row["chronic_absent"] / row["expected"])
        assert row["coverage"] == pytest.approx(row["enrolled"] / rows["children"].sum())
        assert row["low"] < row["rate"] < row["high"]
        assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
        assert row["excess_low"] < row["excess"] < row["excess_high"]


def test_no_tract_is_in_two_groups_and_the_totals_on_top_are_those_of_the_groups(found, view):
    inside = found.tracts["group"].notna()
    assert inside.tolist() == found.tracts["cluster"].notna().tolist()
    assert inside.sum() == found.groups["tracts"].sum()
    figures = answers.hot_spot_figures(found)
    assert figures[0][0] == plural(inside.sum(), "tract")
    answer = answers.hot_spot_answer(found, view)
    if not inside.any():
        assert answer.startswith("No ")
        assert "no all-clear" in answer
        return
    assert figures[1][0] == f"{found.tracts.loc[inside, 'chronic_absent'].sum():,.0f}"
    for name in found.groups["name"].head(4):
        assert name in answer
    assert f"{found.tracts.loc[inside, 'enrolled'].sum():,.0f} students" in figures[1][1]


def test_groups_stand_in_order_of_students_beyond_expected(found):
    assert found.groups.index.tolist() == list(range(1, len(found.groups) + 1))
    assert found.groups["excess"].abs().is_monotonic_decreasing
    for rank, row in found.groups.iterrows():
        assert members(found, row["cluster"])["group"].eq(rank).all()


def test_a_group_is_named_by_its_smallest_tract_and_hangs_together(found, start):
    for cluster in found.groups["cluster"]:
        ids = members(found, cluster).index
        assert cluster == min(ids)
        if found.kind == "scan":  # a circle passes as a whole, even over water
            continue
        links = start.touching.subset(ids).sparse
        assert connected_components(links, directed=False)[0] == 1


def test_group_ids_depend_on_neither_order_nor_other_groups(found, start, default):
    if found.kind == "scan":
        pytest.skip("a circle's id is its smallest tract: nothing is gathered")
    hot = found.tracts["group"].notna()
    order = np.random.default_rng(1).permutation(hot.index.to_numpy())
    ids = contiguous_groups(hot.loc[order], start.touching.subset(order))
    again, _ = grouped(
        found.tracts.loc[order], ids, start.schools, queries.shares(default), start.touching
    )
    same = again["cluster"].reindex(hot.index)
    assert same.fillna("").tolist() == found.tracts["cluster"].fillna("").tolist()
    if found.groups.empty:
        return
    first = found.tracts["group"].eq(1).fillna(value=False)
    alone, groups = grouped(
        found.tracts,
        contiguous_groups(first, start.touching),
        start.schools,
        queries.shares(default),
        start.touching,
    )
    assert groups["cluster"].tolist() == [found.groups.loc[1, "cluster"]]
    assert alone.loc[first, "cluster"].eq(found.groups.loc[1, "cluster"]).all()


def test_no_more_analyses_flag_a_tract_than_tested_it(found):
    known = found.tracts.dropna(subset=["flagged", "of"])
    assert (known["flagged"] <= known["of"]).all()
    assert known["of"].max() == found.ways
    assert (known.loc[known["group"].notna(), "flagged"] >= 1).all()


def test_the_agreement_of_a_group_is_that_of_its_tracts(found):
    for _, row in found.groups.iterrows():
        flagged = members(found, row["cluster"])["flagged"]
        assert row["k_min"] == flagged.min()
        assert row["k_median"] == flagged.median()
        assert row["k_max"] == flagged.max()
        assert row["of_max"] == found.ways
        least, most = row["k_min"], row["k_max"]
        span = f"{least}" if least == most else f"{least}–{most}"
        assert row["agree"] == f"{span} of {found.ways}"
        if found.kind == "consensus":
            assert f"of {found.ways}. At least half" in agreement_text(row)
        else:
            assert agreement_text(row).startswith("one analysis;")


def told_of_hidden(tracts, hidden):
    """What a table tells of hidden tracts, beyond that they are not shown."""
    rows = tracts.loc[hidden]
    told = [name for name in RESULTS if name in rows and rows[name].notna().any()]
    told += [name for name in ("cluster", "group", "draws") if name in rows and rows[name].any()]
    told += ["analyses"] * bool(rows["analyses"].fillna("").ne("").any())
    told += ["hatched"] * bool(rows["hatched"].any())
    return told + ["map_class"] * bool(rows["map_class"].ne(NOT_SHOWN).any())


def test_tracts_not_shown_tell_nothing(found):
    hidden = found.tracts.index[~found.tracts["shown"]]
    assert len(hidden)
    assert told_of_hidden(found.tracts, hidden) == []


@pytest.fixture(scope="module")
def hidden_view(start, default):
    """The view with its hottest tracts withheld."""
    hottest = queries_hotspots.found(default).tracts.nlargest(6, "flagged").index
    shown = start.tracts["shown"] & ~start.tracts.index.isin(hottest)
    return hottest, replace(start, tracts=start.tracts.assign(shown=shown))


def finders(view, default):
    shares = queries.shares(default)
    shares = shares[shares["school_id"].isin(view.schools.index)]
    place = queries.place("demo")
    weights = {name: queries_hotspots.weights_of(place, name) for name in NEIGHBOURS}
    centres = queries_hotspots.centres(default)
    return {
        "consensus": lambda: find_consensus(
            view, {"gravity": shares}, weights, chosen="gravity", null="schools"
        ),
        **{
            name: lambda name=name: find_by_test(
                view, shares, weights["queen"], statistic=name, null="schools"
            )
            for name in ("gi_star", "local_moran")
        },
        "scan": lambda: find_by_scan(view, shares, centres, null="schools"),
        "membership": lambda: find_by_membership(view, shares, centres),
    }


@pytest.mark.parametrize("method", METHODS)
def test_the_hottest_tracts_tell_nothing_once_they_are_withheld(hidden_view, default, method):
    hottest, view = hidden_view
    found = finders(view, default)[method]()
    assert told_of_hidden(found.tracts, hottest) == []
    flagged, _, _ = hotspot_words.flagged_table(found, replace(default, method=method))
    assert not flagged.index.intersection(hottest).size
    codes = hot_spot_classes(found)
    spots = found.tracts.index.get_indexer(hottest)
    assert all(codes.marked[i] == "1" and codes.hatched[i] == "0" for i in spots)
    for geoid in hottest:
        assert hotspot_words.tract_text(found, found.tracts.loc[geoid]) == NOT_SHOWN


def test_a_download_leaves_the_rows_of_hidden_tracts_empty(found):
    table = found.tracts
    columns = dictionary([table.index.name, *table.columns])
    content = to_csv(table, About(columns, "c", (), fictional=True))
    rows = pd.read_csv(io.BytesIO(content), dtype={"geoid": str}).set_index("geoid")
    hidden = rows.loc[table.index[~table["shown"]]]
    assert rows.index.tolist() == table.index.tolist()
    assert (hidden["map_class"] == NOT_SHOWN).all()
    empty = [name for name in ("rate", "ratio", "eb_rate", *RESULTS) if name in hidden]
    assert hidden[empty].isna().all(axis=None)


def test_every_class_of_the_map_has_a_colour_and_words(found):
    scale = HOT_SPOT_SCALES[found.kind]()
    assert set(found.tracts["map_class"]) <= set(scale.labels)
    assert len(hot_spot_classes(found).codes) == len(found.tracts)


def test_lines_cross_what_one_analysis_alone_flags(default):
    tracts = queries_hotspots.found(default).tracts
    alone = tracts["map_class"].isin(["hot in one only", "cold in one only"])
    assert tracts["hatched"].tolist() == alone.tolist()
    assert tracts.loc[alone, "flagged"].eq(1).all()
    assert tracts.loc[alone, "analyses"].str.count(";").eq(0).all()
    assert hot_spot_classes(queries_hotspots.found(default)).hatched.count("1") == alone.sum()


def test_the_table_of_flagged_tracts_holds_each_of_them_once(found, view):
    table, columns, title = hotspot_words.flagged_table(found, view)
    flagged = found.tracts["flagged"].fillna(0) > 0
    assert sorted(table.index) == sorted(found.tracts.index[flagged])
    assert title.startswith(f"{flagged.sum()} tract")
    read = display_frame(table, columns)
    assert not read.isin(["nan", "<NA>", "None"]).any(axis=None)


def test_the_right_null_alone_claims_to_stand_out_beyond_chance(found, view):
    answer = answers.hot_spot_answer(found, view)
    believed = view.null in ("schools", "schools_within")
    assert ("Do not act on this map" in answer) != believed
    assert ("By a model" in answer) == (view.method == "membership")
    claims = believed and view.method != "membership" and not found.groups.empty
    assert ("than chance" in hotspot_words.meaning(found, view)) == claims


def test_groups_of_the_right_null_hold_more_absence_than_expected(default):
    assert len(queries_hotspots.found(default).groups)
    for method in METHODS:
        groups = queries_hotspots.found(replace(default, method=method)).groups
        assert (groups["ratio_low"] > 1).all()


def test_the_naive_null_flags_more_than_the_right_one(default):
    compared = queries_methods.null_comparison(default)
    assert compared.areas_null > compared.schools_null > 0
    assert compared.tested >= compared.areas_null


def test_a_strict_level_never_flags_more(default):
    levels = [replace(default, method="scan", alpha=alpha) for alpha in (0.01, 0.05, 0.1)]
    flagged = [queries_hotspots.found(view).tracts["flagged"] for view in levels]
    counts = [int((tracts > 0).sum()) for tracts in flagged]
    assert counts == sorted(counts)


def test_the_same_choice_gives_the_same_map(start, default):
    first, second = (finders(start, default)["scan"]() for _ in range(2))
    pd.testing.assert_frame_equal(first.tracts, second.tracts)
    pd.testing.assert_frame_equal(first.groups, second.groups)


def test_the_key_names_all_that_changes_a_result_and_no_more(default):
    key = queries_hotspots.key_of
    for name, value in {
        "year": "2018-19", "level": "high", "measure": "eb", "catchment": "zones",
        "alpha": 0.1, "method": "gi_star", "null": "constant_risk",
    }.items():  # fmt: skip
        assert key(replace(default, **{name: value})) != key(default)
    for name in ("focus", "driver", "beside", "cluster", "versus"):
        assert key(replace(default, **{name: "99001010100"})) == key(default)
    assert key(replace(default, neighbours="knn6")) == key(default)
    one = replace(default, method="local_moran")
    assert key(replace(one, neighbours="knn6")) != key(one)
    model = replace(default, method="membership")
    assert key(replace(model, null="constant_risk")) == key(model)


def test_every_null_and_neighbour_is_told_in_the_title(default):
    titles = [
        hotspot_words.map_title(replace(default, method=method, null=null, neighbours=near))
        for method, null in OFFERED
        for near in NEIGHBOURS
        if method in ("gi_star", "local_moran") or near == "queen"
    ]
    assert len(set(titles)) == len(titles)


def test_a_card_says_the_figures_of_its_group_and_what_is_not_known(found, view):
    for _, row in found.groups.iterrows():
        others = queries_hotspots.other_years(found, replace(view, cluster=row["cluster"]))
        text = cluster_card(row, view.year, others)
        assert f"{row['enrolled']:,.0f} students" in text
        if row["excess"] > 0:
            assert f"{row['excess']:,.0f} more students than the same schools" in text
            ends = f"from {row['excess_low']:,.0f} to {row['excess_high']:,.0f}"
            assert f"{ends}, counting how schools differ" in text
        assert f"about {row['shrunken']:,.0f} students" in text
        assert "Not known" in text
        assert "nan" not in text
        assert row["name"].split(",")[0] in group_sentence(row)


def test_the_excess_of_a_group_is_that_of_its_schools_with_itself_left_out(found, start, default):
    shares = queries.shares(default)
    for _, row in found.groups.iterrows():
        inside = shares[shares["geoid"].isin(members(found, row["cluster"]).index)]
        part = inside.groupby("school_id")["share"].sum().reindex(start.schools.index).fillna(0)
        schools = start.schools.dropna(subset=["chronic_absent", "enrolled"])
        part, level = part[schools.index], schools["level"]
        outside = schools[["chronic_absent", "enrolled"]].mul(1 - part, axis=0).groupby(level).sum()
        rate = level.map(outside["chronic_absent"] / outside["enrolled"])
        assert row["expected"] == pytest.approx((part * schools["enrolled"] * rate).sum())
        assert row["excess"] == pytest.approx(row["chronic_absent"] - row["expected"])
        assert row["ratio"] == pytest.approx(row["chronic_absent"] / row["expected"])
        assert row["excess_low"] < row["excess"] < row["excess_high"]
        assert abs(row["shrunken"]) < abs(row["excess"])


def test_other_years_are_usual_ones_of_the_same_tracts(found, view, default):
    if found.groups.empty:
        return
    chosen = replace(view, cluster=found.groups.loc[1, "cluster"])
    others = queries_hotspots.other_years(found, chosen)
    unusual = queries.panel(default).area.unusual_years
    assert set(others.index) == set(queries.choices("demo").years) - {*unusual, view.year}
    year = others.index[0]
    schools = queries.schools(replace(default, year=year))
    shares = queries.shares(replace(default, year=year))
    tracts = queries.tracts(replace(default, year=year))
    inside = members(found, chosen.cluster).index
    allocated = tracts.loc[inside, "chronic_absent"].sum()
    row = others.loc[year]
    assert row["expected"] + row["excess"] == pytest.approx(allocated)
    assert set(shares["school_id"]) & set(schools.index)


@pytest.mark.parametrize(
    ("excess", "words"), [(-20.0, "20 fewer students"), (np.nan, "not known"), (20.0, "20 more")]
)
def test_an_excess_reads_as_more_or_fewer(excess, words):
    row = pd.Series({"excess": excess, "excess_low": excess - 9, "excess_high": excess + 9})
    assert words in excess_text(row)
    if excess < 0:
        assert "from 11 to 29" in excess_text(row)
    nothing = pd.DataFrame({"excess": [np.nan]}, index=["2018-19"])
    assert others_text(nothing) == "no other usual year is known"
    assert shrunken_text(pd.Series({"shrunken": np.nan})) == "not known"


def test_years_add_up_to_the_tracts_of_the_group(default):
    found, past = queries_hotspots.found(default), queries_hotspots.years(default)
    hidden = found.tracts.index[~found.tracts["shown"]]
    assert past.hot.loc[hidden, default.year].isna().all()
    assert set(past.left_out) <= set(past.hot.columns)
    for _, row in found.groups.iterrows():
        facts = dict(years_text(found, past, row["cluster"]))
        told = facts["Tracts of the group that were hot, by school year"]
        counts = past.hot.loc[members(found, row["cluster"]).index, default.year]
        assert f"{default.year}: {int(counts.sum())} of {row['tracts']}" in told
        assert all(year in told for year in past.hot.columns)


def test_history_tests_every_year_as_the_page_tests_one(default):
    past = queries_hotspots.years(default)
    one = queries_hotspots.found(replace(default, method="gi_star")).tracts
    hot = one["map_class"].str.startswith("hot") & (one["q"] <= default.alpha)
    agree = past.hot[default.year].fillna(value=False).eq(hot)
    # The two stop drawing at different numbers of rearrangements.
    assert agree.mean() > 0.98


def test_analyses_are_told_in_words():
    told = hotspot_words.analysis_words
    assert told("gi_star, queen, zones") == "Gi*, Tracts that touch, Attendance zones"
    assert told("") == ""
    assert told("gi_star, knn6, gravity; local_moran, queen, mine").count(";") == 1


def test_neighbours_of_a_tiny_place_are_fewer(demo_protected):
    near = demo_protected.tracts.to_crs(demo_protected.area.crs)
    for count in (2, 4):
        few = neighbours(near.iloc[:count], "knn6")
        assert set(few.cardinalities.to_numpy()) == {count - 1}


def test_the_distance_adapts_to_density(demo_protected):
    """A city and the country: as many neighbours in each, and never none."""
    tracts = demo_protected.tracts.to_crs(demo_protected.area.crs)
    country = tracts.assign(geometry=tracts.scale(20, 20, origin=(0, 0)).translate(4e6, 4e6))
    country.index = "c" + country.index
    both = pd.concat([tracts, country])
    counts = neighbours(both, "distance").cardinalities
    assert counts.min() >= 1
    assert counts.max() <= 3 * NEAREST
    assert counts.iloc[: len(tracts)].mean() == pytest.approx(counts.iloc[len(tracts) :].mean())


def test_unknown_neighbours_are_refused(demo_protected):
    with pytest.raises(KeyError):
        neighbours(demo_protected.tracts, "rook")


def test_no_hot_tract_makes_no_group(start, default):
    none = pd.Series(data=False, index=start.tracts.index)
    table, ids = start.tracts.assign(flagged=0, of=1), contiguous_groups(none, start.touching)
    tracts, groups = grouped(table, ids, start.schools, queries.shares(default), start.touching)
    assert groups.empty
    assert tracts["group"].isna().all()
    assert {"cluster", "name", "excess", "agree", "coverage"} <= set(groups.columns)


DEGENERATE = {
    "no one absent": lambda schools: schools.assign(chronic_absent=0.0),
    "one rate everywhere": lambda schools: schools.assign(chronic_absent=schools["enrolled"] / 4),
    "no count known": lambda schools: schools.assign(chronic_absent=np.nan, enrolled=np.nan),
    "one school": lambda schools: schools.iloc[:1],
}


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("method", METHODS)
def test_a_place_with_nothing_to_find_has_no_group_and_no_crash(start, default, method, case):
    view = replace(start, schools=DEGENERATE[case](start.schools))
    found = finders(view, default)[method]()
    assert found.groups.empty
    assert not found.tracts["map_class"].str.startswith(("hot", "above")).any()
    answer = answers.hot_spot_answer(found, replace(default, method=method))
    assert answer.startswith(("No area stands out", "No tract can be tested"))


@pytest.mark.parametrize("method", ["scan", "membership"])
def test_a_method_without_q_never_speaks_of_too_few_rearrangements(start, default, method):
    view = replace(start, schools=DEGENERATE["one rate everywhere"](start.schools))
    selection = replace(default, method=method)
    answer = answers.hot_spot_answer(finders(view, default)[method](), selection)
    assert answer.startswith("No area stands out")
    assert "alone among" not in answers.draws_note(finders(view, default)[method](), 0.05)
    assert "q ." not in answer


def test_what_is_left_within_counties_stands_beside_the_default(default):
    assert queries_hotspots.within_counties(default) is None  # the demo place is one county
    found = queries_hotspots.found(default)
    within = queries_hotspots.found(replace(default, null="schools_within"))
    told = hotspot_words.within_text(found, within)
    for spots in (found, within):
        assert str(spots.groups["tracts"].sum()) in told
    empty = replace(found, groups=found.groups.iloc[:0], broad=found.broad.iloc[:0])
    assert "no tract would stand out." in hotspot_words.within_text(empty, empty)
    assert hotspot_words.within_text(empty, empty).count(".") == 1
    whole = replace(empty, broad=found.broad)
    tracts = int(found.broad["tracts"].sum())
    assert (
        f"as whole groups of touching tracts, {tracts} tracts would"
        in hotspot_words.within_text(empty, whole)
    )


def test_what_counties_explain_is_called_much_or_little_by_what_is_left(default):
    found = queries_hotspots.found(default)
    assert len(found.groups) > 1
    assert hotspot_words.within_text(found, found).startswith("Little of it is a difference")
    fewer = replace(found, groups=found.groups.iloc[:0])
    assert hotspot_words.within_text(found, fewer).startswith("Much of it is a difference")
