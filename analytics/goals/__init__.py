"""Toward which goal: paths, the chance to meet them, and what they ask for."""

from analytics.goals.calibration import Calibration, calibration
from analytics.goals.forecast import Forecast, forecast
from analytics.goals.grid import CALIFORNIA_GRID, CutPoints, status_and_change
from analytics.goals.paths import CALIFORNIA, halving, path
from analytics.goals.progress import Need, need, progress

__all__ = [
    "CALIFORNIA",
    "CALIFORNIA_GRID",
    "Calibration",
    "CutPoints",
    "Forecast",
    "Need",
    "calibration",
    "forecast",
    "halving",
    "need",
    "path",
    "progress",
    "status_and_change",
]
