"""Ordered classes of a measure with their colours, and the legends that explain them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.rates.definitions import BAND_FRACTION
from data.contracts.vocabulary import NOT_SHOWN as NOT_SHOWN
from ui.languages import PERCENT, mark, number, text
from ui.words.numbers import TENTHS, count_text, ratio_text, value_text
from ui.words.standing import (
    AGREEMENT_CLASSES,
    CIRCLE_CLASSES,
    EXCEEDANCE_CLASSES,
    HOT_CLASSES,
)

HOT_COLD: Mapping[str, str] = MappingProxyType(
    {
        "hot 99": "#b2182b",
        "hot 95": "#e06c50",
        "hot 90": "#f7b799",
        "not significant": "#e2dfd9",
        "cold 90": "#a5cde3",
        "cold 95": "#4d94c4",
        "cold 99": "#2166ac",
        "not shown": "#ffffff",
    }
)
NOT_SHOWN_COLOUR = "#ffffff"
NOT_SHOWN_MARK = "#7a7a7a"  # the grey dots or hatch laid over the white
BORDER = "#7a7a7a"
BOTH = "#8c4d6d"  # hot in as many analyses as cold
HATCH = "#3a3a3a"  # lines over what is marked
HATCH_ON_DARK = "#ffffff"
SELECTION = "#111111"
SELECTION_HALO = "#ffffff"
TEXT = "#1c1c1c"

# Dark means more, on screen as in print, so that a grey copy reads the same way.
# Five of one hue: neighbours keep a contrast of 1.4 to 2.2, for every viewer a distance of 19.
SEQUENTIAL = ("#fbe3c2", "#f3b670", "#d8812f", "#a04f12", "#572606")
PU_OR = ("#5e3c99", "#b2abd2", "#e2dfd9", "#fdb863", "#e66101")


MOST_CLASSES = 5
"""Lines of a legend, besides "not shown"."""
TRACTS = mark("tracts")
UNITS = (TRACTS, mark("schools"), mark("neighbourhoods"))
"""What a map is of."""
COLD_TOGETHER = mark("cold: the darker, the clearer")
RATE_BREAKS = BAND_FRACTION
RATIO_BREAKS = (0.75, 0.90, 1.10, 1.25)

HOT_SPOT_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "consensus": AGREEMENT_CLASSES,
        "test": HOT_CLASSES,
        "scan": CIRCLE_CLASSES,
        "membership": EXCEEDANCE_CLASSES,
    }
)
"""Words of the classes of a hot-spot map, by kind of analysis."""
DIFFERENCE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "both": mark("in a group on both maps"),
        "first": mark("on the left map only"),
        "second": mark("on the right map only"),
        "neither": mark("on neither"),
    }
)


def hot_cold_scale() -> ClassScale:
    """Classes of the hot-spot map, hottest first, coldest last, then "not shown"."""
    return _hot_cold(HOT_CLASSES)


def circle_scale() -> ClassScale:
    """Classes of the circles of a scan, in the colours of hot and cold."""
    return _hot_cold(CIRCLE_CLASSES)


def agreement_scale() -> ClassScale:
    """Classes of how many analyses flag a tract, most hot first, then "not shown"."""
    hues = (
        *("hot 99", "hot 95", "hot 90", "not significant"),
        *("cold 90", "cold 95", "cold 99", "both"),
    )
    return _named(AGREEMENT_CLASSES, hues)


def exceedance_scale() -> ClassScale:
    """Classes of the probability that a tract lies above what its levels lead one to expect."""
    return _named(EXCEEDANCE_CLASSES, ("hot 99", "hot 95", "not significant", "cold 95", "cold 99"))


def _hot_cold(meanings: Mapping[str, str]) -> ClassScale:
    """Hottest first, coldest last, then "not shown"."""
    labels = tuple(HOT_COLD)
    words = tuple(text(meanings[label]) for label in labels)
    return ClassScale(labels, tuple(HOT_COLD.values()), _codes(len(labels)), words, named=True)


def _named(words: Mapping[str, str], colours: tuple[str, ...]) -> ClassScale:
    """Named classes in the colours of hot and cold, then "not shown"."""
    labels, hues = (*words, NOT_SHOWN), (*colours, NOT_SHOWN)
    return ClassScale(
        labels,
        tuple(BOTH if hue == "both" else HOT_COLD[hue] for hue in hues),
        _codes(len(labels)),
        tuple(map(text, (*words.values(), NOT_SHOWN))),
        named=True,
    )


def difference_scale() -> ClassScale:
    """Classes of a map of where two hot-spot maps differ, then "not shown"."""
    return _named(DIFFERENCE_CLASSES, ("hot 99", "hot 90", "cold 95", "not significant"))


def rate_scale() -> ClassScale:
    """Bands of the share of students chronically absent: 5, 10, 20 and 30 %."""
    labels = interval_labels(RATE_BREAKS, "fraction")
    return _with_not_shown(labels, SEQUENTIAL, labels, RATE_BREAKS)


def ratio_scale() -> ClassScale:
    """Observed over expected for the schools' levels: well below, about as, well above expected."""
    labels = interval_labels(RATIO_BREAKS, "ratio")
    meanings = (
        text("well below expected"),
        text("below expected"),
        text("about as expected"),
        text("above expected"),
        text("well above expected"),
    )
    words = tuple(f"{words} ({label})" for label, words in zip(labels, meanings, strict=True))
    return _with_not_shown(labels, PU_OR, words, RATIO_BREAKS)


def driver_scale(place_values: pd.Series, unit: str) -> ClassScale:
    """Up to five classes of a driver from ALL areas of the place, so that no filter moves them.

    `unit` is one of `data.contracts.vocabulary.UNITS`.
    """
    breaks = nice_breaks(place_values)
    picks = {1: (2,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
    labels = interval_labels(breaks, unit) if breaks else (text("one value in every area"),)
    chosen = tuple(SEQUENTIAL[i] for i in picks[len(labels)])
    return _with_not_shown(labels, chosen, labels, breaks)


def hatch_on(colour: str) -> str:
    """Colour of lines that can be seen on a class: dark on light, white on dark."""
    return _clearer(HATCH, colour)


def ink_on(colour: str) -> str:
    """Colour of text that can be read on a class."""
    return _clearer(TEXT, colour)


def _clearer(dark: str, ground: str) -> str:
    """Give the dark colour, or white where white has the higher contrast (WCAG 2.2)."""
    below = _luminance(ground) + 0.05
    dark_wins = below / (_luminance(dark) + 0.05) > (1 + 0.05) / below
    return dark if dark_wins else HATCH_ON_DARK


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in rgb(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
        (*words, text(NOT_SHOWN)),
        breaks,
    )


def _codes(count: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(count))


def class_legend(
    scale: ClassScale,
    title: str,
    *,
    counts: Mapping[str, int] | None = None,
    use_words: bool = False,
) -> str:
    """Legend of a class map as HTML, every text escaped.

    Parameters
    ----------
    scale : ClassScale
    title : str
        What is shown, with year; read first by a screen reader.
    counts : mapping of int, optional
        Areas a class, by label; shown in brackets. Classes with none are left out; cold ones share
        a line where there would be more than five.
    use_words : bool
        Write the meaning of each class instead of its short name.
    """
    texts = dict(zip(scale.labels, scale.words if use_words else scale.labels, strict=True))
    colours = dict(zip(scale.labels, scale.colours, strict=True))
    shown = [label for label in scale.labels if counts is None or counts[label]]
    cold = [label for label in shown if label.startswith("cold")]
    many = counts is not None and len(shown) > MOST_CLASSES + (NOT_SHOWN in shown)
    together = cold if many and len(cold) > 1 else []
    lines = [[label] for label in shown if label not in together]
    if together:
        lines.insert(shown.index(together[0]), together)
    items = []
    for line in lines:
        words = text(COLD_TOGETHER) if len(line) > 1 else texts[line[0]]
        count = "" if counts is None else f" ({count_text(sum(counts[label] for label in line))})"
        items.append(_swatches([(label, colours[label]) for label in line], words + count))
    return _list(title, items)


def size_legend(title: str, sizes: Mapping[str, float]) -> str:
    """Legend of point sizes: diameter in pixels by label, drawn between 4 and 48 pixels."""
    items = []
    for label, diameter in sizes.items():
        px = f"{min(max(diameter, 4.0), 48.0):.0f}px"
        items.append(_item("circle", f"width:{px};height:{px}", label))
    return _list(title, items)


def marks_legend(
    *,
    selected: str = "",
    hatched: int = 0,
    lines: str = "",
    note: str = "",
    hidden: Mapping[str, int] | None = None,
) -> str:
    """Legend of the marks beside colour: the selection, lines, and dots where nothing is shown.

    `hatched` areas are crossed by `lines`; `note` tells of a mark not drawn; `hidden` counts those
    not shown by reason.
    """
    items = []
    if selected:
        items.append(_item("box selected", "", text("selected: {name}", name=selected)))
    if hatched:
        items.append(
            _item(
                "box hatch",
                "",
                _counted(text("with lines: {meaning}", meaning=text(lines)), hatched),
            )
        )
    if note:
        items.append(_item("note", "", note))
    for reason, count in (hidden or {}).items():
        items.append(
            _item("box dots", "", _counted(text("not shown: {reason}", reason=reason), count))
        )
    return _list(text("Marks on the map"), items, told=False) if items else ""


def alt_text(scale: ClassScale, title: str, counts: Mapping[str, int], unit: str = TRACTS) -> str:
    """Text alternative of a class map: the count of areas in each class that occurs."""
    parts = [
        f"{count_text(counts[label])} {words}"
        for label, words in zip(scale.labels, scale.words, strict=True)
        if counts[label]
    ]
    return text(
        "Map of {title}. Number of {unit} by class: {counts}.",
        title=title,
        unit=text(unit),
        counts="; ".join(parts),
    )


def _counted(words: str, count: int) -> str:
    return f"{words} ({count_text(count)})"


def _swatches(classes: list[tuple[str, str]], words: str) -> str:
    """One line of a legend: the swatches of its classes (label and colour), and its words."""
    marks = [
        _mark("box dots") if label == NOT_SHOWN else _mark("box", f"background:{colour}")
        for label, colour in classes
    ]
    return f'<span role="listitem">{"".join(marks)}{escape(words)}</span>'


def _item(kind: str, style: str, words: str) -> str:
    return f'<span role="listitem">{_mark(kind, style)}{escape(words)}</span>'


def _mark(kind: str, style: str = "") -> str:
    look = f' style="{style}"' if style else ""
    return f'<i class="{kind}"{look}></i>'


def _list(title: str, items: list[str], *, told: bool = True) -> str:
    name = escape(title)
    heading = f'<strong aria-hidden="true">{name}</strong>' if told else ""
    inner = f'<div role="list" aria-label="{name}">{"".join(items)}</div>'
    return f'<div class="legend">{heading}{inner}</div>'


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
    suffix = PERCENT if unit == "fraction" else f" {text(TENTHS[unit])}" if unit in TENTHS else ""
    middle = (
        text("{low} to under {high}", low=low, high=high + suffix) for low, high in pairwise(texts)
    )
    first = text("under {high}", high=texts[0] + suffix)
    return (first, *middle, text("{low} or more", low=texts[-1] + suffix))


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
        return ratio_text(value)
    if unit in {"fraction", "percentile"}:
        return number(f"{round(100 * value, 6):g}")
    return number(f"{value:,.6g}") if unit in TENTHS else value_text(value, unit)
