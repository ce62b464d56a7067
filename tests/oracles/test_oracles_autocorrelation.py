"""Global statistics agree with R's spdep, PySAL's esda and the printed examples."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.autocorrelation import door as ac
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
    shuffled = ac.moran(rate, rows, alternative="greater")
    close((shuffled.statistic, shuffled.expected), (expected["I"], expected["EI"]))
    close((shuffled.variance, shuffled.z), (expected["VI_rand"], expected["z_rand"]))
    close(shuffled.p, expected["p_rand"])
    normal = ac.moran(rate, rows, assumption="normality")
    close((normal.variance, normal.z), (expected["VI_norm"], expected["z_norm"]))


def test_geary_of_the_north_carolina_sids_rates(oracles):
    rate, weights, every = sids(oracles)
    found = ac.geary(rate, weights.row_standardized())
    close(found.statistic, every["geary_rate79_ncCR85_W"]["C"])
    close(found.z, every["geary_rate79_ncCR85_W"]["z"])


def test_general_g_of_the_north_carolina_sids_rates(oracles):
    rate, weights, every = sids(oracles)
    found, expected = ac.getis_ord_g(rate, weights), every["globalG_rate79_ncCR85_B"]
    close((found.statistic, found.expected), (expected["G"], expected["EG"]))
    close((found.variance, found.z), (expected["VG"], expected["z"][0][0]))


@pytest.mark.parametrize(("file", "islands"), [("ncCC89", 2), ("ncCR85", 0)])
def test_empirical_bayes_moran_of_assuncao_and_reis(oracles, file, islands):
    data, weights = place(oracles / "nc_sids", neighbours=f"neighbours_{file}.csv")
    expected = read(oracles / "nc_sids")[f"EBImoran_SID74_{file}_B"]
    found = ac.moran_rate(
        *(data["SID74"], data["BIR74"], weights),
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
    found = ac.moran(homicide["HR8893"], around.row_standardized(), **normal)
    close(found.statistic, every["stl_hom_HR8893"]["I"])
    close(found.p, every["stl_hom_HR8893"]["p_norm"])
    sids, near = place(folder, "sids2.csv", "sids2_neighbours.csv")
    found = ac.moran(sids["SIDR74"], near.row_standardized(), **normal)
    close(found.statistic, every["sids2_SIDR74"]["I"])
    close(found.p, every["sids2_SIDR74"]["p_norm"])


def test_general_g_of_six_points(oracles):
    case = read(oracles / "pysal_esda_tests")["getisord_6pts"]
    weights = Weights.distance_band(np.array(case["points"], dtype=float), case["threshold"])
    found = ac.getis_ord_g(np.array(case["y"]), weights, alternative="greater")
    assert found.statistic == pytest.approx(case["G"], abs=1e-8)  # eight digits are printed
    assert found.p == pytest.approx(case["G_p_norm"], abs=1e-6)


def test_moran_of_crime_in_columbus(oracles):
    data, weights = place(oracles / "columbus_anselin1988")
    expected = read(oracles / "columbus_anselin1988")["moran_crime"]
    found = ac.moran(data["CRIME"], weights.row_standardized())
    close((found.statistic, found.expected), (expected["I"], expected["E"]))
    close((found.variance, found.z), (expected["V"], expected["z"]))


def test_join_counts_of_crime_in_columbus(oracles):
    data, weights = place(oracles / "columbus_anselin1988")
    expected = read(oracles / "columbus_anselin1988")["joincount_CRIME_gt35_B"]
    level = pd.Series(np.where(data["CRIME"] > 35, "high", "low"), index=data.index)
    found = ac.join_counts(level, weights, black="high")
    named = [found.WW, found.BB, found.BW, found]
    assert expected["multi_names"] == ["low:low", "high:high", "high:low", "Jtot"]
    for part, key in [
        ("statistic", "multi"),
        ("expected", "multi_E"),
        ("variance", "multi_V"),
        ("z", "multi_z"),
    ]:
        close([getattr(test, part) for test in named], expected[key])
    assert found.pairs["low", "low"] == found.WW
    assert found.pairs["high", "low"] == found.BW


def test_lee_of_income_and_crime_in_columbus(oracles):
    data, weights = place(oracles / "columbus_anselin1988")
    expected = read(oracles / "columbus_anselin1988")["lee_L_INC_CRIME_W"]["L"]
    close(ac.lee(data["INC"], data["CRIME"], weights.row_standardized()).statistic, expected)
