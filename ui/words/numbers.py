"""Numbers as people read them, each rounded as far as the students behind it allow."""

from __future__ import annotations

import math

from ui.languages import PERCENT, counted, mark, number
from ui.languages import text as said

NEXT_YEAR = mark("likely next year:")
"""Range of a school's figure of next year."""
BY_SCHOOLS = mark("as its schools differ:")
"""Range of a tract's or group's figure by how much its schools differ."""
SMALL_GROUP = 300
"""Below this many students a percentage is written without decimals."""
TENTHS = {
    "years": mark("years"),
    "km": "km",
    "per_1000": mark("per 1,000 children"),
    "per_100k": mark("per 100,000 residents"),
}
_ORDINALS = {1: mark("{number}st"), 2: mark("{number}nd"), 3: mark("{number}rd")}
_TH = mark("{number}th")


def count_text(value: float) -> str:
    """Whole number with thousands separators: ``"265,700"``."""
    return number(f"{value:,.0f}")


def percent_text(rate: float, students: float | None = None) -> str:
    """Percentage of a fraction: one decimal, none when it stands on fewer than 300 students."""
    return f"{_percent(rate, students)}{PERCENT}"


def interval_text(low: float, high: float, students: float | None = None) -> str:
    """Interval of a fraction, in percent without the sign: ``"29.2–29.3"``."""
    return f"{_percent(low, students)}–{_percent(high, students)}"


def rate_text(
    rate: float, low: float, high: float, chronic_absent: float, enrolled: float, kind: str
) -> str:
    """Rate, kind of range and counts: ``"29.3 % (likely next year: 26.1–32.8), 211 of 720 ..."``.

    `kind` is `NEXT_YEAR` or `BY_SCHOOLS`.
    """
    return said(
        "{rate} ({range}), {absent} of {students}",
        rate=percent_text(rate, enrolled),
        range=f"{said(kind)} {interval_text(low, high, enrolled)}",
        absent=count_text(chronic_absent),
        students=students_text(enrolled),
    )


def signed_text(count: float) -> str:
    """Whole number with its sign, unless it rounds to none: ``"+1,204"``."""
    text = f"{count:+,.0f}"
    return "0" if text in ("+0", "-0") else number(text.replace("-", "\N{MINUS SIGN}"))


def ratio_text(ratio: float) -> str:
    """Ratio of observed to expected, two decimals: ``"1.25"``."""
    return number(f"{ratio:.2f}")


def q_text(q: float, name: str = "q") -> str:
    """False-discovery rate or p-value as printed, never ``"0"``: ``"q < .001"``."""
    return f"{name} < .001" if q < 0.001 else f"{name} = {q:.3f}".replace("0.", ".", 1)


def alpha_text(alpha: float) -> str:
    """Level of a test as printed: ``".05"``."""
    return f"{alpha:.2f}".replace("0.", ".", 1)


def students_text(count: float) -> str:
    """``"1 student"``, ``"41,200 students"``."""
    return plural(count, "student")


def span_text(least: str, most: str) -> str:
    """Range of two figures, or the one that both are: ``"9 to 18"``."""
    return least if least == most else said("{least} to {most}", least=least, most=most)


def plural(count: float, singular: str, many: str | None = None) -> str:
    """Count and noun in agreement: ``"1 school"``, ``"12 schools"``."""
    return counted(f"{{count}} {singular}", f"{{count}} {many or singular + 's'}", count)


def points_text(change: float) -> str:
    """Change of a rate in percentage points, signed unless it rounds to none: ``"+2.4"``."""
    text = f"{100 * change:+.1f}"
    return number(text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}"))


def value_text(value: float, unit: str) -> str:
    """Value of a driver in its unit; a percentile, 0 to 1, reads "85th percentile"."""
    if unit == "fraction":
        return percent_text(value)
    if unit == "percentile":
        return said("{rank} percentile", rank=_ordinal(math.floor(100 * value + 1e-9)))
    if unit == "usd":
        return f"${count_text(value)}"
    if unit in TENTHS:
        decimals = 2 if unit in ("km", "per_1000") and abs(value) < 1 else 1
        return f"{number(f'{value:,.{decimals}f}')} {said(TENTHS[unit])}"
    return (
        count_text(value)
        if abs(value) >= 10 or float(value).is_integer()
        else number(f"{value:.2g}")
    )


def margin_text(moe: float, unit: str) -> str:
    """90 % margin of error in the unit of its value: ``"± 2.1 %"``."""
    return f"± {f'{100 * moe:.0f}' if unit == 'percentile' else value_text(moe, unit)}"


def with_margin(value: float, moe: float, unit: str) -> str:
    """Value of a driver with its 90 % margin of error, when there is one."""
    text = value_text(value, unit)
    return f"{text} ({margin_text(moe, unit)})" if math.isfinite(moe) else text


def coded_rate_text(lower: float, upper: float, enrolled: float) -> str:
    """Top or bottom code of rule P4 from the public bounds of a count: ``"5 % or less"``.

    A whole percentage that holds for every count within the bounds.
    """
    if upper >= enrolled:
        return said("{low} or more", low=f"{math.floor(100 * lower / enrolled + 1e-9)}{PERCENT}")
    return said("{high} or less", high=f"{math.ceil(100 * upper / enrolled - 1e-9)}{PERCENT}")


def _percent(rate: float, students: float | None) -> str:
    decimals = 0 if students is not None and students < SMALL_GROUP else 1
    # Half up as readers expect; the tiny term undoes binary noise such as 0.2925 -> 29.249999.
    scaled = math.floor(abs(rate) * 100 * 10**decimals + 0.5 + 1e-9) / 10**decimals
    sign = "\N{MINUS SIGN}" if rate < 0 and scaled else ""
    return number(f"{sign}{scaled:.{decimals}f}")


def _ordinal(rank: int) -> str:
    last = 0 if 10 <= rank % 100 <= 20 else rank % 10
    return said(_ORDINALS.get(last, _TH), number=rank)
