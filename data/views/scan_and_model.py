"""Hot spots by the circular scan and by the membership model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.hotspots.consensus.groups import contiguous_groups
from analytics.inputs import Progress
from analytics.membership import Membership, fit
from analytics.scan import Cluster, circular_scan, scan_schools
from analytics.scan.search import NoCircleError
from data.views.groups import grouped
from data.views.hot_spots import DRAWS, SEED, HotSpots, MapView, held_alike

MAX_SHARE = 0.1  # of the students: larger circles say "half of the city", not where to go
WELL_ABOVE = 1.25
STRONG, LIKELY = 0.95, 0.80
CONFIDENCE = ((0.01, "99"), (0.05, "95"), (0.10, "90"))


def find_by_scan(
    view: MapView,
    shares: pd.DataFrame,
    centres: pd.DataFrame,
    *,
    null: str,
    progress: Progress | None = None,
) -> HotSpots:
    """Look for circles of tracts with more or less absence than expected.

    Parameters
    ----------
    shares : DataFrame
        Columns school_id, geoid, share.
    centres : DataFrame
        Columns x and y in km, index `geoid`.
    null : str
        "schools", "schools_within" or "constant_risk".

    Returns
    -------
    HotSpots
        Nothing is tested where every circle would hold more than `MAX_SHARE` of the students.
    """
    try:
        clusters = _clusters(view, shares, centres, null, progress)
    except NoCircleError:
        return replace(_scan_map(view, shares, ()), tested=0)
    return _scan_map(view, shares, clusters)


def _clusters(
    view: MapView,
    shares: pd.DataFrame,
    centres: pd.DataFrame,
    null: str,
    progress: Progress | None,
) -> list[Cluster]:
    """Lay circles and judge them under the chosen null."""
    x, y = centres["x"], centres["y"]
    if null != "constant_risk":
        alike = held_alike(view.schools)
        if null == "schools":
            del alike["within"]
        return scan_schools(
            view.schools["chronic_absent"],
            view.schools["enrolled"],
            x,
            y,
            share=shares,
            **alike,
            max_share=MAX_SHARE,
            direction="both",
            draws=DRAWS,
            seed=SEED,
            progress=progress,
        )
    return circular_scan(
        view.tracts["chronic_absent"],
        view.tracts["enrolled"],
        x,
        y,
        expected=view.tracts["expected"],
        max_share=MAX_SHARE,
        direction="both",
        draws=DRAWS,
        seed=SEED,
        progress=progress,
    )


def find_by_membership(
    view: MapView,
    shares: pd.DataFrame,
    centres: pd.DataFrame,
    *,
    progress: Progress | None = None,
) -> HotSpots:
    """Look for tracts that are probably a quarter or more above what is expected.

    Parameters
    ----------
    shares : DataFrame
        Columns school_id, geoid, share.
    centres : DataFrame
        Columns x and y in km, index `geoid`.
    """
    model: Membership = fit(
        view.schools["chronic_absent"],
        view.schools["enrolled"],
        share=shares,
        weights=view.touching,
        levels=view.schools["level"],
        centres=centres,
        seed=SEED,
        progress=progress,
    )
    shown = view.tracts["shown"]
    above = model.exceedance(WELL_ABOVE, scale="ratio").where(shown)
    below = (1 - model.exceedance(1 / WELL_ABOVE, scale="ratio")).where(shown)
    table = view.tracts.assign(
        q=np.nan,
        draws=pd.array([pd.NA] * len(shown), dtype="Int64"),
        map_class=_exceedance_class(above, below),
        hatched=False,
        flagged=(above >= LIKELY).astype("Int64").where(shown),
        of=above.notna().astype("Int64").where(shown),
        analyses="",
        probability=above,
        **model.areas[["rate_mean", "rate_low", "rate_high"]].where(shown),
    )
    ids = contiguous_groups(above >= STRONG, view.touching)
    gathered = grouped(table, ids, view.schools, shares, view.touching)
    tested = int(above.notna().sum())
    return HotSpots("membership", *gathered, 0, tested, model=replace(model, posterior=None))


def _scan_map(view: MapView, shares: pd.DataFrame, clusters: Sequence[Cluster]) -> HotSpots:
    shown = view.tracts["shown"]
    map_class = pd.Series("not significant", index=shown.index, dtype="str")
    p = pd.Series(np.nan, index=shown.index)
    circle = pd.Series(np.nan, index=shown.index, dtype="str")
    high = pd.Series(False, index=shown.index)
    for cluster in clusters:
        members = list(cluster.ids)
        p[members] = cluster.p
        inside = [geoid for geoid in members if shown[geoid]]
        circle[members] = min(inside, default=np.nan)
        high[members] = cluster.direction == "high"
        sure = next((word for limit, word in CONFIDENCE if cluster.p <= limit), "")
        if sure:
            map_class[members] = f"{'hot' if cluster.direction == 'high' else 'cold'} {sure}"
    tested = view.tracts["enrolled"] > 0
    map_class = map_class.where(shown & tested, "not shown")
    passed = (p <= view.alpha) & shown
    table = view.tracts.assign(
        q=np.nan,
        p=p.where(shown),
        map_class=map_class,
        hatched=False,
        flagged=passed.astype("Int64").where(shown),
        of=tested.astype("Int64").where(shown),
        analyses="",
    )
    hot = passed & high & tested
    draws = max((cluster.draws for cluster in clusters), default=DRAWS)
    gathered = grouped(table, circle.where(hot), view.schools, shares, view.touching)
    passing = tuple(cluster for cluster in clusters if cluster.p <= view.alpha)
    return HotSpots("scan", *gathered, draws, int(tested.sum()), circles=passing)


def _exceedance_class(above: pd.Series, below: pd.Series) -> pd.Series:
    rules = [above.isna(), above >= STRONG, above >= LIKELY, below >= STRONG, below >= LIKELY]
    words = ["not shown", "above, strong", "above, likely", "below, strong", "below, likely"]
    named = np.select(rules, words, default="unclear")
    return pd.Series(named, index=above.index, dtype="str")
