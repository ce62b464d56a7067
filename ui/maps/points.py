"""Numbered discs and small rings on a map: providers near a group, sites that are there and new."""

from __future__ import annotations

from html import escape

import pandas as pd
import pydeck as pdk

DARK, WHITE = [17, 17, 17], [255, 255, 255]
DISC_PIXELS, RING_PIXELS, NUMBER_PIXELS = 9, 3.5, 12
_DISC = (
    "width:20px;height:20px;border:2px solid #111;background:#fff;border-radius:50%;"
    "font:bold 12px/16px sans-serif;text-align:center"
)
_RING = "width:9px;height:9px;border:2px solid #111;background:#fff;border-radius:50%"


def marks(places: pd.DataFrame) -> list[pdk.Layer]:
    """Layers of points: small rings, and numbered discs for those that have a number.

    Parameters
    ----------
    places : DataFrame
        Columns name, number (missing for a ring), longitude and latitude, the first first.
    """
    others = places[places["number"].isna()]
    listed = places[places["number"].notna()][::-1]  # the first on top
    layers = [_discs("providers", others, RING_PIXELS)] if len(others) else []
    if listed.empty:
        return layers
    numbers = pdk.Layer(
        "TextLayer",
        data=_places(listed),
        id="provider-numbers",
        get_position="position",
        get_text="number",
        get_size=NUMBER_PIXELS,
        get_color=DARK,
        font_weight=pdk.types.String("bold"),
    )
    return [*layers, _discs("providers-listed", listed, DISC_PIXELS), numbers]


def legend(title: str, *, discs: str = "", rings: str = "") -> str:
    """HTML legend of the two marks, each with its words; one without words is left out."""
    items = [_item(_DISC, "1", discs)] if discs else []
    items += [_item(_RING, "", rings)] if rings else []
    inner, name = "".join(items), escape(title)
    return (
        f'<div class="legend"><strong aria-hidden="true">{name}</strong>'
        f'<div role="list" aria-label="{name}">{inner}</div></div>'
    )


def _item(style: str, inside: str, words: str) -> str:
    sign = f'<i style="{style};font-style:normal" aria-hidden="true">{inside}</i>'
    return f'<span role="listitem">{sign}{escape(words)}</span>'


def _discs(name: str, places: pd.DataFrame, radius: float) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        data=_places(places),
        id=name,
        pickable=True,
        stroked=True,
        filled=True,
        get_position="position",
        get_fill_color=WHITE,
        get_line_color=DARK,
        get_radius=radius,
        radius_units=pdk.types.String("pixels"),
        get_line_width=2,
        line_width_units=pdk.types.String("pixels"),
    )


def _places(places: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "name": row.name,
            "number": "" if pd.isna(row.number) else str(row.number),
            "position": [round(row.longitude, 5), round(row.latitude, 5)],
        }
        for row in places[["name", "number", "longitude", "latitude"]].itertuples(index=False)
    ]
