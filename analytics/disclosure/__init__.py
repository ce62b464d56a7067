"""The display gate: what may be shown, what not, and why."""

from analytics.disclosure.attacker import Totals, attainable
from analytics.disclosure.gate import PRESETS, Policy, protect

__all__ = ["PRESETS", "Policy", "Totals", "attainable", "protect"]
