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
from ui.languages import counted, mark, number, text
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

ODDS_MEANING = mark(
    "Odds are students chronically absent for each student who is not; 1.00 is no difference. Each"
    " figure is for one standard deviation more of the condition among these schools, written"
    " beside its name."
    " Levels of school and what neighbouring schools share are set aside."
)
JOINS_MEANING = mark(
    "Homes are not published, so each link is estimated again under every other join of this place."
    " A link is called clear only when the intervals of all joins together leave out “no"
    " difference”."
)

MODELLED = mark(
    "It is predicted by a model (CDC PLACES) from race, poverty and education, for adults: it may"
    " describe places on the map, and is never ranked, followed over time or compared with absence."
)
INDEX = mark(
    "An index counts several of the other conditions once more, so it stands alone here and never"
    " beside them."
)
INDEPENDENT = mark("Neighbouring schools are taken as independent, so the true interval is wider.")
PASSES = 0.05
CLEAR_MORE = mark("goes with more absence")
CLEAR_LESS = mark("goes with less absence")
UNCLEAR = mark("no clear link")
RELIABILITY = {
    "high": mark("high"),
    "medium": mark("medium"),
    "low": mark("low"),
    "no margin": mark("no margin published"),
}


def why_neighbourhoods(tracts: pd.DataFrame, table: pd.DataFrame) -> str:
    """Say why a map is of neighbourhoods: how many figures are too unsure, of either."""
    return text(
        "Shown by neighbourhood: the survey is too unsure in {tracts} of tracts, and in {areas} of"
        " neighbourhoods. Each figure is the mean over the children of its tracts.",
        tracts=percent_text(unsure_part(tracts), 0),
        areas=percent_text(unsure_part(table), 0),
    )


def answer(comparison: Comparison, measure: MeasureInfo, link: RankCorrelation, year: str) -> str:
    """Answer the page's question for the chosen driver, as an association only.

    Where there is no model, `link` of schools' rates and their exposure answers. The figures are
    those of `sureness`.
    """
    if measure.kind == "modelled":
        said = mark("“{condition}” is an estimate for adults, not a count.")
        return f"{text(said, condition=text(measure.label))} {text(MODELLED)}"
    if measure.map_only:
        said = mark("“{condition}” is for the map alone, never compared.")
        return f"{text(said, condition=text(measure.label))} {text(measure.caveat)}"
    if not _modelled(comparison, measure):
        return drivers_sentence(text(measure.label), link.rho, link.low, link.high, link.n)
    row = comparison.table.loc[measure.id]
    if row["reliability"] == "low":
        unsure = mark(
            "The survey is too unsure of “{condition}” around schools to say more than this."
        )
        return text(unsure, condition=text(measure.label))
    start, condition = _beside(comparison), text(measure.label)
    looked = text(
        "We looked at {schools} in {year}.",
        schools=plural(comparison.found.diagnostics.n, "school"),
        year=year,
    )
    if link_words(row) == UNCLEAR:
        return f"{text(_once_joined(row), start=start, condition=condition)} {looked}"
    said = text(_MORE if row["odds_ratio"] > 1 else _LESS, start=start, condition=condition)
    return " ".join(filter(None, (said, looked, _among_many(comparison, row), text(GO_TOGETHER))))


_MORE = mark("{start}, schools whose tracts have more of “{condition}” have more absence.")
_LESS = mark("{start}, schools whose tracts have more of “{condition}” have less absence.")


def figures(comparison: Comparison, measure: MeasureInfo, link: RankCorrelation) -> str:
    """Give the figures behind the answer; "" where it has none."""
    if not _modelled(comparison, measure):
        known = measure.is_compared and link.state == "estimated"
        return f"{capital(correlation_text(link))}. {text(INDEPENDENT)}" if known else ""
    row = comparison.table.loc[measure.id]
    if row["reliability"] == "low":
        return text(
            "The coefficient of variation of “{condition}” is {cv} at the middle school.",
            condition=text(measure.label),
            cv=percent_text(row["cv"], 0),
        )
    said = text(
        "“{condition}”: {ratio} times the odds for each {step} more (95 % interval {interval}).",
        condition=text(measure.label),
        ratio=ratio_text(row["odds_ratio"]),
        step=step_text(row["sd"], row["unit"]),
        interval=interval(row),
    )
    return " ".join(filter(None, (said, joins_sentence(row))))


def joins_sentence(row: pd.Series) -> str:
    """Say what the other joins give, and what all intervals hold; "" before they are known."""
    if pd.isna(row["join_least"]):
        return ""
    return text(
        "Under the other joins it is {range}; the intervals of all joins together reach from {low}"
        " to {high}.",
        range=joins_range(row),
        low=ratio_text(row["all_low"]),
        high=ratio_text(row["all_high"]),
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
        points = number(f"{100 * sd:.1f}")
        return text("{points} points" if short else "{points} percentage points", points=points)
    if unit == "percentile":
        return text("{count} percentile ranks", count=f"{100 * sd:.0f}")
    if unit == "usd":
        return number(f"${sd:,.0f}")
    step = number(f"{sd:,.2g}")
    return f"{step} {text(TENTHS[unit])}" if unit in TENTHS else step


def sureness(comparison: Comparison) -> str:
    """How sure the ranked associations are, with how many would pass when all are asked at once."""
    if comparison.found.state != "estimated":
        return ""
    table = comparison.table
    if len(table) == 1:
        return text("The interval allows for neighbouring schools being alike.")
    clear = int(sum(link_words(row) != UNCLEAR for _, row in table.iterrows()))
    passing = int(table["q"].le(PASSES).sum())
    conditions = plural(len(table), "condition")
    alike = text("Intervals allow for neighbouring schools being alike.")
    if not clear:
        none = mark(
            "None of {conditions} has 95 % intervals that leave out “no difference”{joins}."
        )
        said = text(none, conditions=conditions, joins=_under_all(comparison))
        return f"{said} {alike}"
    leave_out = counted(
        "Of {conditions} looked at, {count} has 95 % intervals that leave out “no"
        " difference”{joins}.",
        "Of {conditions} looked at, {count} have 95 % intervals that leave out “no"
        " difference”{joins}.",
        clear,
        conditions=conditions,
        joins=_under_all(comparison),
    )
    still = counted(
        "{count} still does when all are asked at once (false-discovery rate q up to .05).",
        "{count} still do when all are asked at once (false-discovery rate q up to .05).",
        passing,
    )
    return f"{leave_out} {still} {alike}"


def chart_title(count: int) -> str:
    """Question that the chart of this many drivers answers."""
    if count == 1:
        return text("Taken alone, does it go with more absence, or with less?")
    return text("Side by side, what goes with more absence, and what with less?")


def refusal(comparison: Comparison, measures: Mapping[str, MeasureInfo]) -> str:
    """Why no association is estimated, in plain words; "" when one is."""
    fit = comparison.found
    count, drivers = fit.diagnostics.n, len(fit.effects)
    if not drivers:
        return text(
            "No condition of this place is compared with absence: all are for the map alone."
        )
    if fit.state == "too few places":
        need = max(MIN_PLACES, PLACES_PER_EXPOSURE * drivers + 1)
        return text(
            "No association is estimated: {schools} of this choice can be shown and placed, and"
            " {conditions} would need at least {need}. Choose another level, or all levels.",
            schools=plural(count, "school"),
            conditions=plural(drivers, "condition"),
            need=need,
        )
    if fit.state == "collinear":
        alike = fit.effects.index[fit.effects["vif"] > MAX_VIF]
        names = ", ".join(f"“{text(measures[str(name)].label)}”" for name in alike)
        return text(
            "No association is estimated: across {schools}, {names} go along so closely that their"
            " links with absence cannot be told apart.",
            schools=plural(count, "school"),
            names=names,
        )
    if fit.state == "constant outcome":
        return text(
            "No association is estimated: absence is the same in all {schools} of this choice.",
            schools=plural(count, "school"),
        )
    return ""


def left_out(comparison: Comparison, measures: Mapping[str, MeasureInfo]) -> str:
    """List the drivers that take no part, with the one in the model each is most alike."""
    if comparison.beside == "alone":
        if comparison.found.state != "estimated":
            return ""
        return text(
            "Too few schools for other conditions beside it: it stands alone, so the link may be"
            " that of another condition."
        )
    if comparison.beside == "index":
        return text(INDEX)
    parts = [
        f"“{text(measures[name].label)}” ({_alike(other, measures)})"
        for name, other in comparison.left_out.items()
    ]
    if not parts:
        return ""
    return text(
        "Left out, because schools cannot tell them apart from others: {conditions}. What is said"
        " of one of a pair may be true of the other; choose it above to see it in its place.",
        conditions=", ".join(parts),
    )


def theme_sentence(shares: pd.DataFrame) -> str:
    """Say what the themes' shares are parts of."""
    explained = percent_text(float(shares["r2"].sum()), 0)
    return text(
        "All conditions together go along with {share} of what differs between schools of the same"
        " level; the bars divide that among themes, whatever order they are taken in, with 95 %"
        " bootstrap intervals over neighbourhoods.",
        share=explained,
    )


def housing_sentence(label: str, link: RankCorrelation, year: str) -> str:
    """Absence beside students in temporary housing at the same school."""
    if link.state != "estimated":
        few = mark("Too few schools ({count}) have both figures to compare absence with “{label}”.")
        return text(few, count=link.n, label=text(label))
    said = _HIGHER if link.rho > 0 else _LOWER
    if link.low <= 0 <= link.high:
        said = _NO_LINK
    measured = text(
        said,
        schools=plural(link.n, "school"),
        label=text(label),
        figures=correlation_text(link),
        year=year,
    )
    cause = text("An association between schools, not a cause.")
    return f"{measured} {cause} {text(INDEPENDENT)}"


_NO_LINK = mark(
    "Measured at the school itself: across {schools}, absence shows no clear link with the school's"
    " own “{label}” ({figures}, {year})."
)
_HIGHER = mark(
    "Measured at the school itself: across {schools}, schools with more of their own “{label}” have"
    " higher chronic absence ({figures}, {year})."
)
_LOWER = mark(
    "Measured at the school itself: across {schools}, schools with more of their own “{label}” have"
    " lower chronic absence ({figures}, {year})."
)


def housing_not_covered(years: Collection[str], year: str) -> str:
    """Say that temporary housing is known of other school years only."""
    span = not_covered_text(years, year)
    said = mark("Students in temporary housing, counted at each school, are {years}.")
    return text(said, years=span)


def correlation_text(link: RankCorrelation) -> str:
    """Rank correlation with its interval: ``"rank correlation +0.54, 95 % interval ..."``."""
    return text(
        "rank correlation {rho}, 95 % interval {low} to {high}",
        rho=_signed(link.rho),
        low=_signed(link.low),
        high=_signed(link.high),
    )


def _signed(value: float) -> str:
    return number(f"{value:+.2f}".replace("-", "\N{MINUS SIGN}"))


def about(measure: MeasureInfo) -> list[tuple[str, str]]:
    """Terms and texts of a measure: question, of whom, what it cannot say, how it may matter."""
    touches = text(measure.touches) if measure.touches else ""
    if measure.reference:
        touches = f"{touches} ({measure.reference})"
    facts = [
        (text("Question"), measure.question),
        (text("Out of"), measure.denominator),
        (text("How it may touch attendance"), touches),
        (text("What it cannot say"), measure.caveat),
    ]
    return [(term, text(said)) for term, said in facts if said]


def _modelled(comparison: Comparison, measure: MeasureInfo) -> bool:
    """Whether the schools of the view say something of the measure."""
    return measure.id in comparison.table.index and comparison.found.state == "estimated"


def _once_joined(row: pd.Series) -> str:
    """Text of a link that is not clear, also where the chosen join alone would have said so."""
    alone = row["odds_low"] > 1 or row["odds_high"] < 1
    if alone:
        return mark(
            "{start}, we see no clear link between “{condition}” and absence that holds wherever we"
            " suppose students live."
        )
    return mark("{start}, we see no clear link between “{condition}” and absence.")


def _among_many(comparison: Comparison, row: pd.Series) -> str:
    """Say so when a clear link would not be clear among all that were looked at."""
    if len(comparison.table) == 1 or row["q"] <= PASSES:
        return ""
    return text("Among so many conditions, one such link could be chance.")


def _under_all(comparison: Comparison) -> str:
    fitted = sum(reason == "" for reason in comparison.joins.values())
    return text(" under all {count} joins", count=fitted + 1) if fitted else ""


def _beside(comparison: Comparison) -> str:
    others = len(comparison.table) - 1
    if not others:
        return text("Taken alone")
    if others == 1:
        return text("Allowing for one other condition")
    return text("Allowing for {count} other conditions", count=how_many(others))


def _alike(other: str, measures: Mapping[str, MeasureInfo]) -> str:
    if not other:
        return text("nearly the same everywhere")
    return text("most alike “{condition}”", condition=text(measures[other].label))
