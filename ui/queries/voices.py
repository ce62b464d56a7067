"""Voices of a place that may be shown, and the place's own figures beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from data.plan.database import PlanError
from data.plan.store import read
from data.recipe import measures as registry
from data.views.neighbourhoods import driver_by_neighbourhood
from data.voices.agreement import Saying, Side, saying, sides
from data.voices.codebook import themes
from data.voices.made_up import made_up
from data.voices.places import parents
from data.voices.release import WHOLE, Block, blocks
from data.voices.shown import Asked, asked_for, tally
from data.voices.store import VOICES
from ui import queries
from ui.queries import drivers, neighbourhoods
from ui.queries.cache import kept
from ui.queries.plan import places
from ui.queries.stored import Place
from ui.selection import NEIGHBOURHOOD, Selection


@dataclass(frozen=True, eq=False)
class Heard:
    """Voices of a place that may be shown.

    Attributes
    ----------
    blocks : tuple of Block
        All of the place, whatever is asked.
    parents : mapping of str to str
        The place that holds each place.
    names : mapping of str to str
        Of the places, by key.
    trouble : PlanError or None
        Why they cannot be read.
    """

    blocks: tuple[Block, ...]
    parents: Mapping[str, str]
    names: Mapping[str, str]
    trouble: PlanError | None = None

    def asked(self, selection: Selection, place: str = WHOLE) -> pd.DataFrame:
        """Tabulate what the view asks for, in a place and what it holds; see `tally`."""
        asked = Asked(place, selection.voices_area, "", selection.heard, selection.spoken_of)
        return tally(asked_for(self.blocks, asked, self.parents))


@dataclass(frozen=True)
class Figure:
    """What a place's own figure says of a theme.

    Attributes
    ----------
    measure : str
        Id in the registry.
    value, moe : float
        With its 90 % margin, NaN for none.
    side : str
        See `data.voices.agreement`.
    count : int
        Places of its kind that have the figure.
    vintage : str
        Years that it describes.
    """

    measure: str
    value: float
    moe: float
    side: Side
    count: int
    vintage: str


def heard(selection: Selection) -> Heard:
    """Read the voices of a place and divide them; what goes wrong comes with it."""
    key = queries.place(selection.area)
    held, names = _parents(key), {key: name for key, (_, name) in places(selection).items()}
    own = made_up(selection.area) if queries.panel_of(key).area.fictional else ()
    try:
        kept_here = tuple(each.entry for each in read(VOICES, selection.area))
    except PlanError as error:
        return Heard(blocks(own, held), held, names, error)
    return Heard(blocks((*own, *kept_here), held), held, names)


def focused(selection: Selection) -> str:
    """Key of the place in focus; "place:" for the whole."""
    if selection.focus.startswith(NEIGHBOURHOOD):
        name = selection.focus.removeprefix(NEIGHBOURHOOD)
        kind = neighbourhoods.areas(selection).get(name, "")
        return f"{kind}:{name}" if kind else WHOLE
    panel = queries.panel(selection)
    known = bool(selection.focus) and selection.focus in panel.schools.index
    return f"{panel.area.reports}:{selection.focus}" if known else WHOLE


def focus_of(place: str) -> str:
    """Give what the field of the focus is for a place; "" for one that has no focus."""
    kind, _, id_ = place.partition(":")
    if kind in ("neighbourhood", "county"):
        return f"{NEIGHBOURHOOD}{id_}"
    return "" if kind == "place" else id_


def figures(selection: Selection, place: str, theme: str) -> tuple[Figure, ...]:
    """Give the figures of a place for the measures of a theme, as far as it has them."""
    kind, _, id_ = place.partition(":")
    table = _figures(queries.place(selection.area), _view(selection), kind)
    own = table[table["place"].eq(id_) & table["measure"].isin(themes()[theme].measures)]
    return tuple(
        Figure(row.measure, row.value, row.moe, row.side, row.count_here, row.vintage)
        for row in own.itertuples(index=False)
        if row.side != "unknown"
    )


def said_of(selection: Selection, row: pd.Series) -> tuple[Saying, tuple[Figure, ...]]:
    """Say whether a row of the tally agrees with the figures of its place, with these."""
    found = figures(selection, str(row["place"]), str(row["theme"]))
    return saying(str(row["nature"]), [each.side for each in found]), found


def absence(selection: Selection, place: str) -> pd.Series | None:
    """Give the absence of a place in the view's year; None where no figure of it is shown."""
    kind, _, id_ = place.partition(":")
    if kind in ("neighbourhood", "county"):
        table = neighbourhoods.table(selection, kind)
    elif kind == queries.panel(selection).area.reports:
        table = queries.schools(selection)
    else:
        return None
    if id_ not in table.index:
        return None
    row = table.loc[id_]
    return row if row["status"] == "reported" and pd.notna(row["rate"]) else None


def offered(selection: Selection, name: str) -> tuple[str, ...]:
    """Keys that blocks of the place tell apart: of "who" or "student_group"."""
    found = {getattr(each, name) for each in heard(selection).blocks}
    return tuple(sorted(found - {""}))


def _view(selection: Selection) -> Selection:
    """Keep what figures of places depend on."""
    return Selection(selection.area, selection.year, selection.level, catchment=selection.catchment)


@kept("places that hold places")
def _parents(key: Place) -> dict[str, str]:
    return parents(queries.panel_of(key))


@kept("figures beside voices")
def _figures(key: Place, view: Selection, kind: str) -> pd.DataFrame:
    """Figures of every place of a kind, long: place, measure, value, moe, side and others."""
    panel = queries.panel_of(key)
    here = set(queries.choices(view.area).drivers)
    wanted = sorted({name for theme in themes().values() for name in theme.measures} & here)
    tables = [_of_kind(replace(view, driver=name), kind, panel.area.reports) for name in wanted]
    columns = ["place", "measure", "value", "moe", "side", "count_here", "vintage"]
    if not tables or kind not in ("neighbourhood", "county", panel.area.reports):
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _of_kind(view: Selection, kind: str, reported: str) -> pd.DataFrame:
    """Figures of one measure for every place of a kind, each with its side."""
    table = drivers.driver(view)
    if kind == reported:
        exposed = drivers.exposures(view)
        own = pd.DataFrame({"value": exposed.figures[view.driver], "moe": exposed.moe[view.driver]})
    else:
        units = neighbourhoods.units(view, kind)
        children = queries.panel(view).tracts["children"]
        own = driver_by_neighbourhood(table, units, children)[["value", "moe"]]
    lower = registry.measure(view.driver).direction == "lower is harder"
    return (
        own.rename_axis("place")
        .reset_index()
        .assign(
            measure=view.driver,
            side=sides(own, lower_is_harder=lower).to_numpy(),
            count_here=int(own["value"].notna().sum()),
            vintage=", ".join(sorted(table["vintage"].dropna().unique())),
        )
    )
