"""In which school years tracts were hot, and the pattern that makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.hotspots.consensus.years import emerging
from analytics.hotspots.test import hot_spots
from analytics.progress import Progress
from data.views.hot_spots import SEED, MapView

DRAWS = 999
MAX_DRAWS = 9_999


@dataclass(frozen=True, eq=False)
class History:
    """Hot spots of every school year by one and the same test.

    Attributes
    ----------
    hot : DataFrame
        Tract by school year: True where hot at the chosen level.
    pattern : DataFrame
        From `analytics.hotspots.consensus.years.emerging`, on the same tracts.
    left_out : tuple of str
        Unusual years that the pattern does not use.
    """

    hot: pd.DataFrame
    pattern: pd.DataFrame
    left_out: tuple[str, ...]


def history(
    views: Mapping[str, MapView],
    shares: Mapping[str, pd.DataFrame],
    unusual: Collection[str],
    progress: Progress | None = None,
) -> History:
    """Test every school year with Gi*, touching tracts and the school-level null.

    Parameters
    ----------
    views, shares : mapping
        By school year: what the test of that year starts from.
    unusual : collection of str
        School years cut short or remote.
    """
    hot, log_ratio = {}, {}
    for done, (year, view) in enumerate(sorted(views.items())):
        tests = hot_spots(
            view.schools["chronic_absent"],
            view.schools["enrolled"],
            shares[year],
            view.touching,
            measure=view.measure,
            strata=view.schools["level"],
            draws=DRAWS,
            max_draws=MAX_DRAWS,
            alpha=view.alpha,
            seed=SEED,
            progress=_part(progress, done, len(views)),
        )
        shown = view.tracts["shown"]
        hot[year] = (tests["hot"] & shown).where(tests["q"].notna() & shown).astype("boolean")
        log_ratio[year] = np.log(view.tracts["ratio"].where(shown & view.tracts["ratio"].gt(0)))
    flags = pd.DataFrame(hot)
    pattern = emerging(flags, pd.DataFrame(log_ratio), leave_out=unusual)
    return History(flags, pattern, tuple(sorted(set(views) & set(unusual))))


def _part(progress: Progress | None, done: int, parts: int) -> Progress | None:
    """Tell the progress of one part of equal parts."""
    if progress is None:
        return None
    whole = 1_000

    def report(steps: int, wanted: int) -> None:
        progress(int(whole * (done + steps / max(wanted, 1))), whole * parts)

    return report
