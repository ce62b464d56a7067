"""The scan finds what is planted, keeps its promise under each null, and bears bad data."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.tract_map import school_residuals
from analytics.rates.intervals import expected as expected_cases
from analytics.scan import circular_scan, kernel, scan_schools
from analytics.scan.search import Scanner, Search, Trial, constant_risk, judge, scan
from analytics.scan.study import EARTH_KM, Caps, study, windows
from geo.shares import share_matrix

ROOT = Path(__file__).parents[3]
TRUTH = ROOT / "data" / "demo" / "truth.json"
SIDE = 9


class CancelledError(Exception):
    """Stops the work from within a progress callback."""


@pytest.fixture(scope="module")
def plain():
    """81 places of unequal population at one risk."""
    rng = np.random.default_rng(5)
    x, y = (v.ravel().astype(float) for v in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    people = rng.integers(50, 900, SIDE**2)
    return rng.binomial(people, 0.05), people, x, y


@pytest.fixture(scope="module")
def county(demo_panel):
    """Schools of the demo county with a count and a point."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    rows = demo_panel.absence
    rows = rows[rows["school_year"] == truth["reference_year"]].set_index("school_id")
    schools = demo_panel.schools.reindex(rows.index)
    kept = (schools.geometry.notna() & rows["chronic_absent"].notna()).to_numpy()
    rows, schools = rows[kept], schools[kept]
    centres = demo_panel.tracts.to_crs(32618).geometry.centroid.to_crs(4326)
    return {
        "x": rows["chronic_absent"].astype(float),
        "n": rows["enrolled"].astype(float),
        "strata": schools["level"],
        "lon": pd.Series(schools.geometry.x.to_numpy(), index=rows.index),
        "lat": pd.Series(schools.geometry.y.to_numpy(), index=rows.index),
        "tracts": (centres.x, centres.y),
        "share": demo_panel.catchment,
        "planted": truth["planted"],
    }


def reassigned(county, rng):
    """Move whole schools, count and enrolment together, within their level."""
    order = np.arange(len(county["x"]))
    for level in county["strata"].unique():
        members = np.flatnonzero(county["strata"] == level)
        order[members] = rng.permutation(members)
    return (county[k].iloc[order].set_axis(county[k].index) for k in ("x", "n"))


def rejections(county, null, replicates, seed, alpha=0.05):
    """Share of reassigned counties whose likeliest cluster has p <= alpha."""
    rng, hits = np.random.default_rng(seed), 0
    for replicate in range(replicates):
        x, n = reassigned(county, rng)
        found = circular_scan(
            *(x, n, county["lon"], county["lat"]),
            strata=county["strata"],
            null=null,
            geodesic=True,
            secondary="none",
            draws=99,
            seed=replicate,
        )
        hits += bool(found) and found[0].p <= alpha
    return hits / replicates


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_shuffled_schools_keep_the_promised_level_and_poisson_counts_reject_always(
    county, replicates
):
    count = replicates(30, 600)
    error = np.sqrt(0.05 * 0.95 / count)
    assert rejections(county, "schools", count, 7) <= 0.05 + 3 * error
    assert count < 200 or rejections(county, "schools", count, 8) >= 0.05 - 3 * error
    assert rejections(county, "model", 10, 7) == 1


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_shuffled_schools_keep_the_promised_level_on_tracts(county, replicates):
    count, rng, hits = replicates(10, 400), np.random.default_rng(9), 0
    for replicate in range(count):
        x, n = reassigned(county, rng)
        options = {"share": county["share"], "strata": county["strata"], "geodesic": True}
        found = scan_schools(x, n, *county["tracts"], **options, draws=99, seed=replicate)
        hits += bool(found) and found[0].p <= 0.05
    assert hits / count <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / count)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
def test_the_model_null_keeps_the_promised_level_at_one_risk(plain, model, replicates):
    _, people, x, y = plain
    rng, count, hits = np.random.default_rng(3), replicates(60, 1000), 0
    for replicate in range(count):
        cases = rng.binomial(people, 0.05)
        if model == "poisson":
            cases = rng.multinomial(4000, people / people.sum())
        found = circular_scan(
            cases, people, x, y, model=model, draws=99, seed=replicate, secondary="none"
        )
        hits += found[0].p <= 0.05
    assert abs(hits / count - 0.05) <= 3 * np.sqrt(0.05 * 0.95 / count)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_planted_cluster_is_found_with_power_above_ninety_in_a_hundred(plain, replicates):
    _, people, x, y = plain
    rng, count, found_well = np.random.default_rng(4), replicates(30, 300), 0
    planted = set(np.flatnonzero(np.hypot(x - 2, y - 2) <= 1.01))
    risk = np.where(np.isin(np.arange(len(x)), list(planted)), 0.09, 0.05)
    for replicate in range(count):
        found = circular_scan(rng.binomial(people, risk), people, x, y, draws=99, seed=replicate)
        overlap = len(planted & set(found[0].ids)) / len(planted | set(found[0].ids))
        found_well += found[0].p <= 0.05 and overlap >= 0.5
    assert found_well / count >= 0.9


def test_the_planted_spots_of_the_demo_county_are_found(county):
    given = (county["x"], county["n"])
    options = {"strata": county["strata"], "geodesic": True, "draws": 199, "seed": 1}
    tracts = scan_schools(
        *given,
        *county["tracts"],
        share=county["share"],
        direction="both",
        max_share=0.25,
        **options,
    )
    significant = [c for c in tracts if c.p <= 0.05]
    for name, spot in county["planted"].items():
        best = max(significant, key=lambda c: len(set(c.ids) & set(spot)))
        assert len(set(best.ids) & set(spot)) >= 0.7 * len(spot), name
        assert best.direction == {"hot": "high", "cold": "low"}[name.split()[0]]
    schools = circular_scan(*given, county["lon"], county["lat"], null="schools", **options)
    assert schools[0].p <= 0.05
    assert schools[0].relative_risk > 1.3
    assert set(schools[0].ids) <= set(county["x"].index)


def test_scanning_schools_is_scanning_places_that_hold_one_school_each(county):
    given = (county["x"], county["n"], county["lon"], county["lat"])
    options = {"strata": county["strata"], "draws": 19, "seed": 1}
    own = circular_scan(*given, null="schools", **options)
    assert own == scan_schools(*given, **options)
    eye = np.eye(len(county["x"]))
    shared = scan_schools(*given[:2], *(v.to_numpy() for v in given[2:]), share=eye, **options)
    assert [c.llr for c in shared] == pytest.approx([c.llr for c in own])
    assert [c.p for c in shared] == [c.p for c in own]


def test_what_tracts_hold_is_what_their_schools_send(county):
    found = scan_schools(
        county["x"], county["n"], *county["tracts"], share=county["share"], draws=1, seed=1
    )[0]
    shares = share_matrix(county["share"], county["x"].index, county["tracts"][0].index)
    inside = county["tracts"][0].index.isin(found.ids)
    assert found.cases == pytest.approx((shares.T @ county["x"].to_numpy())[inside].sum())
    assert found.population == pytest.approx((shares.T @ county["n"].to_numpy())[inside].sum())


def test_bounds_and_table_change_no_ratio(plain):
    """Compiled, pruned and sixteen at a time against one map at a time, every circle looked at."""
    cases, people, x, y = plain
    rng = np.random.default_rng(1)
    for model in ("poisson", "bernoulli"):
        for direction in ("high", "low", "both"):
            laid = scan(study(cases, people, x, y), Search(model=model, direction=direction))
            whole = constant_risk(laid, 1).draw(20).astype(float)
            broken = whole * rng.uniform(0.97, 1.03, whole.shape) - 1
            for maps, table in ((whole, True), (broken, False)):
                scanner = Scanner(laid, table)
                every = [
                    kernel.best_circles(
                        np.ascontiguousarray(one),
                        one.sum(),
                        laid.circles,
                        np.ones(len(x), dtype=bool),
                        laid.likelihood(),
                    )[0].max()
                    for one in maps.T
                ]
                np.testing.assert_allclose(scanner.maxima(maps), every, rtol=1e-9, atol=1e-9)


def test_batches_change_no_p_and_progress_tells_and_cancels(plain):
    seen = []
    one = circular_scan(*plain, draws=150, seed=3, progress=lambda *done: seen.append(done))
    assert seen[-1] == (150, 150)
    laid = scan(study(*plain), Search())
    batches = judge(laid, laid.clusters(), constant_risk(laid, 3), Trial(150, batch=7))
    assert batches == one
    assert [c.p for c in circular_scan(*plain, draws=150, seed=4)] != [c.p for c in one]

    def stop(done, wanted):
        raise CancelledError(f"{done} of {wanted}")

    with pytest.raises(CancelledError, match="64 of 150"):
        circular_scan(*plain, draws=150, seed=3, progress=stop)


def test_an_own_null_is_drawn_and_checked(plain):
    cases, people, x, _ = plain
    model = school_residuals(cases.astype(float), people.astype(float), np.zeros(len(x), int))
    streams = model.generators(1)
    found = circular_scan(
        *plain, null=lambda size: model.draw(streams, size), draws=99, seed=1, min_cases=2
    )
    assert 0 < found[0].p <= 1
    with pytest.raises(ValueError, match="shape"):
        circular_scan(*plain, null=lambda size: np.ones((3, size)), draws=9, seed=1)
    with pytest.raises(ValueError, match="no numbers"):
        circular_scan(*plain, null=lambda size: np.full((len(x), size), np.nan), draws=9, seed=1)
    assert circular_scan(*plain, null=lambda size: np.zeros((len(x), size)), draws=9, seed=1)[
        0
    ].p == pytest.approx(0.1)


def test_strata_are_expected_cases_by_level(plain):
    cases, people, x, _ = plain
    level = np.where(x > 4, "high", "k8")
    own = circular_scan(*plain, strata=level, draws=9, seed=1)
    assert own == circular_scan(
        *plain, expected=expected_cases(cases, people, level), draws=9, seed=1
    )
    twice = circular_scan(*plain, expected=2.0 * people, draws=9, seed=1)
    assert twice[0].expected == pytest.approx(circular_scan(*plain, draws=9, seed=1)[0].expected)


def test_distances_on_the_globe_and_limits_of_a_circle():
    places = np.array([[179.9, 0.0], [-179.9, 0.0], [0.0, 0.0], [0.0, 90.0]])
    cases, people = [9, 9, 1, 1], [20] * 4
    found = circular_scan(cases, people, *places.T, geodesic=True, draws=9, seed=1)[0]
    assert found.ids == (0, 1)
    assert found.radius == pytest.approx(np.radians(0.2) * EARTH_KM, rel=1e-9)
    flat = circular_scan(cases, people, *places.T, draws=9, seed=1)[0]
    assert flat.ids != (0, 1)
    near = {"geodesic": True, "draws": 9, "seed": 1}
    assert circular_scan(cases, people, *places.T, **near, max_radius=22)[0].ids == (0,)
    assert circular_scan(cases, people, *places.T, **near, max_radius=22.3)[0].ids == (0, 1)
    assert circular_scan(cases, people, *places.T, **near, max_share=0.25)[0].ids == (0,)


def test_equal_distances_and_shared_points_enter_together():
    cases, people = [8, 1, 1, 1, 1], [10] * 5
    cross = ([0, 1, -1, 0, 0], [0, 0, 0, 1, -1])
    circles = windows(np.column_stack(cross).astype(float), np.ones(5), Caps(5.0, np.inf))
    assert circles.closes[:5].tolist() == [True, False, False, False, True]
    assert circular_scan(cases, people, *cross, draws=9, seed=1)[0].ids == (0,)
    shared = circular_scan([8, 1, 1, 1, 1], people, [0, 0, 5, 6, 7], [0] * 5, draws=9, seed=1)
    assert set(shared[0].ids) == {0, 1}


def test_low_rates_are_found_and_named(plain):
    cases, people, x, y = plain
    few = np.where(np.hypot(x - 6, y - 6) <= 1.01, 0, cases)
    low = circular_scan(few, people, x, y, direction="low", draws=99, seed=1)[0]
    assert (low.direction, low.p, low.relative_risk) == ("low", 0.01, 0)
    both = circular_scan(few, people, x, y, direction="both", draws=99, seed=1)[0]
    assert both.ids == low.ids
    assert all(c.direction == "high" for c in circular_scan(few, people, x, y, draws=9, seed=1))


def test_fewest_cases_hold_for_the_map_and_its_draws(plain):
    _, people, x, y = plain
    lonely = np.zeros(len(x))
    lonely[3] = 1
    assert circular_scan(lonely, people, x, y, draws=9, seed=1)[0].ids == (3,)
    assert circular_scan(lonely, people, x, y, min_cases=2, draws=9, seed=1) == []
    lonely[40] = 1
    assert all(
        c.cases >= 2 for c in circular_scan(lonely, people, x, y, min_cases=2, draws=9, seed=1)
    )


def test_nothing_to_compare_is_an_empty_list():
    one = {"draws": 9, "seed": 1}
    assert circular_scan([3], [9], [0], [0], **one) == []
    assert circular_scan([], [], [], [], **one) == []
    assert circular_scan([0, 0, 0], [9, 9, 9], [0, 1, 2], [0, 0, 0], **one) == []
    assert circular_scan([None, None], [9, 9], [0, 1], [0, 0], **one) == []
    assert circular_scan([3, 0, 0], [9, 0, 0], [0, 1, 2], [0, 0, 0], **one) == []
    for model in ("poisson", "bernoulli"):
        equal = np.array([1e5, 2e5, 3e5])
        assert circular_scan(equal, equal * 9, [0, 1, 2], [0] * 3, model=model, **one) == []
    assert circular_scan([2, 2, 2], [9] * 3, [0, 1, 2], [0] * 3, null="schools", **one) == []
    assert scan_schools([None, None], [9, 9], [0, 1], [0, 0], **one) == []


def test_odd_places_take_no_part_or_stand_out_alone():
    alone = circular_scan([5, 0, 0], [9, 9, 9], [0, 1, 2], [0] * 3, draws=99, seed=1)[0]
    assert (alone.ids, alone.relative_risk) == ((0,), float("inf"))
    x = pd.Series([9, None, 1, 1, 0], index=list("abcde"), dtype="Int64")
    n = pd.Series([20, 20, 20, 20, 0], index=x.index)
    place = pd.Series([0.0, np.nan, 1.0, 2.0, np.nan], index=x.index)
    found = circular_scan(x, n, place, place, draws=99, seed=1)
    assert found[0].ids == ("a",)
    assert found[0].expected == pytest.approx(11 / 3)
    every = {"draws": 9, "seed": 1, "model": "bernoulli"}
    assert circular_scan([9, 9, 0], [9, 9, 9], [0, 1, 9], [0] * 3, **every)[0].p > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cases": [-1, 1, 1]}, "row 0: cases is -1"),
        ({"cases": [np.inf, 1, 1]}, "row 0: cases is inf"),
        ({"population": [0, 9, 9]}, "row 0: 2 cases but no population"),
        ({"x": [np.nan, 1, 2]}, "row 0: counts but no coordinates"),
        ({"x": [1, 2]}, "2 values of x for 3 of cases"),
        ({"max_share": 0.1}, "no circle fits max_share 0.1"),
        ({"max_share": 0}, "max_share must be above 0"),
        ({"max_radius": -1}, "max_radius must be 0 or more"),
        ({"max_radius": float("nan")}, "max_radius must be 0 or more"),
        ({"draws": 0}, "draws must be at least 1"),
        ({"model": "binomial"}, "unknown model 'binomial'; known: poisson, bernoulli"),
        ({"null": "areas"}, "unknown null 'areas'"),
        ({"direction": "up"}, "unknown direction"),
        ({"expected": [0, 1, 1]}, "row 0: 2 cases where none is expected"),
        ({"x": [0, 91, 2], "y": [0, 91, 2], "geodesic": True}, "row 1: the latitude 91 is beyond"),
        ({"x": [0, -361, 2], "geodesic": True}, "row 1: the longitude -361 is beyond 360"),
        ({"cases": [0.2, 0.1, 0.1]}, "the cases sum to 0.4, less than one; give counts"),
        ({"cases": [0.2, 0.1, 0.1], "null": "schools"}, "the cases sum to 0.4, less than one"),
        (
            {"cases": [0.4] * 3, "population": [0.4] * 3, "model": "bernoulli"},
            "no location holds half a person",
        ),
        ({"expected": [1, 1, 1], "strata": [1, 1, 2]}, "not both"),
        ({"expected": [1, 1, 1], "model": "bernoulli"}, "Bernoulli model knows one risk"),
        ({"expected": [1, 1, 1], "null": "schools"}, "leave expected out"),
        ({"population": [1, 9, 9], "model": "bernoulli"}, "more cases than population"),
    ],
)
def test_bad_requests_are_refused_by_name(options, words):
    given = {"cases": [2, 1, 1], "population": [9, 9, 9], "x": [0, 1, 2], "y": [0, 0, 0]}
    with pytest.raises(ValueError, match=words):
        circular_scan(**{**given, "draws": 9, "seed": 1, **options})


def test_series_must_belong_together():
    x = pd.Series([1, 2, 3], index=list("abc"))
    with pytest.raises(ValueError, match="cases and y have different indexes"):
        circular_scan(x, x + 9, x, x.iloc[::-1], draws=9, seed=1)
    twice = pd.Series([1, 2], index=["a", "a"])
    with pytest.raises(ValueError, match="1 ids repeat, first 'a'"):
        circular_scan(twice, twice + 9, twice, twice, draws=9, seed=1)


def test_numba_waits_for_the_first_scan():
    code = "import sys, analytics.scan; print('numba' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_compiling_needs_no_folder_that_can_be_written(monkeypatch):
    from numba.core.caching import CacheImpl

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])

    def half(value):
        return value / 2

    assert kernel.compiled(half)(3.0) == 1.5
