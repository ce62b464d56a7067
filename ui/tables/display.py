"""Tables as people read them: headings, formatted figures, a reason where one is withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from data.doubts import DOUBTS
from data.store.provenance import LedgerEntry, Source
from ui.languages import filed, mark, number, text
from ui.maps.scales import NOT_SHOWN
from ui.tables.columns import COLUMNS, INTERVALS, LABELS, NUMERIC_KINDS
from ui.words import numbers
from ui.words import standing as wording
from ui.words.as_written import as_written, never_run

NO_FIGURE = mark("not shown: no figure")
NOT_COMPARED = mark("not compared")
NO_RANK = mark("not ranked")
NO_MARGIN = mark("no margin published")
NO_CV = mark("not defined")
ROW_PIXELS = 35
MOST_ROWS = 14


def display_frame(
    frame: pd.DataFrame, columns: Sequence[str], *, minimum: int = 10
) -> pd.DataFrame:
    """Format an analysis table for reading.

    Parameters
    ----------
    frame : DataFrame
        `status` and `reason` (and `shown`, when it has one) say what is withheld; "interval" is
        made from `low` and `high`.
    columns : sequence of str
        Names of `COLUMNS`, in the order wanted; the index may be one of them.
    minimum : int
        Smallest count the policy in force lets through.

    Returns
    -------
    DataFrame
        Text columns under human headings, on the same index. A withheld rate (or else the first
        withheld figure) reads "not shown: ..." with its reason, the others "not shown": never 0,
        never empty, never a dash.
    """
    rows = frame.reset_index() if frame.index.name in columns else frame
    notes = reason_texts(rows, minimum=minimum)
    guarded = [name for name in columns if COLUMNS[name].guarded]
    # One full reason a row is read; the same words in every column are not.
    explained = "rate" if "rate" in guarded else next(iter(guarded), "")
    short = notes.mask(notes.ne(""), text(NOT_SHOWN))
    texts = {
        text(COLUMNS[name].heading): _column(rows, name, notes if name == explained else short)
        for name in columns
    }
    table = pd.DataFrame(texts)
    return table.set_axis(frame.index, axis=0)


def reason_texts(frame: pd.DataFrame, *, minimum: int = 10) -> pd.Series:
    """Why each row's figure is withheld; "" where it is reported."""
    notes = pd.Series("", index=frame.index, dtype="str")
    if "status" in frame:
        statuses = frame["status"].astype("object").where(frame["status"].notna(), "missing")
        reasons = frame.get("reason", notes)
        reasons = reasons.astype("object").where(reasons.notna(), "")
        notes[:] = [
            "" if status == "reported" else wording.not_shown_text(status, reason, minimum)
            for status, reason in zip(statuses, reasons, strict=True)
        ]
    if "shown" not in frame:
        return notes
    hidden = ~frame["shown"].astype(bool) & notes.eq("")
    return notes.mask(hidden, wording.not_shown_text("unreliable", ""))


def withhold(frame: pd.DataFrame) -> pd.DataFrame:
    """Copy without the figures of rows that are not reported; column `note` gives the reason.

    Without `status` and `shown` the table is returned as it is.
    """
    if "status" not in frame and "shown" not in frame:
        return frame.copy()
    notes = reason_texts(frame)
    table = frame.copy()
    for name in table.columns:
        if name in COLUMNS and COLUMNS[name].guarded:
            table[name] = table[name].mask(notes.ne(""))
    # A suppressed row's bounds are public; an unreliable row's bounds are the count itself.
    counted = table["status"].eq("unreliable") if "status" in table else notes.ne("")
    for name in table.columns.intersection(["lower", "upper"]):
        table[name] = table[name].mask(counted)
    return table.assign(note=notes)


def dictionary(columns: Iterable[str], extra: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Describe the columns of an export: one row a column, with unit and meaning.

    `extra` describes columns that are not in the registry.

    Raises
    ------
    KeyError
        A column has no description: nothing leaves the app unexplained.
    """
    own = {"note": "Why a figure is not shown; empty when it is.", **(extra or {})}
    rows = []
    for name in columns:
        if name in own or name not in COLUMNS:
            rows.append((name, "see description", own[name]))
        else:
            rows.append((name, COLUMNS[name].unit, filed(COLUMNS[name].description)))
    return pd.DataFrame(rows, columns=["column", "unit", "description"])


def column_config(columns: Sequence[str]) -> dict[str, Any]:
    """Streamlit column settings by heading: figures to the right, descriptions as help."""
    config = {}
    for name in columns:
        field = COLUMNS[name]
        config[text(field.heading)] = st.column_config.TextColumn(
            help=text(field.description),
            alignment="right" if field.kind in NUMERIC_KINDS else "left",
        )
    return config


def ledger_table(entries: Iterable[LedgerEntry]) -> pd.DataFrame:
    """Tabulate what was done to which rows, and why."""
    return pd.DataFrame(
        [
            (e.source, e.table, e.action, e.reason, f"{e.rows:,}", ", ".join(e.examples))
            for e in entries
        ],
        columns=[
            *(mark("Source"), mark("Table"), mark("What was done")),
            *(mark("Why"), mark("Rows"), mark("Examples")),
        ],
        dtype="str",
    )


def doubt_table(entries: Iterable[LedgerEntry]) -> pd.DataFrame:
    """Tabulate what a build doubts: what may be wrong, whom it concerns, and what to do."""
    doubts = [(entry, DOUBTS[entry.doubt]) for entry in entries if entry.doubt in DOUBTS]
    return pd.DataFrame(
        [
            (e.source, doubt.meaning, e.reason, f"{e.rows:,}", ", ".join(e.examples), doubt.remedy)
            for e, doubt in doubts
        ],
        columns=[
            *(mark("Source"), mark("Doubt"), mark("What was seen")),
            *(mark("Rows"), mark("Examples"), mark("What to do")),
        ],
        dtype="str",
    )


def source_table(sources: Iterable[Source]) -> pd.DataFrame:
    """Tabulate publishers, titles, vintages, licences and addresses."""
    return pd.DataFrame(
        [
            (s.publisher, s.title, s.vintage, s.retrieved, s.licence, s.release, s.url, s.sha256)
            for s in sources
        ],
        columns=[
            *(mark("Publisher"), mark("Title"), mark("Years"), mark("Retrieved")),
            *(mark("Licence"), mark("Release"), mark("Address"), "SHA-256"),
        ],
        dtype="str",
    )


def _column(frame: pd.DataFrame, name: str, notes: pd.Series) -> pd.Series:
    field = COLUMNS[name]
    hidden = notes.ne("")
    if field.kind not in NUMERIC_KINDS:
        texts = frame[name].astype("object").where(frame[name].notna(), "").map(str)
        labels = LABELS.get(field.kind, {})
        texts = texts.map(lambda value: text(labels[value]) if value in labels else value)
        return texts.where(~hidden, notes) if field.guarded else texts
    texts = _aligned(pd.Series(_texts(frame, name), index=frame.index, dtype="object"))
    if not field.guarded:
        nothing = text(_NOTHING.get(field.kind, NO_FIGURE))
        return texts.mask(texts.isna() & hidden, text(NOT_SHOWN)).fillna(nothing)
    texts = texts.where(~hidden, notes)
    return (_limits(frame, texts) if field.kind == "rate" else texts).fillna(text(NO_FIGURE))


def _aligned(figures: pd.Series) -> pd.Series:
    # Leading spaces make the grid's alphabetical sorting the numerical one.
    width = int(figures.dropna().str.len().max()) if figures.notna().any() else 0
    return figures.str.rjust(width).astype("object")


def _limits(frame: pd.DataFrame, texts: pd.Series) -> pd.Series:
    """Write rule P4's limit ("5 % or less") where the gate gave one."""
    bounds = ["lower", "upper", "enrolled"]
    if not {"reason", *bounds} <= set(frame.columns):
        return texts
    coded = frame["reason"].astype("object").eq("P4") & frame[bounds].notna().all(axis=1)
    for label, row in frame.loc[coded, bounds].astype(float).iterrows():
        texts[label] = numbers.coded_rate_text(row["lower"], row["upper"], row["enrolled"])
    return texts


def _texts(frame: pd.DataFrame, name: str) -> list[str | None]:
    kind = COLUMNS[name].kind
    if kind == "cv":
        return [text(NO_CV) if pd.isna(cv) else numbers.percent_text(cv, 0) for cv in frame[name]]
    if kind in _PLAIN:
        write = _PLAIN[kind]
        return [None if pd.isna(value) else write(value) for value in frame[name].tolist()]
    if kind == "rate":
        return _rates(frame[name], _students(frame))
    if kind in INTERVALS:
        low_name, high_name = INTERVALS[kind]
        ends = zip(
            _rates(frame[low_name], _students(frame)),
            _rates(frame[high_name], _students(frame)),
            strict=True,
        )
        return [None if low is None or high is None else f"{low[:-2]}–{high}" for low, high in ends]
    return _in_units(frame[name], frame["unit"], margin=kind == "margin")


def _students(frame: pd.DataFrame) -> pd.Series:
    name = next((name for name in ("enrolled", "students") if name in frame), None)
    return pd.Series(float("nan"), index=frame.index) if name is None else frame[name]


def _rates(rates: pd.Series, students: pd.Series) -> list[str | None]:
    return [
        None if pd.isna(rate) else numbers.percent_text(rate, None if pd.isna(n) else n)
        for rate, n in zip(rates.tolist(), students.tolist(), strict=True)
    ]


def _in_units(values: pd.Series, units: pd.Series, *, margin: bool) -> list[str | None]:
    write = numbers.margin_text if margin else numbers.value_text
    return [
        (text(NO_MARGIN) if margin else None) if pd.isna(value) else write(value, str(unit))
        for value, unit in zip(values.tolist(), units.tolist(), strict=True)
    ]


_NOTHING: Mapping[str, str] = MappingProxyType({"points": NOT_COMPARED, "rank": NO_RANK})
_PLAIN: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {
        "count": numbers.count_text,
        "rank": numbers.count_text,
        "ratio": numbers.ratio_text,
        "share": lambda value: numbers.percent_text(value, 0),
        "portion": numbers.percent_text,
        "km": lambda value: f"{number(f'{value:.1f}')} km",
        "decimal": lambda value: number(f"{value:,.1f}"),
        "points": numbers.points_text,
        "q": numbers.q_text,
        "p": lambda value: numbers.q_text(value, "p"),
        "decimal2": lambda value: number(f"{value:.2f}"),
    }
)


def show(table: pd.DataFrame, columns: Sequence[str], title: str, *, opens: str = "") -> None:
    """Show a formatted table under a title that says what the rows are, with n and year.

    `columns` are names of `COLUMNS`, in order; withheld figures read "not shown: ...". `opens` is
    the key of a table whose index holds ids: a row that is chosen puts its place in focus.
    """
    plain(display_frame(table, columns), title, column_config(columns), opens=opens)


def plain(
    table: pd.DataFrame,
    title: str,
    config: dict[str, Any] | None = None,
    *,
    opens: str = "",
    field: str = "focus",
) -> None:
    """Show a table that is already in words, its headings in English; `opens` as for `show`.

    `field` is the key of the session that takes the id of a row that is chosen.
    """
    table = table.map(lambda cell: never_run(cell) if isinstance(cell, str) else cell)
    table = table.rename(columns=text)
    st.header(as_written(title))
    rows = min(len(table), MOST_ROWS) + 1
    # As plain Arrow: the notes that pandas keeps in a table are a third of what would be sent.
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
    st.dataframe(
        arrow,
        hide_index=True,
        column_config=config,
        height=ROW_PIXELS * rows + 3,
        alt=title,
        **_opening(opens, table.index, field),
    )


def _opening(key: str, ids: pd.Index, field: str) -> dict[str, Any]:
    """Give the settings of a table whose rows can be chosen; none without a key."""
    if not key:
        return {}

    def open_row() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            st.session_state[field] = str(ids[rows[0]])

    return {"key": key, "on_select": open_row, "selection_mode": "single-row"}
