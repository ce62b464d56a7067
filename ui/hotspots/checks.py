"""Folded parts of Methods that check hot spots, where a place has any."""

from __future__ import annotations

from ui import frame, navigation
from ui.hotspots import power, simulation
from ui.selection import Selection


def folds(selection: Selection) -> None:
    """Draw what each test calls where nothing is, and what it finds where something is."""
    if navigation.lacking("hot_spots"):
        return
    frame.fold(simulation.QUESTION, "simulation", simulation.simulation, selection)
    frame.fold(power.QUESTION, "power", power.power, selection)
