"""The gate: what is hidden cannot be told from what is shown, and states stay apart."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import PRESETS, Policy, protect
from analytics.disclosure.gate import REASONS
from data.store.policies import policy_names, read_policy

PRESETS = {**PRESETS, **{name: read_policy(name) for name in policy_names()}}


def table(pairs, status="reported"):
    rows = pd.DataFrame(pairs, columns=["enrolled", "chronic_absent"], dtype="Int64")
    rows["lower"] = rows["upper"] = rows["chronic_absent"]
    return rows.assign(status=status, reason="", school_id=[f"s{i}" for i in range(len(rows))])


@pytest.mark.parametrize("name", ["restricted", "CT", "DE", "5", "30"])
@pytest.mark.parametrize("enrolled", [5, 11, 29, 60, 61, 300, 301, 1400, 4000])
def test_no_hidden_count_can_be_recovered_from_its_row(name, enrolled):
    policy = PRESETS[name].tighten(PRESETS["restricted"])
    every = table([(enrolled, x) for x in range(enrolled + 1)])
    shown = protect(every, policy)
    hidden = shown[shown["status"] == "suppressed"]
    assert hidden["chronic_absent"].isna().all()
    looks = hidden.fillna(dict.fromkeys(("enrolled", "chronic_absent", "lower", "upper"), -1))
    alike = looks.groupby(["enrolled", "lower", "upper", "reason"]).size()
    assert (alike >= min(10, enrolled + 1)).all(), "a row unlike all others gives itself away"
    count = hidden.index.to_series()  # row number = true count
    bounded = hidden["lower"].notna()
    assert (hidden.loc[bounded, "lower"] <= count[bounded]).all()
    assert (hidden.loc[bounded, "upper"] >= count[bounded]).all()
    assert (hidden.loc[bounded, "upper"] - hidden.loc[bounded, "lower"] >= 10).all()
    open_counts = set(shown.loc[shown["status"] != "suppressed", "chronic_absent"])
    assert not open_counts & {0, enrolled, *range(1, 10), *range(enrolled - 9, enrolled)}


def test_rules_in_order_with_their_codes():
    rows = table(
        [(10, 5), (25, 0), (500, 3), (500, 495), (4000, 20), (4000, 3990), (400, 90), (45, 20)]
    )
    found = protect(rows, PRESETS["restricted"])
    assert found["reason"].tolist() == ["P1", "P2", "P2", "P2", "P4", "P4", "", "Q2"]
    assert found["status"].tolist() == ["suppressed"] * 6 + ["reported", "unreliable"]
    assert found.loc[4, ["lower", "upper"]].tolist() == [0, 40]
    assert found.loc[5, ["lower", "upper"]].tolist() == [3960, 4000]
    assert found.loc[0, ["enrolled", "lower", "upper"]].isna().all()
    assert found.loc[1:, "enrolled"].notna().all()
    assert found.loc[7, "chronic_absent"] == 20  # kept, so that sums add up
    assert set(found["reason"]) - {""} <= set(REASONS)


def test_a_published_source_keeps_its_own_suppression_and_nothing_more():
    rows = table([(10, 5), (25, 0), (500, 3), (400, 90)])
    found = protect(rows, PRESETS["published"])
    assert found["status"].tolist() == ["unreliable", "unreliable", "reported", "reported"]
    pd.testing.assert_frame_equal(
        found[["enrolled", "chronic_absent"]], rows[["enrolled", "chronic_absent"]]
    )


def test_the_four_states_are_never_mixed():
    rows = pd.concat(
        [
            table([(400, None)], "suppressed").assign(lower=0, upper=9, reason="under 10"),
            table([(400, None)], "missing").assign(reason="not collected"),
            table([(400, 90)], "unreliable").assign(reason="the publisher's own mark"),
        ],
        ignore_index=True,
    ).astype({"lower": "Int64", "upper": "Int64"})
    for policy in (PRESETS["published"], PRESETS["restricted"]):
        pd.testing.assert_frame_equal(protect(rows, policy), rows)


def test_a_count_that_slipped_into_a_suppressed_row_does_not_get_out():
    rows = table([(400, 90)], "suppressed").assign(reason="withheld")
    assert protect(rows, PRESETS["published"])["chronic_absent"].isna().all()


def test_policies_only_tighten():
    base = PRESETS["restricted"]
    for preset in PRESETS.values():
        both = base.tighten(preset)
        assert both.release == "restricted"
        assert both.hide_counts_up_to >= base.hide_counts_up_to
        assert both.hide_enrolled_up_to >= max(base.hide_enrolled_up_to, preset.hide_enrolled_up_to)
        assert both.tighten(both) == both
    assert PRESETS["published"].tighten(base).release == "restricted"
    rows = table([(n, x) for n in (15, 60, 400) for x in range(n + 1)])
    loose, strict = (
        protect(rows, p)["status"] == "suppressed" for p in (base, base.tighten(PRESETS["20"]))
    )
    assert (strict | ~loose).all()
    assert strict.sum() > loose.sum()


def test_a_row_of_unknown_enrolment_is_hidden_when_restricted():
    rows = table([(None, 50)])
    assert protect(rows, PRESETS["restricted"])["reason"].tolist() == ["P1"]
    assert protect(rows, PRESETS["published"])["status"].tolist() == ["reported"]


@pytest.mark.parametrize("policy", ["published", "restricted", "30"])
def test_every_reason_that_is_written_is_documented(policy):
    pairs = [(n, x) for n in (0, 1, 9, 29, 30, 60, 400) for x in range(0, n + 1, 3)]
    pairs += [(None, None), (400, None), (None, 5)]
    reasons = set(protect(table(pairs), PRESETS[policy])["reason"])
    assert reasons - {""} <= set(REASONS)
    nobody = protect(table([(0, 0)]), PRESETS["published"])
    assert nobody.loc[0, ["status", "reason"]].tolist() == ["unreliable", "Q1"]


def test_repeated_row_labels_and_empty_tables():
    rows = table([(500, 3), (400, 90)]).set_axis([7, 7])
    assert protect(rows, PRESETS["restricted"])["status"].tolist() == ["suppressed", "reported"]
    assert protect(rows.iloc[:0], PRESETS["restricted"]).empty


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="lacks the columns reason"):
        protect(table([(9, 1)]).drop(columns="reason"), PRESETS["published"])
    with pytest.raises(ValueError, match="'hidden' is not known"):
        protect(table([(9, 1)], "hidden"), PRESETS["published"])
    for policy in ("published", "restricted", "CT"):
        with pytest.raises(ValueError, match="row 1: the count 110 is above its denominator 100"):
            protect(table([(400, 90), (100, 110)]), PRESETS[policy])
        for bad in ("abc", "12", 3.5, float("inf"), True):
            rows = table([(400, 90), (100, 50)]).astype({"chronic_absent": object})
            rows.loc[1, "chronic_absent"] = bad
            with pytest.raises(ValueError, match=r"row 1: chronic_absent is .* whole number"):
                protect(rows, PRESETS[policy])
    with pytest.raises(ValueError, match="release"):
        Policy("x", "secret")
    with pytest.raises(ValueError, match="negative"):
        Policy("x", "restricted", hide_counts_up_to=-1)
    assert np.all([len(text) > 20 for text in REASONS.values()])
