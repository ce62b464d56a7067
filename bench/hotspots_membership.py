"""Speed and memory of the membership model: New York City, one county, and NUTS as the peer."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

from analytics import membership
from analytics.bym2 import scaled_icar
from bench import report
from bench.school_null import schools, skipped, tracts
from geo.catchment import build_catchment
from geo.weights import Weights

CITY_SECONDS, CITY_GIGABYTES, COUNTY_SECONDS = 15.0, 2.0, 1.0
SIDE, COUNTS = 17, 120  # 289 tracts
MEASURE = "from bench.hotspots_membership import city; print(*city())"


def city() -> tuple[float, float, float, str]:
    """Fit the three fields to New York City: seconds, processor seconds, gigabytes, field."""
    land, places = tracts(), schools()
    share = build_catchment("gravity", places, land)
    centres = land.geometry.representative_point()
    km = np.column_stack([centres.x, centres.y]) / 1000
    weights = Weights.queen(land)
    start, busy = time.perf_counter(), time.process_time()
    found = membership.fit(
        places["chronic_absent"],
        places["enrolled"],
        share=share,
        weights=weights,
        levels=places["level"],
        centres=km,
    )
    taken = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return *taken, peak, found.field.replace(" ", "-")


def county(seed: int = 1) -> dict[str, Any]:
    """Draw counts of schools over a county of 289 tracts."""
    rng = np.random.default_rng(seed)
    place = np.array([(i, j) for i in range(SIDE) for j in range(SIDE)], dtype=np.float64)
    place += rng.uniform(-0.2, 0.2, place.shape)
    apart = np.linalg.norm(place[:, None] - place, axis=2)
    root = np.linalg.cholesky(np.exp(-2 * apart / 4) + 1e-9 * np.eye(len(place)))
    field = 0.6 * root @ rng.standard_normal(len(place))
    sites = place[rng.integers(0, len(place), COUNTS)] + rng.uniform(-0.5, 0.5, (COUNTS, 2))
    share = np.exp(-2 * np.linalg.norm(sites[:, None] - place, axis=2))
    share = np.where(share > 0.01, share, 0)
    share /= share.sum(axis=1, keepdims=True)
    trials = rng.integers(100, 900, COUNTS)
    log_odds = -1.2 + share @ field + 0.4 * rng.standard_normal(COUNTS)
    return {
        "cases": rng.binomial(trials, 1 / (1 + np.exp(-log_odds))),
        "trials": trials,
        "share": share,
        "weights": Weights.knn(place, 6),
        "centres": place,
    }


def nuts_seconds(case: dict[str, Any]) -> float:
    """Time 500 + 500 draws of the BYM2 field by NUTS, compilation included."""
    import jax
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    roots, axes = np.linalg.eigh(scaled_icar(case["weights"]).covariance)
    spatial = axes * np.sqrt(np.maximum(roots, 0))
    share, trials, cases = case["share"], case["trials"], case["cases"]
    schools_, areas = share.shape

    def model() -> None:
        level = numpyro.sample("level", dist.Normal(0, 10))
        sigma = numpyro.sample("sigma", dist.Exponential(4.6))
        own = numpyro.sample("own", dist.Exponential(4.6))
        rho = numpyro.sample("rho", dist.Beta(1, 1))
        theta = numpyro.sample("theta", dist.Normal(0, 1).expand([areas]).to_event(1))
        phi = numpyro.sample("phi", dist.Normal(0, 1).expand([areas]).to_event(1))
        apart = numpyro.sample("apart", dist.Normal(0, 1).expand([schools_]).to_event(1))
        field = sigma * ((1 - rho) ** 0.5 * theta + rho**0.5 * (spatial @ phi))
        logits = level + share @ field + own * apart
        numpyro.sample("cases", dist.Binomial(trials, logits=logits), obs=cases)

    start = time.perf_counter()
    chain = MCMC(NUTS(model), num_warmup=500, num_samples=500, progress_bar=False)
    chain.run(jax.random.PRNGKey(0))
    chain.get_samples()["sigma"].block_until_ready()
    return time.perf_counter() - start


def of_county() -> list[dict[str, Any]]:
    """Time one county: each field against the budget, and BYM2 against NUTS."""
    case = county()
    cases, trials = case.pop("cases"), case.pop("trials")
    rows = []
    for field in ("auto", "matern", "bym2"):
        seconds = min(_timed(cases, trials, {**case, "field": field}) for _ in range(3))
        rows.append(
            _row(f"Membership model, {SIDE**2} tracts, field={field}", seconds, COUNTY_SECONDS)
        )
    try:
        peer = nuts_seconds({**case, "cases": cases, "trials": trials})
    except ImportError:
        return [*rows, skipped("BYM2 against NUTS: numpyro is not installed")]
    rows[-1] |= {"peer": peer, "peer_name": "numpyro NUTS", "ratio": rows[-1]["ours"] / peer}
    rows[-1] |= {"target": 0.1, "ok": rows[-1]["ours"] <= 0.1 * peer, "note": "500 + 500 draws"}
    return rows


def of_city() -> list[dict[str, Any]]:
    """Measure New York City in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )
    seconds, busy, peak, field = done.stdout.split()[-4:]
    note = f"three fields compared, {field} shown, {float(busy):.1f} processor seconds"
    memory = _row("Membership model, New York City: peak memory", float(peak), CITY_GIGABYTES)
    return [
        {**_row("Membership model, New York City", float(seconds), CITY_SECONDS), "note": note},
        {**memory, "unit": "GB", "note": "whole process, geography included"},
    ]


def _timed(cases: Any, trials: Any, options: dict[str, Any]) -> float:
    """Time one fit."""
    start = time.perf_counter()
    membership.fit(cases, trials, **options)
    return time.perf_counter() - start


def _row(question: str, ours: float, budget: float) -> dict[str, Any]:
    """Hold a measurement against a budget."""
    return {
        "question": question,
        "ours": ours,
        "peer": budget,
        "peer_name": "budget",
        "ratio": ours / budget,
        "target": 1.0,
        "unit": "s",
        "ok": ours <= budget,
        "note": "",
    }


def run() -> list[dict[str, Any]]:
    """Answer all questions."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [skipped("Membership model on New York City"), *of_county()]
    return [*of_city(), *of_county()]


if __name__ == "__main__":
    report(run())
