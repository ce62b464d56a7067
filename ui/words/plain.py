"""Numbers and lists as people say them: "4 in 10", "four", "A, B and C"."""

from __future__ import annotations

from collections.abc import Sequence

from ui.languages import mark, number, text

SHARES = (
    *((1, 20), (1, 10), (1, 7), (1, 5), (1, 4), (3, 10), (1, 3), (4, 10), (1, 2)),
    *((6, 10), (2, 3), (7, 10), (3, 4), (8, 10), (9, 10)),
)
LEAST = 0.025
COUNTS = {
    **{2: mark("two"), 3: mark("three"), 4: mark("four"), 5: mark("five")},
    **{6: mark("six"), 7: mark("seven"), 8: mark("eight"), 9: mark("nine")},
}
NAMED = 4


def share(rate: float) -> str:
    """Write a share as people say it: "4 in 10"."""
    part, of = min(SHARES, key=lambda pair: abs(rate - pair[0] / pair[1]))
    return text("{part} in {of}", part=part, of=of)


def about(rate: float) -> str:
    """Write how many students it is: "about 4 in 10 students"."""
    if rate < LEAST:
        return text("fewer than 1 in 20 students")
    if share(rate) == share(0.5):
        return text("about half of all students")
    return text("about {share} students", share=share(rate))


def listed(names: Sequence[str]) -> str:
    """Join names in a sentence: "A, B and C"."""
    *first, last = names
    if not first:
        return last
    if any(", " in name for name in names):  # else nobody sees where a name ends
        return "; ".join(names)
    return text("{first} and {last}", first=", ".join(first), last=last)


def how_many(count: int) -> str:
    """Small numbers as words, larger ones as figures."""
    return text(COUNTS[count]) if count in COUNTS else number(f"{count:,}")


def capital(words: str) -> str:
    """Begin with a capital letter."""
    return words[:1].upper() + words[1:]
