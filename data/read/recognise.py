"""Which layout a published file has, seen from its columns and cells, never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data.errors import FileError
from data.read.cells import NUMBER
from data.recipe.measures import LAYOUTS, Layout, Ranks, layouts, measures_taken
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger
from geo.areas.geoid import repair

HEADERS_SHOWN = 4
LEAST_ALIKE = 0.99  # part of the cells that evidence must hold for: a footnote may stand below
TOLERANCE = 0.001  # published ranks have 4 decimals, and totals rounded alike share a rank
FEWEST = 20  # tracts: with fewer, ranks within a state and national ones may agree by chance


def wanted_headers(recipe: Recipe, headers: Sequence[str], file: str) -> tuple[str, ...]:
    """Give the columns to read of a file with these headers; refuse headers that fit no layout."""
    columns = list(recipe.headers())
    for layout in _by_columns(recipe, headers, file) if recipe.layouts else ():
        for each in measures_taken(recipe, layout.id):
            columns += each.headers()
        evidence = [each.column for each in layout.evidence]
        if layout.ranks is not None and recipe.table == "drivers":
            evidence += [layout.ranks.total, layout.ranks.rank, layout.ranks.state]
        columns += [*layout.has, *(name for name in evidence if name in headers)]
    return tuple(dict.fromkeys(name for name in columns if name))


def recognised(
    recipe: Recipe, cells: pd.DataFrame, headers: Sequence[str], file: str, ledger: Ledger
) -> Recipe:
    """Settle which layout a file has.

    Parameters
    ----------
    recipe : Recipe
        One without layouts is returned as it is.
    cells : DataFrame of str
        Columns of `wanted_headers`.
    headers : sequence of str
        All columns of the file.
    file : str
        For errors.
    ledger : Ledger
        Receives what the file was recognised as, and by what.

    Returns
    -------
    Recipe
        With the measures, tokens, vintage and title of the layout, and no layouts.

    Raises
    ------
    FileError
        No layout fits, or several do; it names what was looked for.
    """
    if not recipe.layouts:
        return recipe
    candidates = _by_columns(recipe, headers, file)
    evidence = {layout.id: _evidence(layout, cells) for layout in candidates}
    fitting = [layout for layout in candidates if all(evidence[layout.id].values())]
    sure = [layout for layout in fitting if evidence[layout.id] or len(candidates) == 1]
    if len(sure) != 1:
        raise _unrecognised(candidates, evidence, file)
    layout = sure[0]
    by = "; ".join([_columns_in_words(layout), *evidence[layout.id]])
    reason = f"Recognised as {layout.title} (census tracts of {layout.tract_vintage}) by {by}."
    ledger.record(recipe.id, recipe.table, "matched", reason, len(cells))
    exact = replace(
        recipe,
        title=recipe.title.replace("{layout}", layout.title),
        vintage=layout.vintage,
        tokens=layout.tokens,
        measures=measures_taken(recipe, layout.id),
        layouts=(),
        only=(),
    )
    return _ranked(exact, layout, cells, ledger)


def _ranked(recipe: Recipe, layout: Layout, cells: pd.DataFrame, ledger: Ledger) -> Recipe:
    """Say whether ranks are national or within a state, in ledger, title and vintage."""
    ranks = layout.ranks
    if ranks is None or not any(each.unit == "percentile" for each in recipe.measures):
        return recipe
    scope = rank_scope(cells, recipe.columns["geoid"].column, ranks)
    ledger.record(recipe.id, recipe.table, "matched", scope.reason, len(cells))
    years = f"{recipe.vintage}, {scope.words}"
    measures = tuple(
        replace(each, vintage=years) if each.unit == "percentile" else each
        for each in recipe.measures
    )
    return replace(recipe, title=f"{recipe.title}; {scope.words}", measures=measures)


def _by_columns(recipe: Recipe, headers: Sequence[str], file: str) -> list[Layout]:
    """Give the layouts of a recipe whose columns fit."""
    candidates = [layouts()[name] for name in recipe.layouts]
    reasons = {layout.id: _misfit(layout, headers) for layout in candidates}
    fitting = [layout for layout in candidates if not reasons[layout.id]]
    if fitting:
        return fitting
    why = "; ".join(f"{layout.title}: {reasons[layout.id]}" for layout in candidates)
    begins = ", ".join(repr(name) for name in headers[:HEADERS_SHOWN])
    raise FileError(
        file,
        f"its columns, which begin with {begins}, fit no layout that recipe {recipe.id} reads "
        f"({why})",
        "take the publisher's file for census tracts as published, or describe the new layout in "
        f"data/{LAYOUTS.name}",
    )


def _misfit(layout: Layout, headers: Sequence[str]) -> str:
    lacking = [name for name in layout.has if name not in headers]
    if lacking:
        return f"there is no column {lacking[0]!r}"
    strange = [name for name in layout.lacks if name in headers]
    return f"there is a column {strange[0]!r}" if strange else ""


def _columns_in_words(layout: Layout) -> str:
    words = f"columns {', '.join(layout.has)}"
    return f"{words} and none of {', '.join(layout.lacks)}" if layout.lacks else words


def _evidence(layout: Layout, cells: pd.DataFrame) -> dict[str, bool]:
    """Say which evidence speaks for a layout, and which against; what is silent is left out."""
    verdicts = {}
    for each in layout.evidence:
        if each.column not in cells.columns:
            continue
        text = cells[each.column].str.strip()
        text = text[text.str.fullmatch(each.only).astype(bool) if each.only else text.ne("")]
        if len(text):
            alike = text.str.fullmatch(each.pattern).astype(bool)
            verdicts[each.says] = bool(alike.mean() >= LEAST_ALIKE)
    return verdicts


def _unrecognised(
    candidates: Sequence[Layout], evidence: Mapping[str, Mapping[str, bool]], file: str
) -> FileError:
    expected = []
    for layout in candidates:
        against = [says for says, speaks in evidence[layout.id].items() if not speaks]
        words = against or [each.says for each in layout.evidence]
        expected.append(f"{layout.title} would have {'; '.join(words)}")
    return FileError(
        file,
        f"which of {len(candidates)} layouts it has cannot be told: {', '.join(expected)}",
        "take the file as published, with its columns LOCATION and FIPS, or name the one layout "
        "in the recipe that it has",
    )


@dataclass(frozen=True)
class RankScope:
    """Among which tracts the ranks of a file compare.

    Attributes
    ----------
    words : str
        "ranks within New York" or "national ranks".
    reason : str
        How that was found, for the ledger.
    """

    words: str
    reason: str


def rank_scope(cells: pd.DataFrame, ids: str, ranks: Ranks) -> RankScope:
    """Find out among which tracts the ranks of a file compare.

    National when the file holds several states, or when ranking its rows anew gives other ranks;
    (rank - 1) / (n - 1) as CDC/ATSDR ranks.

    Parameters
    ----------
    cells : DataFrame of str
        As published; with the columns that `ranks` names, "" or -999 where there is no rank.
    ids : str
        Column of tract ids.
    ranks : Ranks
    """
    states = repair(cells[ids]).ids.dropna().str[:2].unique()
    if len(states) > 1:
        reason = f"Ranks compare tracts of the nation: the file holds {len(states)} states."
        return RankScope("national ranks", reason)
    total, rank = _numbers(cells[ranks.total]), _numbers(cells[ranks.rank])
    ranked = total.notna() & rank.notna()
    anew = (total[ranked].rank(method="min") - 1) / max(int(ranked.sum()) - 1, 1)
    off = (anew - rank[ranked]).abs()
    if ranked.sum() >= FEWEST and off.le(TOLERANCE).mean() >= LEAST_ALIKE:
        state = _state(cells, ranks)
        reason = (
            f"Ranks compare tracts within {state}: ranking the file's {ranked.sum():,} rows anew "
            f"gives the same (largest difference {off.max():.5f})."
        )
        return RankScope(f"ranks within {state}", reason)
    reason = (
        "Ranks are not those among the file's own rows, though it holds one state only: taken as "
        "national ranks. Were it cut from a state's file, they would be ranks within that state."
    )
    return RankScope("national ranks", reason)


def _numbers(cells: pd.Series) -> pd.Series:
    text = cells.str.strip()
    numbers = text.where(text.str.fullmatch(NUMBER.pattern).astype(bool)).astype("float64")
    return numbers.where(numbers.ge(0), np.nan)


def _state(cells: pd.DataFrame, ranks: Ranks) -> str:
    """Give the state's name as the file writes it, in small letters after the first."""
    if ranks.state not in cells.columns:
        return "the state"
    name = str(cells[ranks.state].str.strip().mode().iloc[0])
    return name.title().replace(" Of ", " of ")
