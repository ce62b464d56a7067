"""What a reader can work out: the attacker's program against every table there is."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.disclosure import Totals, attainable
from analytics.disclosure.attacker import Known, reach


def every_table(table, hidden, top):
    """Values of the hidden cells in every table with the same shown cells, rows and columns."""
    cells = np.flatnonzero(hidden)
    values = np.indices((top + 1,) * cells.size).reshape(cells.size, -1).T
    others = np.repeat(table.reshape(1, -1), len(values), axis=0)
    others[:, cells] = values
    others = others.reshape(-1, *table.shape)
    same = [(others.sum(axis=1 + at) == table.sum(axis=at)).all(axis=1) for at in (0, 1)]
    return values[same[0] & same[1]]


@pytest.mark.parametrize("seed", range(30))
def test_the_intervals_are_those_of_every_table_there_is(seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 5, (3, 3))
    hidden = np.zeros(9, dtype=bool)
    hidden[rng.choice(9, 2 + seed % 5, replace=False)] = True
    hidden = hidden.reshape(3, 3)
    tables = every_table(table, hidden, 6)
    assert len(tables) > 0
    found = attainable(table, hidden, upper=6)
    assert found["lower"].tolist() == tables.min(axis=0).tolist()
    assert found["upper"].tolist() == tables.max(axis=0).tolist()


def test_two_hidden_cells_in_each_row_and_column_are_not_enough():
    """A table of four schools and four grades made for this test.

    Each row and each column hides two cells, as the common rule asks. They form two squares that no
    total ties together, with a zero in each: nothing moves by more than 3 students.
    """
    table = np.array([[30, 3, 41, 25], [12, 0, 33, 28], [27, 44, 6, 0], [35, 31, 17, 2]])
    hidden = np.zeros((4, 4), dtype=bool)
    hidden[np.ix_([0, 1], [0, 1])] = hidden[np.ix_([2, 3], [2, 3])] = True
    assert (hidden.sum(0) == 2).all()
    assert (hidden.sum(1) == 2).all()
    found = attainable(table, hidden)
    width = (found["upper"] - found["lower"]).unstack()  # noqa: PD010
    assert width.loc[[2, 3], [2, 3]].to_numpy().tolist() == [[2, 2], [2, 2]]
    assert width.loc[[0, 1], [0, 1]].to_numpy().tolist() == [[3, 3], [3, 3]]
    chained = np.zeros((4, 4), dtype=bool)
    for at in range(4):
        chained[at, at] = chained[at, (at + 1) % 4] = True
    told = np.array([[0, 9, 41, 25], [12, 7, 0, 28], [27, 44, 0, 8], [6, 31, 17, 0]])
    found = attainable(told, chained)
    assert (chained.sum(0) == 2).all()
    assert (chained.sum(1) == 2).all()
    assert (found["upper"] == found["lower"]).all(), "eight hidden cells, and each is given away"


def test_a_part_is_at_most_its_whole():
    values = np.array([12.0, 40.0, 10.0, 9.0])  # two enrolments, and the absent students of each
    known = Known(values, np.zeros(4), np.full(4, np.inf), np.array([-1, -1, 0, 1]))
    totals = Totals.of([[1, 1, 0, 0], [0, 0, 1, 1]], values)
    found = reach(known, np.array([True, True, True, True]), totals)
    assert found.low.tolist() == [0, 0, 0, 0]
    assert found.high.tolist() == [52, 52, 19, 19]
    found = reach(known, np.array([True, True, False, True]), totals)
    assert found.low[[0, 1]].tolist() == [10, 9]
    assert (found.low[3], found.high[3]) == (9, 9)
    found = reach(known, np.array([False, False, True, True]), totals)
    assert (found.low[2], found.high[2]) == (0, 12)


def test_whole_numbers_where_the_linear_program_gives_fractions():
    """An odd cycle: each two of a, b, c make 3 with d, so that d = 0 would want halves."""
    totals = csr_array(np.array([[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1]]))
    cells = pd.Series([1, 1, 1, 1], index=list("abcd"))
    found = attainable(cells, pd.Series(True, cells.index), totals)
    assert found.loc["a"].tolist() == [0, 1]
    assert found.loc["d"].tolist() == [1, 3]


def test_what_nothing_bounds_is_said_to_be_infinite():
    found = attainable(pd.Series([4.0, 5.0]), pd.Series([True, True]), np.zeros((1, 2)))
    assert found["upper"].tolist() == [np.inf, np.inf]
    assert attainable(pd.Series([4.0]), pd.Series([False]), np.ones((1, 1))).empty


def test_a_total_that_nobody_knows_helps_nobody():
    cells = np.array([3.0, np.nan, 4.0])
    totals = Totals.of([[1, 1, 0], [1, 0, 1]], cells)
    assert np.isnan(totals.sums).tolist() == [True, False]
    found = attainable(cells, np.array([True, False, True]), totals)
    assert found["upper"].tolist() == [7, 7]


def test_many_tables_at_once_are_each_alone():
    rng = np.random.default_rng(3)
    tables = [rng.integers(0, 30, (3, 4)) for _ in range(40)]
    masks = [rng.random((3, 4)) < 0.5 for _ in tables]
    apart = pd.concat([attainable(*each) for each in zip(tables, masks, strict=True)])
    one = Totals.of_table(tables[0].astype(float)).matrix.toarray()
    together = attainable(
        np.concatenate([each.ravel() for each in tables]),
        np.concatenate([each.ravel() for each in masks]),
        np.kron(np.eye(40), one),
    )
    assert len(apart) > 100
    np.testing.assert_array_equal(apart.to_numpy(), together.to_numpy())


def test_a_large_table_is_one_program():
    rng = np.random.default_rng(4)
    table = rng.integers(10, 90, (12, 12))
    hidden = np.ones((12, 12), dtype=bool)
    found = attainable(table, hidden)
    rows, columns = table.sum(1), table.sum(0)
    assert found["upper"].tolist() == np.minimum.outer(rows, columns).ravel().tolist()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 marks of hidden for 2 cells"):
        attainable([1, 2], [True, False, True], [[1, 1]])
    with pytest.raises(ValueError, match="say what adds up"):
        attainable([1, 2], [True, True])
    with pytest.raises(ValueError, match="totals of 3 cells for 2"):
        attainable([1, 2], [True, True], [[1, 1, 1]])
    with pytest.raises(ValueError, match="no table agrees"):
        attainable([1, 2], [True, True], [[1, 1]], upper=1)
