"""How a long computation tells how far it is; what the callback raises ends the work."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with steps done and steps wanted; `wanted` may grow while work goes on."""
