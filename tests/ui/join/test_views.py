"""The Join quality page's views: totals kept, nothing withheld told, words for every state."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from data.assemble.alternative_joins import with_joins
from data.views import join_quality, joins, schools_and_tracts
from data.views.hot_spots import MapView, find_by_test
from ui.join import tables as join_tables
from ui.join import words as join_words
from ui.join.maps import change_scale, coverage_scale, share_scale
from ui.join.words import focus_card
from ui.queries import joins as queries_join
from ui.selection import CATCHMENTS, Choices
from ui.tables.display import dictionary, display_frame
from ui.tables.exports import About, about_csv, to_csv
from ui.words import standing


@pytest.fixture(scope="module")
def panel(demo_protected):
    return demo_protected


@pytest.fixture(scope="module")
def year(panel):
    return panel.area.default_year


@pytest.fixture(scope="module")
def schools(panel, year):
    return schools_and_tracts.school_view(panel, year, "all")


def judged(panel, schools, method, draws=2):
    join = joins.joined(panel, method)
    tracts = schools_and_tracts.tract_view(panel, schools, join.shares(schools.index))
    return join_quality.join_quality(
        panel, schools, tracts, join, join_quality.redraws(panel, join, [], draws)
    )


@pytest.fixture(scope="module")
def found(panel, schools):
    return judged(panel, schools, "gravity")


def test_joins_offered_are_those_the_files_allow_best_first(panel):
    offered = joins.offered(panel)
    assert offered[0] == "zones"
    without = joins.offered(with_joins(replace(panel, zones=panel.zones.iloc[:0])))
    assert without[0] == "gravity"
    assert "zones" not in without
    assert offered[-1] == "building"
    assert "supplied" not in offered


@pytest.mark.parametrize("method", [name for name in CATCHMENTS if name != "supplied"])
def test_every_join_keeps_each_school_whole(panel, schools, method):
    join = joins.joined(panel, method)
    sums = join.table.groupby("school_id")["share"].sum()
    assert np.allclose(sums, 1, atol=1e-9)
    assert set(join.table["geoid"]) <= set(panel.tracts.index)
    assert (join.method.reindex(sums.index) != "").all()
    assert (join.why.reindex(sums.index) != "").all()
    shares = joins.joined(panel, method).shares(schools.index)
    assert set(shares["school_id"]) <= set(schools.index)


def test_the_stored_join_is_taken_as_it_is(panel, schools):
    stored = panel.catchment[panel.catchment["school_id"].isin(schools.index)]
    stored = stored[["school_id", "geoid", "share"]]
    pd.testing.assert_frame_equal(joins.joined(panel, "gravity").shares(schools.index), stored)


def test_a_redraw_at_the_place_own_scale_is_the_stored_join(panel):
    join = joins.joined(panel, "gravity")
    (again,) = join_quality.redraws(panel, join, [], 1)
    both = join.table.merge(again, on=["school_id", "geoid"], validate="1:1")
    assert len(both) == len(join.table) == len(again)
    assert np.allclose(both["share_x"], both["share_y"], atol=1e-9)


def test_redraws_keep_zones_of_zoned_schools_and_leave_the_building_out(panel):
    zoned, near, building = (joins.joined(panel, name) for name in ("zones", "nearest", "building"))
    drawn = join_quality.redraws(panel, zoned, [near, building], 2)
    assert len(drawn) == 3
    ids = zoned.method.index[zoned.method == "zones"]
    assert len(ids) > 10
    pd.testing.assert_frame_equal(
        drawn[0][drawn[0]["school_id"].isin(ids)].reset_index(drop=True),
        zoned.shares(ids).reset_index(drop=True),
    )
    assert not drawn[0]["school_id"].isin(ids).all()


def test_flows_add_up_to_the_enrolment_shown(found):
    placed = found.flows.groupby("school_id")["students"].sum(min_count=1)
    enrolled = found.schools["enrolled"].reindex(placed.index)
    known = enrolled.notna()
    assert np.allclose(placed[known], enrolled[known])
    assert (found.flows["km"] >= 0).all()
    assert found.schools.loc[found.schools["tracts"].isna(), "why"].str.contains("not joined").all()


def test_a_withheld_enrolment_leaves_shares_only(panel, year):
    joined = panel.catchment["school_id"].unique()
    hidden = joined[0]
    absence = panel.absence.copy()
    rows = absence["school_id"].eq(hidden)
    absence.loc[rows, ["enrolled", "chronic_absent", "lower", "upper"]] = pd.NA
    absence.loc[rows, ["status", "reason"]] = ["suppressed", "P1"]
    closed = replace(panel, absence=absence)
    flows = join_quality.flow_table(
        closed, schools_and_tracts.school_view(closed, year, "all"), joins.joined(closed, "gravity")
    )
    mine = flows["school_id"].eq(hidden)
    assert mine.any()
    assert flows.loc[mine, "students"].isna().all()
    assert flows.loc[mine, "share"].sum() == pytest.approx(1)
    assert flows.loc[~mine, "students"].notna().any()


def test_intervals_hold_the_rate_and_redraws_widen_them(found, panel, schools):
    shown = found.tracts[found.tracts["shown"]]
    assert (shown["join_low"] <= shown["rate"]).all()
    assert (shown["join_high"] >= shown["rate"]).all()
    join = joins.joined(panel, "gravity")
    tracts = schools_and_tracts.tract_view(panel, schools, join.shares(schools.index))
    alone = join_quality.join_quality(panel, schools, tracts, join, []).tracts.loc[shown.index]
    width, without = ((each["join_high"] - each["join_low"]) for each in (shown, alone))
    assert width.median() > without.median()
    assert shown["between"].between(0, 1).all()


def test_a_tract_and_a_school_tell_the_same_flow(found, panel):
    school = found.flows["school_id"].iloc[0]
    of_school = join_quality.school_flows(found, panel, school)
    geoid = of_school.index[0]
    of_tract = join_quality.tract_flows(found, geoid)
    assert of_tract.loc[school, "students"] == pytest.approx(of_school.loc[geoid, "students"])
    assert of_tract["tract_share"].sum() == pytest.approx(1)
    assert of_school["share"].is_monotonic_decreasing
    assert len(join_quality.surroundings(found, panel, geoid)) == len(of_tract) + 1
    assert len(join_quality.surroundings(found, panel, "")) == 0


@pytest.mark.parametrize("method", ["gravity", "zones", "building"])
def test_every_state_has_words_and_no_figure_is_nan(panel, schools, method):
    found = judged(panel, schools, method)
    for focus in ("", *found.schools.index, *found.tracts.index):
        text = join_words.answer(found, focus, method) + focus_card(found, focus)
        assert "nan" not in text.lower().replace("nance", "")
        assert text.strip()
    texts = [*sum(join_words.figures(found), ()), join_words.sureness(found)]
    assert not any("nan" in text for text in texts)


def test_a_view_without_schools_says_what_to_do(found):
    empty = replace(
        found,
        schools=found.schools.iloc[:0],
        flows=found.flows.iloc[:0],
        tracts=found.tracts.assign(enrolled=0.0, shown=False, effective_schools=np.nan),
    )
    assert "Choose another" in join_words.answer(empty, "", "gravity")
    assert join_words.sureness(empty) == ""
    assert "not known" in str(join_words.figures(empty))


def test_change_against_itself_is_none_and_between_joins_is_counted(panel, schools):
    from geo.weights.weights import Weights

    weights = Weights.queen(panel.tracts)

    def spots(method):
        shares = joins.joined(panel, method).shares(schools.index)
        tracts = schools_and_tracts.tract_view(panel, schools, shares)
        view = MapView(schools, tracts, weights, "ratio", 0.05)
        return find_by_test(view, shares, weights, statistic="gi_star", null="schools")

    gravity, building = spots("gravity"), spots("building")
    same = join_quality.join_change(schools, gravity, gravity, "gravity")
    assert same.comparison.changed_side == 0
    assert (same.tracts["change"].dropna() == 0).all()
    other = join_quality.join_change(schools, gravity, building, "building")
    assert other.comparison.only_first > 100
    sides = other.tracts["sides"].value_counts()
    assert sides.get("hot in the first only", 0) == other.comparison.hot_first
    assert sides.get("hot in both", 0) == other.comparison.hot_both
    assert "building" in join_words.change_sentence(other, "gravity")
    assert len(join_words.change_figures(other, "gravity")) == 4


def test_the_flow_table_leaves_with_its_dictionary(found, panel):
    known = dictionary(found.flows.columns)
    told = About(known, standing.FLOW_MEANING, panel.sources, panel.area.fictional)
    assert "FICTIONAL" in to_csv(found.flows.head(20), told).decode("utf-8-sig")
    notes = about_csv(told).decode("utf-8-sig")
    assert all(f'"column {name}","[' in notes for name in join_quality.FLOWS)
    assert "Nobody publishes" in notes


def test_tables_read_well(found, panel):
    school = found.flows["school_id"].iloc[0]
    rows = join_quality.school_flows(found, panel, school)
    table = display_frame(rows, ("name", "share", "students", "km"))
    assert table["Of the school"].str.endswith("%").all()
    assert table["Distance"].str.endswith("km").all()
    tracts = display_frame(found.tracts, ("rate", "interval", "join_interval"))
    hidden = ~found.tracts["shown"].to_numpy()
    assert tracts.loc[hidden, "95\xa0% with join in doubt"].str.startswith("not shown").all()


@pytest.mark.parametrize("scale", [share_scale("students"), coverage_scale(), change_scale()])
def test_scales_have_words_for_every_class(scale):
    assert len(set(scale.words)) == len(scale.labels) == len(scale.breaks) + 2
    assert len(set(scale.colours)) == len(scale.colours)


def test_choices_mark_the_best_and_leave_the_chosen_out_of_the_comparison():
    choices = Choices("demo", ("2018-19",), (), (), frozenset(), "2018-19", ("gravity", "building"))
    assert choices.joins()["gravity"].endswith("(best here)")
    assert "best" not in choices.joins()["building"]
    assert list(choices.others(SimpleNamespace(catchment="gravity"))) == ["building"]
    assert "zones" not in choices.allowed()["catchment"]
    assert choices.default().catchment == "gravity"


def supplied(panel, by_gravity=()):
    """Say of the stored join that the district counted it, except some schools."""
    stored = {**panel.parameters["catchment"], "method": "supplied", "by_gravity": [*by_gravity]}
    return with_joins(replace(panel, parameters={**panel.parameters, "catchment": stored}))


def test_a_districts_own_counts_are_the_best_join_where_there_are_any(panel):
    assert "supplied" not in joins.offered(panel)
    assert joins.offered(supplied(panel))[0] == "supplied"
    assert joins.offered(supplied(panel))[1] == "zones"


def test_a_counted_join_says_which_schools_were_counted(panel):
    first, second = panel.catchment["school_id"].unique()[:2]
    join = joins.joined(supplied(panel, [first]), "supplied")
    assert join.method[[first, second]].tolist() == ["gravity", "supplied"]
    assert "counted" in join.why[second]
    redrawn = join_quality.redraws(supplied(panel, [first]), join, [], 1)[0]
    kept = redrawn["school_id"].eq(second)
    pd.testing.assert_frame_equal(
        redrawn[kept].reset_index(drop=True),
        join.shares(pd.Index([second])).reset_index(drop=True),
    )


def test_gravity_beside_a_counted_join_uses_the_places_own_settings(panel):
    again = joins.joined(supplied(panel), "gravity").table
    both = panel.catchment.merge(again, on=["school_id", "geoid"], validate="1:1")
    assert len(both) == len(panel.catchment)
    assert np.allclose(both["share_x"], both["share_y"], atol=1e-9)


def test_counts_of_a_session_replace_the_join_of_their_schools_only(panel):
    stored = joins.joined(panel, "gravity")
    first = stored.table["school_id"].iloc[0]
    tracts = panel.tracts.index[:2]
    flows = pd.DataFrame({"school_id": first, "geoid": tracts, "students": [30, 10]})
    own, told = join_quality.with_own_counts(panel, stored, flows)
    share = own.shares(pd.Index([first])).set_index("geoid")["share"]
    assert share.to_dict() == pytest.approx({tracts[0]: 0.75, tracts[1]: 0.25})
    assert len(own.method) == len(stored.method)
    assert own.method.eq("supplied").sum() == 1
    assert not any("takes no part" in reason for _, reason, _ in told)
    with pytest.raises(ValueError, match="unknown school ids"):
        join_quality.with_own_counts(panel, stored, flows.assign(school_id="elsewhere"))


def test_packed_redraws_tell_the_same_as_their_tables(panel, schools):
    join = joins.joined(panel, "gravity")
    tracts = schools_and_tracts.tract_view(panel, schools, join.shares(schools.index))
    tables = join_quality.redraws(panel, join, [], 2)
    packed = queries_join.packed(panel, tables)
    with_matrices = join_quality.join_quality(
        panel, schools, tracts, join, packed.of(schools.index)
    )
    with_tables = join_quality.join_quality(panel, schools, tracts, join, tables)
    pd.testing.assert_frame_equal(with_matrices.tracts, with_tables.tracts)


def test_redraws_report_their_progress(panel):
    steps = []
    join = joins.joined(panel, "gravity")
    join_quality.redraws(panel, join, [], 3, lambda done, wanted: steps.append((done, wanted)))
    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_long_reasons_leave_the_narrow_columns(found):
    table = join_tables.reasons_apart(display_frame(found.tracts, join_tables.TRACTS))
    hidden = ~found.tracts["shown"].to_numpy()
    assert hidden.any()
    assert set(table.loc[hidden, "Rate"]) == {"not shown"}
    assert (table.loc[hidden, join_tables.REASON] != "").all()
    assert set(table.loc[~hidden, join_tables.REASON]) == {""}
    plain = display_frame(found.tracts[~hidden], join_tables.TRACTS)
    pd.testing.assert_frame_equal(join_tables.reasons_apart(plain), plain)


def test_the_scale_is_said_with_its_reason(panel):
    stored = panel.parameters["catchment"]
    one = {"scale_km": 1.0, "scale_basis": "stated in the place file", "zone_scales": []}
    assert join_words.scale_sentence(one) == "Scale of distance: 1 km (stated in the place file)."
    own = {"scale_km": {"k8": 0.5}, "scale_basis": {"k8": "estimated from the district's counts"}}
    assert "K-8 0.5 km (estimated" in join_words.scale_sentence(own)
    zones = {"level": "elementary", "scale_km": 0.19, "low": 0.18, "high": 0.21, "schools": 52}
    text = join_words.scale_sentence({**one, "zone_scales": [zones]})
    assert "0.19 km from the zones of 52 schools of the level “elementary”" in text
    assert "not used" in text
    assert join_words.scale_sentence({"scale_km": stored["scale_km"]})
