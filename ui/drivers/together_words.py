"""What is said of absence and one condition together on the map: counts, tests and chance."""

from __future__ import annotations

import math

from data.recipe.measures import MeasureInfo
from ui.bivariate_views import Tested, Together
from ui.words.numbers import count_text, plural, q_text

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
