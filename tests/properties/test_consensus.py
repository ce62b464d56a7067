"""What counting over analyses keeps, whatever the flags."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics.hotspots.consensus.agreement import AGREEMENT, consensus
from analytics.hotspots.consensus.groups import contiguous_groups
from geo.weights.weights import Weights

quick = settings(max_examples=25, deadline=None)

WORDS = np.array(["hot", "cold", "none", None], dtype=object)
tables = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, 12), st.integers(1, 6)),
    elements=st.integers(0, 3),
).map(lambda codes: pd.DataFrame(WORDS[codes]).rename(columns=str, index="{:02d}".format))


def counted(flags):
    analyses = pd.DataFrame(index=flags.columns)
    return consensus(flags.eq("hot"), flags.eq("cold"), flags.notna(), analyses)


@quick
@given(tables)
def test_k_never_exceeds_m_and_every_area_has_a_class(flags):
    areas = counted(flags).areas
    assert (areas["hot"] + areas["cold"] <= areas["of"]).all()
    assert (areas["of"] <= flags.shape[1]).all()
    assert areas["agreement"].isin(AGREEMENT).all()
    assert (areas["agreement"].eq("not shown") == areas["of"].eq(0)).all()
    assert (areas["only"].ne("") <= areas["flagged"].eq(1)).all()


@quick
@given(tables)
def test_swapping_hot_and_cold_mirrors_the_classes(flags):
    mirror = {"hot": "cold", "cold": "hot"}
    other = counted(flags.replace(mirror)).areas["agreement"]
    words = counted(flags).areas["agreement"]
    swapped = words.str.replace(r"^(hot|cold)(?= in)", lambda m: mirror[m[1]], regex=True)
    assert (swapped == other).all()


@quick
@given(tables, st.randoms(use_true_random=False))
def test_order_of_areas_and_analyses_changes_nothing(flags, random):
    rows, columns = list(flags.index), list(flags.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    kept = ["hot", "cold", "of", "flagged", "only", "agreement"]
    other = counted(flags.loc[rows, columns]).areas
    pd.testing.assert_frame_equal(other.loc[flags.index, kept], counted(flags).areas[kept])


@quick
@given(tables)
def test_an_analysis_that_flags_nothing_never_raises_agreement(flags):
    quiet = flags.assign(quiet="none")
    before, after = counted(flags).areas, counted(quiet).areas
    assert (after["flagged"] == before["flagged"]).all()
    assert (after["share"] <= before["share"].fillna(0)).all()


@quick
@given(st.lists(st.booleans(), min_size=4, max_size=14), st.integers(0, 13))
def test_a_group_keeps_its_id_when_an_area_away_from_it_changes(flags, place):
    ids = [f"{i:02d}" for i in range(len(flags))]
    line = Weights.from_edges(ids, ids[:-1] + ids[1:], ids[1:] + ids[:-1])
    flagged = pd.Series(flags, index=ids)
    before = contiguous_groups(flagged, line)
    changed = place % len(flags)
    other = flagged.copy()
    other.iloc[changed] = not flagged.iloc[changed]
    after = contiguous_groups(other, line)
    near = before.iloc[max(0, changed - 1) : changed + 2].dropna().unique()
    apart = before.notna() & ~before.isin(near)
    assert after[apart].equals(before[apart])
