"""Distance decay: how the draw of a school falls with distance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Value = TypeVar("Value")

# Three is the smallest whole power whose students over an evenly settled plane are finite in
# number; one bends the exponential where most trips are made and leaves its far end nearly alone.
DEFAULT_EXPONENT = {"exponential": 0.0, "power": 3.0, "tanner": 1.0}


@dataclass(frozen=True)
class Decay:
    """A decay function of distance d over scale s.

    * exponential: exp(-d / s)
    * power: (1 + d / s) ^ -exponent
    * tanner: (1 + d / s) ^ -exponent times exp(-d / s)

    The power is taken of 1 + d / s, not of d, so that a school in the middle of a tract does not
    draw without limit; far away the two are alike. Tanner's with exponent 0 is the exponential.

    Parameters
    ----------
    name : str
        "exponential", "power" or "tanner".
    exponent : float or None
        Steepness of the power part; None takes `DEFAULT_EXPONENT`. The exponential has none.

    Raises
    ------
    ValueError
        Unknown name, or an exponent that lets the draw rise with distance.

    References
    ----------
    Wilson, A. G. (1971), Environment and Planning 3, 1-32 (exponential, from entropy).
    Tanner, J. C. (1961), Factors affecting the amount of travel, Road Research Laboratory
    Technical Paper 51 (power times exponential).
    Fotheringham, A. S. and O'Kelly, M. E. (1989), Spatial Interaction Models, Kluwer (power and
    exponential compared).

    Examples
    --------
    >>> Decay("power", 2.0).relative(np.array([0.0, 1000.0]), 0.0, 1000.0).round(4).tolist()
    [1.0, 0.25]
    """

    name: str = "exponential"
    exponent: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no decay."""
        if self.name not in DEFAULT_EXPONENT:
            raise ValueError(
                f"Unknown decay {self.name!r}; known: {', '.join(sorted(DEFAULT_EXPONENT))}."
            )
        least = "above 0" if self.name == "power" else "0 or more"
        power = self.power
        if not np.isfinite(power) or power < 0 or (self.name == "power" and power == 0):
            raise ValueError(f"The exponent of {self.name} decay must be {least}; it is {power}.")
        if self.name == "exponential" and power:
            raise ValueError("Exponential decay has no exponent; 'tanner' has one.")

    @property
    def power(self) -> float:
        """Exponent in use."""
        return DEFAULT_EXPONENT[self.name] if self.exponent is None else float(self.exponent)

    def relative(self, distance: Floats, nearest: Floats | float, scale: Floats | float) -> Floats:
        """Return the draw at a distance relative to the draw at the nearest one, all in one unit.

        Only ratios matter within a school; taking them keeps far schools from vanishing.
        """
        if self.name == "power":
            return np.asarray(np.exp(-self._bend(distance, nearest, scale)))
        fall = -(distance - nearest) / scale
        if self.name == "tanner":
            fall = fall - self._bend(distance, nearest, scale)
        return np.asarray(np.exp(fall))

    def _bend(self, distance: Floats, nearest: Floats | float, scale: Floats | float) -> Floats:
        rise = np.log1p(distance / scale) - np.log1p(np.asarray(nearest) / scale)
        return np.asarray(self.power * rise)


DecaySetting: TypeAlias = str | Decay | Mapping[str, str | Decay] | pd.Series


def as_decay(decay: str | Decay | Mapping[str, str | Decay]) -> Decay | dict[str, Decay]:
    """Read decays given by name."""
    if isinstance(decay, Mapping):
        return {level: _one(setting) for level, setting in decay.items()}
    return _one(decay)


def functions(
    decay: DecaySetting, ids: pd.Index, levels: pd.Series | None
) -> list[tuple[Decay, NDArray[np.bool_] | None]]:
    """Resolve decays that may differ by level or by school to (Decay, mask over the schools).

    The mask is None where one decay stands for all schools.
    """
    if not isinstance(decay, pd.Series):
        return by_level(as_decay(decay), levels, "decay")
    own = decay.reindex(ids)
    if own.isna().any():
        first = ", ".join(str(name) for name in ids[own.isna()][:5])
        raise ValueError(f"decay: {int(own.isna().sum())} schools have none: {first}.")
    each = [_one(setting) for setting in own]
    return [
        (one, np.array([other == one for other in each], dtype=bool)) for one in dict.fromkeys(each)
    ]


def _one(decay: str | Decay) -> Decay:
    return Decay(decay) if isinstance(decay, str) else decay


def by_level(
    setting: Value | Mapping[str, Value], levels: pd.Series | None, what: str
) -> list[tuple[Value, NDArray[np.bool_] | None]]:
    """Resolve a setting, one value or one a level, to (value, mask; None for all schools)."""
    if not isinstance(setting, Mapping):
        return [(setting, None)]
    if levels is None:
        raise ValueError(f"schools: the column 'level' is needed when {what} differs by level.")
    names = levels.astype("str")
    unknown = sorted(set(names) - set(setting))
    if unknown:
        kind = "distance" if what == "scale_km" else "function"
        raise ValueError(f"{what} gives no {kind} for the levels {', '.join(unknown)}.")
    return [(setting[name], names.eq(name).to_numpy()) for name in sorted(set(names))]
