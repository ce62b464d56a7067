"""Numbers, states and sentences as people read them: plain, about places, never blame."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from data.vocabulary import LEVEL_LABELS

SMALL_GROUP = 300
"""Below this many students a percentage is written without decimals."""

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "crude": "Share of students chronically absent",
        "ratio": "Compared with what the school levels lead one to expect",
        "eb": "Share chronically absent, steadied for small schools",
    }
)
MEASURE_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "crude": "Students chronically absent, divided by students enrolled.",
        "ratio": (
            "Observed over expected: 1.00 is as many as schools of the same levels have across the"
            " whole place; 1.25 is a quarter more."
        ),
        "eb": (
            "Each rate is drawn toward the rate of the whole place, more so where there are few"
            " students (empirical Bayes, Marshall 1991). The crude rate stands beside it."
        ),
    }
)
JOIN_METHODS: Mapping[str, str] = MappingProxyType(
    {
        "gravity": (
            "Students are spread over the nearest tracts by distance and by resident children;"
            " every student is counted once."
        ),
        "building": (
            "All students count in the tract the school stands in. The weakest join: most children"
            " live elsewhere."
        ),
        "zones": "Students are spread over the tracts of their school's attendance zone.",
        "nearest": "Students are spread evenly over the tracts nearest to their school.",
        "supplied": "Students are spread over tracts by shares supplied with the data.",
    }
)

LEVELS: Mapping[str, str] = LEVEL_LABELS
HOT_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "hot 99": "hot, very sure (99 %)",
        "hot 95": "hot, sure (95 %)",
        "hot 90": "perhaps hot (90 %)",
        "not significant": "no clear cluster",
        "cold 90": "perhaps cold (90 %)",
        "cold 95": "cold, sure (95 %)",
        "cold 99": "cold, very sure (99 %)",
        "not shown": "not shown",
    }
)

TRACT_MEANING = (
    "This map shows the schools that children of a tract attend;"
    " it does not measure each child there."
)
INTERVAL_MEANING = (
    "The range in brackets is a 95 % interval for the underlying risk: how far the figure could"
    " move from year to year by chance alone. Every enrolled student is counted, not a sample."
)
COVERAGE_MEANING = (
    "Coverage compares the students counted in a tract with the children who live there; under 50 %"
    " or over 150 % the figure speaks for a different group of children and is read with care."
)
ASSOCIATION = (
    "Association, not cause: places where conditions and absence go together. It says nothing"
    " about any one student or family."
)
HELPS = "Belonging, health care nearby and a stable home help children be in school."
CHRONIC_MEANING = (
    "Chronically absent: a student who missed at least 10 % of enrolled school days,"
    " for any reason."
)
HOT_SPOT_MEANING = (
    "Children in these neighbourhoods miss more school than chance and school-to-school"
    " differences explain."
)
NULL_MEANING = (
    "Chance is measured by moving school results among schools of the same level many times and"
    " sending each result through the same join. Moving tracts instead would call the smoothness"
    " of shared schools a cluster."
)
NO_CATCHMENT = "not shown: no students allocated"

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "P1": "not shown: {minimum} or fewer students enrolled",
        "P2": "not shown: fewer than {minimum} students",
        "P3": "not shown: it would give back another withheld number",
        "P4": "shown as a limit: nearly none or nearly all students",
        "P5": "not shown: too few schools stand behind it",
        "P6": "not shown: made from a withheld number",
        "Q1": "not shown: too few students for a reliable figure",
        "Q2": "not shown: the interval is too wide to be of use",
        "Q3": "not shown: the interval is wide compared with the figure",
        "Q4": "not shown: the steadied figure is not reliable enough",
        "Q5": "not shown: too few students for a reliable figure",
        "Q6": "not shown: the interval is wide compared with the count",
        "D1": "changed a little by the publisher to protect students",
    }
)
_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "suppressed": "not shown: fewer than {minimum} students",
        "missing": "not shown: no figure was published",
        "unreliable": "not shown: not reliable enough",
    }
)
_CODE = re.compile(r"[A-Z]\d+")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def count_text(value: float) -> str:
    """Whole number with thousands separators: ``"265,700"``."""
    return f"{value:,.0f}"


def percent_text(rate: float, students: float | None = None) -> str:
    """Percentage of a fraction: one decimal, none when it stands on fewer than 300 students."""
    return f"{_percent(rate, students)} %"


def interval_text(low: float, high: float, students: float | None = None) -> str:
    """Interval of a fraction, in percent without the sign: ``"29.2–29.3"``."""
    return f"{_percent(low, students)}–{_percent(high, students)}"


def rate_text(rate: float, low: float, high: float, chronic_absent: float, enrolled: float) -> str:
    """Rate with all that must travel with it.

    Parameters
    ----------
    rate, low, high
        The rate and its interval, as fractions.
    chronic_absent, enrolled
        Numerator and denominator, students.

    Returns
    -------
    str
        ``"29.3 % (29.2–29.3), 265,700 of 908,421 students"``.
    """
    return (
        f"{percent_text(rate, enrolled)} ({interval_text(low, high, enrolled)}), "
        f"{count_text(chronic_absent)} of {students_text(enrolled)}"
    )


def ratio_text(ratio: float) -> str:
    """Ratio of observed to expected, two decimals: ``"1.25"``."""
    return f"{ratio:.2f}"


def q_text(q: float) -> str:
    """False-discovery rate as printed, never ``"0"``: ``"q < .001"``."""
    return "q < .001" if q < 0.001 else f"q = {q:.3f}".replace("0.", ".", 1)


def students_text(count: float) -> str:
    """``"1 student"``, ``"41,200 students"``."""
    return plural(count, "student")


def plural(count: float, singular: str, many: str | None = None) -> str:
    """Count and noun in agreement: ``"1 school"``, ``"12 schools"``."""
    return f"{count_text(count)} {singular if round(count) == 1 else many or singular + 's'}"


def points_text(change: float) -> str:
    """Change of a rate in percentage points, signed: ``"+2.4"``."""
    return f"{100 * change:+.1f}".replace("-", "\N{MINUS SIGN}")


def value_text(value: float, unit: str) -> str:
    """Value of a driver in its unit: "fraction", "percentile", "count", "usd" or "years".

    A percentile is held as 0 to 1 and written as "85th percentile".
    """
    if unit == "fraction":
        return percent_text(value)
    if unit == "percentile":
        return f"{_ordinal(math.floor(100 * value + 1e-9))} percentile"
    if unit == "usd":
        return f"${value:,.0f}"
    if unit == "years":
        return f"{value:,.1f} years"
    return count_text(value) if abs(value) >= 10 or float(value).is_integer() else f"{value:.2g}"


def margin_text(moe: float, unit: str) -> str:
    """90 % margin of error in the unit of its value: ``"± 2.1 %"``."""
    return f"± {f'{100 * moe:.0f}' if unit == 'percentile' else value_text(moe, unit)}"


def with_margin(value: float, moe: float, unit: str) -> str:
    """Value of a driver with its 90 % margin of error, when there is one."""
    text = value_text(value, unit)
    return f"{text} ({margin_text(moe, unit)})" if math.isfinite(moe) else text


def not_shown_text(status: str, reason: str, minimum: int = 10) -> str:
    """Why a number is withheld, in plain words; ``""`` for a reported value.

    Parameters
    ----------
    status
        "reported", "suppressed", "missing" or "unreliable".
    reason
        Reason code of the display gate ("P2"), or the words of a recipe ("withheld by the
        publisher"); "" when none is known.
    minimum
        Smallest count the policy in force lets through.

    Returns
    -------
    str
        Never empty, a dash or a zero for a withheld value.
    """
    if status == "reported" and not reason:
        return ""
    code = _CODE.match(reason)
    if code is None and reason.strip():
        return _own_words(reason.strip())
    known = _REASONS.get(code[0]) if code else None
    text = known or _STATUSES.get(status, "not shown: the reason is not known")
    return text.format(minimum=minimum)


def coded_rate_text(lower: float, upper: float, enrolled: float) -> str:
    """Top or bottom code of rule P4 from its public bounds: ``"5 % or less"``.

    Parameters
    ----------
    lower, upper
        Least and most the count can be.
    enrolled
        Students.

    Returns
    -------
    str
        A whole percentage that holds for every count within the bounds.
    """
    if upper >= enrolled:
        return f"{math.floor(100 * lower / enrolled + 1e-9)} % or more"
    return f"{math.ceil(100 * upper / enrolled - 1e-9)} % or less"


def fictional_banner(name: str) -> str:
    """Notice for every page and export of a made-up place."""
    return (
        f"{name} is fictional: its places, schools and numbers are made up to show what the"
        " software does."
    )


def source_text(publisher: str, title: str, vintage: str) -> str:
    """One source in one line."""
    return f"{publisher}: {title} ({vintage})"


def overview_sentence(
    place: str, year: str, chronic_absent: float, enrolled: float, n_schools: int
) -> str:
    """Answer to "How many children miss much school here?"."""
    if enrolled <= 0:
        return (
            f"No absence figure of {place} can be shown for {year}."
            " Choose another school year or level."
        )
    rate = percent_text(chronic_absent / enrolled, enrolled)
    return (
        f"In {year}, {count_text(chronic_absent)} of {students_text(enrolled)} in"
        f" {plural(n_schools, 'school')} of {place} ({rate}) were chronically absent:"
        " they missed at least a tenth of their school days."
    )


def hot_spot_sentence(
    n_groups: int,
    n_tracts: int,
    students: float,
    rate: float,
    draws: int,
    alpha: float,
    *,
    n_tested: int | None = None,
) -> str:
    """Answer to "Where does absence cluster?".

    Parameters
    ----------
    n_groups, n_tracts
        Contiguous groups of hot tracts, and tracts in them.
    students
        Students allocated to those tracts.
    rate
        Rate of the schools they attend, a fraction; not finite when withheld.
    draws, alpha
        Random rearrangements made, and the level q must pass.
    n_tested
        Areas tested; with it, too few draws are said.

    Returns
    -------
    str
        One or two sentences.
    """
    if n_tested == 0:
        return (
            "No tract can be tested with this choice. Choose another school year, level or join"
            " method."
        )
    if n_tracts == 0:
        return _no_hot_spot(draws, alpha, n_tested)
    groups = f"{_words(n_groups)} {'group' if n_groups == 1 else 'groups'} of tracts"
    stands = "stands" if n_groups == 1 else "stand"
    answer = (
        f"{groups} ({plural(n_tracts, 'tract')}) {stands} out beyond chance and school-to-school"
        " differences."
    )
    if not math.isfinite(rate) or students <= 0:
        return f"{answer} The rate behind them is not shown."
    return (
        f"{answer} About {students_text(students)} there attend schools where"
        f" {percent_text(rate, students)} are chronically absent."
    )


def draws_sentence(draws: int, n_tested: int, alpha: float) -> str:
    """Warning that one area alone cannot pass with this many draws; ``""`` when it can."""
    needed = math.ceil(round(2 * n_tested / alpha, 6)) - 1
    if draws >= needed:
        return ""
    return (
        f"With {count_text(draws)} rearrangements and {plural(n_tested, 'tested tract')} a single"
        f" tract alone cannot pass q {_alpha(alpha)}; that would take {count_text(needed)}."
        " Groups of tracts can."
    )


def schools_sentence(n_shown: int, n_schools: int, n_high: int, year: str) -> str:
    """Answer to "Which schools could use help first?": schools at 30 % or more."""
    if n_schools == 0:
        return "No school matches this choice. Clear the search or choose another level."
    if n_shown == 0:
        return (
            f"None of {plural(n_schools, 'school')} has a figure that can be shown for {year}."
            " The table gives the reason for each."
        )
    verb = "has" if n_high == 1 else "have"
    hidden = n_schools - n_shown
    rest = f" {plural(hidden, 'school')} not shown, with the reason." if hidden else ""
    return (
        f"In {year}, {count_text(n_high) if n_high else 'none'} of {plural(n_shown, 'school')}"
        f" {verb} 30 % or more of students chronically absent.{rest}"
    )


def drivers_sentence(driver: str, rho: float, low: float, high: float, n: int) -> str:
    """Answer to "Which conditions go together with absence?", as an association only.

    Parameters
    ----------
    driver
        Name of the driver as it reads in a sentence.
    rho, low, high
        Rank correlation between schools' rates and their exposure, with its interval.
    n
        Schools in it.

    Returns
    -------
    str
        One sentence; the absence of a clear link is an answer too.
    """
    if n < 3 or not all(map(math.isfinite, (rho, low, high))):
        return f"Too few schools have both figures to compare absence with “{driver}”."
    figures = f"(rank correlation {rho:+.2f}, {low:+.2f} to {high:+.2f}, {plural(n, 'school')})"
    figures = figures.replace("-", "\N{MINUS SIGN}")
    if low <= 0 <= high:
        return f"Across schools, absence shows no clear link with “{driver}” {figures}."
    strength = "strongly" if abs(rho) >= 0.6 else "clearly" if abs(rho) >= 0.3 else "slightly"
    direction = "higher" if rho > 0 else "lower"
    return (
        f"Schools that serve tracts with higher values of “{driver}” have {strength} {direction}"
        f" chronic absence {figures}: an association, not a cause."
    )


def _own_words(reason: str) -> str:
    words = " ".join(reason.split()).rstrip(".")
    if words.lower() in {"no students", "no students allocated"}:
        return NO_CATCHMENT
    if words.lower() == "unknown":
        return "not shown: the count is not known"
    if words.lower().startswith("not shown"):
        return words
    return f"not shown: {words[0].lower()}{words[1:]}"


def _no_hot_spot(draws: int, alpha: float, n_tested: int | None) -> str:
    answer = (
        "No group of tracts stands out beyond chance and school-to-school differences"
        f" (q {_alpha(alpha)})."
    )
    warning = "" if n_tested is None else draws_sentence(draws, n_tested, alpha)
    return f"{answer} {warning or 'Each school still has its own figure on the Schools page.'}"


def _percent(rate: float, students: float | None) -> str:
    decimals = 0 if students is not None and students < SMALL_GROUP else 1
    # Half up as readers expect; the tiny term undoes binary noise such as 0.2925 -> 29.249999.
    scaled = math.floor(abs(rate) * 100 * 10**decimals + 0.5 + 1e-9) / 10**decimals
    sign = "\N{MINUS SIGN}" if rate < 0 and scaled else ""
    return f"{sign}{scaled:.{decimals}f}"


def _alpha(alpha: float) -> str:
    return f"{alpha:.2f}".replace("0.", ".", 1)


def _words(count: int) -> str:
    return (_WORDS[count] if 0 < count < len(_WORDS) else count_text(count)).capitalize()


def _ordinal(number: int) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(0 if 10 <= number % 100 <= 20 else number % 10, "th")
    return f"{number}{suffix}"
