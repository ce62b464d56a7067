"""Map of a programme: which schools have it, and where others stand; a click chooses one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import queries
from ui.languages import mark, text
from ui.maps import block as map_block
from ui.maps import view
from ui.maps.decks import AreaClasses, SchoolClasses, flags, school_classes, school_map
from ui.maps.scales import NOT_SHOWN, NOT_SHOWN_COLOUR, ClassScale, alt_text, class_legend
from ui.queries import districts
from ui.queries import evaluation as queries_evaluation
from ui.selection import Selection

TITLE = mark("Where is the programme? Click a school, then add it.")
WITH, OTHER = "with the programme", "without it"
WORDS = {WITH: mark("with the programme"), OTHER: mark("without it")}
COLOURS = ("#a04f12", "#a5cde3", NOT_SHOWN_COLOUR)


def scale() -> ClassScale:
    """Classes of the map, then "not shown"."""
    words = tuple(text(words) for words in WORDS.values())
    labels = (*WORDS, NOT_SHOWN)
    return ClassScale(labels, COLOURS, tuple("012"), (*words, text(NOT_SHOWN)), named=True)


def classes(selection: Selection, ids: pd.Index) -> pd.Series:
    """Class of each school or district of the place."""
    own = queries_evaluation.listed(selection)
    having = pd.Index([]) if own is None else own.schools.index
    return pd.Series(WITH, ids).where(ids.isin(having), OTHER)


def draw(selection: Selection, height: int = view.HEIGHT) -> None:
    """Draw the map."""
    name = text(TITLE)
    if districts.are_units(selection):
        shown = districts.table(selection)
        own, used = classes(selection, shown.index), scale()
        areas = AreaClasses(used, used.encode(own), flags(own.isna()), unit="districts")
        map_block.tract_map(name, areas, selection, shown, name="programme")
        return
    features, used = queries.school_points(selection), scale()
    codes = used.encode(classes(selection, features))
    sizes = school_classes(queries.schools(selection), features).sizes
    points = SchoolClasses(used, codes, sizes)
    alt = alt_text(used, name, used.counts(codes), "schools")
    shown = queries.schools(selection)
    figures = map_block.figures_of(shown.reindex(features))
    caption = view.Caption(name, legend(selection), alt, figures, map_block.order_of(shown))
    deck = school_map(queries.geometry(selection), points)
    view.show(deck, selection, caption, name="programme", height=height)


def legend(selection: Selection) -> str:
    """HTML of the legend with how many there are of each."""
    ids, used = queries.panel(selection).schools.index, scale()
    counts = used.counts(used.encode(classes(selection, ids)))
    return class_legend(used, text("Programme"), counts=counts, use_words=True)


def fold(selection: Selection) -> None:
    """Draw the map with its legend, in a folded part."""
    st.html(legend(selection))
    draw(selection)
