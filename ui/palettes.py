"""The colours and classes that maps, legends, charts and reports share.

A class always has a colour, words and a place in the order: colour is never its only sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ui.wording import HOT_CLASSES, value_text

HOT_COLD: Mapping[str, str] = MappingProxyType(
    {
        "hot 99": "#b2182b",
        "hot 95": "#e06c50",
        "hot 90": "#f7b799",
        "not significant": "#f3f1ec",
        "cold 90": "#a5cde3",
        "cold 95": "#4d94c4",
        "cold 99": "#2166ac",
        "not shown": "#ffffff",
    }
)
NOT_SHOWN = "not shown"
NOT_SHOWN_COLOUR = "#ffffff"
NOT_SHOWN_MARK = "#7a7a7a"  # the grey dots or hatch laid over the white
BORDER = "#7a7a7a"
WATER = "#e8eef3"
SELECTION = "#111111"
SELECTION_HALO = "#ffffff"
TEXT = "#1c1c1c"

# Dark means more, on screen as in print, so that a grey copy reads the same way.
VIRIDIS = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
YL_OR_BR = ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404")
PU_OR = ("#5e3c99", "#b2abd2", "#f7f7f7", "#fdb863", "#e66101")

RATE_BREAKS = (0.05, 0.10, 0.20, 0.30)
RATIO_BREAKS = (0.75, 0.90, 1.10, 1.25)


@dataclass(frozen=True)
class ClassScale:
    """Ordered classes of one measure; the last class is always "not shown".

    Attributes
    ----------
    labels
        Short names, in the order of the legend.
    colours
        Hex colours, one a class.
    codes
        One character a class: what the map receives instead of a colour.
    words
        What the class means, in a few plain words.
    breaks
        Lower bounds (closed) of the second and later classes; empty for named classes.
    named
        True when the data hold the class names themselves, not numbers to classify.
    """

    labels: tuple[str, ...]
    colours: tuple[str, ...]
    codes: tuple[str, ...]
    words: tuple[str, ...]
    breaks: tuple[float, ...] = ()
    named: bool = False

    def __post_init__(self) -> None:
        """Refuse scales whose parts do not match one to one."""
        sizes = {len(self.labels), len(self.colours), len(self.codes), len(self.words)}
        if len(sizes) != 1 or any(len(code) != 1 for code in self.codes):
            raise ValueError(
                "a scale needs one label, colour, one-character code and words per class"
            )

    @property
    def not_shown(self) -> str:
        """Code of the class "not shown"."""
        return self.codes[-1]

    @property
    def rgb(self) -> tuple[tuple[int, int, int], ...]:
        """Colours as red, green, blue from 0 to 255, in the order of the codes."""
        return tuple(rgb(colour) for colour in self.colours)

    def encode(self, values: pd.Series, *, shown: pd.Series | None = None) -> str:
        """Codes of a column of values (with breaks) or class names (without), in row order.

        Parameters
        ----------
        values
            Numbers, or class names for a named scale; a missing value becomes "not shown".
        shown
            False where the display gate withholds the value.

        Returns
        -------
        str
            One character a row.

        Raises
        ------
        ValueError
            When a name is not a class of this scale.
        """
        mask = None if shown is None else shown.to_numpy(dtype=bool)
        if self.named:
            return _encode_names(values, self, mask)
        return classify(values, self.breaks, shown=mask)

    def colour_of(self, code: str) -> str:
        """Colour of a class code."""
        return self.colours[self.codes.index(code)]

    def words_of(self, code: str) -> str:
        """Words of a class code."""
        return self.words[self.codes.index(code)]

    def counts(self, encoded: str) -> dict[str, int]:
        """How many areas each class holds, by label, in legend order."""
        return {
            label: encoded.count(code) for label, code in zip(self.labels, self.codes, strict=True)
        }


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue (0-255) of a ``#rrggbb`` colour."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def classify(
    values: pd.Series | ArrayLike,
    breaks: Sequence[float],
    *,
    shown: NDArray[np.bool_] | None = None,
) -> str:
    """Class code of each value: "0" below the first break, then "1", ...; last code "not shown".

    Parameters
    ----------
    values
        Numbers in the unit of the breaks; missing and infinite values are not shown.
    breaks
        Increasing lower bounds, closed: a value on a break belongs to the upper class.
    shown
        False where the display gate withholds the value.

    Returns
    -------
    str
        One character a value, in the same order.

    Raises
    ------
    ValueError
        When the breaks do not increase, or there are more than eight.
    """
    if len(breaks) > 8 or any(low >= high for low, high in pairwise(breaks)):
        raise ValueError(f"breaks must increase, and be eight at most: {tuple(breaks)}")
    numbers = pd.to_numeric(pd.Series(values)).to_numpy(dtype=float, na_value=np.nan)
    codes = np.searchsorted(np.asarray(breaks, dtype=float), numbers, side="right")
    hidden = ~np.isfinite(numbers) if shown is None else ~np.isfinite(numbers) | ~shown
    return "".join(np.where(hidden, len(breaks) + 1, codes).astype(str))


def hot_cold_scale() -> ClassScale:
    """Classes of the hot-spot map, hottest first, coldest last, then "not shown"."""
    labels = tuple(HOT_COLD)
    words = tuple(HOT_CLASSES[label] for label in labels)
    return ClassScale(labels, tuple(HOT_COLD.values()), _codes(len(labels)), words, named=True)


def rate_scale(*, print_colours: bool = False) -> ClassScale:
    """Bands of the share of students chronically absent: 5, 10, 20 and 30 %."""
    bands = ("low", "modest", "significant", "high", "extreme")
    labels = _interval_labels(RATE_BREAKS, "fraction")
    words = tuple(f"{label} ({band})" for label, band in zip(labels, bands, strict=True))
    colours = YL_OR_BR if print_colours else VIRIDIS
    return _with_not_shown(labels, colours, words, RATE_BREAKS)


def ratio_scale() -> ClassScale:
    """Observed over expected for the schools' levels: well below, about as, well above expected."""
    labels = _interval_labels(RATIO_BREAKS, "ratio")
    meanings = (
        "well below expected",
        "below expected",
        "about as expected",
        "above expected",
        "well above expected",
    )
    words = tuple(f"{text} ({label})" for label, text in zip(labels, meanings, strict=True))
    return _with_not_shown(labels, PU_OR, words, RATIO_BREAKS)


def driver_scale(place_values: pd.Series, unit: str, *, print_colours: bool = False) -> ClassScale:
    """Classes of a driver from ALL areas of the place, so that no filter ever moves them.

    Parameters
    ----------
    place_values
        The driver in every area of the study area.
    unit
        "fraction", "percentile", "count", "usd" or "years".
    print_colours
        Take the colours meant for paper.

    Returns
    -------
    ClassScale
        Up to five classes; fewer when most areas share one value.
    """
    breaks = nice_breaks(place_values)
    colours = YL_OR_BR if print_colours else VIRIDIS
    picks = {1: (2,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
    labels = _interval_labels(breaks, unit) if breaks else ("one value in every area",)
    chosen = tuple(colours[i] for i in picks[len(labels)])
    return _with_not_shown(labels, chosen, labels, breaks)


def nice_breaks(values: pd.Series) -> tuple[float, ...]:
    """Fifths of a distribution, rounded to the roundest numbers that keep them apart.

    Parameters
    ----------
    values
        Any numbers; missing and infinite ones are left out.

    Returns
    -------
    tuple of float
        Up to four increasing breaks, each above the smallest value.
    """
    numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    if numbers.size == 0:
        return ()
    fifths = np.unique(np.quantile(numbers, [0.2, 0.4, 0.6, 0.8]))
    fifths = fifths[fifths > numbers.min()]
    if fifths.size == 0:
        # Fewer than one area in five differs: the one break that says something is "above it".
        above = numbers[numbers > numbers.min()]
        return (float(above.min()),) if above.size else ()
    return tuple(float(value) for value in _rounded(fifths, float(numbers.min())))


def _rounded(fifths: NDArray[np.float64], lowest: float) -> NDArray[np.float64]:
    # A break may move by a third of the smallest gap at most, so classes stay near fifths.
    gaps = np.diff(np.concatenate(([lowest], fifths)))
    room = gaps.min() / 3
    top = int(np.ceil(np.log10(np.abs(fifths).max() + np.finfo(float).tiny))) + 1
    for exponent in range(top, top - 12, -1):
        for factor in (5, 2, 1):
            step = factor * 10.0**exponent
            rounded = np.round(np.round(fifths / step) * step, max(0, -exponent))
            if np.abs(rounded - fifths).max() <= room:
                return rounded
    return fifths


def _interval_labels(breaks: Sequence[float], unit: str) -> tuple[str, ...]:
    texts = [_break_text(value, unit) for value in breaks]
    suffix = {"fraction": " %", "years": " years"}.get(unit, "")
    middle = (f"{low} to under {high}{suffix}" for low, high in pairwise(texts))
    return (f"under {texts[0]}{suffix}", *middle, f"{texts[-1]}{suffix} or more")


def _break_text(value: float, unit: str) -> str:
    if unit == "ratio":
        return f"{value:.2f}"
    if unit in {"fraction", "percentile"}:
        return f"{round(100 * value, 6):g}"
    return f"{value:g}" if unit == "years" else value_text(value, unit)


def _with_not_shown(
    labels: tuple[str, ...],
    colours: tuple[str, ...],
    words: tuple[str, ...],
    breaks: tuple[float, ...],
) -> ClassScale:
    return ClassScale(
        (*labels, NOT_SHOWN),
        (*colours, NOT_SHOWN_COLOUR),
        _codes(len(labels) + 1),
        (*words, NOT_SHOWN),
        breaks,
    )


def _codes(count: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(count))


def _encode_names(values: pd.Series, scale: ClassScale, mask: NDArray[np.bool_] | None) -> str:
    lookup = dict(zip(scale.labels, scale.codes, strict=True))
    names = values.astype("object").where(values.notna(), NOT_SHOWN)
    if mask is not None:
        names = names.where(mask, NOT_SHOWN)
    unknown = sorted({str(name) for name in names.unique()} - set(lookup))
    if unknown:
        raise ValueError(f"not a class of this map: {unknown}; known are {list(lookup)}")
    return "".join(names.map(lookup))
