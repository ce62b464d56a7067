"""Hot spots by the circular scan and by the membership model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.membership.model_fit import fit
from analytics.membership.result import Membership
from analytics.progress import Progress
from analytics.scan.circular import circular_scan, scan_schools
from analytics.scan.result import Cluster
from ui.hotspot_groups import grouped, touching_groups
from ui.hotspot_views import DRAWS, SEED, HotSpots, MapView
from ui.words.numbers import count_text, plural

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
    view : MapView
    shares : DataFrame
        Columns school_id, geoid, share.
    centres : DataFrame
        Columns x and y in km, index `geoid`.
    null : str
        "schools" or "constant_risk".
    progress : callable, optional
    """
    x, y = centres["x"], centres["y"]
    if null == "schools":
        clusters = scan_schools(
            view.schools["chronic_absent"],
            view.schools["enrolled"],
            *(x, y),
            share=shares,
            strata=view.schools["level"],
            max_share=MAX_SHARE,
            direction="both",
            draws=DRAWS,
            seed=SEED,
            progress=progress,
        )
    else:
        clusters = circular_scan(
            view.tracts["chronic_absent"],
            view.tracts["enrolled"],
            *(x, y),
            expected=view.tracts["expected"],
            max_share=MAX_SHARE,
            direction="both",
            draws=DRAWS,
            seed=SEED,
            progress=progress,
        )
    return _scan_map(view, clusters)


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
    view, shares, centres
        As for `find_by_scan`.
    progress : callable, optional
    """
    found: Membership = fit(
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
    above = found.exceedance(WELL_ABOVE, scale="ratio").where(shown)
    below = (1 - found.exceedance(1 / WELL_ABOVE, scale="ratio")).where(shown)
    table = view.tracts.assign(
        q=np.nan,
        draws=pd.array([pd.NA] * len(shown), dtype="Int64"),
        map_class=_exceedance_class(above, below),
        hatched=False,
        flagged=(above >= LIKELY).astype("Int64").where(shown),
        of=above.notna().astype("Int64").where(shown),
        analyses="",
        probability=above,
        **found.areas[["rate_mean", "rate_low", "rate_high"]].where(shown),
    )
    gathered = grouped(table, touching_groups(above >= STRONG, view.touching))
    tested = int(above.notna().sum())
    return HotSpots(
        "membership", *gathered, 0, tested, notes=(_chosen(found), *map(_sentence, found.notes))
    )


def _scan_map(view: MapView, clusters: Sequence[Cluster]) -> HotSpots:
    shown = view.tracts["shown"]
    map_class = pd.Series("not significant", index=shown.index, dtype="str")
    p = pd.Series(np.nan, index=shown.index)
    circle = pd.Series(np.nan, index=shown.index, dtype="str")
    for cluster in clusters:
        members = list(cluster.ids)
        p[members] = cluster.p
        inside = [geoid for geoid in members if shown[geoid]]
        circle[members] = f"hot {min(inside)}" if inside else np.nan
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
    hot = passed & map_class.str.startswith("hot")
    draws = max((cluster.draws for cluster in clusters), default=DRAWS)
    gathered = grouped(table, circle.where(hot))
    return HotSpots("scan", *gathered, draws, int(tested.sum()), notes=_circles(clusters, view))


def _circles(clusters: Sequence[Cluster], view: MapView) -> tuple[str, ...]:
    """Describe the circles that pass, likeliest first."""
    told = []
    for cluster in clusters:
        if cluster.p > view.alpha:
            continue
        more = "more" if cluster.direction == "high" else "less"
        told.append(
            f"A circle of {cluster.radius:.1f} km with {plural(len(cluster.ids), 'tract')} around"
            f" {view.tracts.loc[cluster.centre, 'name']}: {more} absence than outside, relative"
            f" risk {cluster.relative_risk:.2f}, p = {cluster.p:.3f} ({count_text(cluster.draws)}"
            " draws)."
        )
    return tuple(told[:4])


def _exceedance_class(above: pd.Series, below: pd.Series) -> pd.Series:
    rules = [above.isna(), above >= STRONG, above >= LIKELY, below >= STRONG, below >= LIKELY]
    words = ["not shown", "above, strong", "above, likely", "below, strong", "below, likely"]
    named = np.select(rules, words, default="unclear")
    return pd.Series(named, index=above.index, dtype="str")


def _chosen(found: Membership) -> str:
    """Say which field the model uses, and how far one tract tells of another."""
    if found.state != "fitted":
        return ""  # the notes of the model say why
    names = {"bym2": "BYM2", "matern 0.5": "Matérn 1/2", "matern 1.5": "Matérn 3/2"}
    rivals = found.comparison.loc[~found.comparison["chosen"], "log_marginal_likelihood"]
    told = ", ".join(f"{names[str(name)]} {value:,.1f}" for name, value in rivals.items())
    text = (
        f"Field: {names[found.field]}, log marginal likelihood"
        f" {found.log_marginal_likelihood:,.1f} ({told})."
    )
    if "range_km" not in found.hyperparameters.index:
        return text
    row = found.hyperparameters.loc["range_km"]
    return (
        f"{text} Tracts {row['median']:.1f} km apart ({row['low']:.1f}–{row['high']:.1f}) tell"
        " little of each other."
    )


def _sentence(note: str) -> str:
    """Write a note of the model as a sentence."""
    words = note.replace("bym2", "BYM2").replace("matern", "Matérn").rstrip(".")
    return f"{words[0].upper()}{words[1:]}."
