"""Classes of the Join quality page: shares of a school, coverage of a tract, change of a rate."""

from __future__ import annotations

from ui.maps.class_scale import NOT_SHOWN, ClassScale
from ui.maps.palettes import NOT_SHOWN_COLOUR, PU_OR, VIRIDIS

NONE_COLOUR = "#f3f1ec"
SHARE_BREAKS = (0.001, 0.01, 0.02, 0.05, 0.10)
COVERAGE_BREAKS = (0.5, 0.8, 1.25, 1.5)
CHANGE_BREAKS = (-0.05, -0.01, 0.01, 0.05)


def share_scale(of: str) -> ClassScale:
    """Shares of a whole: of a school's students over tracts, of a tract's over schools.

    Parameters
    ----------
    of : str
        What the whole is, such as "the school's students".
    """
    labels = (
        "none or under 0.1 %",
        "0.1 to under 1 %",
        "1 to under 2 %",
        "2 to under 5 %",
        "5 to under 10 %",
        "10 % or more",
    )
    words = (labels[0], *labels[1:5], f"10 % or more of {of}")
    return _scale(labels, (NONE_COLOUR, *VIRIDIS), words, SHARE_BREAKS)


def coverage_scale() -> ClassScale:
    """Students counted against resident children; the two ends are flagged."""
    labels = ("under 50 %", "50 to under 80 %", "80 to under 125 %", "125 to 150 %", "over 150 %")
    words = (
        "under 50 %: read with care",
        "50 to under 80 %",
        "80 to under 125 %: as many as live there",
        "125 to 150 %",
        "over 150 %: read with care",
    )
    return _scale(labels, PU_OR, words, COVERAGE_BREAKS)


def change_scale() -> ClassScale:
    """Change of the rate under another join, percentage points."""
    labels = (
        "lower by 5 points or more",
        "lower by 1 to 5 points",
        "within 1 point",
        "higher by 1 to 5 points",
        "higher by 5 points or more",
    )
    return _scale(labels, PU_OR, labels, CHANGE_BREAKS)


def _scale(
    labels: tuple[str, ...],
    colours: tuple[str, ...],
    words: tuple[str, ...],
    breaks: tuple[float, ...],
) -> ClassScale:
    codes = tuple(str(code) for code in range(len(labels) + 1))
    return ClassScale(
        (*labels, NOT_SHOWN), (*colours, NOT_SHOWN_COLOUR), codes, (*words, NOT_SHOWN), breaks
    )
