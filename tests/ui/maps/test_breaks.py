import numpy as np
import pandas as pd
import pytest

from ui.maps.scales import classify, driver_scale, interval_labels, nice_breaks, rate_scale


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", ["beta", "income", "counts", "years"])
def test_driver_breaks_are_round_and_near_fifths(shape, seed):
    random = np.random.default_rng(seed)
    values = {
        "beta": lambda: random.beta(2, 8, 2000),
        "income": lambda: random.lognormal(10.9, 0.5, 2000),
        "counts": lambda: random.poisson(900, 2000),
        "years": lambda: random.normal(78, 3, 2000),
    }[shape]()
    breaks = nice_breaks(pd.Series(values))
    assert len(breaks) == 4
    assert all(len(f"{value:.10g}".replace(".", "").strip("0")) <= 3 for value in breaks)
    shares = np.bincount([int(c) for c in classify(values, breaks)]) / len(values)
    assert shares.min() > 0.08
    assert shares.max() < 0.34


def test_driver_with_ties_has_fewer_classes():
    one = driver_scale(pd.Series([0.0] * 9), "fraction")
    assert one.labels == ("one value in every area", "not shown")
    assert one.encode(pd.Series([0.0, None])) == "01"
    two = driver_scale(pd.Series([0.0] * 99 + [3.0]), "count")
    assert two.labels == ("under 3", "3 or more", "not shown")
    assert nice_breaks(pd.Series([np.nan, np.nan])) == ()
    negative = nice_breaks(pd.Series(np.linspace(-10, 10, 500)))
    assert negative == (-6, -2, 2, 6)


def test_labels_name_the_unit():
    values = pd.Series(np.linspace(0, 1, 500))
    assert driver_scale(values, "fraction").labels[1] == "20 to under 40\xa0%"
    assert driver_scale(values, "percentile").labels[4] == "80 or more"
    assert driver_scale(values * 1e5, "usd").labels[0] == "under $20,000"
    assert rate_scale().words[4] == "30\xa0% or more"


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("km", "under 0.25 km", "1 km or more"),
        ("per_1000", "under 0.25 per 1,000 children", "1 per 1,000 children or more"),
        ("years", "under 0.25 years", "1 years or more"),
    ],
)
def test_small_breaks_keep_their_decimals_and_their_unit(unit, first, last):
    labels = interval_labels((0.25, 1.0), unit)
    assert (labels[0], labels[-1]) == (first, last)
    assert labels[1].startswith("0.25 to under 1 ")


def test_thousands_of_a_rate_are_separated():
    assert interval_labels((1250.0,), "per_100k")[0] == "under 1,250 per 100,000 residents"


def test_a_filter_does_not_move_the_classes():
    place = pd.Series(np.random.default_rng(1).beta(2, 8, 2000))
    scale = driver_scale(place, "fraction")
    assert scale == driver_scale(place.sample(frac=1, random_state=2), "fraction")
    few = place.iloc[:50]
    assert scale.encode(few) == scale.encode(place)[:50]
