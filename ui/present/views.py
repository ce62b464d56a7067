"""The views of coalition mode, in the order in which a meeting goes through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.present.subject import Subject

MODULES: Mapping[str, str] = {
    "where": "ui.present.where",
    "sure": "ui.present.sure",
    "who": "ui.present.who",
    "why": "ui.present.why",
    "near": "ui.present.near",
    "first": "ui.present.first",
    "plan": "ui.present.plan",
    "goal": "ui.present.goal",
    "next": "ui.present.next",
}
"""Module of each view, whose `VIEW` it is. A page that has one adds its line."""
NAMES = tuple(MODULES)


@dataclass(frozen=True)
class View:
    """One idea.

    Attributes
    ----------
    question : str
        What it answers, in English.
    headline : callable
        What the picture shows, in plain sentences made by rules.
    picture : callable
        Draws a map or a chart.
    source : callable
        Who published the figures, of when, and what they count.
    notes : callable
        What a presenter says beside it, a paragraph each.
    """

    question: str
    headline: Callable[[Subject], str]
    picture: Callable[[Subject], None]
    source: Callable[[Subject], str]
    notes: Callable[[Subject], tuple[str, ...]]


def view(name: str) -> View:
    """Load a view; the first for a name that is none."""
    known = name if name in MODULES else NAMES[0]
    loaded: View = import_module(MODULES[known]).VIEW
    return loaded


MOVES = ("next", "previous", "first", "last")


def after(name: str, move: str) -> str:
    """Name of the view that one of the `MOVES` leads to; `name` is on the screen, "" the first."""
    here = NAMES.index(name) if name in NAMES else 0
    places = dict(zip(MOVES, (here + 1, here - 1, 0, len(NAMES) - 1), strict=True))
    return NAMES[min(max(places[move], 0), len(NAMES) - 1)]
