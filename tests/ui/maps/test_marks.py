"""Marks of tracts that differences between schools alone could give: lines, legend and table."""

import pandas as pd
import pytest

from ui.maps.decks import BY_SCHOOLS, by_class, looks_by_schools, measure_classes
from ui.maps.scales import marks_legend


def tracts(marked, size=12):
    """Half the tracts half as high as expected, half as high again; the last is not shown."""
    ratio = [0.5, 1.5] * (size // 2)
    return pd.DataFrame(
        {
            "ratio": ratio,
            "rate": [0.2 * one for one in ratio],
            "eb_rate": [0.2 * one for one in ratio],
            "expected": 20.0,
            "enrolled": 100.0,
            "shown": [True] * (size - 1) + [False],
            "by_schools": [i < marked for i in range(size)],
        },
        index=[f"t{i}" for i in range(size)],
    )


@pytest.mark.parametrize("measure", ["crude", "ratio", "eb"])
def test_up_to_a_third_of_the_tracts_carry_lines_and_beyond_it_the_legend_speaks(measure):
    few = measure_classes(tracts(3), measure)
    assert (few.hatched, few.lines, few.note) == ("111" + "0" * 9, BY_SCHOOLS, "")
    many = measure_classes(tracts(4), measure)
    assert many.hatched == ""
    assert many.note.startswith(f"{BY_SCHOOLS}: 4 of 11 tracts")
    assert many.note in marks_legend(note=many.note)


def test_a_tract_that_looks_as_expected_is_not_marked():
    table = tracts(2).assign(ratio=1.0, rate=0.2)
    assert not looks_by_schools(table, "ratio").any()
    assert not looks_by_schools(table, "crude").any()
    assert looks_by_schools(tracts(2), "ratio").tolist() == [True] * 2 + [False] * 10


def test_classes_count_every_tract_once_with_the_marks_among_them():
    found = by_class(tracts(3), "ratio").set_index("map_class")
    assert found["tracts"].sum() == 12
    assert found.loc["well below expected (under 0.75)"].tolist() == [6, 2]
    assert found.loc["well above expected (1.25 or more)"].tolist() == [5, 1]
    assert found.loc["not shown"].tolist() == [1, 0]
