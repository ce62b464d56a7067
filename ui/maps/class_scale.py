"""Ordered classes of a measure, and the class of each value: one character an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.contracts.vocabulary import NOT_SHOWN as NOT_SHOWN


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


def _encode_names(values: pd.Series, scale: ClassScale, mask: NDArray[np.bool_] | None) -> str:
    lookup = dict(zip(scale.labels, scale.codes, strict=True))
    names = values.astype("object").where(values.notna(), NOT_SHOWN)
    if mask is not None:
        names = names.where(mask, NOT_SHOWN)
    unknown = sorted({str(name) for name in names.unique()} - set(lookup))
    if unknown:
        raise ValueError(f"not a class of this map: {unknown}; known are {list(lookup)}")
    return "".join(names.map(lookup))
