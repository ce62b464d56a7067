"""Relations of the scan that hold whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scan import circular_scan

quick = settings(max_examples=25, deadline=None)
models = st.sampled_from(["poisson", "bernoulli"])
sides = st.sampled_from(["high", "low", "both"])


@st.composite
def study_areas(draw):
    size = draw(st.integers(2, 14))
    whole = st.integers(-20, 20)
    x, y = (draw(st.lists(whole, min_size=size, max_size=size)) for _ in range(2))
    people = draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))
    part = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    cases = [int(n * p) for n, p in zip(people, part, strict=True)]
    return tuple(np.array(v, dtype=float) for v in (cases, people, x, y))


def scan(area, **options):
    """Scan without caring for p; None when the limits leave no circle."""
    try:
        return circular_scan(*area, **{"draws": 1, "seed": 1, **options})
    except ValueError as problem:
        if "no circle fits" not in str(problem):
            raise
        return None


def naive(cases, people, x, y, model):
    """Ratios of all circles by the formulas of Kulldorff (1997), one circle at a time."""
    here = people > 0
    cases, people, x, y = (v[here] for v in (cases, people, x, y))
    total, whole, best = cases.sum(), people.sum(), 0.0
    for centre in range(len(cases)):
        distance = np.hypot(x - x[centre], y - y[centre])
        for radius in np.unique(distance):
            inside = distance <= radius * (1 + 1e-12)
            c, n = cases[inside].sum(), people[inside].sum()
            if n > whole / 2 or c / n <= total / whole:
                continue
            e = total * n / whole
            terms = [(c, e), (total - c, total - e)]
            if model == "bernoulli":
                rest = whole - total
                terms += [(n - c, n * rest / whole), (rest - n + c, (whole - n) * rest / whole)]
            best = max(best, sum(o * np.log(o / m) for o, m in terms if o > 0))
    return best


@quick
@given(study_areas(), models)
def test_the_likeliest_circle_is_that_of_the_plain_formula(area, model):
    found = scan(area, model=model)
    if found is not None:
        best = naive(*area, model)
        assert (found[0].llr if found else 0.0) == pytest.approx(best, rel=1e-9, abs=1e-8)


@quick
@given(study_areas(), models, sides, st.sampled_from(["no overlap", "any circle"]))
def test_clusters_share_no_location_and_come_by_ratio(area, model, direction, secondary):
    cases, people, *_ = area
    found = scan(area, model=model, direction=direction, secondary=secondary) or []
    members = [i for cluster in found for i in cluster.ids]
    assert len(members) == len(set(members))
    ratios = [cluster.llr for cluster in found]
    assert all(ratio > 0 for ratio in ratios)
    assert np.all(np.diff(ratios) <= 1e-9 * (1 + np.abs(ratios[1:])))
    for cluster in found:
        inside = list(cluster.ids)
        assert cluster.cases == pytest.approx(cases[inside].sum())
        assert cluster.population == pytest.approx(people[inside].sum())
        assert cluster.population <= 0.5 * people.sum() + 1e-9
        assert (cluster.relative_risk > 1) == (cluster.direction == "high")
        assert cluster.centre in cluster.ids
        assert direction in ("both", cluster.direction)
        assert 0 < cluster.p <= 1


def same(one, two, ids=lambda i: i):
    if one is None or two is None:
        assert one is two
        return
    assert [c.llr for c in one] == pytest.approx([c.llr for c in two], rel=1e-7, abs=1e-7)
    if one and (len(one) == 1 or one[0].llr > one[1].llr + 1e-6):
        # The same circle, unless another holds other places with the very same ratio.
        assert one[0].cases / one[0].population == pytest.approx(
            two[0].cases / two[0].population
        ) or {ids(i) for i in two[0].ids} == set(one[0].ids)


@quick
@given(study_areas(), st.floats(0.01, 100))
def test_a_constant_factor_of_the_population_changes_no_ratio(area, factor):
    cases, people, x, y = area
    same(scan(area), scan((cases, people * factor, x, y)))


@quick
@given(study_areas(), models, st.floats(0, 6), st.floats(-1e4, 1e4))
def test_moving_and_turning_the_map_changes_nothing(area, model, angle, step):
    cases, people, x, y = area
    east = x * np.cos(angle) - y * np.sin(angle) + step
    north = x * np.sin(angle) + y * np.cos(angle) - 2 * step
    same(scan(area, model=model), scan((cases, people, east, north), model=model))


@quick
@given(study_areas(), models, sides, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(area, model, direction, random):
    order = list(range(len(area[0])))
    random.shuffle(order)
    options = {"model": model, "direction": direction, "secondary": "none"}
    mixed = scan(tuple(column[order] for column in area), **options)
    same(scan(area, **options), mixed, ids=lambda i: order[i])


@quick
@given(study_areas())
def test_one_place_told_as_two_at_one_point_stays_one(area):
    cases, people, x, y = area
    added = zip(area, (0, people[0], x[0], y[0]), strict=True)
    halves = tuple(np.append(column, last) for column, last in added)
    doubled = people.copy()
    doubled[0] *= 2
    one, two = scan((cases, doubled, x, y)), scan(halves)
    same(one, two, ids=lambda i: 0 if i == len(x) else i)
