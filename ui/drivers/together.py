"""Absence and one condition together on the map: its nine classes, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from analytics.drivers.bivariate import THIRDS
from data.recipe.measures import MeasureInfo
from data.views.driver_together import Tested, Together
from ui.languages import counted, mark, number, text
from ui.maps.decks import AreaClasses, flags
from ui.maps.scales import (
    NOT_SHOWN,
    NOT_SHOWN_COLOUR,
    ClassScale,
    hatch_on,
    ink_on,
    interval_labels,
)
from ui.words.numbers import alpha_text, count_text, plural, q_text

Axis = tuple[str, tuple[str, ...]]
NO_MARGINS = mark(
    "This condition is published without margins of error: how sure each tract's figure is cannot"
    " be said."
)
_ABSENCE = {
    "low": mark("Low third of absence"),
    "middle": mark("Middle third of absence"),
    "high": mark("High third of absence"),
}
_CONDITION = {
    "low": mark("Low third of the condition"),
    "middle": mark("Middle third of the condition"),
    "high": mark("High third of the condition"),
}
_PLAIN = {"low": mark("Lower third"), "middle": mark("Middle third"), "high": mark("Upper third")}
_PAIRS = {
    "low-low": mark("low absence, low condition"),
    "low-middle": mark("low absence, middle condition"),
    "low-high": mark("low absence, high condition"),
    "middle-low": mark("middle absence, low condition"),
    "middle-middle": mark("middle absence, middle condition"),
    "middle-high": mark("middle absence, high condition"),
    "high-low": mark("high absence, low condition"),
    "high-middle": mark("high absence, middle condition"),
    "high-high": mark("high absence, high condition"),
}
_NO_MORE = mark(
    "Over {tracts}, absence and “{condition}” go together no more than rearranged schools would"
    " ({figures})."
)
_TOGETHER = mark(
    "Over {tracts}, absence and “{condition}” go together more than rearranged schools would"
    " ({figures})."
)
_APART = mark(
    "Over {tracts}, absence and “{condition}” go apart more than rearranged schools would"
    " ({figures})."
)
# Joshua Stevens (2015), "Bivariate Choropleth Maps", blue and gold: absence from below to above by
# rows, the condition from left to right. The only one of his that every viewer tells apart.
BLUE_GOLD = (
    *("#f3f3f3", "#b4d3e1", "#509dc2"),
    *("#f3e6b3", "#b3b3b3", "#376387"),
    *("#f3b300", "#b36600", "#000000"),
)


def together_classes(together: Together) -> AreaClasses:
    """Tracts by both; lines cross those where absence is high and the condition hardest."""
    scale = bivariate_scale(flipped=together.hard == "high-low")
    pairs = together.tracts["pair"]
    corner = pairs.eq(together.hard) if together.hard else pairs.isna()
    return AreaClasses(
        scale,
        scale.encode(pairs),
        flags(pairs.eq(NOT_SHOWN)),
        hatched=flags(corner),
        lines=mark("most absence and the hardest third of the condition"),
    )


def bivariate_scale(*, flipped: bool = False) -> ClassScale:
    """Nine classes of absence (first) and a condition, "low-low" to "high-high", then "not shown".

    `flipped` for a condition of which less is harder: black stays where both are hardest.
    """
    pairs = [(absence, driver) for absence in THIRDS for driver in THIRDS]
    labels = tuple(f"{absence}-{driver}" for absence, driver in pairs)
    words = tuple(text(_PAIRS[label]) for label in labels)
    rows = [BLUE_GOLD[at : at + 3][:: -1 if flipped else 1] for at in (0, 3, 6)]
    colours = tuple(colour for row in rows for colour in row)
    return ClassScale(
        (*labels, NOT_SHOWN),
        (*colours, NOT_SHOWN_COLOUR),
        tuple(map(str, range(len(labels) + 1))),
        (*words, text(NOT_SHOWN)),
        named=True,
    )


def square_legend(
    scale: ClassScale,
    counts: Mapping[str, int],
    absence: tuple[str, Sequence[str]],
    condition: tuple[str, Sequence[str]],
    hard: str,
) -> str:
    """Square legend of nine classes: absence upwards, the condition towards where it is harder.

    Parameters
    ----------
    scale : ClassScale
        Of two measures.
    counts : mapping of int
        Tracts a class, by label.
    absence, condition : (str, sequence of str)
        Name of each axis and the words of its thirds, from low to high.
    hard : str
        Label of the corner that is crossed by lines; "" for none.
    """
    across = THIRDS[::-1] if hard == "high-low" else THIRDS
    words = [dict(zip(THIRDS, axis[1], strict=True)) for axis in (absence, condition)]
    colours = dict(zip(scale.labels, scale.colours, strict=True))
    rows = [
        f'<tr><th scope="row">{escape(words[0][row])}</th>'
        + "".join(_cell(f"{row}-{column}", colours, counts, hard) for column in across)
        + "</tr>"
        for row in reversed(THIRDS)
    ]
    foot = "".join(f'<th scope="col">{escape(words[1][column])}</th>' for column in across)
    caption = f"↑ {escape(absence[0])}"
    return (
        f'<table class="nine"><caption>{caption}</caption><tbody>{"".join(rows)}'
        f"<tr><td></td>{foot}</tr></tbody>"
        f'<tfoot><tr><td></td><td colspan="3">{escape(condition[0])} →</td></tr></tfoot></table>'
    )


def together_sentence(together: Together, measure: MeasureInfo, year: str) -> str:
    """How many tracts are in the hardest corner of the map, of how many."""
    counted = int(together.classes.table.to_numpy().sum())
    if not together.hard:
        tracts = plural(counted, "tract")
        return text("{tracts} have both figures, {year}.", tracts=tracts, year=year)
    row, column = together.hard.split("-")
    both = int(together.classes.table.loc[row, column])
    return text(
        "{count} of {tracts} with both figures lie in the third with most absence and in the"
        " hardest third of “{condition}”, {year}.",
        count=count_text(both),
        tracts=plural(counted, "tract"),
        condition=text(measure.label),
        year=year,
    )


def tested_sentences(tested: Tested, measure: MeasureInfo, alpha: float) -> tuple[str, ...]:
    """Where both go together beyond chance: on the whole map, and in hot spots."""
    said = (_lee(tested, measure, alpha), _overlap(tested, measure))
    return tuple(filter(None, (*said, "" if tested.has_margins else text(NO_MARGINS))))


def axes(together: Together, label: str, unit: str) -> tuple[Axis, Axis]:
    """Name both axes of the square legend, with the bounds of their thirds, from low to high."""
    bounds = (together.classes.absence_breaks, together.classes.driver_breaks)
    absence, driver = (tuple(float(f"{bound:.3g}") for bound in pair) for pair in bounds)
    own = text("Absence, times expected"), _labels(absence, "ratio")
    return own, (text(label), _labels(driver, unit))


def table_of_counts(together: Together) -> pd.DataFrame:
    """Count tracts by both, in words: most absence on top, as in the legend."""
    counts = together.classes.table.loc[list(reversed(THIRDS))]
    body = counts.map(count_text)
    body.columns = [text(_CONDITION[name]) for name in counts.columns]
    body.index = pd.Index([text(_ABSENCE[name]) for name in counts.index], name=text("Tracts"))
    return body.reset_index()


def _labels(bounds: tuple[float, ...], unit: str) -> tuple[str, ...]:
    """Words of three thirds; plain words where there are no bounds, or one only."""
    if not bounds[0] < bounds[1]:
        return tuple(text(_PLAIN[name]) for name in THIRDS)
    return interval_labels(bounds, unit)


def _lee(tested: Tested, measure: MeasureInfo, alpha: float) -> str:
    lee = tested.lee
    count = int(lee.areas["state"].eq("tested").sum())
    if not math.isfinite(lee.p):
        return text(
            "Too few tracts ({count}) have both figures to test where absence and “{condition}” go"
            " together.",
            count=count,
            condition=text(measure.label),
        )
    apart = _APART if lee.statistic <= lee.expected else _TOGETHER
    figures = text(
        "Lee's L {value}, {expected} by chance, {p}",
        value=_signed(lee.statistic),
        expected=_signed(lee.expected),
        p=q_text(lee.p, "p"),
    )
    said = [
        text(
            _NO_MORE if lee.p > alpha else apart,
            tracts=plural(count, "tract"),
            condition=text(measure.label),
            figures=figures,
        )
    ]
    if tested.weak:
        weak = mark("{count} figures of low reliability count here, in averages over neighbours.")
        said.append(text(weak, count=count_text(tested.weak)))
    high, low = (tested.passing(name, alpha) for name in ("high-high", "low-low"))
    if not high + low:
        none = mark(
            "Around no single tract do both lie on one side beyond chance (q up to {alpha})."
        )
        return " ".join([*said, text(none, alpha=alpha_text(alpha))])
    both = mark("Both are high around {high} and low around {low} beyond chance (q up to {alpha}).")
    if lee.p > alpha:
        both = mark(
            "Even so, both are high around {high} and low around {low} beyond chance (q up to"
            " {alpha})."
        )
    around = {"high": plural(high, "tract"), "low": plural(low, "tract")}
    return " ".join([*said, text(both, alpha=alpha_text(alpha), **around)])


def _signed(value: float) -> str:
    written = f"{value:+.2f}"
    if float(written) == 0:
        return number(written[1:])
    return number(written.replace("-", "\N{MINUS SIGN}"))


def _overlap(tested: Tested, measure: MeasureInfo) -> str:
    both = tested.overlap
    if both is None:
        return ""
    if not tested.hot:
        return text(
            "No group of tracts is a hot spot in this view, so there is none to lay over it."
        )
    if both.state != "tested":
        return text("No hot-spot tract has a figure of this condition that can carry a conclusion.")
    enough = text("with a figure reliable enough") if tested.weak else text("with a figure")
    return counted(
        "{count} of {tracts} {enough} lies in the fifth of tracts with {most} of “{condition}”;"
        " chance gives about {expected}, {p}. Hot spots are those of all analyses together.",
        "{count} of {tracts} {enough} lie in the fifth of tracts with {most} of “{condition}”;"
        " chance gives about {expected}, {p}. Hot spots are those of all analyses together.",
        both.count,
        tracts=plural(both.hot, "hot-spot tract"),
        enough=enough,
        most=text("most") if measure.direction == "higher is harder" else text("least"),
        condition=text(measure.label),
        expected=f"{both.expected:.0f} ({both.low:.0f}–{both.high:.0f})",
        p=q_text(both.p, "p"),
    )


def _cell(label: str, colours: Mapping[str, str], counts: Mapping[str, int], hard: str) -> str:
    """One class of a square legend: its colour, its tracts, and lines over the hard corner."""
    colour = colours[label]
    ground = f"background:{colour};color:{ink_on(colour)}"
    if label == hard:
        lines = f"repeating-linear-gradient(135deg,{hatch_on(colour)} 0 1px,{colour} 1px 7px)"
        ground = f"background:{lines};color:{ink_on(colour)}"
    return (
        f'<td style="{ground}"><b style="background:{colour}">{count_text(counts[label])}</b></td>'
    )
