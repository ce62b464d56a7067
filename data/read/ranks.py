"""Percentile ranks of tracts: among the tracts of the nation, or of one state."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.read.values import NUMBER
from geo.areas.geoid import repair

TOLERANCE = 0.001  # published ranks have 4 decimals, and totals rounded alike share a rank
LEAST_ALIKE = 0.99
FEWEST = 20  # tracts: with fewer, ranks within a state and national ones may agree by chance


@dataclass(frozen=True)
class Ranks:
    """Columns that a layout ranks tracts by: the sum that is ranked, its rank, the state's name."""

    total: str
    rank: str
    state: str


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

    Parameters
    ----------
    cells : DataFrame of str
        As published; with the columns that `ranks` names, "" or -999 where there is no rank.
    ids : str
        Column of tract ids.
    ranks : Ranks

    Returns
    -------
    RankScope
        National when the file holds several states, or when ranking its rows anew gives other
        ranks; (rank - 1) / (n - 1) as CDC/ATSDR ranks.
    """
    states = repair(cells[ids]).ids.dropna().str[:2].unique()
    if len(states) > 1:
        reason = f"Ranks compare tracts of the nation: the file holds {len(states)} states."
        return RankScope("national ranks", reason)
    total, rank = _numbers(cells[ranks.total]), _numbers(cells[ranks.rank])
    known = total.notna() & rank.notna()
    anew = (total[known].rank(method="min") - 1) / max(int(known.sum()) - 1, 1)
    off = (anew - rank[known]).abs()
    if known.sum() >= FEWEST and off.le(TOLERANCE).mean() >= LEAST_ALIKE:
        state = _state(cells, ranks)
        reason = (
            f"Ranks compare tracts within {state}: ranking the file's {known.sum():,} rows anew "
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
