"""How a long computation tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with steps done and steps wanted; `wanted` may grow while work goes on."""


class Cancelled(Exception):  # noqa: N818 (a wish, not an error)
    """Raise it in a progress callback to stop the work; it comes out of the call unchanged.

    Examples
    --------
    >>> def stop(done: int, wanted: int) -> None:
    ...     raise Cancelled(f"stopped after {done} of {wanted}")
    """
