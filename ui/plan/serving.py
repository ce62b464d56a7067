"""Who serves where? Reach, gap and double cover of a kind of service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from data.contracts.vocabulary import PROVIDER_LABELS
from data.views.serving import Serving, services
from ui import controls, frame, queries
from ui.languages import counted, mark, text
from ui.maps import points, view
from ui.maps.decks import AreaClasses, area_map, flags
from ui.maps.geometry import MapGeometry
from ui.maps.scales import (
    HOT_COLD,
    NOT_SHOWN,
    NOT_SHOWN_COLOUR,
    ClassScale,
    alt_text,
    class_legend,
)
from ui.queries import sites as queries_sites
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.tables.exports import about
from ui.words.as_written import as_written
from ui.words.numbers import count_text, percent_text, plural, value_text
from ui.words.standing import LEVELS

QUESTION = mark("Who serves where?")
AREAS = ["neighbourhood", "students", "within", "in_house", "without", "without_share"]
AREAS += ["double", "above"]
SCHOOLS = ["name", "level", "enrolled", "services_here", "services_near", "within", "without"]
NO_LIST = mark(
    "This place has no list of services yet. You can hand in your own points below. The people who"
    " run this site can add a list: docs/sources/hrsa.md says how."
)
NEAR_IS_NOT_USE = mark(
    "Distance is a straight line from the middle of the home tract, not a way to walk. Near is not"
    " the same as in use: a list does not say who has room, who is open or who speaks the language"
    " at home."
)
ABOVE = mark(
    "Students above the reference are those who miss much school beyond what schools of the same"
    " level have in this place. Where they live is estimated. Here they are counted tract by tract,"
    " so sums differ a little from the page Priorities."
)
CLASSES = (mark("none within reach"), mark("one within reach"), mark("two or more within reach"))
COLOURS = ("not significant", "cold 90", "cold 99")
MAP_WIDTHS = (67, 33)
WIDTH = 240  # pixels of a control


def choose(selection: Selection) -> Selection:
    """Draw what the folds on services and sites share: a kind of service, and what is near."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name in ("service", "site_reach"):
            selection = controls.draw(selection, name, width=WIDTH)
    known = queries_sites.kinds(selection)
    return selection if selection.service in known else replace(selection, service="")


def block(selection: Selection) -> None:
    """Draw what the chosen kind of service reaches: sentence, map, neighbourhoods, schools."""
    if not selection.service:
        st.write(as_written(text(NO_LIST)))
        return
    found = queries_sites.serving(selection)
    st.write(as_written(answer(found)))
    frame.figures(figures(found))
    places = services(queries.panel(selection), selection.service, _handed_in(selection))
    reach_map(selection, _drawn(found, selection), placed(places.assign(number=pd.NA)), "serving")
    areas = found.areas.sort_values("without", ascending=False, kind="stable")
    title = text("Neighbourhoods, most students with neither first, {year}", year=found.year)
    table_block.show(areas, AREAS, title)
    schools = found.schools.sort_values("without", ascending=False, kind="stable")
    title = text("Schools, most students with neither first, {year}", year=found.year)
    table_block.show(schools, SCHOOLS, title, opens="serving-schools")
    with st.container(horizontal=True):
        take_home(selection, "neighbourhoods", "services-areas", areas)
        take_home(selection, "schools", "services-schools", schools)
    st.caption(as_written(sources(found, selection)))
    frame.sure(NEAR_IS_NOT_USE, ABOVE)


def take_home(
    selection: Selection,
    name: str,
    topic: str,
    table: pd.DataFrame,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Offer a table of services or sites under its name; `fields` describes its own columns."""
    told = about(selection, table, f"{NEAR_IS_NOT_USE} {ABOVE}", fields)
    parts = (topic, selection.area, selection.year, selection.level)
    downloads.offer(name, parts, lambda: table, told)


def answer(found: Serving) -> str:
    """Say what part of the students has one near home or in school, and what part has neither."""
    total = found.total
    if not total["students"] > 0:
        return text("No school of this view has a figure, so nothing can be said of reach.")
    return text(
        "{kind}: {within} of students live within {km} of one, in a straight line. {in_house} have"
        " one in their school. {without} have neither.",
        kind=text(PROVIDER_LABELS[found.kind]),
        km=value_text(found.km, "km"),
        **{
            name: percent_text(total[name] / total["students"], 0)
            for name in ("within", "in_house", "without")
        },
    )


def figures(found: Serving) -> list[tuple[str, str]]:
    """Four numbers: providers, students with neither, double cover, those above the reference."""
    total = found.total
    listed = text("places with a point")
    if found.unplaced:
        listed = counted(
            "places with a point; {count} more could not be placed",
            "places with a point; {count} more could not be placed",
            found.unplaced,
        )
    said = [
        (count_text(found.providers), listed),
        (count_text(total["without"]), text("students have neither")),
        (count_text(total["double"]), text("students live near two or more")),
    ]
    if total["above"] > 0:
        part = percent_text(total["above_within"] / total["above"], 0)
        every = count_text(total["above"])
        said.append((part, text("of {count} students above the reference are near", count=every)))
    return said


def sources(found: Serving, selection: Selection) -> str:
    """Name the lists behind the points, and the students behind the figures."""
    panel = queries.panel(selection)
    lists = [f"{each.title} ({each.vintage})" for each in panel.sources if each.id in found.sources]
    if len(lists) < len(found.sources):
        lists.append(text("points handed in"))
    level = text("all schools") if selection.level == "all" else text(LEVELS[selection.level])
    return text(
        "Lists: {lists}. Students: {count}, {year}, {level}.",
        lists="; ".join(lists),
        count=count_text(found.total["students"]),
        year=found.year,
        level=level,
    )


def reach_scale() -> ClassScale:
    """Classes of how many services are within reach, then "not shown"."""
    colours = (*(HOT_COLD[name] for name in COLOURS), NOT_SHOWN_COLOUR)
    words = (*map(text, CLASSES), text(NOT_SHOWN))
    return ClassScale((*CLASSES, NOT_SHOWN), colours, tuple("0123"), words, named=True)


class Drawn:
    """What a map of reach shows: title, classes, figures under the pointer, order of the keys."""

    def __init__(
        self, title: str, classes: AreaClasses, figures: Sequence[str], order: Sequence[str]
    ) -> None:
        self.title, self.classes, self.figures, self.order = title, classes, figures, order
        self.rings, self.discs = "", ""


def _drawn(found: Serving, selection: Selection) -> Drawn:
    table = queries_sites.demand(selection).table.reindex(found.tracts.index)
    shown = table["status"].eq("reported")
    names = pd.Series(np.array(CLASSES)[found.tracts.clip(upper=2)], found.tracts.index)
    scale = reach_scale()
    title = text(
        "{kind}: how many are within {km} of home, {year}",
        kind=text(PROVIDER_LABELS[found.kind]),
        km=value_text(found.km, "km"),
        year=found.year,
    )
    classes = AreaClasses(scale, scale.encode(names, shown=shown), flags(~shown))
    figures = [text("{count} within reach", count=count_text(number)) for number in found.tracts]
    far = table["enrolled"].where(found.tracts.eq(0)).dropna().sort_values(ascending=False)
    drawn = Drawn(title, classes, figures, list(far.index))
    drawn.rings = text("{places} of the list", places=plural(found.providers, "place"))
    return drawn


def placed(places: pd.DataFrame) -> pd.DataFrame:
    """Give points of a table their degrees as columns, for the marks of a map."""
    at = places.geometry.to_crs(4326)
    return pd.DataFrame(places[["name", "number"]]).assign(longitude=at.x, latitude=at.y)


def reach_map(
    selection: Selection,
    drawn: Drawn,
    marked: pd.DataFrame,
    name: str,
    geometry: MapGeometry | None = None,
) -> None:
    """Draw tracts by class with points on them, opened on `geometry`, and beside it the legend."""
    geometry, classes = geometry or queries.geometry(selection), drawn.classes
    deck = area_map(geometry, classes)
    shown = marked.assign(longitude=geometry.longitude_of(marked["longitude"]))
    deck.layers.extend(points.marks(shown))
    counts = classes.scale.counts(classes.codes)
    legend = class_legend(classes.scale, drawn.title, counts=counts, use_words=True)
    legend += points.legend(text("Points on the map"), discs=drawn.discs, rings=drawn.rings)
    described = alt_text(classes.scale, drawn.title, counts)
    caption = view.Caption(drawn.title, legend, described, drawn.figures, drawn.order)
    left, right = st.columns(MAP_WIDTHS, gap="small")
    with left:
        view.show(deck, selection, caption, name=name)
    right.html(legend)


def _handed_in(selection: Selection) -> object:
    own = queries_sites.added(selection)
    return None if own is None else own.table
