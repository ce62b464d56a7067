"""The display gate: what may be shown, what not, and why."""

from analytics.disclosure.gate import (
    CODING_ABOVE,
    CODING_STEPS,
    PRESETS,
    REASONS,
    Policy,
    Release,
    protect,
)

__all__ = [
    "CODING_ABOVE",
    "CODING_STEPS",
    "PRESETS",
    "REASONS",
    "Policy",
    "Release",
    "protect",
]
