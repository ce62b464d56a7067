"""Whether what people say goes with the numbers: agrees, adds or disagrees, by a written rule.

The figure of a place for a condition is set beside those of the other places of its kind. It lies
on the harder side when it is in their hardest third and its whole 90 % range is harder than the
middle place; on the easier side likewise. Where it is neither, has no figure, or fewer than six
places have one, the numbers say nothing.

A need agrees with a figure on the harder side and disagrees with one on the easier side; a strength
the other way round. Where figures of a theme say both, and where none says anything, the voices add
what the numbers do not hold. Agreement is said, never forced: voices that disagree are shown the
same way, for numbers may be old or count something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

Side = Literal["harder", "easier", "neither", "unknown"]
Saying = Literal["agrees", "adds", "disagrees"]
LEAST_PLACES = 6
OF_NEED: Mapping[Side, Saying] = MappingProxyType({"harder": "agrees", "easier": "disagrees"})
OF_STRENGTH: Mapping[Side, Saying] = MappingProxyType({"easier": "agrees", "harder": "disagrees"})


def sides(figures: pd.DataFrame, *, lower_is_harder: bool = False) -> pd.Series:
    """Say on which side of the others each place lies.

    Parameters
    ----------
    figures : DataFrame
        A row for each place of one kind: `value`, and `moe`, the 90 % margin of error in the same
        unit. A margin that is missing is none: counted figures have no sampling error.
    lower_is_harder : bool
        Whether a small value is the harder one.

    Returns
    -------
    Series of str
        On the same index: "harder", "easier", "neither", or "unknown" without a figure.

    Examples
    --------
    >>> table = pd.DataFrame({"value": [1.0, 2, 3, 4, 5, 6], "moe": [0.0, 0, 0, 0, 0, 3]})
    >>> sides(table).tolist()
    ['easier', 'easier', 'neither', 'neither', 'harder', 'neither']
    """
    sign = -1.0 if lower_is_harder else 1.0
    value = sign * figures["value"].astype(float)
    margin = figures["moe"].astype(float).abs().fillna(0.0)
    known = value.dropna()
    said = pd.Series("neither", index=figures.index, dtype="str").mask(value.isna(), "unknown")
    if len(known) < LEAST_PLACES:
        return pd.Series("unknown", index=figures.index, dtype="str")
    easy, middle, hard = np.quantile(known, [1 / 3, 1 / 2, 2 / 3])
    harder = value.ge(hard) & (value - margin).gt(middle)
    easier = value.le(easy) & (value + margin).lt(middle)
    return said.mask(harder, "harder").mask(easier, "easier")


def saying(nature: str, of_figures: Iterable[Side]) -> Saying:
    """Say whether voices agree with figures, add to them or disagree.

    Parameters
    ----------
    nature : str
        A key of `data.voices.codebook.NATURES`.
    of_figures : iterable of str
        Side of the place for each measure of the theme, as from `sides`.

    Examples
    --------
    >>> saying("need", ["harder", "unknown"]), saying("strength", ["harder"]), saying("need", [])
    ('agrees', 'disagrees', 'adds')
    """
    rule = OF_STRENGTH if nature == "strength" else OF_NEED
    said = {rule.get(side, "adds") for side in of_figures} - {"adds"}
    return said.pop() if len(said) == 1 else "adds"
