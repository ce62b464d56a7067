"""The exact program: never dearer than the heuristic, as cheap as the cheapest of all choices."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import PRESETS, PublicTotals, attacker, audit, complementary, protect
from analytics.disclosure.complementary import complement
from analytics.disclosure.exact import cheapest
from analytics.disclosure.policy import privacy_code
from analytics.disclosure.problem import judge
from analytics.disclosure.relations import Relations, problem_of
from analytics.inputs import counts
from tests.analytics.disclosure.test_complementary import counted, random_schools

RESTRICTED = PRESETS["restricted"]


def problem_in(table, schools=None):
    relations = Relations.of(table, schools)
    truth = relations.truth(table)
    checked = counts(table["chronic_absent"], table["enrolled"])
    by_row = privacy_code(checked.x, checked.n, RESTRICTED)
    sensitive = relations.sensitive_rests(truth, RESTRICTED)
    return problem_of(relations, (truth, sensitive), RESTRICTED, by_row)


def spent(problem, hidden):
    return float(problem.cost[hidden & ~problem.primary].sum())


@pytest.mark.parametrize(("grades", "groups"), [(3, False), (2, True), (6, False)])
def test_it_never_hides_more_than_the_heuristic_and_discloses_nothing(
    grades, groups, monkeypatch, replicates
):
    number = replicates(12, 250)
    table = random_schools(number, 11, grades=grades, groups=groups)
    problem = problem_in(table)
    both, narrow = complement(problem)
    assert audit(protect(table, RESTRICTED), PublicTotals.of(table)).passed
    monkeypatch.setattr(complementary, "SMALL_TABLE", 0)
    alone, as_narrow = complement(problem)
    assert (narrow == as_narrow).all()
    assert spent(problem, both) < 0.95 * spent(problem, alone)
    school = np.tile(table["school_id"].to_numpy(str), 2)
    cost = np.where(problem.primary, 0.0, problem.cost)[: school.size]
    for name in np.unique(school):
        one, other = (cost[(school == name) & each[: school.size]].sum() for each in (both, alone))
        assert one <= other + 1e-6, name


def test_it_is_as_cheap_as_the_cheapest_of_all_choices():
    found = 0
    for seed in range(8):
        problem = problem_in(random_schools(1, seed, grades=3))
        free = np.flatnonzero(np.isfinite(problem.cost) & ~problem.primary)
        best = np.inf
        for chosen in product((False, True), repeat=free.size):
            hidden = problem.primary.copy()
            hidden[free] = chosen
            leads = np.flatnonzero(hidden & (problem.follow >= 0))
            if not hidden[problem.follow[leads]].all() or spent(problem, hidden) >= best:
                continue
            if not judge(problem, hidden).narrow.any():
                best = spent(problem, hidden)
        if not 0 < best < np.inf:
            continue
        hidden = cheapest(problem, best + 1.0)
        assert hidden is not None
        assert spent(problem, hidden) == pytest.approx(best)
        assert not judge(problem, hidden).narrow.any()
        assert cheapest(problem, best) is None, "nothing is cheaper"
        found += 1
    assert found >= 3


@pytest.mark.parametrize("seed", range(3))
def test_cells_that_are_left_out_for_being_wide_change_no_verdict(seed, monkeypatch):
    """Sixty schools of one total, most of them hidden: asked by sweeps, then one by one."""
    rng = np.random.default_rng(seed)
    n = rng.integers(40, 90, 60)
    x = np.where(rng.random(60) < 0.6, rng.integers(0, 10, 60), rng.integers(10, 30, 60))
    rows = [(f"s{at:02d}", "2023-24", "all", "all", n[at], x[at]) for at in range(60)]
    names = [row[0] for row in rows]
    schools = pd.DataFrame({"level": rng.choice(["a", "b", "c"], 60)}, index=names)
    problem = problem_in(counted(rows), schools)
    hidden = problem.primary | (np.isfinite(problem.cost) & (rng.random(problem.cost.size) < 0.2))
    whole = judge(problem, hidden)
    monkeypatch.setattr(attacker, "ALONE", 5)
    swept = judge(problem, hidden)
    assert swept.narrow.tolist() == whole.narrow.tolist()
    assert (swept.reach.low >= whole.reach.low)[hidden].all()
    assert (swept.reach.high <= whole.reach.high)[hidden].all()
    narrow = whole.narrow
    assert (swept.reach.high[narrow] == whole.reach.high[narrow]).all()
