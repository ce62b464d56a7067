"""Write what the joins were found to be worth: docs/methods-join.md and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.join_rebuild import (
    BUILDING,
    GRAVITY,
    GRAVITY_FITTED,
    LIMIT,
    NEAREST,
    NONE,
    ONE_POOL_FITTED,
    ZONES,
    ZONES_FITTED,
)

DOCS = Path(__file__).parents[1] / "docs"
PICTURE = "join-truth.svg"
SHORT = {
    NONE: "No map",
    BUILDING: "Building",
    NEAREST: "Nearest",
    GRAVITY: "Gravity, default",
    GRAVITY_FITTED: "Gravity, estimated",
    ZONES: "Zones, default",
    ZONES_FITTED: "Zones, estimated",
    ONE_POOL_FITTED: "One pool*",
    LIMIT: "Limit",
}
DRAWN = {  # fill, shape
    NONE: ("#ffffff", "square"),
    BUILDING: ("#000000", "square"),
    NEAREST: ("#e69f00", "diamond"),
    GRAVITY: ("#a5cde3", "circle"),
    GRAVITY_FITTED: ("#0072b2", "circle"),
    ZONES: ("#9fd8c4", "triangle"),
    ZONES_FITTED: ("#007a5a", "triangle"),
    LIMIT: ("#ffffff", "diamond"),
}
PANELS = (
    ("flow", 100.0, 100.0, 25, "Students placed in a wrong tract, %"),
    ("schools_all", 1.0, 10.0, 2, "Error of the tract's rate, points"),
)


def write(table: pd.DataFrame, rows: Sequence[dict[str, Any]], seeds: int) -> None:
    """Write the page and the picture.

    Parameters
    ----------
    table : DataFrame
        From `bench.join_truth.measure_all`.
    rows : sequence of dict
        From `bench.join_truth.judge`.
    seeds : int
        Made-up counties for each scenario.
    """
    (DOCS / "methods-join.md").write_text(page(table, rows, seeds), encoding="utf-8")
    (DOCS / PICTURE).write_text(picture(table), encoding="utf-8")


def page(table: pd.DataFrame, rows: Sequence[dict[str, Any]], seeds: int) -> str:
    """Lay out the page in Markdown.

    Parameters
    ----------
    table, rows, seeds
        As for `write`.

    Returns
    -------
    str
    """
    best = table.xs(ZONES_FITTED, level="method")
    limit = table.xs(LIMIT, level="method")
    fitted = table.xs(GRAVITY_FITTED, level="method")
    values = {
        "seeds": seeds,
        "picture": PICTURE,
        "building": _span(table.xs(BUILDING, level="method")["flow"]),
        "gravity": _span(fitted["flow"]),
        "zones": _span(best["flow"]),
        "none": _points(table.xs(NONE, level="method")["schools_all"]),
        "building_rate": _points(table.xs(BUILDING, level="method")["schools_all"]),
        "gravity_rate": _points(fitted["schools_all"]),
        "zones_rate": _points(best["schools_all"]),
        "own_hot": _points(-best["own_bias_hot"][best.index.isin(limit.index)]),
        "limit_hot": _points(-limit["own_bias_hot"][limit.index.isin(best.index)]),
        "figure": _span(table.xs(BUILDING, level="method")["figure"]),
        "ratio_none": _points(table.xs(NONE, level="method")["ratio_all"]),
        "ratio_gravity": _points(fitted["ratio_all"]),
        "ratio_zones": _points(best["ratio_all"]),
        "default_worse": _worse_than_none(table, GRAVITY),
        "fitted_worse": _worse_than_none(table, GRAVITY_FITTED),
        "pool_rate": _points(table.xs(ONE_POOL_FITTED, level="method")["schools_all"]),
        "cover_rest": _span(best["covers_own_rest"]),
        "cover_hot": _span(best["covers_own_hot"]),
        "cover_schools": _span(pd.concat([best, fitted])["covers_schools"]),
        "cover_gravity": _span(fitted["covers_schools"]),
        "cover_zones": _span(best["covers_schools"]),
        "cover_default": _span(
            pd.concat([table.xs(name, level="method") for name in (GRAVITY, ZONES)])[
                "covers_schools"
            ]
        ),
        "default_flow": _span(table.xs(GRAVITY, level="method")["flow"]),
        "default_rate": _points(table.xs(GRAVITY, level="method")["schools_all"]),
        "targets": "\n".join(map(_target, rows)),
        "flows": _grid(table, ["flow"], 100, 0),
        "schools": _grid(table, ["schools_all", "schools_hot", "schools_rest"], 1, 1),
        "ratio": _grid(table, ["ratio_all", "ratio_hot", "ratio_rest"], 1, 0),
        "own": _grid(table, ["own_all", "own_hot", "own_rest"], 1, 1),
        "counts": _grid(table, ["count"], 100, 0),
        "covers_schools": _grid(table, ["covers_schools"], 100, 0),
        "covers_own": _grid(table, ["covers_own", "covers_own_hot", "covers_own_rest"], 100, 0),
        "width": _grid(table, ["width"], 1, 0),
    }
    template = Path(__file__).with_name("join_report.md").read_text(encoding="utf-8")
    return template.format(**values)


def _worse_than_none(table: pd.DataFrame, method: str) -> str:
    error = table.pivot_table("schools_all", "place", "method", sort=False)
    return f"{int((error[method] > error[NONE]).sum())} of {len(error)}"


def _span(part: pd.Series) -> str:
    low, high = np.round(100 * part.min()), np.round(100 * part.max())
    return f"{low:.0f} %" if low == high else f"{low:.0f} to {high:.0f} %"


def _points(part: pd.Series) -> str:
    return f"{part.min():.1f} to {part.max():.1f} points"


def _target(row: dict[str, Any]) -> str:
    met = "met" if row["ok"] else "missed"
    question = row["question"][0].upper() + row["question"][1:]
    return f"| {question} | {row['ours']:.2f} | {row['target']:g} | {met} | {row['note']} |"


def _grid(table: pd.DataFrame, columns: list[str], times: float, digits: int) -> str:
    """Lay one measure out by place and method; further columns follow in brackets."""
    methods = [name for name in SHORT if table.xs(name, level="method")[columns[0]].notna().any()]
    lines = ["| Place | " + " | ".join(SHORT[name] for name in methods) + " |"]
    lines.append("| --- |" + " ---: |" * len(methods))
    for place in table.index.get_level_values("place").unique():
        here = table.loc[place]
        cells = [_cell(here, name, columns, times, digits) for name in methods]
        lines.append(f"| {place} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(here: pd.DataFrame, method: str, columns: list[str], times: float, digits: int) -> str:
    if method not in here.index or np.isnan(here.loc[method, columns[0]]):
        return ""
    first, *others = (f"{times * here.loc[method, name]:.{digits}f}" for name in columns)
    return f"{first} ({' / '.join(others)})" if others else first


ROW, LEFT, TOP, WIDE, GAP = 26, 268, 96, 330, 50


def picture(table: pd.DataFrame) -> str:
    """Draw the errors of every method in every place.

    Parameters
    ----------
    table : DataFrame
        From `bench.join_truth.measure_all`.

    Returns
    -------
    str
        SVG.
    """
    places = list(table.index.get_level_values("place").unique())
    height = TOP + ROW * len(places) + 44
    width = LEFT + 2 * WIDE + GAP + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="Arial, Helvetica, sans-serif" '
        'font-size="12" fill="#222222" role="img">',
        "<title>Error of each join in places where the truth is known</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_legend(),
    ]
    for row, place in enumerate(places):
        y = TOP + ROW * row + ROW / 2
        parts.append(_text(LEFT - 12, y + 4, place, "end"))
        parts.append(f'<path d="M{LEFT} {y}H{LEFT + 2 * WIDE + GAP}" stroke="#eeeeee"/>')
    for column, panel in enumerate(PANELS):
        parts += _panel(table, panel, LEFT + column * (WIDE + GAP), places)
    return "\n".join([*parts, "</svg>", ""])


def _panel(
    table: pd.DataFrame, panel: tuple[str, float, float, int, str], left: int, places: list[str]
) -> list[str]:
    measure, times, top, step, title = panel
    foot = TOP + ROW * len(places)
    parts = [_text(left + WIDE / 2, foot + 36, title, "middle")]
    for tick in range(0, int(top) + 1, step):
        x = left + WIDE * tick / top
        parts.append(f'<path d="M{x:.1f} {TOP}V{foot}" stroke="#dddddd"/>')
        parts.append(_text(x, foot + 16, str(tick), "middle"))
    for row, place in enumerate(places):
        here = table.loc[place, measure].dropna()
        for method in [name for name in DRAWN if name in here.index]:
            x = left + WIDE * times * here[method] / top
            parts.append(_mark(method, x, TOP + ROW * row + ROW / 2))
    return parts


def _legend() -> list[str]:
    parts = []
    for nth, method in enumerate(DRAWN):
        x, y = LEFT + (nth % 4) * 180, 24 + 24 * (nth // 4)
        parts += [_mark(method, x, y), _text(x + 12, y + 4, SHORT[method], "start")]
    note = (
        "Limit: what remains when every student's chances are known. Smaller is nearer the truth."
    )
    return [*parts, _text(LEFT - 6, 76, note, "start")]


def _mark(method: str, x: float, y: float) -> str:
    fill, shape = DRAWN[method]
    paint = f'fill="{fill}" stroke="#222222" stroke-width="1"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {paint}/>'
    corners = {
        "square": ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
        "diamond": ((0, -6), (6, 0), (0, 6), (-6, 0)),
        "triangle": ((0, -6), (5.5, 4.5), (-5.5, 4.5)),
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {paint}/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
