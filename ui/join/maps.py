"""Maps of the Join quality page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from data.views import join_quality
from data.views.join_quality import JoinChange, JoinQuality, tract_flows
from ui import frame, queries
from ui.join.cards import focus_card
from ui.join.scales import change_scale, coverage_scale, share_scale
from ui.join.words import NAMES
from ui.maps import block as map_block
from ui.maps.class_scale import ClassScale
from ui.maps.classes import SIZE_BREAKS
from ui.maps.decks import (
    HEIGHT,
    AreaClasses,
    CompactDeck,
    SchoolClasses,
    area_map,
    school_map,
)
from ui.maps.geometry import extent
from ui.maps.legends import alt_text, class_legend
from ui.selection import Selection


def homes(found: JoinQuality, selection: Selection) -> Selection:
    """Map of a school's tracts, of a tract's schools, or of coverage, with search box and card."""
    title, scale, codes, unit = _classes(found, selection)
    counts = scale.counts(_drawn(codes))
    st.html(class_legend(scale, title, counts=counts, use_words=True))
    left, right = st.columns([62, 38], gap="medium")
    with right:
        labels = _labels(found)
        selection = frame.own_control(selection, "focus", "Search a school or a tract", labels)
        st.html(focus_card(found, selection.focus))
    with left:
        deck = _deck(found, selection, codes)
        alt = alt_text(scale, title, counts, unit)
        st.pydeck_chart(
            deck, height=HEIGHT, key=f"homes-{selection.area}-{selection.focus}", alt=alt
        )
    return selection


def change_map(change: JoinChange, selection: Selection, name: str = "change") -> None:
    """Map of what another join would change, with its legend; `name` keeps two maps apart."""
    first, second = NAMES[selection.catchment], NAMES[change.versus]
    title = f"Rate by “{second}” less rate by “{first}”, {selection.year}"
    scale = change_scale()
    codes = scale.encode(change.tracts["change"], shown=change.tracts["shown"])
    counts = scale.counts(codes)
    st.html(class_legend(scale, title, counts=counts, use_words=True))
    classes = AreaClasses(scale, codes, _marks(~change.tracts["shown"]))
    deck = area_map(queries.geometry(selection), classes, map_block.outline(selection))
    alt = alt_text(scale, title, counts)
    st.pydeck_chart(deck, height=HEIGHT, key=f"{name}-{selection.area}", alt=alt)


def _labels(found: JoinQuality) -> dict[str, str]:
    schools = map_block.place_labels(found.schools, "Search a school or a tract by name or number")
    tracts = map_block.place_labels(found.tracts, "")
    return {**schools, **{key: words for key, words in tracts.items() if key}}


def _classes(
    found: JoinQuality, selection: Selection
) -> tuple[str, ClassScale, AreaClasses | SchoolClasses, str]:
    """Give the title, the scale, the classes of the map's features, and what they are."""
    focus = selection.focus
    if focus in found.schools.index:
        flows = found.flows[found.flows["school_id"] == focus].set_index("geoid")["share"]
        scale = share_scale("the school's students")
        codes = scale.encode(flows.reindex(found.tracts.index).where(lambda s: s.notna(), 0.0))
        title = f"Where the students of {found.schools.loc[focus, 'name']} live by the join"
        return title, scale, AreaClasses(scale, codes, "0" * len(codes)), "tracts"
    if focus in found.tracts.index:
        scale = share_scale("the tract's students")
        title = f"Schools that children of {found.tracts.loc[focus, 'name']} attend by the join"
        return title, scale, _attended(found, selection, scale), "schools"
    scale = coverage_scale()
    codes = scale.encode(found.tracts["coverage"])
    title = f"Students counted, as a share of resident children, {selection.year}"
    marks = _marks(found.tracts["coverage"].isna())
    return title, scale, AreaClasses(scale, codes, marks), "tracts"


def _attended(found: JoinQuality, selection: Selection, scale: ClassScale) -> SchoolClasses:
    rows = tract_flows(found, selection.focus).reindex(queries.school_points(selection))
    enrolled = found.schools["enrolled"].reindex(rows.index).to_numpy(dtype=float)
    size = np.searchsorted(SIZE_BREAKS, enrolled, side="right")
    listed = rows["share"].notna()
    sizes = np.where(listed, np.where(np.isnan(enrolled), 0, size).astype(str), "-")
    return SchoolClasses(scale, scale.encode(rows["tract_share"]), "".join(sizes))


def _deck(
    found: JoinQuality, selection: Selection, classes: AreaClasses | SchoolClasses
) -> CompactDeck:
    geometry, outline = queries.geometry(selection), map_block.outline(selection)
    near = join_quality.surroundings(found, queries.panel(selection), selection.focus)
    if len(near):
        geometry = extent(geometry.folder, near)
    if isinstance(classes, SchoolClasses):
        return school_map(geometry, classes, outline)
    return area_map(geometry, classes, outline)


def _drawn(classes: AreaClasses | SchoolClasses) -> str:
    """Give the classes of the features that the map draws."""
    if isinstance(classes, AreaClasses):
        return classes.codes
    pairs = zip(classes.codes, classes.sizes, strict=True)
    return "".join(code for code, size in pairs if size != "-")


def _marks(flags: pd.Series) -> str:
    return "".join(np.where(flags.to_numpy(dtype=bool), "1", "0"))
