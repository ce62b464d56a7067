"""Bars and steps as text a room can read: every label and number is words on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

BLUE = "#2166ac"
GREY = "#8a8a8a"


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    label, figure : str
        What it is of, and its length as people read it.
    part : float
        Length, as a part of the longest.
    colour : str
    note : str
        A few words under the label.
    """

    label: str
    figure: str
    part: float
    colour: str = BLUE
    note: str = ""


def bars(rows: Sequence[Bar], heading: str) -> str:
    """HTML of bars under each other, a list to a screen reader.

    Parameters
    ----------
    rows : sequence of Bar
    heading : str
        What the lengths are.
    """
    items = "".join(_bar(row) for row in rows)
    return (
        f"<figure class='room-bars'><figcaption>{escape(heading)}</figcaption>"
        f"<ul>{items}</ul></figure>"
    )


def _bar(row: Bar) -> str:
    width = 100 * min(max(row.part, 0.004), 1)
    note = f"<small>{escape(row.note)}</small>" if row.note else ""
    return (
        f"<li><span>{escape(row.label)}{note}</span>"
        f"<i aria-hidden='true'><u style='width:{width:.1f}%;background:{row.colour}'></u></i>"
        f"<b>{escape(row.figure)}</b></li>"
    )


@dataclass(frozen=True)
class Range:
    """One figure with its range on a scale from nothing: all as parts of the scale.

    `low` and `high` are nan for a figure without a range.
    """

    label: str
    figure: str
    value: float
    low: float
    high: float
    colour: str = BLUE


def ranges(rows: Sequence[Range], heading: str, scale: str) -> str:
    """HTML of figures with their ranges on one scale.

    Parameters
    ----------
    rows : sequence of Range
    heading : str
        What the figures are.
    scale : str
        What the end of the scale is: "60 %".
    """
    items = "".join(_range(row) for row in rows)
    ends = f"<p aria-hidden='true'><span>0</span><span>{escape(scale)}</span></p>"
    return (
        f"<figure class='room-bars room-ranges'><figcaption>{escape(heading)}</figcaption>"
        f"<ul>{items}</ul>{ends}</figure>"
    )


def _range(row: Range) -> str:
    at, colour = 100 * row.value, row.colour
    band = ""
    if row.low == row.low:  # nan is not itself
        left, width = 100 * row.low, 100 * (row.high - row.low)
        band = f"<u style='left:{left:.1f}%;width:{width:.1f}%;background:{colour}'></u>"
    return (
        f"<li><span>{escape(row.label)}</span><i aria-hidden='true'>{band}"
        f"<em style='left:{at:.1f}%;background:{colour}'></em></i>"
        f"<b>{escape(row.figure)}</b></li>"
    )


def steps(rows: Sequence[tuple[str, str]]) -> str:
    """HTML of numbered steps: what to do, and what it rests on."""
    items = "".join(
        f"<li><b>{escape(what)}</b><span>{escape(why)}</span></li>" for what, why in rows
    )
    return f"<ol class='room-steps'>{items}</ol>"


def plain(text: str) -> str:
    """HTML of a sentence where there is nothing to draw."""
    return f"<p class='room-empty'>{escape(text)}</p>"
