"""Moran's I agrees with R's spdep, PySAL's esda and the printed examples."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.autocorrelation import moran
from analytics.smoothing import standardized_rates
from geo.weights.weights import Weights

pytestmark = pytest.mark.oracle


def read(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def place(folder, data="data.csv", neighbours="neighbours.csv"):
    table, links = pd.read_csv(folder / data), pd.read_csv(folder / neighbours)
    return table.set_index("id"), Weights.from_edges(table["id"], links["i"], links["j"])


def close(found, expected):
    assert found == pytest.approx(expected, rel=1e-8)


def sids(oracles):
    data, weights = place(oracles / "nc_sids", neighbours="neighbours_ncCR85.csv")
    return 1000 * data["SID79"] / data["BIR79"], weights, read(oracles / "nc_sids")


def test_moran_of_the_north_carolina_sids_rates_under_both_assumptions(oracles):
    rate, weights, every = sids(oracles)
    expected, rows = every["moran_rate79_ncCR85_W"], weights.row_standardized()
    shuffled = moran(rate, rows, alternative="greater")
    close((shuffled.statistic, shuffled.expected), (expected["I"], expected["EI"]))
    close((shuffled.variance, shuffled.z), (expected["VI_rand"], expected["z_rand"]))
    close(shuffled.p, expected["p_rand"])
    normal = moran(rate, rows, assumption="normality")
    close((normal.variance, normal.z), (expected["VI_norm"], expected["z_norm"]))


@pytest.mark.parametrize(("file", "islands"), [("ncCC89", 2), ("ncCR85", 0)])
def test_empirical_bayes_moran_of_assuncao_and_reis(oracles, file, islands):
    data, weights = place(oracles / "nc_sids", neighbours=f"neighbours_{file}.csv")
    expected = read(oracles / "nc_sids")[f"EBImoran_SID74_{file}_B"]
    found = moran(
        standardized_rates(data["SID74"], data["BIR74"]),
        weights,
        alternative="greater",
        null="areas",
        draws=9999,
    )
    close(found.statistic, expected["statistic"])
    assert found.islands == islands
    # The reference p is itself of 999 draws: 3 binomial SE of its own.
    reference = expected["p_greater_999_seed1"]
    assert found.p_sim == pytest.approx(reference, abs=3 * np.sqrt(reference / 999))
    if file == "ncCC89":
        assert round(found.statistic, 5) == 0.25789  # as the spdep help page prints it


def test_moran_examples_of_the_esda_suite(oracles):
    folder, every = oracles / "pysal_esda_tests", read(oracles / "pysal_esda_tests")
    homicide, around = place(folder, "stl_hom.csv", "stl_neighbours.csv")
    normal = {"assumption": "normality", "alternative": "greater"}  # esda's p is of one tail
    found = moran(homicide["HR8893"], around.row_standardized(), **normal)
    close(found.statistic, every["stl_hom_HR8893"]["I"])
    close(found.p, every["stl_hom_HR8893"]["p_norm"])
    sids, near = place(folder, "sids2.csv", "sids2_neighbours.csv")
    found = moran(sids["SIDR74"], near.row_standardized(), **normal)
    close(found.statistic, every["sids2_SIDR74"]["I"])
    close(found.p, every["sids2_SIDR74"]["p_norm"])


def test_moran_of_crime_in_columbus(oracles):
    data, weights = place(oracles / "columbus_anselin1988")
    expected = read(oracles / "columbus_anselin1988")["moran_crime"]
    found = moran(data["CRIME"], weights.row_standardized())
    close((found.statistic, found.expected), (expected["I"], expected["E"]))
    close((found.variance, found.z), (expected["V"], expected["z"]))
