"""Ordered classes of a measure: where they begin and end, and the class of each value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.contracts.vocabulary import NOT_SHOWN as NOT_SHOWN
from ui.words.numbers import TENTHS, value_text

_SUFFIXES = {"fraction": " %", **{unit: f" {words}" for unit, words in TENTHS.items()}}


@dataclass(frozen=True)
class ClassScale:
    """Ordered classes of one measure; the last class is always "not shown".

    Parameters
    ----------
    labels : tuple of str
        Short names, in the order of the legend.
    colours : tuple of str
        Hex colours, one a class.
    codes : tuple of str
        One character a class: what the map receives instead of a colour.
    words : tuple of str
        What the class means, in a few plain words.
    breaks : tuple of float
        Lower bounds (closed) of the second and later classes; empty for named classes.
    named : bool
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
    def rgb(self) -> tuple[tuple[int, int, int], ...]:
        """Colours as red, green, blue from 0 to 255, in the order of the codes."""
        return tuple(rgb(colour) for colour in self.colours)

    def encode(self, values: pd.Series, *, shown: pd.Series | None = None) -> str:
        """Codes of a column of values (with breaks) or class names (without), in row order.

        A missing value, and one that the display gate withholds (`shown` is False), is "not shown".

        Raises
        ------
        ValueError
            A name is not a class of this scale.
        """
        mask = None if shown is None else shown.to_numpy(dtype=bool)
        if self.named:
            return _encode_names(values, self, mask)
        return classify(values, self.breaks, shown=mask)

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
    values : Series or array
        Numbers in the unit of the breaks; missing and infinite values are not shown.
    breaks : sequence of float
        Increasing lower bounds, closed: a value on a break belongs to the upper class.
    shown : bool array, optional
        False where the display gate withholds the value.

    Raises
    ------
    ValueError
        The breaks do not increase, or there are more than eight.
    """
    if len(breaks) > 8 or any(low >= high for low, high in pairwise(breaks)):
        raise ValueError(f"breaks must increase, and be eight at most: {tuple(breaks)}")
    numbers = pd.to_numeric(pd.Series(values)).to_numpy(dtype=float, na_value=np.nan)
    codes = np.searchsorted(np.asarray(breaks, dtype=float), numbers, side="right")
    hidden = ~np.isfinite(numbers) if shown is None else ~np.isfinite(numbers) | ~shown
    return "".join(np.where(hidden, len(breaks) + 1, codes).astype(str))


def _encode_names(values: pd.Series, scale: ClassScale, mask: NDArray[np.bool_] | None) -> str:
    lookup = dict(zip(scale.labels, scale.codes, strict=True))
    names = values.astype("object").where(values.notna(), NOT_SHOWN)
    if mask is not None:
        names = names.where(mask, NOT_SHOWN)
    unknown = sorted({str(name) for name in names.unique()} - set(lookup))
    if unknown:
        raise ValueError(f"not a class of this map: {unknown}; known are {list(lookup)}")
    return "".join(names.map(lookup))


def nice_breaks(values: pd.Series) -> tuple[float, ...]:
    """Fifths of a distribution, rounded to the roundest numbers that keep them apart.

    Up to four increasing breaks, each above the smallest value; missing values are left out.
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


def interval_labels(breaks: Sequence[float], unit: str) -> tuple[str, ...]:
    """Words of the classes that breaks make, in their unit: ``"20 to under 40 %"``."""
    texts = [_break_text(value, unit) for value in breaks]
    suffix = _SUFFIXES.get(unit, "")
    middle = (f"{low} to under {high}{suffix}" for low, high in pairwise(texts))
    return (f"under {texts[0]}{suffix}", *middle, f"{texts[-1]}{suffix} or more")


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


def _break_text(value: float, unit: str) -> str:
    if unit == "ratio":
        return f"{value:.2f}"
    if unit in {"fraction", "percentile"}:
        return f"{round(100 * value, 6):g}"
    return f"{value:,.6g}" if unit in _SUFFIXES else value_text(value, unit)
