"""A map of neighbourhoods paints each tract in the class of its neighbourhood."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ui.maps.neighbourhoods import (
    counts,
    neighbourhood_classes,
    neighbourhood_driver_classes,
)

UNITS = pd.Series(["Hill", "Bay", np.nan, "Bay", "Moor"], list("abcde"), dtype="str")
NAMES = pd.Index(["Bay", "Hill", "Moor"])
TABLE = pd.DataFrame(
    {
        **{"rate": [0.22, 0.31, 0.5], "low": [0.2, 0.3, 0.1], "high": [0.25, 0.33, 0.9]},
        **{"ratio": [1.0, 1.3, 2.0], "enrolled": [2000.0, 3000.0, 9.0]},
        **{"expected": [440.0, 700.0, 2.0], "by_schools": [True, False, False]},
        **{"shown": [True, True, False], "status": ["reported", "reported", "unreliable"]},
        "reason": ["", "", "n_eff < 30"],
    },
    NAMES,
)


def test_tracts_have_the_class_of_their_neighbourhood() -> None:
    found = neighbourhood_classes(TABLE, UNITS, "crude")
    assert found.codes == "43535"  # 30 % or more, 20 to under 30, not shown, ...
    assert found.marked == "00101"
    by_label = counts(found.scale, found.codes, UNITS)
    assert [n for n in by_label.values() if n] == [1, 1, 1]
    assert by_label["30\xa0% or more"] == 1
    assert by_label["not shown"] == 1


def test_lines_that_too_many_would_carry_are_told_in_neighbourhoods() -> None:
    many = TABLE.assign(ratio=[1.5, 1.3, 2.0])
    assert neighbourhood_classes(TABLE, UNITS, "ratio").note == ""
    note = neighbourhood_classes(many, UNITS, "ratio").note
    assert "1 of 2 neighbourhoods" in note


def test_a_driver_is_painted_by_neighbourhood() -> None:
    driver = pd.DataFrame(
        {
            **{"value": [0.1, 0.3, np.nan], "moe": [0.01, np.nan, np.nan], "unit": "fraction"},
            **{"status": ["reported", "reported", "missing"], "reliability": ["low", "high", ""]},
        },
        NAMES,
    )
    found = neighbourhood_driver_classes(driver, UNITS, "fraction")
    assert found.codes == "40505"  # highest, lowest, not shown, ...
    assert (found.hatched, "1 of 2 neighbourhoods" in found.note) == ("", True)
