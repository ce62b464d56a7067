"""The map of a page: our own component, drawn in the browser by the deck.gl that pydeck ships.

Streamlit's own map dims what is not selected, and has no words under the pointer, no buttons, no
scale, no linked maps and no legend in full screen; see docs/decisions/0017-own-map.md.

Geometry and code go to the browser by URL, once. What a run shows goes in three messages: figures
of the areas, the sheet (colours, words, legend), and what is chosen; Streamlit does not send the
first two again unchanged (`global.minCachedMessageSize`). Measured on New York City's hot spots:
10 kB of figures once a year and level, 2 kB of sheet where a colour changes, 0.4 kB a click.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pydeck
import streamlit as st

from ui import queries
from ui.address import address
from ui.languages import text
from ui.maps.decks import MapDeck
from ui.maps.geometry import GeometryError
from ui.selection import NEIGHBOURHOOD, Selection

HEIGHT = 490
MOST_STEPS = 60  # areas that the arrow keys step through
LAYERS = {"school": "schools", "district": "districts", "county": "counties"}
"""Layer of what a place reports."""
FOCUS, UNIT = "focus", "neighbourhoods"
STATIC = Path(__file__).resolve().parents[2] / "static" / "map"
LIBRARY = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
LIBRARY_NAME = f"deck-{pydeck.__version__}.js"
SOURCES = sorted(Path(__file__).with_name("web").iterdir())
# The code is served from a folder named by its content: no browser keeps an old one.
VERSION = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:12]
# Sent with every message: a few bytes that fetch the code.
LOADER = """export default (component) => import(new URL("%s", location.origin))
.then((map) => map.draw(component))"""


@dataclass(frozen=True)
class Caption:
    """What a map says in words.

    Attributes
    ----------
    title : str
        What it shows, with its year.
    legend : str
        HTML, every text escaped; shown with the map in full screen.
    alt : str
        Text alternative.
    figures : sequence of str
        Figure of every feature, in map order, or why there is none.
    order : sequence of str
        Identifiers that the arrow keys step through, the first first.
    badges : sequence of (float, float, str)
        Longitude, latitude and number of what is numbered as in a list.
    """

    title: str
    legend: str
    alt: str
    figures: Sequence[str] = ()
    order: Sequence[str] = ()
    badges: Sequence[tuple[float, float, str]] = ()


def show(
    deck: MapDeck,
    selection: Selection,
    caption: Caption,
    *,
    name: str = "map",
    link: str = "",
    height: int = HEIGHT,
) -> None:
    """Draw a map; a click, tap or Enter on it sets the focus of the session.

    Parameters
    ----------
    deck : MapDeck
        Its geometry's bounds are where the map opens.
    selection : Selection
        Its focus is outlined; the view goes there when it was not chosen on this map.
    caption : Caption
    name : str
        Keeps the maps of a page apart.
    link : str
        Maps with one link move together.
    height : int
        Pixels.

    Raises
    ------
    GeometryError
        The disk refuses the code of the map.
    """
    library, key = publish(), f"{name}-{selection.area}"
    _send(key, "figures", {"figures": list(caption.figures)})
    _send(key, "sheet", _sheet(deck, selection, caption, link))
    _component(
        data={"map": key, "library": library, "height": height, "focus": _focus(selection)},
        key=key,
        on_focus_change=partial(_choose, key),
    )


def _sheet(deck: MapDeck, selection: Selection, caption: Caption, link: str) -> dict[str, Any]:
    """Gather what changes with the view, not with what is chosen."""
    geometry = deck.geometry
    return {
        "link": link and f"{link}-{selection.area}",
        "labels": _labels(),
        "title": caption.title,
        "legend": caption.legend,
        "alt": caption.alt,
        "home": queries.geometry(selection).bounds,
        "opening": geometry.bounds,
        "unit": geometry.url(deck.unit),
        "order": list(caption.order[:MOST_STEPS]),
        "badges": list(caption.badges),
        "names": geometry.url("names") if "names" in geometry.layers else None,
        "words": deck.words(),
        "layers": deck.specification(),
    }


def _labels() -> dict[str, str]:
    """Words of the buttons, and what a map says of itself."""
    return {
        "in": text("Zoom in"),
        "out": text("Zoom out"),
        "home": text("Show the whole place"),
        "full": text("Full screen"),
        "help": text(
            "Arrow keys step through the ranked areas, Enter opens one, Escape clears."
            " Plus, minus and 0 zoom."
        ),
        "failed": text(
            "The map cannot be drawn in this browser. The table below holds the same figures."
        ),
        "flat": text(
            "The map cannot be clicked in this browser. The table below holds the same figures."
        ),
    }


def _send(key: str, part: str, content: Mapping[str, Any]) -> None:
    """Send a part of a map, compressed; Streamlit does not send it again unchanged."""
    message = json.dumps({"map": key, **content}, separators=(",", ":"))
    _component(data=zlib.compress(message.encode()), key=f"{part}-{key}")


@cache
def publish() -> str:
    """Copy code and library of the map to where they are served; gives the library's address.

    Raises
    ------
    GeometryError
        The disk refuses.
    """
    try:
        _copy(LIBRARY, STATIC / LIBRARY_NAME)
        for source in SOURCES:
            _copy(source, STATIC / VERSION / source.name)
    except OSError as error:
        raise GeometryError(
            f"the code of the map could not be written ({error.strerror or error}); "
            "make static/map writable, or free some space"
        ) from error
    return address(f"map/{LIBRARY_NAME}")


def _copy(source: Path, target: Path) -> None:
    """Write under a name of our own, then rename: no browser ever gets half a file."""
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.copyfile(source, draft)
    draft.replace(target)


def _focus(selection: Selection) -> tuple[str, str] | None:
    """Give the layer's address and the feature's id of the place in focus."""
    focus, geometry = selection.focus, queries.geometry(selection)
    if not focus:
        return None
    if focus.startswith(NEIGHBOURHOOD):
        return (geometry.url(UNIT), focus) if UNIT in geometry.layers else None
    panel = queries.panel(selection)
    points = LAYERS[panel.area.reports]
    return geometry.url(points if focus in panel.schools.index else "tracts"), focus


def _choose(key: str) -> None:
    """Put what was chosen on a map into focus."""
    st.session_state[FOCUS] = str(st.session_state[key][FOCUS] or "")


_component = st.components.v2.component(
    "atlas_map", js=LOADER % address(f"map/{VERSION}/map.js"), isolate_styles=False
)
