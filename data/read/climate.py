"""Rows of climate surveys: shares by school, held against the words beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.errors import FileError
from data.read.cells import CENTS
from data.read.tables import Rows
from data.recipe.parts import Column, Unit
from data.recipe.scales import Scale

UNTRUE = "The figure and the words beside it say different things."
UNLIKE = "Rows of the school and year give different figures."
REPEATED = "Repeats a school and year with the same figures: counted once."
FILLED = "Repeats a school and year, and one of the rows alone has a figure: that one is taken."
NO_SCALE = "Holds none of the scales that the recipe names."
KEY = ["school_id", "school_year"]
ORDER = ("suppressed", "reported", "missing")
FIGURES = ["value", "respondents", "response_rate"]


def climate(rows: Rows) -> pd.DataFrame:
    """Shape climate surveys, one row a school, year, respondent and scale.

    A figure of which the words beside it say something else is not taken, nor are two figures that
    differ for one school and year; both are doubted in the ledger.

    Raises
    ------
    FileError
        The words beside a figure are none that the recipe knows: the question may have changed.
    """
    picked = [_rows_of(rows, each) for each in rows.recipe.scales]
    used = pd.Index(np.unique(np.concatenate([part.text.index for part in picked])))
    unread = rows.text.index.difference(used)
    rows.refuse(pd.Series(NO_SCALE, index=unread, dtype="str"))
    both = zip(rows.recipe.scales, picked, strict=True)
    parts = [_one_a_school(part, scale, _read(part, scale)) for scale, part in both]
    if not any(each.where for each in rows.recipe.scales):
        _tell_repeats(rows, parts)
    return pd.concat(parts, ignore_index=True).drop(columns="filled")


def _rows_of(rows: Rows, scale: Scale) -> Rows:
    """Give the rows of the file that hold a scale."""
    here = pd.Series(data=True, index=rows.cells.index)
    for header, word in scale.where.items():
        here &= rows.cells[header].str.strip().eq(word)
    return replace(rows, cells=rows.cells[here], text=rows.text[here])


def _read(rows: Rows, scale: Scale) -> pd.DataFrame:
    """Read figure, respondents and response rate of every row, held against the words."""
    told, untrue = _by_words(rows, scale)
    held = replace(rows, cells=rows.cells.assign(**{scale.value: told}))
    read = held.numbers(Column(column=scale.value, unit=scale.unit))
    rows.empty(read["refused"])
    wrong = untrue & read["status"].ne("suppressed")
    lost = wrong | read["refused"].ne("")
    rows.ledger.doubt(
        "twins_disagree", *rows.name, UNTRUE, _named(rows, untrue[untrue].index, scale)
    )
    status = read["status"].mask(lost, "missing")
    reason = read["reason"].mask(read["refused"].ne(""), read["refused"]).mask(wrong, UNTRUE)
    known = status.eq("reported")
    return rows.text[KEY].assign(
        respondent=scale.respondent,
        scale=scale.id,
        value=read["value"].where(known),
        respondents=_beside(rows, scale.respondents, "count").where(known),
        response_rate=_beside(rows, scale.response_rate, scale.response_unit).where(known),
        status=status,
        reason=reason,
        source=rows.recipe.id,
    )


def _by_words(rows: Rows, scale: Scale) -> tuple[pd.Series, pd.Series]:
    """Give the cells to read, and where the words beside them say something else.

    Where they do the cell is that of the words if these give a reason, else it is empty.
    """
    cells = rows.cells[scale.value].str.strip()
    if not scale.words:
        return cells, pd.Series(data=False, index=cells.index)
    prose = rows.cells[scale.words].str.strip()
    said = prose.str.extract(f"^(?:{scale.says})$", expand=True)[0]
    tokens = rows.recipe.tokens
    known = said.notna() | prose.isin([*tokens.missing, *tokens.suppressed])
    if not known.all():
        row = known.index[~known][0]
        raise FileError(
            rows.file,
            f"{prose[row]!r} is not how the recipe says that figures are put into words",
            f"look whether the question changed, and correct says of the scale {scale.id}",
            column=scale.words,
            row=int(row),
        )
    figure = ~cells.isin([*tokens.missing, *tokens.suppressed])
    number = pd.to_numeric(cells.where(figure).str.rstrip("%"), errors="coerce")
    apart = (number - pd.to_numeric(said, errors="coerce") * _words_unit(scale)).abs()
    untrue = (figure & prose.ne("") & said.isna()) | (said.notna() & ~figure)
    untrue |= figure & said.notna() & apart.gt(_rounding(said) * _words_unit(scale))
    spoken = prose.where(said.isna() & prose.ne(""), cells.where(figure | said.isna(), ""))
    return spoken.mask(untrue & said.notna(), ""), untrue


def _words_unit(scale: Scale) -> float:
    """Words give percents; the column may hold fractions."""
    return 1.0 if scale.unit in CENTS else 0.01


def _rounding(said: pd.Series) -> pd.Series:
    """Half of the last decimal of each number in words, and a hair for binary fractions."""
    decimals = said.fillna("").str.extract(r"[.]([0-9]+)$")[0].str.len().fillna(0)
    return 0.5 * 10.0**-decimals + 1e-9


def _beside(rows: Rows, header: str, unit: Unit) -> pd.Series:
    """Read a column of respondents or response rates; empty where the file has none."""
    if not header:
        return pd.Series(np.nan, index=rows.cells.index)
    read = rows.numbers(Column(column=header, unit=unit))
    rows.empty(read["refused"])
    return read["value"].where(read["refused"].eq("") & read["status"].eq("reported"))


def _one_a_school(rows: Rows, scale: Scale, table: pd.DataFrame) -> pd.DataFrame:
    """Give each school and year one row: the same figures are one, different ones are none.

    A row that is withheld settles it: then the other row is not shown either. `filled` says where
    one of several rows alone had the figure.
    """
    groups, status = table.groupby(KEY), table["status"]
    has = {
        name: status.eq(name).groupby([table[key] for key in KEY]).transform("any")
        for name in ORDER
    }
    order = status.map({name: at for at, name in enumerate(ORDER)})
    best = table.assign(order=order).sort_values("order", kind="stable").drop_duplicates(KEY)
    best = best.drop(columns="order").sort_index()
    unlike = groups["value"].transform("max").gt(groups["value"].transform("min"))
    lost = (unlike & ~has["suppressed"])[best.index]
    named = _named(rows, lost[lost].index, scale)
    rows.ledger.doubt("answers_disagree", *rows.name, UNLIKE, named)
    best.loc[lost, FIGURES] = np.nan
    best.loc[lost, ["status", "reason"]] = ["missing", UNLIKE]
    if scale.where:
        again = table.index[table.duplicated(KEY)]
        rows.refuse(pd.Series(REPEATED, index=again, dtype="str"))
    return best.assign(filled=(has["missing"] & has["reported"])[best.index])


def _tell_repeats(rows: Rows, parts: list[pd.DataFrame]) -> None:
    """Count the rows of the file that name a school and year a second time."""
    again = rows.text.duplicated(KEY)
    pairs = pd.MultiIndex.from_frame(rows.text.loc[again, KEY])
    taken = pd.concat([part.loc[part["filled"], KEY] for part in parts])
    mended = pairs.isin(pd.MultiIndex.from_frame(taken))
    reasons = pd.Series(np.where(mended, FILLED, REPEATED), index=again[again].index, dtype="str")
    rows.refuse(reasons)


def _named(rows: Rows, index: pd.Index, scale: Scale) -> pd.Series:
    """Name rows by school, year and scale."""
    text = rows.text.loc[index]
    return text["school_id"] + " " + text["school_year"] + " " + scale.id
