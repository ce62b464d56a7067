"""What is said of social drivers beside absence, made by rules: no claim without its number."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analytics.association import RankCorrelation
from analytics.association.collinearity import MAX_VIF
from analytics.association.model import MIN_PLACES, PLACES_PER_EXPOSURE
from data.recipe.measures import MeasureInfo
from data.views.drivers import Comparison
from data.views.neighbourhoods import unsure_part
from ui.words.answers import GO_TOGETHER, drivers_sentence
from ui.words.cards import not_covered_text
from ui.words.numbers import (
    TENTHS,
    percent_text,
    plural,
    ratio_text,
    span_text,
)
from ui.words.plain import capital, how_many

ODDS_MEANING = (
    "Odds are students chronically absent for each student who is not; 1.00 is no difference. Each"
    " figure is for one standard deviation more of the condition among these schools, written"
    " beside its name."
    " Levels of school and what neighbouring schools share are set aside."
)
JOINS_MEANING = (
    "Homes are not published, so each link is estimated again under every other join of this place."
    " A link is called clear only when the intervals of all joins together leave out “no"
    " difference”."
)

MODELLED = (
    "It is predicted by a model (CDC PLACES) from race, poverty and education, for adults: it may"
    " describe places on the map, and is never ranked, followed over time or compared with absence."
)
INDEX = (
    "An index counts several of the other conditions once more, so it stands alone here and never"
    " beside them."
)
INDEPENDENT = "Neighbouring schools are taken as independent, so the true interval is wider."
PASSES = 0.05
CLEAR_MORE = "goes with more absence"
CLEAR_LESS = "goes with less absence"
UNCLEAR = "no clear link"
RELIABILITY = {"high": "high", "medium": "medium", "low": "low", "no margin": "no margin published"}


def why_neighbourhoods(tracts: pd.DataFrame, table: pd.DataFrame) -> str:
    """Say why a map is of neighbourhoods: how many figures are too unsure, of either."""
    texts = [
        f"{percent_text(unsure_part(each), 0)} of {what}"
        for each, what in ((tracts, "tracts"), (table, "neighbourhoods"))
    ]
    return (
        f"Shown by neighbourhood: the survey is too unsure in {texts[0]}, and in {texts[1]}. Each"
        " figure is the mean over the children of its tracts."
    )


def answer(comparison: Comparison, measure: MeasureInfo, link: RankCorrelation, year: str) -> str:
    """Answer the page's question for the chosen driver, as an association only.

    Where there is no model, `link` of schools' rates and their exposure answers. The figures are
    those of `sureness`.
    """
    if measure.kind == "modelled":
        return f"“{measure.label}” is an estimate for adults, not a count. {MODELLED}"
    if measure.map_only:
        return f"“{measure.label}” is for the map alone, never compared. {measure.caveat}"
    if not _modelled(comparison, measure):
        return drivers_sentence(measure.label, link.rho, link.low, link.high, link.n)
    row = comparison.table.loc[measure.id]
    if row["reliability"] == "low":
        return (
            f"The survey is too unsure of “{measure.label}” around schools to say more than this."
        )
    start, schools = _beside(comparison), plural(comparison.found.diagnostics.n, "school")
    looked = f"We looked at {schools} in {year}."
    if link_words(row) == UNCLEAR:
        once = _once_joined(row)
        link_of = f"no clear link between “{measure.label}” and absence{once}"
        return f"{start}, we see {link_of}. {looked}"
    direction = "more" if row["odds_ratio"] > 1 else "less"
    return (
        f"{start}, schools whose tracts have more of “{measure.label}” have {direction} absence."
        f" {looked}{_among_many(comparison, row)} {GO_TOGETHER}"
    )


def figures(comparison: Comparison, measure: MeasureInfo, link: RankCorrelation) -> str:
    """Give the figures behind the answer; "" where it has none."""
    if not _modelled(comparison, measure):
        known = measure.is_compared and link.state == "estimated"
        return f"{capital(correlation_text(link))}. {INDEPENDENT}" if known else ""
    row = comparison.table.loc[measure.id]
    if row["reliability"] == "low":
        cv = percent_text(row["cv"], 0)
        return f"The coefficient of variation of “{measure.label}” is {cv} at the middle school."
    said = (
        f"“{measure.label}”: {ratio_text(row['odds_ratio'])} times the odds for each"
        f" {step_text(row['sd'], row['unit'])} more (95 % interval {interval(row)})."
    )
    return " ".join(filter(None, (said, joins_sentence(row))))


def joins_sentence(row: pd.Series) -> str:
    """Say what the other joins give, and what all intervals hold; "" before they are known."""
    if pd.isna(row["join_least"]):
        return ""
    return (
        f"Under the other joins it is {joins_range(row)}; the intervals of all joins together reach"
        f" from {ratio_text(row['all_low'])} to {ratio_text(row['all_high'])}."
    )


def joins_range(row: pd.Series) -> str:
    """Range of the odds ratios under the other joins: ``"1.10 to 1.22"``."""
    return span_text(ratio_text(row["join_least"]), ratio_text(row["join_most"]))


def link_words(row: pd.Series) -> str:
    """Say whether the intervals of all joins leave out "no difference", and on which side."""
    if row["all_low"] > 1:
        return CLEAR_MORE
    return CLEAR_LESS if row["all_high"] < 1 else UNCLEAR


def interval(row: pd.Series, low: str = "odds_low", high: str = "odds_high") -> str:
    """Interval of an odds ratio: ``"1.05–1.25"``."""
    return f"{ratio_text(row[low])}–{ratio_text(row[high])}"


def step_text(sd: float, unit: str, *, short: bool = False) -> str:
    """One standard deviation of a driver in its own unit: ``"7.2 percentage points"``."""
    if unit == "fraction":
        return f"{100 * sd:.1f} {'points' if short else 'percentage points'}"
    if unit == "percentile":
        return f"{100 * sd:.0f} percentile ranks"
    if unit == "usd":
        return f"${sd:,.0f}"
    return f"{sd:,.2g} {TENTHS[unit]}" if unit in TENTHS else f"{sd:,.2g}"


def sureness(comparison: Comparison) -> str:
    """How sure the ranked associations are, with how many would pass when all are asked at once."""
    if comparison.found.state != "estimated":
        return ""
    table = comparison.table
    if len(table) == 1:
        return "The interval allows for neighbouring schools being alike."
    clear = int(sum(link_words(row) != UNCLEAR for _, row in table.iterrows()))
    passing = int(table["q"].le(PASSES).sum())
    return (
        f"Of {plural(len(table), 'condition')} looked at, {clear} {_have(clear)} 95 % intervals"
        f" that leave out “no difference”{_under_all(comparison)}; {passing} still {_do(passing)}"
        " when all are asked at once (false-discovery rate q up to .05). Intervals allow for"
        " neighbouring schools being alike."
    )


def chart_title(count: int) -> str:
    """Question that the chart of this many drivers answers."""
    if count == 1:
        return "Taken alone, does it go with more absence, or with less?"
    return "Side by side, what goes with more absence, and what with less?"


def refusal(comparison: Comparison, measures: Mapping[str, MeasureInfo]) -> str:
    """Why no association is estimated, in plain words; "" when one is."""
    fit = comparison.found
    count, drivers = fit.diagnostics.n, len(fit.effects)
    if fit.state == "too few places":
        need = max(MIN_PLACES, PLACES_PER_EXPOSURE * drivers + 1)
        return (
            f"No association is estimated: {plural(count, 'school')} of this choice can be shown"
            f" and placed, and {plural(drivers, 'condition')} would need at least {need}. Choose"
            " another level, or all levels."
        )
    if fit.state == "collinear":
        alike = fit.effects.index[fit.effects["vif"] > MAX_VIF]
        names = ", ".join(f"“{measures[str(name)].label}”" for name in alike)
        return (
            f"No association is estimated: across {plural(count, 'school')}, {names} go along so"
            " closely that their links with absence cannot be told apart."
        )
    if fit.state == "constant outcome":
        return (
            f"No association is estimated: absence is the same in all {plural(count, 'school')}"
            " of this choice."
        )
    return ""


def left_out(comparison: Comparison, measures: Mapping[str, MeasureInfo]) -> str:
    """List the drivers that take no part, with the one in the model each is most alike."""
    if comparison.beside == "alone":
        if comparison.found.state != "estimated":
            return ""
        return (
            "Too few schools for other conditions beside it: it stands alone, so the link may be"
            " that of another condition."
        )
    if comparison.beside == "index":
        return INDEX
    parts = [
        f"“{measures[name].label}” ({_alike(other, measures)})"
        for name, other in comparison.left_out.items()
    ]
    if not parts:
        return ""
    return (
        f"Left out, because schools cannot tell them apart from others: {', '.join(parts)}. What is"
        " said of one of a pair may be true of the other; choose it above to see it in its place."
    )


def theme_sentence(shares: pd.DataFrame) -> str:
    """Say what the themes' shares are parts of."""
    explained = percent_text(float(shares["r2"].sum()), 0)
    return (
        f"All conditions together go along with {explained} of what differs between schools of the"
        " same level; the bars divide that among themes, whatever order they are taken in, with"
        " 95 % bootstrap intervals over neighbourhoods."
    )


def housing_sentence(label: str, link: RankCorrelation, year: str) -> str:
    """Absence beside students in temporary housing at the same school."""
    if link.state != "estimated":
        return f"Too few schools ({link.n}) have both figures to compare absence with “{label}”."
    figures = correlation_text(link)
    if link.low <= 0 <= link.high:
        said = f"absence shows no clear link with the school's own “{label}”"
    else:
        word = "higher" if link.rho > 0 else "lower"
        said = f"schools with more of their own “{label}” have {word} chronic absence"
    return (
        f"Measured at the school itself: across {plural(link.n, 'school')}, {said} ({figures},"
        f" {year}). An association between schools, not a cause. {INDEPENDENT}"
    )


def housing_not_covered(years: Collection[str], year: str) -> str:
    """Say that temporary housing is known of other school years only."""
    span = not_covered_text(years, year)
    return f"Students in temporary housing, counted at each school, are {span}."


def correlation_text(link: RankCorrelation) -> str:
    """Rank correlation with its interval: ``"rank correlation +0.54, 95 % interval ..."``."""
    text = f"rank correlation {link.rho:+.2f}, 95 % interval {link.low:+.2f} to {link.high:+.2f}"
    return text.replace("-", "\N{MINUS SIGN}")


def about(measure: MeasureInfo) -> list[tuple[str, str]]:
    """Terms and texts of a measure: question, of whom, what it cannot say, how it may matter."""
    touches = f"{measure.touches} ({measure.reference})" if measure.reference else measure.touches
    facts = [
        ("Question", measure.question),
        ("Out of", measure.denominator),
        ("How it may touch attendance", touches),
        ("What it cannot say", measure.caveat),
    ]
    return [(term, text) for term, text in facts if text]


def _do(count: int) -> str:
    return "does" if count == 1 else "do"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _modelled(comparison: Comparison, measure: MeasureInfo) -> bool:
    """Whether the schools of the view say something of the measure."""
    return measure.id in comparison.table.index and comparison.found.state == "estimated"


def _once_joined(row: pd.Series) -> str:
    """Say so when the chosen join alone would have called the link clear."""
    alone = row["odds_low"] > 1 or row["odds_high"] < 1
    return " that holds wherever we suppose students live" if alone else ""


def _among_many(comparison: Comparison, row: pd.Series) -> str:
    """Say so when a clear link would not be clear among all that were looked at."""
    if len(comparison.table) == 1 or row["q"] <= PASSES:
        return ""
    return " Among so many conditions, one such link could be chance."


def _under_all(comparison: Comparison) -> str:
    fitted = sum(reason == "" for reason in comparison.joins.values())
    return f" under all {fitted + 1} joins" if fitted else ""


def _beside(comparison: Comparison) -> str:
    others = len(comparison.table) - 1
    if not others:
        return "Taken alone"
    more = "condition" if others == 1 else "conditions"
    return f"Allowing for {how_many(others) if others > 1 else 'one'} other {more}"


def _alike(other: str, measures: Mapping[str, MeasureInfo]) -> str:
    return f"most alike “{measures[other].label}”" if other else "nearly the same everywhere"
