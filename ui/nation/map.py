"""The map of a nation's counties: bands of the rate, and a class of its own for what is apart."""

from __future__ import annotations

import numpy as np

from data.contracts.vocabulary import NOT_SHOWN
from data.views.nation import NationView
from ui.languages import mark, text
from ui.maps.decks import AreaClasses, flags
from ui.maps.scales import NOT_SHOWN_COLOUR, ClassScale, classify, rate_scale

LAYER = "counties"
OTHERWISE = mark("counted otherwise, not compared")
ON_CARD = mark("its figure is on the card of the county")
OTHERWISE_COLOUR = "#c3c9d0"


def county_scale() -> ClassScale:
    """Bands of the share of students, then what is counted otherwise, then "not shown"."""
    bands = rate_scale()
    labels = (*bands.labels[:-1], OTHERWISE, NOT_SHOWN)
    return ClassScale(
        labels,
        (*bands.colours[:-1], OTHERWISE_COLOUR, NOT_SHOWN_COLOUR),
        tuple(map(str, range(len(labels)))),
        (*bands.words[:-1], text(OTHERWISE), text(NOT_SHOWN)),
        named=True,
    )


def county_classes(view: NationView) -> AreaClasses:
    """Counties by their rate where it is compared; lines cross those that are counted otherwise."""
    scale, table = county_scale(), view.counties
    *_, otherwise, hidden = scale.codes
    codes = np.array(list(classify(table["rate"], rate_scale().breaks)), dtype=object)
    apart = (table["shown"] & table["apart"].ne("")).to_numpy()
    codes[apart] = otherwise
    codes[~table["shown"].to_numpy()] = hidden
    return AreaClasses(
        scale,
        "".join(codes),
        flags(~table["shown"]),
        hatched=flags(table["shown"] & table["apart"].ne("")),
        lines=ON_CARD,
        unit=LAYER,
    )
