"""Maps of the Join quality page and their classes: shares, coverage, change of a rate."""

from __future__ import annotations

import numpy as np

from data.views import join_quality
from data.views.join_quality import JoinChange, JoinQuality, tract_flows
from ui import queries, screen
from ui.join.words import NAMES, focus_card, spread_text
from ui.languages import text
from ui.maps import block as map_block
from ui.maps import view
from ui.maps.decks import (
    SIZE_BREAKS,
    AreaClasses,
    MapDeck,
    SchoolClasses,
    area_map,
    flags,
    school_map,
)
from ui.maps.geometry import extent
from ui.maps.scales import (
    NOT_SHOWN,
    NOT_SHOWN_COLOUR,
    PU_OR,
    SEQUENTIAL,
    ClassScale,
    alt_text,
    class_legend,
)
from ui.screen import Beside, Row
from ui.selection import Selection

LISTED = 12
NONE_COLOUR = "#e2dfd9"
SHARE_BREAKS = (0.001, 0.01, 0.05, 0.10)
COVERAGE_BREAKS = (0.5, 0.8, 1.25, 1.5)
CHANGE_BREAKS = (-0.05, -0.01, 0.01, 0.05)


def share_scale(of: str) -> ClassScale:
    """Shares of a whole, such as "the school's students", over tracts or schools."""
    words = (
        text("none or under 0.1 %"),
        text("0.1 to under 1 %"),
        text("1 to under 5 %"),
        text("5 to under 10 %"),
        text("10 % or more of {whole}", whole=of),
    )
    return _scale(words, (NONE_COLOUR, *SEQUENTIAL[1:]), SHARE_BREAKS)


def coverage_scale() -> ClassScale:
    """Students counted against resident children; the two ends are flagged."""
    words = (
        text("under 50 %: read with care"),
        text("50 to under 80 %"),
        text("80 to under 125 %: as many as live there"),
        text("125 to 150 %"),
        text("over 150 %: read with care"),
    )
    return _scale(words, PU_OR, COVERAGE_BREAKS)


def change_scale() -> ClassScale:
    """Change of the rate under another join, percentage points."""
    words = (
        text("lower by 5 points or more"),
        text("lower by 1 to 5 points"),
        text("within 1 point"),
        text("higher by 1 to 5 points"),
        text("higher by 5 points or more"),
    )
    return _scale(words, PU_OR, CHANGE_BREAKS)


def _scale(
    words: tuple[str, ...], colours: tuple[str, ...], breaks: tuple[float, ...]
) -> ClassScale:
    codes = tuple(str(code) for code in range(len(words) + 1))
    return ClassScale(
        (*words, NOT_SHOWN),
        (*colours, NOT_SHOWN_COLOUR),
        codes,
        (*words, text(NOT_SHOWN)),
        breaks,
    )


def homes(quality: JoinQuality, selection: Selection) -> None:
    """First screen: a school's tracts, a tract's schools, or coverage, with schools to open."""
    title, scale, codes, unit = home_classes(quality, selection)
    counts = scale.counts(drawn_codes(codes))
    legend = class_legend(scale, title, counts=counts, use_words=True)
    deck = _deck(quality, selection, codes)
    caption = view.Caption(title, legend, alt_text(scale, title, counts, unit))
    beside = Beside(legend, focus_card(quality, selection.focus), lambda: _schools(quality))
    screen.first(lambda: view.show(deck, selection, caption, name="homes"), selection, beside)


def _schools(quality: JoinQuality) -> None:
    """List schools to open, those with most students first."""
    largest = quality.schools.sort_values("enrolled", ascending=False, kind="stable")
    rows = (
        Row(str(school), "", row["name"], spread_text(row))
        for school, row in largest.head(LISTED).iterrows()
    )
    screen.listed(text("Open a school, largest first"), rows)


def change_map(change: JoinChange, selection: Selection, name: str = "change") -> None:
    """Map of what another join would change, with its legend; `name` keeps two maps apart."""
    title, classes = change_classes(change, selection)
    map_block.tract_legend(title, classes)
    map_block.tract_map(title, classes, selection, name=name)


def change_classes(change: JoinChange, selection: Selection) -> tuple[str, AreaClasses]:
    """Give the title and the classes of a map of what another join would change."""
    first, second = text(NAMES[selection.catchment]), text(NAMES[change.versus])
    title = text(
        "Rate by “{second}” less rate by “{first}”, {year}",
        second=second,
        first=first,
        year=selection.year,
    )
    scale = change_scale()
    codes = scale.encode(change.tracts["change"], shown=change.tracts["shown"])
    return title, AreaClasses(scale, codes, flags(~change.tracts["shown"]))


def home_classes(
    quality: JoinQuality, selection: Selection
) -> tuple[str, ClassScale, AreaClasses | SchoolClasses, str]:
    """Give the title, the scale, the classes of the map's features, and what they are."""
    focus = selection.focus
    if focus in quality.schools.index:
        flows = quality.flows[quality.flows["school_id"] == focus].set_index("geoid")["share"]
        scale = share_scale(text("the school's students"))
        codes = scale.encode(flows.reindex(quality.tracts.index).where(lambda s: s.notna(), 0.0))
        name = quality.schools.loc[focus, "name"]
        title = text("Where the students of {name} live by the join", name=name)
        return title, scale, AreaClasses(scale, codes, "0" * len(codes)), "tracts"
    if focus in quality.tracts.index:
        scale = share_scale(text("the tract's students"))
        name = quality.tracts.loc[focus, "name"]
        title = text("Schools that children of {name} attend by the join", name=name)
        return title, scale, _attended(quality, selection, scale), "schools"
    scale = coverage_scale()
    codes = scale.encode(quality.tracts["coverage"])
    year = selection.year
    title = text("Students counted, as a share of resident children, {year}", year=year)
    marks = flags(quality.tracts["coverage"].isna())
    return title, scale, AreaClasses(scale, codes, marks), "tracts"


def _attended(quality: JoinQuality, selection: Selection, scale: ClassScale) -> SchoolClasses:
    rows = tract_flows(quality, selection.focus).reindex(queries.school_points(selection))
    enrolled = quality.schools["enrolled"].reindex(rows.index).to_numpy(dtype=float)
    size = np.searchsorted(SIZE_BREAKS, enrolled, side="right")
    listed = rows["share"].notna()
    sizes = np.where(listed, np.where(np.isnan(enrolled), 0, size).astype(str), "-")
    return SchoolClasses(scale, scale.encode(rows["tract_share"]), "".join(sizes))


def _deck(
    quality: JoinQuality, selection: Selection, classes: AreaClasses | SchoolClasses
) -> MapDeck:
    geometry = queries.geometry(selection)
    near = join_quality.surroundings(quality, queries.panel(selection), selection.focus)
    if len(near):
        geometry = extent(geometry, near)
    if isinstance(classes, SchoolClasses):
        return school_map(geometry, classes)
    return area_map(geometry, classes)


def drawn_codes(classes: AreaClasses | SchoolClasses) -> str:
    """Give the classes of the features that the map draws."""
    if isinstance(classes, AreaClasses):
        return classes.codes
    pairs = zip(classes.codes, classes.sizes, strict=True)
    return "".join(code for code, size in pairs if size != "-")
