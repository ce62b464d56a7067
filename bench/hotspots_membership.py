"""Speed and memory of the membership model: a city, a state, one county, and NUTS as the peer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from analytics import membership
from analytics.inputs import Floats
from analytics.membership.fields import scaled_icar
from bench import report
from bench.catchment_cost import peak_gigabytes
from bench.school_null import schools, skipped, tracts
from geo.catchment import build_catchment
from geo.weights.weights import Weights

CITY_SECONDS, CITY_GIGABYTES, COUNTY_SECONDS = 10.0, 2.0, 1.0
SIDE, COUNTS = 17, 120  # 289 tracts
STATE_SECONDS, STATE_GIGABYTES = 180.0, 6.0
STATE_AREAS, STATE_SCHOOLS, NEAR = 9_100, 10_000, 40
MEASURE = "from bench.hotspots_membership import {0}; print(*{0}())"


def city() -> tuple[float, float, float, str]:
    """Fit the three fields to New York City: seconds, processor seconds, gigabytes, field."""
    return _measured(*_new_york())


def state() -> tuple[float, float, float, str]:
    """Fit a place of the size of California: seconds, processor seconds, gigabytes, field."""
    return _measured(*california())


def _measured(cases: Any, trials: Any, options: dict[str, Any]) -> tuple[float, float, float, str]:
    """Measure one fit: seconds, processor seconds, gigabytes, field."""
    start, busy = time.perf_counter(), time.process_time()
    found = membership.fit(cases, trials, **options)
    taken = time.perf_counter() - start, time.process_time() - busy
    return *taken, peak_gigabytes(), found.field.replace(" ", "-")


def _new_york() -> tuple[Any, Any, dict[str, Any]]:
    """Give the counts of New York City, and what else a fit needs."""
    land, places = tracts(), schools()
    centres = land.geometry.representative_point()
    return (
        places["chronic_absent"],
        places["enrolled"],
        {
            "share": build_catchment("gravity", places, land),
            "weights": Weights.queen(land),
            "levels": places["level"],
            "centres": np.column_stack([centres.x, centres.y]) / 1000,
        },
    )


def california(seed: int = 0) -> tuple[Any, Any, dict[str, Any]]:
    """Draw counts of a state of 25 towns: an exponential field of range 6 km, gravity shares."""
    rng = np.random.default_rng(seed)
    town = rng.integers(0, 25, STATE_AREAS)
    wide = (5 + 10 * rng.random(25))[town, None]
    place = rng.uniform(0, 300, (25, 2))[town] + wide * rng.normal(0, 1, (STATE_AREAS, 2))
    sites = place[rng.integers(0, STATE_AREAS, STATE_SCHOOLS)]
    sites = sites + rng.normal(0, 0.3, (STATE_SCHOOLS, 2))
    apart, near = cKDTree(place).query(sites, NEAR)
    share = np.exp(-apart / 1.5) + 1e-9
    share /= share.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(STATE_SCHOOLS), NEAR)
    shape = (STATE_SCHOOLS, STATE_AREAS)
    matrix = csr_array((share.ravel(), (rows, near.ravel())), shape=shape)
    log_odds = -1.2 + matrix @ _waves(rng, place) + 0.5 * rng.standard_normal(STATE_SCHOOLS)
    trials = rng.integers(100, 900, STATE_SCHOOLS)
    cases = rng.binomial(trials, 1 / (1 + np.exp(-log_odds)))
    return cases, trials, {"share": matrix, "weights": Weights.knn(place, 6), "centres": place}


def _waves(rng: np.random.Generator, place: Floats, waves: int = 2000) -> Floats:
    """Draw an exponential field as a sum of random waves, by its spectrum (a bivariate Cauchy)."""
    heavy = np.sqrt(rng.chisquare(1, waves))[:, None]
    frequency = rng.standard_normal((waves, 2)) / heavy * (2 / 6)
    phase = rng.uniform(0, 2 * np.pi, waves)
    total = np.zeros(len(place))
    for part in range(0, waves, 200):
        some = slice(part, part + 200)
        total += np.cos(place @ frequency[some].T + phase[some]).sum(axis=1)
    return np.asarray(0.6 * np.sqrt(2 / waves) * total)


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
    budget = (CITY_SECONDS, CITY_GIGABYTES)
    return _apart("city", "Membership model, New York City", budget, "three fields compared")


def of_state() -> list[dict[str, Any]]:
    """Measure a place of the size of California in a process of its own."""
    question = f"Membership model in blocks, {STATE_AREAS:,} tracts x {STATE_SCHOOLS:,} schools"
    return _apart("state", question, (STATE_SECONDS, STATE_GIGABYTES), "two fields compared")


def of_blocks() -> list[dict[str, Any]]:
    """Hold blocks against the whole on New York City: how far any tract moves."""
    cases, trials, options = _new_york()
    options["field"] = "matern"
    whole = membership.fit(cases, trials, **options)
    blocks = membership.fit(cases, trials, **options, limits=membership.Limits(whole_bytes=0))
    before, after = whole.areas, blocks.areas
    moved = float(((after["mean"] - before["mean"]).abs() / before["sd"]).max())
    width = (after["rate_high"] - after["rate_low"]) / (before["rate_high"] - before["rate_low"])
    question = "Blocks against the whole, New York City: "
    note = "largest difference of any tract"
    return [
        {**_row(question + "tract means", moved, 0.1), "unit": "sd", "note": note},
        {
            **_row(question + "interval widths", float((width - 1).abs().max()), 0.1),
            "unit": "share",
            "note": note,
        },
    ]


def _apart(
    name: str, question: str, budget: tuple[float, float], what: str
) -> list[dict[str, Any]]:
    """Measure a place in a process of its own."""
    command = [sys.executable, "-c", MEASURE.format(name)]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as the app has it: threads are ours
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    seconds, busy, peak, field = done.stdout.split()[-4:]
    note = f"{what}, {field} shown, {float(busy):.1f} processor seconds"
    memory = _row(f"{question}: peak memory", float(peak), budget[1])
    return [
        {**_row(question, float(seconds), budget[0]), "note": note},
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
        return [skipped("Membership model on New York City"), *of_state(), *of_county()]
    return [*of_city(), *of_blocks(), *of_state(), *of_county()]


if __name__ == "__main__":
    report(run())
