"""All files of one analysis: the brief in every form, its map, and the tables behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from ui import queries
from ui.queries import districts
from ui.queries import hotspots as queries_hotspots
from ui.queries import school_lists as queries_lists
from ui.report.analysis import NAME, Analysis, written
from ui.report.book import brief_workbook
from ui.report.brief import brief
from ui.report.layers import to_geopackage, to_parquet
from ui.report.pdf import appendix_pdf, brief_pdf
from ui.report.picture import picture
from ui.report.slides import brief_slides
from ui.report.workbook import to_xlsx
from ui.tables.downloads import caveat_of, with_shapes
from ui.tables.exports import about, about_csv, to_csv


def files(analysis: Analysis) -> Mapping[str, bytes]:
    """Make every file of an analysis; the same bytes for the same analysis and panel.

    Returns
    -------
    mapping of bytes
        By file name: the analysis itself, the brief as PDF, slides and workbook, its appendix, its
        map as PNG and SVG, and the tables of schools and tracts as CSV, Excel, GeoPackage, Parquet.
    """
    selection, made = analysis.selection, analysis.made
    told = brief(selection, analysis.scope, made)
    page, view, close = told.story.page, told.story.view, told.story.close
    return {
        NAME: written(analysis),
        "brief.pdf": brief_pdf(told),
        "brief.pptx": brief_slides(told),
        "brief.xlsx": brief_workbook(told),
        "appendix.pdf": appendix_pdf(told),
        "map.png": picture(view, page, "png", made, close=close),
        "map.svg": picture(view, page, "svg", made, close=close),
        **dict(_tables(analysis)),
    }


def _tables(analysis: Analysis) -> Iterator[tuple[str, bytes]]:
    """Give the tables of schools and tracts, or of districts, in every form."""
    view = replace(analysis.selection, beside="")
    tables = {"schools": queries_lists.listed(view)}
    if districts.are_units(view):
        yield from _forms(analysis, "zones", tables["schools"], name="districts")
        return
    if analysis.scope in ("area", "group"):
        tables["tracts"] = queries_hotspots.found(view).tracts
    elif analysis.scope == "neighbourhood":
        tables["tracts"] = queries.tracts(view)
    for place, table in tables.items():
        yield from _forms(analysis, place, table)


def _forms(
    analysis: Analysis, place: str, table: pd.DataFrame, *, name: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Give a table in every form, with the shapes of a place's layer."""
    name = name or place
    known = about(analysis.selection, table, caveat_of(place))
    shaped = with_shapes(analysis.selection, table, place)
    yield f"{name}.csv", to_csv(table, known)
    yield f"{name}-about.csv", about_csv(known)
    yield f"{name}.xlsx", to_xlsx(table, known, analysis.made)
    yield f"{name}.gpkg", to_geopackage(shaped, known)
    yield f"{name}.parquet", to_parquet(shaped, known)
