"""k of m: what several analyses say together, and the clusters made of it."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.agreement import AGREEMENT, analysis_name, consensus, run_set
from analytics.hotspots.consensus.groups import contiguous_groups, group_summary
from analytics.hotspots.test import hot_spots
from geo.weights.weights import Weights

SIDE = 12


@pytest.fixture(scope="module")
def county():
    """144 tracts, 150 schools joined in two ways, and a block of schools with much absence."""
    rng = np.random.default_rng(6)
    cells = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
    ids = pd.Index([f"{r:02d}{c:02d}" for r in range(SIDE) for c in range(SIDE)])
    cells = pd.DataFrame(cells, index=ids)
    places = rng.uniform(0, SIDE - 1, (150, 2))
    distance = np.linalg.norm(places[:, None] - cells.to_numpy(), axis=2)
    reach = np.exp(-distance / 0.8)
    n = rng.integers(50, 900, 150)
    risk = rng.beta(0.3 * 40, 0.7 * 40, 150)
    risk = np.where(np.linalg.norm(places - 3, axis=1) < 2.4, 0.65, risk)
    index = pd.Index([f"s{i}" for i in range(150)])
    building = np.zeros(reach.shape)
    building[np.arange(150), distance.argmin(axis=1)] = 1
    return {
        "x": pd.Series(rng.binomial(n, risk), index=index),
        "n": pd.Series(n, index=index),
        "catchments": {"gravity": reach / reach.sum(axis=1, keepdims=True), "building": building},
        "weights": {
            "queen": Weights.distance_band(cells, 1.5),
            "knn 6": Weights.knn(cells, 6),
            "distance": Weights.distance_band(cells, 2.1),
        },
        "strata": pd.Series(np.where(np.arange(150) < 100, "k8", "high"), index=index),
    }


@pytest.fixture(scope="module")
def found(county):
    return run_set(**county, seed=1, draws=499, max_draws=2_999)


class CancelledError(Exception):
    """Stops the work from within a progress callback."""


def said(about=None, **columns):
    """Count flags in letters: h hot, c cold, . neither, ? not tested."""
    flags = pd.DataFrame({name: list(word) for name, word in columns.items()})
    flags.index = [f"a{i}" for i in flags.index]
    about = pd.DataFrame(index=flags.columns) if about is None else about
    return consensus(flags.eq("h"), flags.eq("c"), flags.ne("?"), about)


def test_every_method_weights_and_catchment_is_run(county, found):
    assert found.hot.shape == (SIDE**2, 12)
    names = [
        analysis_name(m, w, c)
        for c in county["catchments"]
        for w in county["weights"]
        for m in ("gi_star", "local_moran")
    ]
    assert sorted(found.analyses.index) == sorted(names)
    assert found.hot.columns.equals(found.analyses.index)
    assert (found.areas["hot"] == found.hot.sum(axis=1)).all()


def test_one_analysis_of_the_set_is_the_test_done_alone(county):
    alone = dict(county)
    alone["catchments"] = {"gravity": county["catchments"]["gravity"]}
    together = run_set(**alone, seed=3, draws=999, max_draws=2_999)
    del alone["catchments"]
    alone["weights"] = county["weights"]["knn 6"]
    options = {"seed": 3, "draws": 999, "max_draws": 2_999}
    for method in ("gi_star", "local_moran"):
        share = county["catchments"]["gravity"]
        one = hot_spots(share=share, statistic=method, **alone, **options)
        flags = together.hot[analysis_name(method, "knn 6", "gravity")]
        # An analysis that is settled stops sooner alone; the draws it used are the same.
        assert (flags == one["hot"]).all()
        assert (one["hot"] == one["hot_class"].isin(["hot 95", "hot 99"])).all()


def test_the_planted_block_is_hot_in_most_and_the_rest_is_not(found):
    areas = found.areas.copy()
    row = areas.index.str[:2].astype(int)
    column = areas.index.str[2:].astype(int)
    core = (np.abs(row - 3) <= 1) & (np.abs(column - 3) <= 1)
    far = (row > 8) | (column > 8)
    assert areas.loc[core, "agreement"].eq("hot in most").mean() > 0.7
    assert not areas.loc[far, "agreement"].str.startswith("hot").any()


def test_counts_obey_their_bounds(found):
    areas = found.areas
    assert (areas["flagged"] <= areas["of"]).all()
    assert (areas["hot"] + areas["cold"] <= areas["of"]).all()
    assert areas["of"].max() == 12
    assert areas["share"].between(0, 1).all()
    assert set(areas["agreement"]) <= set(AGREEMENT)
    listed = areas["analyses"].map(lambda names: len(names.split("; ")) if names else 0)
    assert (listed == areas["flagged"]).all()
    alone = areas["only"] != ""
    assert (areas.loc[alone, "flagged"] == 1).all()
    assert (areas.loc[alone, "only"] == areas.loc[alone, "analyses"]).all()


def test_tracts_without_a_school_are_not_asked_under_that_join(county, found):
    empty = county["catchments"]["building"].sum(axis=0) == 0
    assert empty.any()
    assert (found.areas.loc[empty, "of"] == 6).all()
    assert (found.areas.loc[~empty, "of"] > 6).all()


def test_order_of_rows_catchments_and_weights_does_not_matter(county, found):
    turned = dict(county)
    for name in ("catchments", "weights"):
        turned[name] = dict(reversed(county[name].items()))
    again = run_set(**turned, seed=1, draws=499, max_draws=2_999)
    pd.testing.assert_frame_equal(again.hot[found.hot.columns], found.hot)
    kept = ["hot", "cold", "of", "flagged", "share", "only", "agreement"]
    pd.testing.assert_frame_equal(again.areas[kept], found.areas[kept])


def test_a_school_without_a_tract_in_one_join_counts_in_the_other(county):
    lost = dict(county)
    building = county["catchments"]["building"].copy()
    building[:5] = 0
    lost["catchments"] = {**county["catchments"], "building": building}
    some = run_set(**lost, seed=1, draws=99, max_draws=99)
    full = run_set(**county, seed=1, draws=99, max_draws=99)
    gravity = [name for name in some.hot if "gravity" in name]
    pd.testing.assert_frame_equal(some.hot[gravity], full.hot[gravity])


def test_classes_of_agreement():
    found = said(a="hhh.ch?", b="hh..cc?", c="h....??", d="h..?.??", e="...?.??")
    assert found.areas["agreement"].tolist() == [
        "hot in most",
        "hot in some",
        "hot in one only",
        "not flagged",
        "cold in some",
        "hot and cold",
        "not shown",
    ]
    assert found.areas["analyses"].tolist()[1:3] == ["a; b", "a"]
    assert found.areas["only"].tolist() == ["", "", "a", "", "", "", ""]
    alone = said(a="h.")
    assert alone.areas["agreement"].tolist() == ["hot in one only", "not flagged"]


def test_groups_take_what_most_flag_and_the_join_on_the_map_supports():
    about = pd.DataFrame({"catchment": ["one", "one", "two", "two"]}, index=list("xyzw"))
    found = said(about, x="hhhhc", y="hh.hc", z="h..?c", w="...?c")
    assert found.robust("one").tolist() == [True, True, False, True, False]
    assert found.robust("two").tolist() == [True, False, False, False, False]
    with pytest.raises(ValueError, match="none of the 4 analyses"):
        found.robust("zones")


def test_ids_of_groups_outlive_other_groups():
    line = Weights.from_edges("abcdefgh", [*"abcdefg", *"bcdefgh"], [*"bcdefgh", *"abcdefg"])
    flagged = pd.Series(False, index=list("abcdefgh"))
    flagged[list("ef")] = True
    before = contiguous_groups(flagged, line)
    assert before.dropna().to_dict() == {"e": "e", "f": "e"}
    flagged[["a", "b", "c", "h"]] = True
    after = contiguous_groups(flagged, line)
    assert after[list("ef")].equals(before[list("ef")])
    assert after[["a", "c", "h"]].tolist() == ["a", "a", "h"]
    turned = contiguous_groups(flagged.iloc[::-1], line)
    pd.testing.assert_series_equal(turned.iloc[::-1], after)
    assert contiguous_groups(flagged & False, line).isna().all()
    unknown = pd.Series([True, None], index=list("ab"), dtype="boolean")
    assert contiguous_groups(unknown, line).tolist() == ["a", np.nan]


def test_a_summary_forms_rates_from_sums():
    areas = pd.Index(list("abcde"))
    groups = pd.Series(["a", "a", None, "d", None], index=areas)
    x, n = (
        pd.Series(v, index=areas, dtype=float)
        for v in ([60, 30, 9, 22, np.nan], [100, 100, 50, 90, np.nan])
    )
    excess = pd.DataFrame({"expected": [20.0, 60.0], "excess": [2.0, 30.0]}, index=["d", "a"])
    names = pd.Series({"a": "Docks–Hill", "d": "d"})
    agreement = pd.DataFrame({"flagged": [5, 3, 0, 2, 0], "of": [6, 6, 6, 4, 0]}, index=areas)
    table = group_summary(groups, x, n, excess, names=names, agreement=agreement)
    assert table.index.tolist() == ["a", "d"]
    first = table.loc["a"]
    assert first[["name", "areas", "enrolled"]].tolist() == ["Docks–Hill", 2, 200]
    assert (first["rate"], first["ratio"], first["excess"]) == (0.45, 1.5, 30)
    assert first[["k_min", "k_median", "k_max", "of_min"]].tolist() == [3, 4, 5, 6]
    none = groups.where(groups.isna())
    empty = group_summary(none, x, n, excess.iloc[:0], names=names, agreement=agreement)
    assert len(empty) == 0
    assert list(empty.columns) == list(table.columns)


def test_degenerate_places_have_no_flag():
    line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    given = {"catchments": {"own": np.eye(4)}, "weights": {"line": line}, "seed": 1, "draws": 19}
    for x in ([None] * 4, [3, None, None, None], [1, 1, 1, 1]):
        found = run_set(x, [9] * 4, max_draws=19, **given)
        assert set(found.areas["agreement"]) == {"not shown"}
        assert not found.robust("own").any()
    island = Weights.from_edges("abcd", [], [])
    given["weights"] = {"none": island}
    found = run_set([1, 2, 8, 4], [9] * 4, max_draws=19, **given)
    assert found.areas["of"].tolist() == [1] * 4


def test_bad_requests_are_refused(county):
    given = {**county, "seed": 1, "draws": 9, "max_draws": 9}
    other = Weights.from_edges("ab", "ab", "ba")
    for change, message in (
        ({"weights": {**county["weights"], "other": other}}, "'other' and 'queen'"),
        ({"weights": {}}, "no weights"),
        ({"catchments": {}}, "no catchment"),
        ({"methods": ()}, "no method"),
        ({"methods": ("geary",)}, "unknown statistic 'geary'"),
        ({"null": "areas"}, "does not draw schools"),
        ({"alpha": 0}, "alpha"),
    ):
        with pytest.raises(ValueError, match=message):
            run_set(**{**given, **change})

    def stop(done, wanted):
        raise CancelledError(f"{done} of {wanted}")

    with pytest.raises(CancelledError):
        run_set(**given, progress=stop)
