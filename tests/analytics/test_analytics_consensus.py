"""k of m: what several analyses say together, and the clusters made of it."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.agreement import AGREEMENT, FLAGS
from analytics.hotspots.consensus.analyses import analysis_name, consensus, run_set
from analytics.hotspots.consensus.cluster_summary import (
    cluster_schools,
    cluster_summary,
    clusters,
    robust_areas,
)
from analytics.hotspots.consensus.clusters import cluster_ids, group_name
from analytics.hotspots.test import hot_spots
from analytics.progress import Cancelled
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


def frame(**columns):
    return pd.DataFrame(columns, index=[f"a{i}" for i in range(len(next(iter(columns.values()))))])


def test_every_method_weights_and_catchment_is_run(county, found):
    assert found.flags.shape == (SIDE**2, 12)
    names = [
        analysis_name(m, w, c)
        for c in county["catchments"]
        for w in county["weights"]
        for m in ("gi_star", "local_moran")
    ]
    assert sorted(found.analyses.index) == sorted(names)
    assert (found.analyses["tested"] == found.flags.notna().sum()).all()
    assert (found.analyses["hot"] == found.flags.eq("hot").sum()).all()


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
        flags = together.flags[analysis_name(method, "knn 6", "gravity")]
        hot = one["hot_class"].isin(["hot 95", "hot 99"])
        # An analysis that is settled stops sooner alone; the draws it used are the same.
        assert (flags.eq("hot") == hot).all()


def test_the_planted_block_is_hot_in_most_and_the_rest_is_not(found):
    areas = found.areas.copy()
    row = areas.index.str[:2].astype(int)
    column = areas.index.str[2:].astype(int)
    core = (np.abs(row - 3) <= 1) & (np.abs(column - 3) <= 1)
    far = (row > 8) | (column > 8)
    assert areas.loc[core, "agreement"].eq("hot in most").mean() > 0.7
    assert areas.loc[far, "side"].ne("hot").all()


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
    assert found.flags.isin([*FLAGS, np.nan]).all(axis=None)


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
    pd.testing.assert_frame_equal(again.flags[found.flags.columns], found.flags)
    kept = ["hot", "cold", "of", "side", "flagged", "share", "only", "agreement"]
    pd.testing.assert_frame_equal(again.areas[kept], found.areas[kept])
    shuffled = found.flags.sample(frac=1, random_state=2)
    other = consensus(shuffled, found.analyses)
    pd.testing.assert_frame_equal(other.areas.loc[found.areas.index], found.areas)
    ids, same = (clusters(c, county["weights"]["queen"]) for c in (found, other))
    pd.testing.assert_series_equal(same.loc[ids.index], ids)


def test_a_school_without_a_tract_in_one_join_counts_in_the_other(county):
    lost = dict(county)
    building = county["catchments"]["building"].copy()
    building[:5] = 0
    lost["catchments"] = {**county["catchments"], "building": building}
    some = run_set(**lost, seed=1, draws=99, max_draws=99)
    full = run_set(**county, seed=1, draws=99, max_draws=99)
    gravity = [name for name in some.flags if "gravity" in name]
    pd.testing.assert_frame_equal(some.flags[gravity], full.flags[gravity])


def test_classes_of_agreement():
    found = consensus(
        frame(
            a=["hot", "hot", "hot", "none", "cold", "hot", None],
            b=["hot", "hot", "none", "none", "cold", "cold", None],
            c=["hot", "none", "none", "none", "none", None, None],
            d=["hot", "none", "none", None, "none", None, None],
            e=["none", "none", "none", None, "none", None, None],
        )
    )
    assert found.areas["agreement"].tolist() == [
        "hot in most",
        "hot in some",
        "hot in one only",
        "not flagged",
        "cold in some",
        "hot and cold",
        "not shown",
    ]
    assert found.areas["side"].tolist() == ["hot", "hot", "hot", "", "cold", "both", ""]
    assert found.areas["analyses"].tolist()[1:3] == ["a; b", "a"]
    assert found.areas["only"].tolist() == ["", "", "a", "", "", "", ""]
    assert found.analyses["hot"].tolist() == [4, 2, 1, 1, 0]
    alone = consensus(frame(a=["hot", "none"]))
    assert alone.areas["agreement"].tolist() == ["hot in one only", "not flagged"]


def test_an_analysis_made_elsewhere_can_be_added(found):
    scan = pd.Series("none", index=found.flags.index[:100])
    scan.iloc[0] = "hot"
    more = found.with_analysis("scan", scan)
    assert (more.areas["of"] - found.areas["of"]).tolist() == [1] * 100 + [0] * 44
    assert more.analyses.loc["scan", ["method", "hot", "draws"]].tolist() == ["", 1, 0]
    assert more.analyses.loc[found.analyses.index, "draws"].equals(found.analyses["draws"])
    assert "scan" in more.areas["analyses"].iloc[0]
    with pytest.raises(ValueError, match="already there"):
        more.with_analysis("scan", scan)
    with pytest.raises(ValueError, match="'9999' first"):
        found.with_analysis("other", pd.Series({"9999": "hot"}))


def test_flags_can_be_asked_for_by_part(found):
    hot = found.flagged_by("hot", catchment="building", method="gi_star")
    columns = [analysis_name("gi_star", w, "building") for w in ("queen", "knn 6", "distance")]
    assert hot.equals(found.flags[columns].eq("hot").any(axis=1))
    assert found.flagged_by("hot").equals(found.areas["hot"] > 0)
    with pytest.raises(ValueError, match="none of the 12"):
        found.flagged_by("hot", catchment="zones")
    with pytest.raises(ValueError, match="unknown part 'join'"):
        found.flagged_by("hot", join="zones")


def test_clusters_take_what_most_flag_and_the_join_on_the_map_supports():
    flags = frame(x=["hot"] * 4, y=["hot", "hot", "none", "hot"], z=["hot", "none", "none", None])
    flags["w"] = ["none", "none", "none", None]
    about = pd.DataFrame(
        {"method": "m", "weights": "w", "catchment": ["one", "one", "two", "two"], "draws": 9},
        index=list("xyzw"),
    )
    found = consensus(flags, about)
    assert robust_areas(found).tolist() == ["hot", "hot", "", "hot"]
    assert robust_areas(found, least=0.75).tolist() == ["hot", "", "", "hot"]
    assert robust_areas(found, catchment="two").tolist() == ["hot", "", "", ""]
    with pytest.raises(ValueError, match="least"):
        robust_areas(found, least=0)


def test_ids_of_clusters_outlive_other_clusters():
    line = Weights.from_edges("abcdefgh", [*"abcdefg", *"bcdefgh"], [*"bcdefgh", *"abcdefg"])
    side = pd.Series("", index=list("abcdefgh"))
    side[list("ef")] = "hot"
    before = cluster_ids(side, line)
    assert before.dropna().to_dict() == {"e": "hot e", "f": "hot e"}
    side[["a", "b", "c", "h"]] = ["hot", "hot", "hot", "cold"]
    after = cluster_ids(side, line)
    assert after[list("ef")].equals(before[list("ef")])
    assert after["a"] == after["c"] == "hot a"
    assert after["h"] == "cold h"
    turned = cluster_ids(side.iloc[::-1], line)
    pd.testing.assert_series_equal(turned.iloc[::-1], after)
    side["d"] = "cold"  # a cold area between two hot clusters joins neither
    assert cluster_ids(side, line)["d"] == "cold d"
    assert cluster_ids(side * 0, line).isna().all()


def test_a_summary_forms_rates_from_sums():
    areas = pd.Index(list("abcde"))
    ids = pd.Series(["hot a", "hot a", None, "cold d", None], index=areas)
    x, n, e = (
        pd.Series(v, index=areas, dtype=float)
        for v in ([60, 30, 9, 2, np.nan], [100, 100, 50, 90, np.nan], [40, 20, 9, 20, np.nan])
    )
    labels = pd.Series(["Docks", "Hill", "", "", ""], index=areas)
    agreement = pd.DataFrame({"flagged": [5, 3, 0, 2, 0], "of": [6, 6, 6, 4, 0]}, index=areas)
    table = cluster_summary(ids, x, n, e, labels=labels, agreement=agreement)
    assert table.index.tolist() == ["hot a", "cold d"]
    hot = table.loc["hot a"]
    assert hot[["name", "side", "areas", "enrolled"]].tolist() == ["Docks and Hill", "hot", 2, 200]
    assert (hot["rate"], hot["ratio"], hot["excess"]) == (0.45, 1.5, 30)
    assert hot["low"] < 0.45 < hot["high"]
    # a second opinion on the exact Poisson limit of 90 events
    assert hot["excess_low"] == pytest.approx(
        90 * (1 - 1 / 810 - 1.96 / (3 * 90**0.5)) ** 3 - 60, abs=0.1
    )
    np.testing.assert_allclose(hot["excess_low"] + 60, hot["ratio_low"] * 60)
    assert hot[["k_min", "k_median", "k_max", "of_min"]].tolist() == [3, 4, 5, 6]
    assert table.loc["cold d", "name"] == "d"
    assert table.loc["cold d", "excess_high"] < 0
    empty = cluster_summary(ids.where(ids.isna()), x, n, e, agreement=agreement)
    assert len(empty) == 0
    assert list(empty.columns) == list(table.columns)


def test_schools_behind_a_cluster_add_up():
    ids = pd.Series(["hot a", "hot a", None, "cold d"], index=list("abcd"))
    n = pd.Series([100, 60, None, 40], index=list("stuv"))
    share = np.array([[0.5, 0.2, 0.3, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]])
    table = cluster_schools(ids, n, share)
    assert table["school_id"].tolist() == ["s", "t"]
    np.testing.assert_allclose(table["students"], [70, 60])
    np.testing.assert_allclose(table["share"], [7 / 13, 6 / 13])


def test_names_put_the_part_with_most_students_first():
    students = pd.Series([1.0, 5.0, 2.0, 3.0])
    assert group_name(pd.Series(list("abca")), students) == "b, a and c"
    assert group_name(pd.Series(list("abcd")), students) == "b, d and 2 more"
    assert group_name(pd.Series(["a"]), students[:1]) == "a"
    assert group_name(pd.Series(["b", "a"]), pd.Series([1.0, 1.0])) == "a and b"


def test_degenerate_places_have_no_flag():
    line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    given = {"catchments": {"own": np.eye(4)}, "weights": {"line": line}, "seed": 1, "draws": 19}
    for x in ([None] * 4, [3, None, None, None], [1, 1, 1, 1]):
        found = run_set(x, [9] * 4, max_draws=19, **given)
        assert set(found.areas["agreement"]) == {"not shown"}
        assert clusters(found, line).isna().all()
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
    with pytest.raises(ValueError, match="'warm' of 'a' at 'a1'"):
        consensus(frame(a=["hot", "warm"]))
    with pytest.raises(ValueError, match="no analysis"):
        consensus(frame(a=["hot"])[[]])
    with pytest.raises(ValueError, match="repeated"):
        consensus(frame(a=["hot", "hot"]).set_axis(["a", "a"]))

    def stop(done, wanted):
        raise Cancelled(f"{done} of {wanted}")

    with pytest.raises(Cancelled):
        run_set(**given, progress=stop)
