"""The map of coalition mode: classes, the chosen area outlined, the first ones numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape

import pandas as pd

from ui import queries
from ui.hotspots.words import map_title
from ui.languages import text
from ui.maps import view
from ui.maps.block import Badge, badges_of, figures_of, legend_of, opened_on
from ui.maps.decks import AreaClasses, area_map, flags, hot_spot_classes
from ui.maps.geometry import MapGeometry
from ui.maps.neighbourhoods import counts, neighbourhood_classes
from ui.maps.scales import ClassScale, alt_text
from ui.present.subject import Subject, leading
from ui.queries import hotspots as queries_hotspots
from ui.queries import neighbourhoods as queries_neighbourhoods
from ui.words.numbers import count_text
from ui.words.standing import MEASURES

NUMBERED = 4
STEP_BACK = 0.5  # of the area's own extent on each side, so that its surroundings are seen


def draw(subject: Subject, marked: pd.DataFrame | None = None) -> None:
    """Draw the map of the place, or of the chosen area.

    Parameters
    ----------
    subject : Subject
    marked : DataFrame, optional
        Places with a `number`, `longitude` and `latitude`, marked in place of the areas.
    """
    selection, classes = subject.selection, _classes(subject)
    if subject.kind != "place":
        inside = queries_hotspots.in_group(subject.spots.tracts["cluster"], selection.cluster)
        classes = replace(classes, brushed=flags(inside))
    deck = area_map(_opened(subject, marked), classes)
    title = _title(subject)
    caption = view.Caption(
        title,
        legend_of(title, classes),
        alt_text(classes.scale, title, classes.scale.counts(classes.codes)),
        figures_of(subject.spots.tracts),
        badges=tuple(_areas(subject) if marked is None else _marks(subject, marked)),
    )
    # Another area is another map: the view of the last one is not kept.
    view.show(deck, selection, caption, name=f"room-{selection.cluster}")


def legend(subject: Subject) -> str:
    """HTML legend of the classes that are on the map, with the number of areas in each."""
    classes = _classes(subject)
    scale = classes.scale
    if by_group(subject):
        heading, held = text("Areas on the map (census tracts)"), scale.counts(classes.codes)
    else:
        heading = text("Neighbourhoods: students chronically absent")
        units = queries_neighbourhoods.units(subject.selection)
        held = counts(scale, classes.codes, units)
    return legend_of_classes(heading, scale, held)


def legend_of_classes(heading: str, scale: ClassScale, held: Mapping[str, int]) -> str:
    """HTML legend of classes with the number of areas in each."""
    items = "".join(
        f"<li><i aria-hidden='true' style='background:{_swatch(colours)}'></i>"
        f"<span>{escape(words)}</span><b>{count_text(count)}</b></li>"
        for words, colours, count in told(scale, held)
    )
    return f"<div class='room-legend'><h2>{escape(heading)}</h2><ul>{items}</ul></div>"


def told(scale: ClassScale, held: Mapping[str, int]) -> list[tuple[str, list[str], int]]:
    """Words, colours and number of areas of the classes that hold any; cold ones are told as one.

    Parameters
    ----------
    scale : ClassScale
    held : mapping of str to int
        Areas of each class, by label.
    """
    rows: list[tuple[str, list[str], int]] = []
    less = text("less absence than chance gives")
    for label, colour, words in zip(scale.labels, scale.colours, scale.words, strict=True):
        said = less if label.startswith(("cold", "below,")) else words
        if held[label] and rows and rows[-1][0] == said:
            _, colours, count = rows.pop()
            rows.append((said, [*colours, colour], count + held[label]))
        elif held[label]:
            rows.append((said, [colour], held[label]))
    return rows


def _swatch(colours: Sequence[str]) -> str:
    """Stripes of all colours of a class that is told as one."""
    if len(colours) == 1:
        return colours[0]
    part = 100 / len(colours)
    stops = (f"{c} {i * part:.0f}% {(i + 1) * part:.0f}%" for i, c in enumerate(colours))
    return f"linear-gradient(90deg,{','.join(stops)})"


def by_group(subject: Subject) -> bool:
    """Whether the map is one of hot spots: where no group stands out it says too little."""
    return not subject.spots.groups.empty


def _classes(subject: Subject) -> AreaClasses:
    if by_group(subject):
        return replace(hot_spot_classes(subject.spots), hatched="")
    selection = subject.selection
    units = queries_neighbourhoods.units(selection)
    return replace(
        neighbourhood_classes(queries_neighbourhoods.table(selection), units, "crude"), hatched=""
    )


def _title(subject: Subject) -> str:
    if by_group(subject):
        return map_title(subject.selection)
    return f"{MEASURES['crude']}, {subject.selection.year}"


def _areas(subject: Subject) -> Iterator[Badge]:
    """Middle of the first areas of the list, by rank."""
    selection, clusters = subject.selection, subject.spots.tracts["cluster"]
    if by_group(subject):
        ids = list(subject.spots.groups["cluster"].head(NUMBERED))
        members: Sequence[pd.Index] = [
            clusters.index[queries_hotspots.in_group(clusters, each)] for each in ids
        ]
    else:
        names = leading(selection).index[:NUMBERED]
        members = [queries_neighbourhoods.members(selection, str(name)) for name in names]
    yield from badges_of(selection, members)


def _marks(subject: Subject, marked: pd.DataFrame) -> Iterator[Badge]:
    geometry = queries.geometry(subject.selection)
    for row in marked.itertuples():
        yield float(geometry.longitude_of(row.longitude)), row.latitude, str(int(row.number))


def _opened(subject: Subject, marked: pd.DataFrame | None) -> MapGeometry:
    """Geometry seen so that the chosen area, and what is marked, is on the map."""
    geometry = queries.geometry(subject.selection)
    if subject.kind == "place":
        return geometry
    members = queries_hotspots.members(subject.spots, subject.selection)
    seen = pd.DataFrame(columns=["longitude", "latitude"]) if marked is None else marked
    return opened_on(subject.selection, members, seen, STEP_BACK)
