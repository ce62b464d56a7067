"""Whether a measure was made from others beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

_WORDS = {
    "poverty": ("poverty", "income"),
    "race": ("race", "ethnic", "minority", "black", "hispanic", "white"),
    "education": ("education", "no_high_school", "diploma", "svi_socioeconomic", "svi_overall"),
}


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
