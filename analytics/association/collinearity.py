"""Whether exposures can be told apart, which to leave out until they can, and which repeat others.

A measure may repeat others by its making: CDC PLACES figures are of adults and come from a model
on race, poverty and education of the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.association.estimate import DesignMatrix, design_matrix
from analytics.inputs import Bools, Floats, floats
from analytics.rates.intervals import stratum_codes

MAX_VIF = 10.0
MAX_CONDITION = 30.0
TIE = 1e-9  # a difference this small is rounding
_FED_BY = (  # parts of the ids of measures of poverty, race and education
    *("poverty", "income"),
    *("race", "ethnic", "minority", "black", "hispanic", "white"),
    *("education", "no_high_school", "diploma", "svi_socioeconomic", "svi_overall"),
)


def variance_inflation(exposures: Floats, levels: Floats) -> Floats:
    """Give how much each exposure's variance grows because the others resemble it.

    Parameters
    ----------
    exposures, levels : array, shapes (n, k) and (n, s)
        Exposures, and the constant and stratum columns that are in the model too.

    Returns
    -------
    array, shape (k,)
        `1 / (1 - R^2)` on the other exposures within strata; infinite for an exposure that the
        others or the strata determine.

    References
    ----------
    Marquardt DW (1970) Technometrics 12:591-612.

    Examples
    --------
    >>> x = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 4.0], [4.0, 4.0]])
    >>> variance_inflation(x, np.ones((4, 1))).round(3).tolist()
    [5.0, 5.0]
    """
    unit, flat = _unit(exposures, levels)
    values, vectors = np.linalg.eigh(unit.T @ unit)
    if flat.any() or values[0] <= 1e-12:
        tied = flat | ((vectors[:, values <= 1e-12] ** 2).sum(axis=1) > 1e-9)
        rest = np.flatnonzero(~tied)
        vif = np.full(exposures.shape[1], np.inf)
        if rest.size and rest.size < len(tied):
            vif[rest] = variance_inflation(exposures[:, rest], levels)
        return vif
    result: Floats = ((vectors**2) / values).sum(axis=1)
    return result


def condition_number(exposures: Floats, levels: Floats) -> float:
    """Give the largest over the smallest singular value of exposures scaled within strata.

    It is infinite when an exposure repeats others.

    References
    ----------
    Belsley DA, Kuh E, Welsch RE (1980) Regression Diagnostics, section 3.2 (30 and more is
    strong), here of centred columns: a constant is no rival of an exposure.

    Examples
    --------
    >>> x = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 4.0], [4.0, 4.0]])
    >>> round(condition_number(x, np.ones((4, 1))), 3)
    4.236
    """
    inner = _within(exposures, levels)
    size = np.sqrt((inner**2).sum(axis=0))
    if (size == 0).any():
        return float(np.inf)
    values = np.linalg.svd(inner / size, compute_uv=False)
    return float(values[0] / values[-1]) if values[-1] > 1e-8 * values[0] else float(np.inf)


@dataclass(frozen=True, eq=False)
class TellApart:
    """Exposures that one model can tell apart, and those left out of it.

    Attributes
    ----------
    kept : tuple of str
        Exposures to model, in the caller's order.
    left_out : Series of str
        By name of each exposure left out, the kept one it is most alike; "" for one that does not
        vary within strata, or when none is kept.
    correlation : Series of float
        Correlation within strata of the two, on the same index; NaN beside "".
    """

    kept: tuple[str, ...]
    left_out: pd.Series
    correlation: pd.Series


def told_apart(
    exposures: pd.DataFrame, *, strata: ArrayLike | pd.Series | None = None, keep: str | None = None
) -> TellApart:
    """Leave out exposures, one at a time, until a model can tell the rest apart.

    The one that the others explain best goes first; of several as well explained, the last in the
    caller's order. No outcome is looked at, so the choice cannot flatter a finding.

    Parameters
    ----------
    exposures : DataFrame
        Numbers, one row a place that has an outcome, one column an exposure. Rows with a value of
        every exposure still in question count.
    strata : array or Series, optional
        Level of each place.
    keep : str, optional
        Exposure that stays, unless it does not vary within strata.

    Returns
    -------
    TellApart
        `analytics.association.fit` on `exposures[list(kept)]` with the same rows and strata is not
        refused as collinear.

    Raises
    ------
    ValueError
        Exposures that are no table of finite numbers under different names, or `keep` that is no
        column.

    References
    ----------
    Marquardt DW (1970) Technometrics 12:591-612. Belsley DA, Kuh E, Welsch RE (1980) Regression
    Diagnostics, section 3.2. Dormann CF et al. (2013) Ecography 36:27-46 (leaving out by VIF).

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> table = pd.DataFrame({"rent": x, "income": 9 - x, "parks": [1, 5, 2, 4, 4, 2, 5, 1]})
    >>> apart = told_apart(table)
    >>> apart.kept, apart.left_out.to_dict(), apart.correlation.round(3).tolist()
    (('rent', 'parks'), {'income': 'rent'}, [-1.0])
    """
    if keep is not None and keep not in exposures:
        raise ValueError(f"keep names {keep!r}, which is no exposure")
    table, codes = _sorted_rows(exposures, strata)
    names = [name for name in table if table[name].notna().any()]
    while names:
        gone = _next_out(_design(table[names], codes), names, keep)
        if not gone:
            break
        names = [name for name in names if name not in gone]
    out = pd.Index([name for name in table if name not in names], name="exposure")
    alike = [_most_alike(table, name, names, codes) for name in out]
    return TellApart(
        kept=tuple(names),
        left_out=pd.Series([like for like, _ in alike], index=out, dtype="str"),
        correlation=pd.Series([r for _, r in alike], index=out, dtype=float),
    )


def circularity(
    measures: Iterable[str] | pd.DataFrame, publishers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Warn, in a sentence each, of measures that were predicted from others beside them.

    Parameters
    ----------
    measures : iterable of str or DataFrame
        Measure ids of one model, or the table of exposures.
    publishers : mapping of str to str, optional
        Publisher or source by measure id; a measure is of CDC PLACES when "places" is a word of
        its id or source.

    References
    ----------
    Zhang X et al. (2014) Am J Epidemiol 179:1025-1033 (the model behind CDC PLACES).

    Examples
    --------
    >>> circularity(["places_asthma", "poverty_150"])[0][:49]
    'places_asthma comes from a model (CDC PLACES) tha'
    >>> circularity(["crowding", "poverty_150"])
    ()
    """
    names = [str(m) for m in measures]
    source = publishers or {}
    modelled = [
        m for m in names if "places" in re.split(r"[^a-z]+", f"{source.get(m, '')} {m}".lower())
    ]
    rivals = [m for m in names if m not in modelled and any(part in m.lower() for part in _FED_BY)]
    if not rivals:
        return ()
    return tuple(
        f"{m} comes from a model (CDC PLACES) that was fed with race, poverty and education of the "
        f"place, so beside {', '.join(rivals)} it partly repeats them: read neither alone"
        for m in modelled
    )


def _sorted_rows(
    exposures: pd.DataFrame, strata: ArrayLike | pd.Series | None
) -> tuple[pd.DataFrame, Any]:
    """Give checked exposures and strata by value: the order of rows must decide no near tie."""
    _design(exposures, strata)
    codes = np.asarray(stratum_codes(strata, exposures.iloc[:, 0]))
    table = pd.DataFrame({name: floats(exposures[name]) for name in exposures})
    order = np.lexsort([codes, *(table[name] for name in table)])
    return table.iloc[order].reset_index(drop=True), codes[order]


def _design(exposures: pd.DataFrame, strata: Any) -> DesignMatrix:
    """Lay out exposures as a model of an outcome known everywhere will."""
    return design_matrix(pd.Series(0.0, index=exposures.index), exposures, strata)


def _next_out(design: DesignMatrix, names: list[str], keep: str | None) -> list[str]:
    """Give the exposures to leave out now: constants, else the one the others explain best."""
    _, flat = _unit(design.exposures, design.levels)
    if flat.any():
        return [name for name, constant in zip(names, flat, strict=True) if constant]
    vif = variance_inflation(design.exposures, design.levels)
    low = vif.max() <= MAX_VIF * (1 - TIE)
    if low and condition_number(design.exposures, design.levels) <= MAX_CONDITION * (1 - TIE):
        return []
    ranked = np.where([name == keep for name in names], 0.0, vif)
    return [names[np.flatnonzero(ranked >= ranked.max() * (1 - TIE))[-1]]]


def _most_alike(
    exposures: pd.DataFrame, name: str, kept: list[str], codes: Any
) -> tuple[str, float]:
    """Give the kept exposure that one left out is most alike, and their correlation."""
    if not kept or exposures[name].isna().all():
        return "", np.nan
    design = _design(exposures[[*kept, name]], codes)
    unit, flat = _unit(design.exposures, design.levels)
    if flat[-1]:
        return "", np.nan
    r = unit[:, -1] @ unit[:, :-1]
    best = int(np.flatnonzero(np.abs(r) >= np.abs(r).max() * (1 - TIE))[0])
    return kept[best], float(np.clip(r[best], -1.0, 1.0))


def _unit(exposures: Floats, levels: Floats) -> tuple[Floats, Bools]:
    """Give exposures within strata at length 1, and which do not vary there."""
    inner = _within(exposures, levels)
    size = np.sqrt((inner**2).sum(axis=0))
    whole = np.sqrt((exposures**2).sum(axis=0))
    flat: Bools = size <= 1e-9 * np.maximum(whole, 1e-300)
    return inner / np.where(flat, 1.0, size), flat


def _within(exposures: Floats, levels: Floats) -> Floats:
    """Take the strata's means off each exposure."""
    inner: Floats = exposures - levels @ np.linalg.lstsq(levels, exposures, rcond=None)[0]
    return inner
