"""Whether exposures can be told apart, and whether a measure was made from others beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analytics.inputs import Floats

MAX_VIF = 10.0
MAX_CONDITION = 30.0
_WORDS = {
    "poverty": ("poverty", "income"),
    "race": ("race", "ethnic", "minority", "black", "hispanic", "white"),
    "education": ("education", "no_high_school", "diploma", "svi_socioeconomic", "svi_overall"),
}


def variance_inflation(exposures: Floats, levels: Floats) -> Floats:
    """Give how much each exposure's variance grows because the others resemble it.

    Parameters
    ----------
    exposures
        Shape (n, k).
    levels
        Constant and stratum columns that are in the model too, shape (n, s).

    Returns
    -------
    numpy.ndarray
        `1 / (1 - R^2)` on the other exposures within strata, shape (k,); infinite for an exposure
        that the others or the strata determine.

    References
    ----------
    Marquardt DW (1970) Technometrics 12:591-612.

    Examples
    --------
    >>> x = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 4.0], [4.0, 4.0]])
    >>> variance_inflation(x, np.ones((4, 1))).round(3).tolist()
    [5.0, 5.0]
    """
    inner = _within(exposures, levels)
    size = np.sqrt((inner**2).sum(axis=0))
    whole = np.sqrt((exposures**2).sum(axis=0))
    flat = size <= 1e-9 * np.maximum(whole, 1e-300)
    unit = inner / np.where(flat, 1.0, size)
    values, vectors = np.linalg.eigh(unit.T @ unit)
    if flat.any() or values[0] <= 1e-12:
        tied = flat | ((vectors[:, values <= 1e-12] ** 2).sum(axis=1) > 1e-9)
        rest = np.flatnonzero(~tied)
        found = np.full(exposures.shape[1], np.inf)
        if rest.size and rest.size < len(tied):
            found[rest] = variance_inflation(exposures[:, rest], levels)
        return found
    result: Floats = ((vectors**2) / values).sum(axis=1)
    return result


def condition_number(exposures: Floats, levels: Floats) -> float:
    """Give the largest over the smallest singular value of exposures scaled within strata.

    Parameters
    ----------
    exposures, levels
        As for `variance_inflation`.

    Returns
    -------
    float
        At least 1; infinite when an exposure repeats others.

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


def circularity(
    measures: Iterable[str] | pd.DataFrame, publishers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Warn of measures that were predicted from others beside them.

    CDC PLACES figures are of adults and come from a model on race, poverty and education of the
    place: standing beside these they repeat them.

    Parameters
    ----------
    measures
        Measure ids of one model, or the table of exposures.
    publishers
        Publisher or source by measure id; a measure is of CDC PLACES when "places" is a
        word of its id or source.

    Returns
    -------
    tuple of str
        One sentence for each such measure; empty when there is nothing to warn of.

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
    modelled = [m for m in names if "places" in _words(f"{source.get(m, '')} {m}")]
    rivals = [m for m in names if m not in modelled and _kind(m)]
    if not rivals:
        return ()
    return tuple(
        f"{m} comes from a model (CDC PLACES) that was fed with race, poverty and education of the "
        f"place, so beside {', '.join(rivals)} it partly repeats them: read neither alone"
        for m in modelled
    )


def _kind(measure: str) -> bool:
    """Tell whether a measure is of poverty, race or education."""
    return any(word in measure.lower() for words in _WORDS.values() for word in words)


def _words(text: str) -> list[str]:
    """Split an id into its words."""
    return re.split(r"[^a-z]+", text.lower())


def _within(exposures: Floats, levels: Floats) -> Floats:
    """Take the strata's means off each exposure."""
    found: Floats = exposures - levels @ np.linalg.lstsq(levels, exposures, rcond=None)[0]
    return found
