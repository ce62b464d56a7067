"""Where classes of numbers begin and end, and how those bounds are written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ui.words.numbers import TENTHS, value_text

_SUFFIXES = {"fraction": " %", **{unit: f" {words}" for unit, words in TENTHS.items()}}


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
