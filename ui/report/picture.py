"""A picture of a map or a chart that can stand alone: title, legend, source, date, caveat."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal
from xml.etree import ElementTree

import vl_convert

from data.panel import Panel
from data.store.provenance import Source
from ui import queries
from ui.maps.decks import AreaClasses
from ui.queries import districts
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.report.draw import Ground, drawn
from ui.report.faces import Face, face
from ui.report.typeset import FONTS, LANGUAGE, Sheet, typeset
from ui.selection import Selection
from ui.words.standing import LEVELS, fictional_banner, source_text

Form = Literal["png", "svg"]
SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
EMBEDDED = "data:image/svg+xml;base64,"
CHART_WIDTH = 880
SOURCES = 3  # named under a picture; the others are counted


@dataclass(frozen=True)
class Caption:
    """What stands around a picture.

    Attributes
    ----------
    title, alt : str
    lines : tuple of str
        Caveat, definition, sources, date.
    """

    title: str
    alt: str
    lines: tuple[str, ...]


def picture(
    selection: Selection, page: str, form: Form, when: date, *, close: bool = False
) -> bytes:
    """Give the map of a page as a picture; the same bytes for the same choices and date.

    Parameters
    ----------
    selection : Selection
    page : str
        A key of `ui.report.faces.PAGES`.
    form : str
        "png" (two pixels a point) or "svg".
    when : date
        The day that stands on the picture.
    close : bool
        Whether to draw the map around what is outlined.
    """
    shown = face(selection, page, close=close)
    caption = Caption(shown.title, shown.alt, lines(selection, shown.caveat, when))
    legend = [asdict(item) for item in shown.legend]
    return _framed(selection, caption, map_image(selection, shown, form), form, when, legend)


def chart_picture(
    selection: Selection,
    chart: Mapping[str, Any],
    form: Form,
    when: date,
    caveat: str = "",
    published: Sequence[Source] = (),
) -> bytes:
    """Give a chart as a picture.

    Parameters
    ----------
    selection : Selection
    chart : mapping
        Vega-Lite specification, as `ui.charts` makes them.
    form, when : str, date
        As for `picture`.
    caveat : str
        What the chart does not say.
    published : sequence of Source
        Where its figures are from, if not from what the place counts by school year: then the
        definition of chronic absence does not stand under it.
    """
    title = chart.get("title") or {}
    words = title if isinstance(title, str) else title.get("text", "")
    caption = Caption(
        words, chart.get("description", words), lines(selection, caveat, when, published)
    )
    return _framed(selection, caption, chart_image(chart), form, when, [])


def map_image(selection: Selection, shown: Face, form: Form) -> bytes:
    """Draw the map of a face without words around it."""
    if isinstance(shown.classes, AreaClasses) and shown.classes.unit == "districts":
        ids: tuple[list[str], list[str]] = (list(districts.table(selection).index), [])
    else:
        ids = list(queries.tracts(selection).index), list(queries.school_points(selection))
    return drawn(_ground(queries.place(selection.area)), shown, ids, form)


def chart_image(chart: Mapping[str, Any]) -> bytes:
    """Draw a Vega-Lite chart as SVG, without its title: that stands outside it."""
    vl_convert.register_font_directory(str(FONTS))
    spec = {name: value for name, value in chart.items() if name != "title"}
    if spec.get("width") == "container":
        spec["width"] = CHART_WIDTH
    spec["config"] = {**spec.get("config", {}), "font": "DejaVu Sans", "background": "#ffffff"}
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]).encode()


def where(selection: Selection) -> str:
    """Say of which place, year and schools a figure is."""
    area = queries.panel(selection).area
    level = "all levels" if selection.level == "all" else LEVELS[selection.level]
    if area.reports == "district":
        level = "all districts"
    fictional = " (fictional)" if area.fictional else ""
    return f"{area.name}{fictional} · school year {selection.year} · {level}"


def lines(
    selection: Selection, caveat: str, when: date, published: Sequence[Source] = ()
) -> tuple[str, ...]:
    """Give what travels under a picture: caveat, definition, sources, date."""
    panel = queries.panel(selection)
    said = f"Sources: {sources(published or panel.sources)}. Attendance Atlas, {when.isoformat()}."
    definition = "" if published else panel.area.definition
    return (*filter(None, (caveat, definition)), said)


def sources(published: Sequence[Source]) -> str:
    """Name the first sources, and count the others."""
    named = list(dict.fromkeys(source_text(s.publisher, s.title, s.vintage) for s in published))
    more = len(named) - SOURCES
    return "; ".join(named[:SOURCES]) + (f"; and {more} more" if more > 0 else "")


def notice(panel: Panel) -> str:
    """Say that a place is made up; "" where it is not."""
    return fictional_banner(panel.area.name) if panel.area.fictional else ""


@kept("ground of a printed map")
def _ground(key: Place) -> Ground:
    """Shared by all sessions and never written to."""
    view = Selection(key.slug, "")
    return Ground(queries.geometry(view), queries.panel_of(key))


def _framed(
    selection: Selection,
    caption: Caption,
    image: bytes,
    form: Form,
    when: date,
    legend: list[dict[str, str]],
) -> bytes:
    name = "image.svg" if image.lstrip()[:1] == b"<" else "image.png"
    content = {
        **asdict(caption),
        "place": where(selection),
        "notice": notice(queries.panel(selection)),
        "lang": LANGUAGE,
        "image": name,
        "legend": legend,
    }
    made = typeset(Sheet("picture", content, {name: image}), form, when)
    return _described(made, caption) if form == "svg" else made


def _described(svg: bytes, caption: Caption) -> bytes:
    """Give an SVG its title and description, and its inner picture as elements of its own."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", LINK[1:].partition("}")[0])
    root = ElementTree.fromstring(svg)  # noqa: S314 - it is our own, a moment old
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            inner = child.get(LINK, "")
            if child.tag == f"{{{SVG}}}image" and inner.startswith(EMBEDDED):
                parent[at] = _inlined(child, base64.b64decode(inner.removeprefix(EMBEDDED)))
    for at, (name, text) in enumerate((("title", caption.title), ("desc", caption.alt))):
        element = ElementTree.Element(f"{{{SVG}}}{name}", {"id": name})
        element.text = text
        root.insert(at, element)
    root.set("role", "img")
    root.set("aria-labelledby", "title desc")
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _inlined(image: ElementTree.Element, svg: bytes) -> ElementTree.Element:
    """Put a picture inside another where an image of it stood."""
    inner = ElementTree.fromstring(svg)  # noqa: S314 - it is our own, a moment old
    if "viewBox" not in inner.attrib:
        inner.set("viewBox", f"0 0 {inner.get('width')} {inner.get('height')}")
    for name in ("x", "y", "width", "height"):
        if name in image.attrib:
            inner.set(name, image.attrib[name])
    group = ElementTree.Element(f"{{{SVG}}}g", {"transform": image.get("transform", "scale(1)")})
    group.append(inner)
    return group
