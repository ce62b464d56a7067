"""What single sums tell holds in the attacker's program, too."""

import numpy as np
import pytest

from analytics.disclosure import Totals
from analytics.disclosure.attacker import Known, reach
from analytics.disclosure.bounds import plain_bounds


@pytest.mark.parametrize("seed", range(12))
def test_the_program_never_reaches_beyond_what_single_sums_tell(seed: int) -> None:
    """Tables of students and of the chronically absent among them, with both margins."""
    rng = np.random.default_rng(seed)
    students = rng.integers(1, 60, (3, 4)).astype(float)
    both = [students, np.floor(students * rng.random(students.shape))]
    both = [np.vstack([each, each.sum(axis=0)]) for each in both]
    value = np.concatenate([np.column_stack([each, each.sum(axis=1)]).ravel() for each in both])
    at = np.arange(20).reshape(4, 5)
    sums = []
    for start in (0, 20):
        for line in (*at, *at.T):
            row = np.zeros(40)
            row[line + start] = 1
            row[line[-1] + start] = -1
            sums.append(row)
    whole = np.concatenate([np.full(20, -1), np.arange(20)])
    hidden = rng.random(40) < 0.4
    known = Known(value, np.zeros(40), np.full(40, np.inf), whole)
    totals = Totals.of(np.array(sums), value)
    found = reach(known, hidden, totals)
    low, high = plain_bounds(known, hidden, totals)
    assert (low[hidden] <= found.low[hidden]).all()
    assert (high[hidden] >= found.high[hidden]).all()
    assert ((low <= value) & (value <= high)).all()
    assert (high - low)[hidden].min() < 60, "they tell something"
