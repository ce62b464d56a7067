"""How far care reaches, and how its pull falls with distance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Minutes and weights of Luo and Qi (2009); the kilometres are this project's stand-in for them.
DEFAULT_ZONES = {
    "minutes": {10.0: 1.0, 20.0: 0.68, 30.0: 0.22},
    "km": {5.0: 1.0, 10.0: 0.68, 20.0: 0.22},
}
# Edges are closed to a millimetre (or 60 microseconds), so that rounding moves nobody across.
EDGE = 1e-6
# A farther limit would give a provider nearly no children, and the few it has a huge ratio.
_LEAST_WEIGHT = 1e-6


@dataclass(frozen=True)
class Reach:
    """Weights that fall with distance d, up to a limit beyond which nothing is reached.

    * step: the weight of the zone that d lies in; zones are closed at their far edge
    * gaussian: exp(-d^2 / (2 scale^2))
    * exponential: exp(-d / scale)

    Parameters
    ----------
    limits : tuple of float
        Far edge of each zone, increasing; one for the two continuous shapes. Kilometres, or
        minutes when travel times are supplied.
    weights : tuple of float
        Weight of each zone, positive and not rising; empty for the continuous shapes.
    shape : str
        "step", "gaussian" or "exponential".
    scale : float or None
        Scale of a continuous shape, in the unit of the limit; the weight at the limit must be at
        least a millionth.

    References
    ----------
    Luo, W. and Wang, F. (2003), Environment and Planning B 30, 865-884 (one zone, weight 1).
    Luo, W. and Qi, Y. (2009), Health & Place 15, 1100-1107 (zones with weights 1, .68, .22).

    Examples
    --------
    >>> Reach.step((5, 10, 20), (1, 0.68, 0.22)).weight(np.array([5, 5.1, 20, 20.1])).tolist()
    [1.0, 0.68, 0.22, 0.0]
    >>> Reach.gaussian(20, scale=10).weight(np.array([0.0, 10.0, 30.0])).round(4).tolist()
    [1.0, 0.6065, 0.0]
    """

    limits: tuple[float, ...]
    weights: tuple[float, ...] = ()
    shape: str = "step"
    scale: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no reach."""
        limits = np.array(self.limits, dtype=np.float64)
        if not len(limits) or not (
            np.isfinite(limits).all() and (np.diff(limits, prepend=0) > 0).all()
        ):
            raise ValueError(
                f"reach: limits must be positive and increase from zone to zone; they are "
                f"{_listed(self.limits) or 'not given'}."
            )
        if self.shape == "step":
            self._check_zones()
        elif self.shape in {"gaussian", "exponential"}:
            self._check_scale()
        else:
            raise ValueError(
                f"reach: unknown shape {self.shape!r}; known: step, gaussian, exponential."
            )

    @classmethod
    def step(cls, limits: tuple[float, ...], weights: tuple[float, ...]) -> "Reach":
        """Make zones with a weight each; one zone of weight 1 is the plain 2SFCA."""
        return cls(tuple(map(float, limits)), tuple(map(float, weights)))

    @classmethod
    def gaussian(cls, limit: float, *, scale: float) -> "Reach":
        """Make a bell of the given scale, cut at the limit."""
        return cls((float(limit),), (), "gaussian", float(scale))

    @property
    def limit(self) -> float:
        """Distance beyond which nothing is reached."""
        return self.limits[-1]

    def weight(self, distance: Floats) -> Floats:
        """Weigh distances in the unit of the limits; 0 beyond the last."""
        if self.shape == "step":
            zone = np.searchsorted(np.array(self.limits) + EDGE, distance, side="left")
            return np.array([*self.weights, 0.0])[zone]
        return np.where(distance <= self.limit + EDGE, self._fall(distance), 0.0)

    def told(self, unit: str) -> str:
        """Tell the reach in words."""
        if self.shape == "step":
            return f"zones to {_listed(self.limits)} {unit} with weights {_listed(self.weights)}"
        return f"{self.shape} decay of scale {self.scale:g} {unit}, cut at {self.limit:g} {unit}"

    def _fall(self, distance: Floats) -> Floats:
        part = distance / (self.scale or np.nan)
        return np.asarray(np.exp(-0.5 * part**2 if self.shape == "gaussian" else -part))

    def _check_zones(self) -> None:
        weights = np.array(self.weights, dtype=np.float64)
        if len(weights) != len(self.limits):
            raise ValueError(
                f"reach: {len(self.limits)} zones need as many weights; {len(weights)} are given."
            )
        good = np.isfinite(weights).all() and (weights > 0).all() and (np.diff(weights) <= 0).all()
        if self.scale is not None or not good:
            raise ValueError(
                "reach: zones have weights that are positive and do not rise with distance, and "
                f"no scale; the weights are {_listed(self.weights)}, the scale {self.scale}."
            )

    def _check_scale(self) -> None:
        if self.scale is None or not (self.scale > 0 and np.isfinite(self.scale)):
            raise ValueError(f"reach: {self.shape} decay needs a positive scale, not {self.scale}.")
        if len(self.limits) != 1 or self.weights:
            raise ValueError(f"reach: {self.shape} decay has one limit and no weights of zones.")
        least = float(self._fall(np.array(self.limit)))
        if least < _LEAST_WEIGHT:
            raise ValueError(
                f"reach: at the limit of {self.limit:g} the {self.shape} weight has fallen to "
                f"{least:.0e}; bring the limit nearer to the scale of {self.scale:g}."
            )


ReachSetting: TypeAlias = Reach | float | Mapping[float, float] | None


def as_reach(setting: ReachSetting, unit: str) -> Reach:
    """Read a reach in short form: a number is one zone of weight 1, None takes `DEFAULT_ZONES`."""
    if isinstance(setting, Reach):
        return setting
    if setting is None:
        setting = DEFAULT_ZONES[unit]
    if isinstance(setting, Mapping):
        return Reach.step(tuple(setting), tuple(setting.values()))
    return Reach.step((setting,), (1.0,))


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
