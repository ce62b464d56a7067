"""The engine: one recipe, one file, one of our tables; every row accounted for in the ledger."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from data.contracts.tables import CONTRACTS
from data.errors import FileError
from data.plausible.rows import swapped_columns
from data.plausible.totals import compare_totals
from data.read import drivers, tables
from data.read.absence import absence, enrolment
from data.read.climate import climate
from data.read.daily import daily
from data.read.file_check import LIMITS, Limits, opened
from data.read.grades import together
from data.read.grid import Grid, read_grid
from data.read.recognise import recognised
from data.read.refuse import refuse_broken, refuse_conflicts, refuse_ids
from data.read.tables import ALONE, Beside, Rows
from data.read.words import rewritten, text_columns
from data.recipe.recipe import Recipe
from data.recipe.rows import Filter
from data.store.provenance import Ledger, Source, sha256_of
from geo.areas.geoid import repair

WORDS_SHOWN = 5
OFTEN = 5
"""Rows: what stands there seldom may be the name of a school, or worse."""
WRAPPED = re.compile(r"^([0-9]+)\.0+$|^=?\"(.*)\"$")
SERVER_LIMITS = (1_000, 2_000, 5_000, 10_000, 50_000)
"""Rows at which open-data servers end an answer that asks for no more."""
SHAPERS: Mapping[str, Callable[[Rows], pd.DataFrame]] = MappingProxyType(
    {
        "tracts": tables.tracts,
        "schools": tables.schools,
        "absence": absence,
        "enrolment": enrolment,
        "drivers": drivers.drivers,
        "school_drivers": drivers.school_drivers,
        "climate": climate,
        "zones": tables.zones,
        "flows": tables.flows,
        "crosswalk": tables.crosswalk,
        "other_tracts": tables.other_tracts,
        "providers": tables.providers,
        "designations": tables.designations,
        "centres": tables.centres,
        "travel_times": tables.travel_times,
        "context": tables.context,
        "districts": tables.districts,
        "daily": daily,
    }
)


@dataclass(frozen=True)
class Context:
    """What every step of one reading needs."""

    recipe: Recipe
    file: str
    ledger: Ledger
    keep: Collection[str]
    sheet: str = ""

    def drop(self, reason: str, ids: pd.Series) -> None:
        """Record dropped rows."""
        self.ledger.record(self.recipe.id, self.recipe.table, "dropped", reason, ids)

    def repair(self, reason: str, ids: pd.Series) -> None:
        """Record ids that were mended."""
        self.ledger.record(self.recipe.id, self.recipe.table, "repaired", reason, ids)


@dataclass(frozen=True)
class FileRead:
    """One file as read: its table, and the source that it is."""

    table: pd.DataFrame
    source: Source


def read_table(
    recipe: Recipe,
    path: Path,
    ledger: Ledger,
    *,
    beside: Beside = ALONE,
    retrieved: str = "",
    limits: Limits = LIMITS,
) -> FileRead:
    """Read one file as its recipe says.

    Parameters
    ----------
    recipe : Recipe
    path : Path
        A local file.
    ledger : Ledger
        Receives each dropped or repaired row with its reason, and how many were kept: dropped
        and kept rows add up to the rows of the file.
    beside : Beside
        What other files of the place told before.
    retrieved : str
        ISO date on which the file was fetched; "" when not known.
    limits : Limits
        Largest sizes.

    Returns
    -------
    FileRead
        The table keeps its contract, with four differences: schools have no `geoid` yet; absence
        may carry a column `name` and bounds of its rate; tracts from a plain file hold only the
        columns it gives; providers may carry `serves`, the ids of schools, and `cost`.

    Raises
    ------
    FileError
        Naming the file, and the column and row where there is one.
    """
    recipe, grid = read_cells(recipe, path, ledger, limits)
    with opened(path.name):
        digest = sha256_of(path)
    source = Source(
        id=recipe.id,
        publisher=recipe.publisher,
        title=recipe.title,
        url=recipe.url,
        vintage=recipe.vintage,
        retrieved=retrieved,
        licence=recipe.licence,
        sha256=digest,
        release=recipe.release,
    )
    table = shape_table(recipe, grid, path.name, ledger, beside=beside, limits=limits)
    return FileRead(table, source)


def read_cells(
    recipe: Recipe, path: Path, ledger: Ledger, limits: Limits = LIMITS
) -> tuple[Recipe, Grid]:
    """Read the cells that a recipe needs, and settle which of its layouts the file has."""
    grid = read_grid(recipe, path, limits)
    return recognised(recipe, grid.cells, grid.headers, path.name, ledger), grid


def shape_table(
    recipe: Recipe,
    grid: Grid,
    file: str,
    ledger: Ledger,
    *,
    beside: Beside = ALONE,
    limits: Limits = LIMITS,
) -> pd.DataFrame:
    """Make the table of cells already read, by a recipe whose layout is settled."""
    context = Context(recipe, file, ledger, beside.keep, grid.sheet)
    for note in grid.notes:
        ledger.record(recipe.id, recipe.table, "repaired", note, len(grid.cells))
    if len(grid.cells) in SERVER_LIMITS:
        words = f"The file has exactly {len(grid.cells):,} rows."
        ledger.doubt("rows_limit", recipe.id, recipe.table, words, len(grid.cells))
    cells = _drop_repeats(context, grid)
    ids = _other_ids(
        context, _padded_ids(context, _plain_ids(context, _joined_ids(context, cells)))
    )
    cells, ids, totals = _filter(context, cells, ids)
    refuse_broken(recipe, cells, file, grid.sheet)
    ids = _valid_ids(context, ids)
    single = together(recipe, cells, ids)
    context.drop("Names another grade of a school: put together.", ids.drop(single.index))
    cells, ids = single, ids.loc[single.index]
    text = text_columns(recipe, file, cells, ids)
    _refuse_doubles(context, text)
    geometry = None if grid.geometry is None else grid.geometry.loc[cells.index]
    rows = Rows(recipe, file, cells, text, geometry, ledger, limits, beside)
    table = SHAPERS[recipe.table](rows)
    if not len(table):
        raise FileError(
            file,
            f"none of its {len(cells):,} rows can be used ({_last_reason(ledger)})",
            swapped_columns(recipe, _last_reason(ledger))
            or "check columns, units and filters of the recipe",
            row=int(cells.index[0]),
        )
    ledger.record(recipe.id, recipe.table, "kept", "Rows of the file read.", rows.kept(table))
    if recipe.table == "absence":
        totals = _in_a_year(context, totals, cells)
    if recipe.table == "absence" and len(totals):
        figures, published = _total_figures(context, totals), recipe.release == "published"
        compare_totals(table, figures, ledger, published=published)
    return table


def _in_a_year(context: Context, totals: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Give total rows a year where the words "Grand Total" stand in the column of the year.

    That of the other rows, where they have one alone; else such rows are left aside.
    """
    header = context.recipe.columns["school_year"].column
    if not header:
        return totals
    years = kept[header].str.strip()
    known = totals[header].str.strip().isin(years)
    if len(set(years)) == 1:
        return totals.assign(**{header: totals[header].where(known, years.iloc[0])})
    return totals[known]


def _total_figures(context: Context, cells: pd.DataFrame) -> pd.DataFrame:
    """Read year, students and absent students of the publisher's own total rows."""
    recipe, numbers = context.recipe, ("enrolled", "chronic_absent")
    read = {name: column for name, column in recipe.columns.items() if column.unit == "count"}
    if "enrolled" not in read and recipe.columns["chronic_absent"].complement:
        read.pop("chronic_absent", None)  # of those who attend alone nobody's absence follows
    words = {name: recipe.columns[name] for name in (recipe.key, "school_year")}
    plain = replace(recipe, columns={**words, **read}, overrides=())
    ids = cells[recipe.columns[recipe.key].column]
    text = text_columns(plain, context.file, cells, ids)
    rows = Rows(plain, context.file, cells, text, None, Ledger())
    figures = {name: rows.numbers(read[name])["value"] for name in numbers if name in read}
    if "chronic_absent" in read and read["chronic_absent"].complement:
        figures["chronic_absent"] = figures["enrolled"] - figures["chronic_absent"]
    return pd.DataFrame({"school_year": text["school_year"], **figures}).reindex(
        columns=["school_year", *numbers]
    )


def _last_reason(ledger: Ledger) -> str:
    return ledger.entries[-1].reason.removesuffix(".") if len(ledger) else "no reason is known"


def _drop_repeats(context: Context, grid: Grid) -> pd.DataFrame:
    """Leave out rows that say exactly what an earlier row says."""
    cells = grid.cells
    repeats = cells.duplicated()
    if repeats.any() and grid.geometry is not None:
        repeats = cells.assign(_shape=grid.geometry.to_wkb(hex=True)).duplicated()
    if repeats.any():
        ids = cells.loc[repeats, context.recipe.columns[context.recipe.key].column]
        context.drop("Repeats an earlier row exactly.", ids)
    return cells[~repeats]


def _joined_ids(context: Context, cells: pd.DataFrame) -> pd.Series:
    """Put the cells of the id's columns together, and rewrite them where the recipe says how."""
    column = context.recipe.columns[context.recipe.key]
    ids = cells[column.column]
    if context.recipe.identifier.also:
        identifier = context.recipe.identifier
        names = [column.column, *identifier.also]
        pads = identifier.pads or (0,) * len(names)
        parts = [
            _filled_up(_unwrapped(context, cells[name]), pad)
            for name, pad in zip(names, pads, strict=True)
        ]
        ids = parts[0].str.cat(parts[1:], sep=identifier.joint).str.split().str.join(" ")
    return rewritten(context.file, column, ids) if column.pattern else ids


def _other_ids(context: Context, ids: pd.Series) -> pd.Series:
    """Give ids that other files know by another that one."""
    names = context.recipe.identifier.ids
    changed = ids[ids.isin(list(names))].drop_duplicates()
    words = [f"{each}, here {names[each]}" for each in changed]
    context.repair("Id that other files know by another.", pd.Series(words, dtype="str"))
    return ids.map(lambda each: names.get(each, each)).astype("str")


def _plain_ids(context: Context, ids: pd.Series) -> pd.Series:
    if context.recipe.key == "geoid":
        return ids.str.strip()  # tract ids are mended as a whole, below
    return _unwrapped(context, ids)


def _unwrapped(context: Context, cells: pd.Series) -> pd.Series:
    """Take off what a spreadsheet puts around an id: the .0 of a number, the quotes of a text."""
    ids = cells.str.strip()
    plain = ids.str.replace(WRAPPED, r"\1\2", regex=True)
    changed = ids[plain.ne(ids)]
    if len(changed):
        context.repair("Id freed of a spreadsheet's .0 or quotes.", changed.drop_duplicates())
    return plain


def _padded_ids(context: Context, ids: pd.Series) -> pd.Series:
    if context.recipe.identifier.pad:
        filled = _filled_up(ids, context.recipe.identifier.pad)
        changed = ids[filled.ne(ids)]
        reason = f"Id filled with zeros to {context.recipe.identifier.pad} characters."
        context.repair(reason, changed.drop_duplicates())
        return filled
    return ids


def _filled_up(ids: pd.Series, pad: int) -> pd.Series:
    """Restore leading zeros; empty ids stay empty."""
    return ids.str.zfill(pad).where(ids.ne(""), ids)


def _filter(
    context: Context, cells: pd.DataFrame, ids: pd.Series
) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Keep the rows wanted; those that are the publisher's own totals come apart."""
    totals = cells.iloc[:0]
    for each in context.recipe.filters:
        refuse_broken(context.recipe, cells[[each.column]], context.file, context.sheet)
        words = cells[each.column].str.strip()
        passes = _passes(each, words)
        if each.unless:
            passes |= ids.isin(context.keep)
        if len(words) and not passes.any():
            raise _nothing_left(context.file, each, words)
        if not passes.all():
            context.drop(each.reason, ids[~passes])
            totals = pd.concat([totals, cells[~passes]]) if each.totals else totals
            cells, ids = cells[passes], ids[passes]
    if cells.empty:
        raise FileError(
            context.file, "no row is left after the filters", "check the filters of the recipe"
        )
    return cells, ids, totals


def _nothing_left(file: str, each: Filter, words: pd.Series) -> FileError:
    """Say what a filter that keeps no row looks for, and the words that stand there often."""
    kept = each.equals or each.regex or ", ".join(each.one_of)
    wanted = f"keeps {kept!r}" if kept else f"leaves out {', '.join(each.none_of)!r}"
    counts = words.value_counts()
    often = ", ".join(repr(word) for word in counts.index[counts.ge(OFTEN)][:WORDS_SHOWN])
    here = f"; often there: {often}" if often else ""
    what = f"no row is left after the filters: this one {wanted}{here}"
    return FileError(file, what, "correct the filter in the recipe", column=each.column)


def _passes(each: Filter, values: pd.Series) -> pd.Series:
    if each.regex:
        return values.str.fullmatch(each.regex).astype(bool)
    if each.none_of:
        return ~values.isin(each.none_of)
    return values.isin(each.one_of or (each.equals,))


def _valid_ids(context: Context, ids: pd.Series) -> pd.Series:
    recipe = context.recipe
    if recipe.key == "geoid" or recipe.table == "crosswalk":
        ids = _valid_geoids(context, ids)
    header = recipe.columns[recipe.key].column
    refuse_ids(ids, recipe.identifier, context.file, header)
    return ids


def _valid_geoids(context: Context, ids: pd.Series) -> pd.Series:
    mended = repair(ids)
    for how, rows in mended.repaired.groupby("reason", sort=True):
        reason = f"Tract id mended: {how}."
        published = rows["given"].repeat(rows["rows"])
        context.repair(reason, published)
    refused = ids[mended.ids.isna()]
    if len(refused):
        raise FileError(
            context.file,
            f"{refused.iloc[0]!r} is no tract id: {mended.refused['reason'].iloc[0]}",
            "use the 11-digit GEOID, and filter county and state rows out",
            column=context.recipe.columns[context.recipe.key].column,
            row=int(refused.index[0]),
        )
    return mended.ids


def _refuse_doubles(context: Context, text: pd.DataFrame) -> None:
    key = [name for name in CONTRACTS[context.recipe.table].key if name in text.columns]
    if "serves" in text.columns:  # a row a school: what must agree is the kind of the provider
        text = text.drop_duplicates([*key, "kind"])
    if context.recipe.table not in ("zones", "designations", "context", "climate"):
        refuse_conflicts(text, key, context.file)
