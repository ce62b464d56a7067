"""A rank comes with the ranks it could as well be, and never puts low before high need."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data.views.ranking import ranked


def places(**columns: list[float]) -> pd.DataFrame:
    table = pd.DataFrame(columns, index=list("abcdefgh")[: len(columns["excess"])])
    given_columns = {"shown": True, "rate": table["excess"] / 100}
    for name, default in given_columns.items():
        if name not in table:
            table[name] = default
    for name, figure in (("excess_low", "excess"), ("low", "rate")):
        if name not in table:
            table[name] = table[figure] - 1
            table[name.replace("low", "high")] = table[figure] + 1
    return table


def test_ranks_share_equal_figures_and_leave_open_what_ranges_do() -> None:
    table = places(
        excess=[5.0, 40.0, 5.0, 90.0],
        excess_low=[0.0, 30.0, 3.0, 45.0],
        excess_high=[20.0, 50.0, 7.0, 120.0],
    )
    found = ranked(table, "excess")
    assert found.index.tolist() == ["d", "b", "a", "c"]
    assert found["rank"].tolist() == [1, 2, 3, 3]
    assert found["rank_first"].tolist() == [1, 1, 3, 3]
    assert found["rank_last"].tolist() == [2, 2, 4, 4]
    assert found["like_first"].tolist() == [True, True, False, False]


def test_a_high_rate_below_expected_stands_behind_a_lower_one_above() -> None:
    table = places(excess=[-5.0, 3.0, np.nan, 9.0], rate=[0.5, 0.2, 0.9, 0.1])
    found = ranked(table, "rate")
    assert found.index.tolist() == ["b", "d", "a", "c"]
    assert found["rank"].tolist()[:3] == [1, 2, 3]
    assert pd.isna(found.loc["c", "rank"])


def test_what_is_not_shown_has_no_rank() -> None:
    table = places(excess=[9.0, 5.0]).assign(shown=[False, True])
    found = ranked(table, "excess")
    assert found["rank"].tolist() == [1, pd.NA]
    assert ranked(table.assign(shown=False), "excess")["rank"].isna().all()
    assert ranked(table[:0], "excess").empty


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_a_rank_lies_within_its_own_range(rows: list[tuple[int, int]]) -> None:
    figure, reach = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    table = places(
        excess=list(figure), excess_low=list(figure - reach), excess_high=list(figure + reach)
    )
    found = ranked(table, "excess")
    assert (found["rank_first"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_last"]).all()
    assert (found["rank_last"] <= len(rows)).all()
    assert found["excess"].is_monotonic_decreasing
