"""What a map is told: layers, words under the pointer, order of the arrow keys, its own code."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ui.maps import view
from ui.maps.block import figures_of, order_of
from ui.maps.decks import AreaClasses, area_map
from ui.maps.geometry import MapGeometry
from ui.maps.scales import rate_scale

EXTENT = (-74.0, 40.0, -73.0, 41.0)
TRACTS = pd.DataFrame(
    {
        "shown": [True, True, False, True],
        "rate": [0.413, 0.25, np.nan, 0.1],
        "enrolled": [1_204.0, 40.0, np.nan, 900.0],
        "chronic_absent": [497.0, 10.0, np.nan, 90.0],
        "expected": [400.0, 12.0, np.nan, 40.0],
        "status": ["reported", "reported", "suppressed", "reported"],
        "reason": "",
    },
    index=["a", "b", "c", "d"],
)


def layers(classes: AreaClasses, *context: str) -> dict[str, dict[str, object]]:
    deck = area_map(MapGeometry("place", EXTENT, layers=context), classes)
    return {layer["id"]: layer for layer in deck.specification()}


def test_figures_are_rate_and_students_or_why_there_is_none() -> None:
    high, small, withheld, low = figures_of(TRACTS)
    assert high == "41.3\xa0%, 1,204 students"
    assert small == "25\xa0%, 40 students"
    assert withheld.startswith("not shown")
    assert "40" not in withheld
    assert low == "10.0\xa0%, 900 students"


def test_a_school_without_a_row_has_no_figure() -> None:
    assert figures_of(TRACTS.reindex(["a", "nowhere"]))[1] == ""


def test_arrow_keys_go_from_most_students_beyond_expected_and_skip_what_is_not_shown() -> None:
    assert order_of(TRACTS) == ["a", "d", "b"]
    assert order_of(TRACTS.rename_axis("neighbourhood")) == ["in:a", "in:d", "in:b"]


def test_every_class_has_its_words_by_colour_and_every_area_its_class() -> None:
    scale = rate_scale()
    classes = AreaClasses(scale, "40515", "00101", hatched="01000")
    deck = area_map(MapGeometry("place", EXTENT), classes)
    words = deck.words()
    assert list(words.values()) == list(scale.words)
    fill = {layer["id"]: layer for layer in deck.specification()}["tracts"]["getFillColor"]
    assert fill["codes"] == classes.codes
    told = [words[",".join(map(str, fill["values"][int(code)]))] for code in fill["codes"]]
    assert told == [scale.words[int(code)] for code in classes.codes]


def test_water_lies_over_the_areas_and_boundaries_over_both() -> None:
    classes = AreaClasses(rate_scale(), "0", "0")
    order = list(layers(classes, "water", "boundaries"))
    assert order.index("tracts") < order.index("water-ground") < order.index("boundaries")
    assert "water-ground" not in layers(classes)


def test_areas_may_be_neighbourhoods_with_marks_of_their_own() -> None:
    found = layers(AreaClasses(rate_scale(), "05", "01", hatched="10", unit="neighbourhoods"))
    addresses = {str(layer["data"]).rpartition("/")[2] for layer in found.values()}
    assert addresses == {
        *("neighbourhoods-marks.json", "neighbourhoods-hatch.json"),
        *("neighbourhoods.json#neighbourhoods", "areas.json#borders"),
    }
    assert [name for name, layer in found.items() if layer.get("pickable")] == ["neighbourhoods"]


def test_the_code_of_the_map_is_published_whole_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "STATIC", tmp_path)
    view.publish.cache_clear()
    try:
        address = view.publish()
    finally:
        view.publish.cache_clear()
    library = view.STATIC / address.rpartition("/")[2]
    assert library.read_bytes() == view.LIBRARY.read_bytes()
    served = {path.name: path.read_bytes() for path in (view.STATIC / view.VERSION).iterdir()}
    assert served == {source.name: source.read_bytes() for source in view.SOURCES}
