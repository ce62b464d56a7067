"""The views of coalition mode, in the order in which a meeting goes through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from data.in_year import store
from ui import languages

if TYPE_CHECKING:
    from ui.present.subject import Subject

MODULES: Mapping[str, str] = {
    "where": "ui.present.where",
    "sure": "ui.present.sure",
    "who": "ui.present.who",
    "why": "ui.present.why",
    "near": "ui.present.near",
    "voices": "ui.present.voices",
    "first": "ui.present.first",
    "plan": "ui.present.plan",
    "goal": "ui.present.goal",
    "worked": "ui.present.worked",
    "this_year": "ui.present.this_year",
    "next": "ui.present.next",
}
"""Module of each view, whose `VIEW` it is. A page that has one adds its line."""
NAMES, OF_YEAR = tuple(MODULES), "this_year"
OF_SCHOOLS = ("sure", "who", "why", "near")
"""Views of hot spots and of what rests on them."""
OF_DISTRICTS: Mapping[str, str] = {
    "where": "ui.present.districts",
    **{name: MODULES[name] for name in MODULES if name not in ("where", *OF_SCHOOLS)},
}
"""Views that can be true of a place by district."""


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


def modules() -> Mapping[str, str]:
    """Give the views, and their modules, that go with what this run reports."""
    return OF_DISTRICTS if languages.reported() == "district" else MODULES


def here(slug: str) -> tuple[str, ...]:
    """Names of the views that a place has; one of this year only where there are figures of it."""
    known = store.state(slug)
    has_year = known is not None and known.as_of is not None
    return tuple(name for name in modules() if name != OF_YEAR or has_year)


def view(name: str) -> View:
    """Load a view; the first for a name that is none."""
    here = modules()
    loaded: View = import_module(here.get(name, here[NAMES[0]])).VIEW
    return loaded


MOVES = ("next", "previous", "first", "last")


def after(name: str, move: str, names: Sequence[str] = NAMES) -> str:
    """Name of the view that one of the `MOVES` leads to; `name` is on the screen, "" the first."""
    here = names.index(name) if name in names else 0
    places = dict(zip(MOVES, (here + 1, here - 1, 0, len(names) - 1), strict=True))
    return names[min(max(places[move], 0), len(names) - 1)]
