"""Groups tested as groups on the page, and what the table of planted clusters is said to mean."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components

from data.views.hot_spots import GROUPS, TRACTS, Power, power_of, with_group_test
from ui import queries
from ui.hotspots import words as hotspot_words
from ui.hotspots.cards import cluster_card
from ui.hotspots.power import power_sentences, power_words
from ui.queries import hotspots as queries_hotspots
from ui.words import answers

NO_YEARS = pd.DataFrame({"excess": []})


@pytest.fixture(scope="module")
def test(default):
    return replace(default, method="gi_star")


@pytest.fixture(scope="module")
def found(test):
    return queries_hotspots.found(test)


def table(**found):
    """A table of planted clusters, 20 maps each, from shares found by analysis."""
    rows = [
        {"analysis": name, "areas": size, "odds": odds, "found": share, "maps": 20}
        for name, shares in found.items()
        for (size, odds), share in zip(
            [(s, o) for s in (8, 25, 77) for o in (1.25, 1.5, 2.0)], shares, strict=True
        )
    ]
    rows = pd.DataFrame(rows).assign(found_low=0.0, found_high=0.5, recall=0.3, precision=0.97)
    rows = rows.assign(recall_se=0.02, precision_se=np.nan)
    return rows.assign(recall=rows["recall"].where(rows["found"] > 0))


@pytest.fixture(scope="module")
def planted():
    shares = [0, 0, 0, 0, 0.05, 0.1, 0, 0.2, 0.45]
    return Power(table(tracts=shares, groups=[0, 0, 0, 0, 0.15, 0.3, 0.05, 0.4, 0.9]), "gi_star")


def test_groups_tested_as_groups_hang_together_and_pass_at_the_level(found, test):
    touching = queries_hotspots.view_of(test).touching
    assert found.broad["group_p"].le(test.alpha).all()
    assert found.broad["tracts"].sum() == found.tracts["group_p"].le(test.alpha).sum()
    for cluster in found.broad["cluster"]:
        p = found.tracts.loc[cluster, "group_p"]
        ids = found.tracts.index[found.tracts["group_p"].eq(p)]
        assert cluster in ids
    passing = found.tracts.index[found.tracts["group_p"].le(test.alpha)]
    parts = connected_components(touching.subset(passing).sparse, directed=False)[0]
    assert parts == len(found.broad)


def test_a_group_of_hot_tracts_has_the_p_of_the_tested_group_it_lies_in(found, test):
    assert len(found.groups)
    for _, row in found.groups.iterrows():
        inside = found.tracts["cluster"].eq(row["cluster"]).fillna(value=False)
        assert row["group_p"] == found.tracts.loc[inside, "group_p"].min()
        assert "Tested as a whole group" in cluster_card(row, test.year, NO_YEARS)
    assert "group_p" in hotspot_words.group_columns(found.groups)


def test_tracts_not_shown_have_no_p_of_a_group(test):
    view = queries_hotspots.view_of(test)
    shown = view.tracts["shown"] & ~view.tracts.index.isin(view.tracts.index[::2])
    hidden = replace(view, tracts=view.tracts.assign(shown=shown))
    plain = replace(queries_hotspots.found(test), broad=None)
    again = with_group_test(hidden, queries.shares(test), plain, "schools")
    assert again.tracts.loc[~shown, "group_p"].isna().all()
    assert again.tracts.loc[shown, "group_p"].notna().any()


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_sentence_of_groups_counts_those_that_pass(found, alpha):
    said = hotspot_words.groups_tested(found, alpha)
    assert f"{len(found.broad)} group" in said
    assert f"{alpha:g}".lstrip("0") in said
    nothing = replace(found, broad=found.broad.iloc[:0])
    assert "none is heavier" in hotspot_words.groups_tested(nothing, alpha)
    assert hotspot_words.groups_tested(replace(found, broad=None), alpha) == ""


def test_other_nulls_and_methods_test_no_groups(test):
    for other in (replace(test, null="areas"), replace(test, method="scan")):
        assert queries_hotspots.found(other).broad is None


def test_an_empty_map_is_said_to_be_no_all_clear(found, test):
    assert "no all-clear" in hotspot_words.meaning(found, test)
    empty = replace(found, groups=found.groups.iloc[:0])
    assert "no all-clear" in answers.hot_spot_answer(empty, test)


def test_planted_clusters_are_told_by_rule(planted):
    assert power_sentences(planted) == (
        "A patch of 25 neighbouring tracts with half again the odds of absence would show up in 1"
        " of 20 maps like this. A patch of 77 with twice the odds: in 9 of 20. Tested as whole"
        " groups, they pass in 3 of 20 and 18 of 20. Where the larger is found, its core is hot:"
        " 30\xa0% of it."
    )
    blind = Power(table(tracts=[0] * 9, groups=[0] * 9), "gi_star")
    assert "in none of 20 maps" in power_sentences(blind)
    assert "core is hot" not in power_sentences(blind)


def test_the_table_of_planted_clusters_is_in_words(planted):
    said = power_words(planted.table)
    assert said["Tracts in the patch"].tolist() == [s for s in ("8", "25", "77") for _ in range(3)]
    assert said["Found on the map"].iloc[-1] == "45\xa0% (0–50\xa0%)"
    assert said["Part of it that is hot"].iloc[[0, -1]].tolist() == ["never found", "30\xa0% (± 2)"]


def test_planted_clusters_are_looked_for_as_the_map_looks(test):
    view, shares = queries_hotspots.view_of(test), queries.shares(test)
    seen = []

    def find(made):
        seen.append(made)
        return queries_hotspots.found(test)

    found = power_of(view, shares, find, "gi_star", replicates=1)
    assert set(found.table["analysis"]) == {TRACTS, GROUPS}
    assert len(seen) == 9
    known = view.schools["chronic_absent"].notna()
    for made in seen:
        assert made.tracts is view.tracts
        drawn = made.schools["chronic_absent"]
        assert drawn.dropna().le(made.schools["enrolled"][drawn.notna()]).all()
        assert drawn[~known].isna().all()
