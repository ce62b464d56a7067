"""Speed of the driver model of a city against spreg's spatial error model, and of a profile."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analytics.association import fit, shapley_shares
from analytics.drivers.profile import driver_profile
from bench import report
from geo.weights.weights import Weights

SCHOOLS, DRIVERS, TRACTS = 1525, 15, 2300


def _fastest(call: Callable[[], Any], times: int = 3) -> float:
    """Time a warm call: the fastest of several."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def city() -> tuple[pd.DataFrame, pd.DataFrame, Any, Weights]:
    """Give a city of New York's size: counts, exposures, points, links."""
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 40_000, (SCHOOLS, 2))
    weights = Weights.knn(points, 8)
    w = weights.row_standardized().sparse
    x = rng.normal(size=(SCHOOLS, DRIVERS))
    for _ in range(6):
        x = 0.5 * x + 0.5 * (w @ x)
    x /= x.std(axis=0)
    field = rng.normal(size=SCHOOLS)
    for _ in range(20):
        field = 0.5 * field + 0.5 * (w @ field)
    enrolled = rng.integers(60, 2000, SCHOOLS)
    eta = -1 + 0.2 * x[:, 0] + 0.4 * field / field.std() + 0.5 * rng.normal(size=SCHOOLS)
    absent = rng.binomial(enrolled, 1 / (1 + np.exp(-eta)))
    counts = pd.DataFrame({"chronic_absent": absent, "enrolled": enrolled})
    return counts, pd.DataFrame(x).add_prefix("driver_"), points, weights


def row(
    question: str, ours: float, peer: float | None = None, name: str = "", **more: Any
) -> dict[str, Any]:
    """Lay out one measurement."""
    ratio = None if peer is None else ours / peer
    line = {"question": question, "ours": ours, "peer": peer, "peer_name": name, "ratio": ratio}
    return line | {"target": None, "unit": "s", "ok": True, "note": ""} | more


def model(counts: pd.DataFrame, x: pd.DataFrame, points: Any, weights: Weights) -> dict[str, Any]:
    """Measure the whole model beside one spatial error model on logits."""
    from libpysal.weights import WSP
    from spreg import ML_Error

    rate = (counts["chronic_absent"] + 0.5) / (counts["enrolled"] + 1)
    logit = np.log(rate / (1 - rate)).to_numpy()[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = WSP(weights.row_standardized().sparse.tocsr()).to_W(silence_warnings=True)
        other = _fastest(lambda: ML_Error(logit, x.to_numpy(), peer, method="full"), 1)
    ours = _fastest(lambda: fit(counts, x, weights=weights, points=points))
    question = f"Driver model of {SCHOOLS:,} schools and {DRIVERS} drivers, with diagnostics"
    return row(question, ours, other, "spreg ML_Error (full)", note="wanted: 3 s", ok=ours <= 3)


def shares(counts: pd.DataFrame, x: pd.DataFrame) -> dict[str, Any]:
    """Measure Shapley shares of six themes with 200 bootstrap draws."""
    themes = {name: f"theme {i % 6}" for i, name in enumerate(x)}
    ours = _fastest(lambda: shapley_shares(counts, x, themes=themes))
    return row("Shapley shares of 6 themes, 200 bootstrap draws", ours)


def profile() -> dict[str, Any]:
    """Measure the profile of one cluster among the tracts of a city."""
    rng = np.random.default_rng(2)
    values = pd.DataFrame(rng.uniform(size=(TRACTS, DRIVERS))).add_prefix("driver_")
    cluster = pd.Series(np.where(np.arange(TRACTS) < 25, 1.0, np.nan))
    children = pd.Series(rng.integers(50, 2000, TRACTS).astype(float))
    stratum = pd.Series(rng.integers(0, 6, TRACTS))

    def ours() -> Any:
        return driver_profile(values, values * 0.2, children, cluster, comparable=stratum)

    taken = _fastest(ours)
    question = f"Profile of a cluster: {DRIVERS} drivers, {TRACTS:,} tracts"
    return row(question, taken, note="wanted: 0.3 s", ok=taken <= 0.3)


def run() -> list[dict[str, Any]]:
    """Answer all three questions."""
    counts, x, points, weights = city()
    return [model(counts, x, points, weights), shares(counts, x), profile()]


if __name__ == "__main__":
    report(run())
