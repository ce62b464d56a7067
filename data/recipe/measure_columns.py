"""Where the figures of one measure stand in a file."""

from dataclasses import dataclass
from typing import Literal

PublishedUnit = Literal[
    "count",
    "fraction",
    "percent",
    "text percent",
    "percentile",
    "usd",
    "years",
    "km",
    "per_1000",
    "per_100k",
]
MeasureUnit = Literal["", PublishedUnit]


@dataclass(frozen=True)
class Measure:
    """One measure in a wide file, in one of three forms.

    `value` with `moe` or `interval`; `part` and `whole`, from which a fraction is formed; or, for
    figures by school, `numerator` and `denominator`.

    Attributes
    ----------
    unit : str
        As published; "" with `numerator` and with `part`.
    moe : str
        Column of 90 % margins of error.
    interval : str
        Column that holds both ends of a 95 % interval as text, "( 8.9, 11.3)".
    scale : str
        Factor applied after reading, "1" or a fraction or decimal such as "1.609344".
    part, whole : tuple of str
        Census table lines that are summed, without E (estimate) and M (margin): "B25014_005".
    vintage : str
        What the figure describes, where it is more than the recipe says.
    """

    id: str
    unit: MeasureUnit = ""
    value: str = ""
    moe: str = ""
    interval: str = ""
    scale: str = "1"
    part: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    vintage: str = ""

    @property
    def is_formed(self) -> bool:
        """Whether the figure is formed from sums of counts."""
        return bool(self.part)

    def lines(self) -> tuple[str, ...]:
        """Columns of counts that the figure is formed from, estimates and margins."""
        return tuple(f"{line}{end}" for line in self.part + self.whole for end in "EM")

    def headers(self) -> tuple[str, ...]:
        """Columns of the file that the measure reads, "" among them for none."""
        plain = (self.value, self.moe, self.interval, self.numerator, self.denominator)
        return plain + self.lines()


def measure_problem(measure: Measure, *, by_school: bool) -> str:
    """Say why a measure is not laid out in one of its forms; "" when it is."""
    published = any((measure.value, measure.moe, measure.interval))
    summed = any((measure.part, measure.whole))
    counted = any((measure.numerator, measure.denominator))
    if by_school:
        fine = all((measure.numerator, measure.denominator)) and not (published or summed)
    elif summed:
        fine = all((measure.part, measure.whole)) and not (published or counted or measure.unit)
    else:
        one_margin = not (measure.moe and measure.interval)
        fine = all((measure.value, measure.unit, one_margin)) and not counted
    if fine:
        return ""
    return (
        f"{measure.id}: drivers need unit and value (with moe or interval), or part and whole; "
        "school_drivers numerator and denominator"
    )
