"""What is said of absence and one condition together on the map: counts, tests and chance."""

from __future__ import annotations

import math

import pandas as pd

from analytics.drivers.bivariate import THIRDS
from data.recipe.measures import MeasureInfo
from data.views.together import Tested, Together
from ui.maps.classes import AreaClasses, flags
from ui.maps.palettes import bivariate_scale
from ui.maps.scales import NOT_SHOWN, interval_labels
from ui.words.numbers import count_text, plural, q_text

Axis = tuple[str, tuple[str, ...]]
NO_MARGINS = (
    "This condition is published without margins of error: how sure each tract's figure is cannot"
    " be said."
)


def together_sentence(together: Together, measure: MeasureInfo, year: str) -> str:
    """How many tracts are in the hardest corner of the map, of how many."""
    counted = int(together.classes.table.to_numpy().sum())
    if not together.hard:
        return f"{plural(counted, 'tract')} have both figures, {year}."
    row, column = together.hard.split("-")
    both = int(together.classes.table.loc[row, column])
    return (
        f"{count_text(both)} of {plural(counted, 'tract')} with both figures lie in the third with"
        f" most absence and in the hardest third of “{measure.label}”, {year}."
    )


def tested_sentences(tested: Tested, measure: MeasureInfo, alpha: float) -> tuple[str, ...]:
    """Where both go together beyond chance: on the whole map, and in hot spots."""
    said = (_lee(tested, measure, alpha), _overlap(tested, measure))
    return tuple(filter(None, (*said, "" if tested.has_margins else NO_MARGINS)))


def axes(together: Together, label: str, unit: str) -> tuple[Axis, Axis]:
    """Name both axes of the square legend, with the bounds of their thirds, from low to high."""
    bounds = (together.classes.absence_breaks, together.classes.driver_breaks)
    absence, driver = (tuple(float(f"{bound:.3g}") for bound in pair) for pair in bounds)
    return ("Absence, times expected", _labels(absence, "ratio")), (label, _labels(driver, unit))


def table_of_counts(together: Together) -> pd.DataFrame:
    """Count tracts by both, in words: most absence on top, as in the legend."""
    counts = together.classes.table.loc[list(reversed(THIRDS))]
    body = counts.map(lambda count: f"{count:,}")
    body.columns = [f"{name.capitalize()} third of the condition" for name in counts.columns]
    words = [f"{name.capitalize()} third of absence" for name in counts.index]
    return body.reset_index(drop=True).assign(Tracts=words).set_index("Tracts").reset_index()


def _labels(bounds: tuple[float, ...], unit: str) -> tuple[str, ...]:
    """Words of three thirds; plain words where there are no bounds, or one only."""
    if not bounds[0] < bounds[1]:
        return tuple(name.capitalize() for name in THIRDS)
    return interval_labels(bounds, unit)


def _lee(tested: Tested, measure: MeasureInfo, alpha: float) -> str:
    lee = tested.lee
    count = int(lee.areas["state"].eq("tested").sum())
    if not math.isfinite(lee.p):
        return (
            f"Too few tracts ({count}) have both figures to test where absence and"
            f" “{measure.label}” go together."
        )
    if lee.p > alpha:
        said = "go together no more than rearranged schools would"
    else:
        said = "go together" if lee.statistic > lee.expected else "go apart"
        said += " more than rearranged schools would"
    figures = f"Lee's L {lee.statistic:+.2f}, {lee.expected:+.2f} by chance, {q_text(lee.p, 'p')}"
    figures = figures.replace("-", "\N{MINUS SIGN}")
    high, low = (tested.passing(name, alpha) for name in ("high-high", "low-low"))
    weak = (
        f" {count_text(tested.weak)} figures of low reliability count here, in averages over"
        " neighbours."
        if tested.weak
        else ""
    )
    return (
        f"Over {plural(count, 'tract')}, absence and “{measure.label}” {said} ({figures}).{weak}"
        f" Both are high around {plural(high, 'tract')} and low around {plural(low, 'tract')}"
        f" beyond chance (q up to {alpha:g})."
    )


def _overlap(tested: Tested, measure: MeasureInfo) -> str:
    both = tested.overlap
    if both is None:
        return ""
    if not tested.hot:
        return "No group of tracts is a hot spot in this view, so there is none to lay over it."
    if both.state != "tested":
        return "No hot-spot tract has a figure of this condition that can carry a conclusion."
    enough = "with a figure reliable enough" if tested.weak else "with a figure"
    most = "most" if measure.direction == "higher is harder" else "least"
    return (
        f"{count_text(both.count)} of {plural(both.hot, 'hot-spot tract')} {enough} lie in the"
        f" fifth of tracts with {most} of “{measure.label}”; chance gives about"
        f" {both.expected:.0f} ({both.low:.0f}–{both.high:.0f}), {q_text(both.p, 'p')}. Hot spots"
        " are those of all analyses together."
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
        lines="most absence and the hardest third of the condition",
    )
