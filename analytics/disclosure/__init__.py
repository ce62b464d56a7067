"""The display gate: what may be shown, what not, and why."""

from analytics.disclosure.attacker import Totals, attainable
from analytics.disclosure.audit import Audit, PublicTotals, audit
from analytics.disclosure.gate import Protected, protect, release
from analytics.disclosure.policy import PRESETS, Policy, dominated

__all__ = [
    "PRESETS",
    "Audit",
    "Policy",
    "Protected",
    "PublicTotals",
    "Totals",
    "attainable",
    "audit",
    "dominated",
    "protect",
    "release",
]
