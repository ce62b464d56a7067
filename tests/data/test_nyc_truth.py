"""New York City: what the published files say, checked against the panel."""

from pathlib import Path

import pandas as pd
import pytest

from data.panel import Panel, load_panel

pytestmark = pytest.mark.mirror

TRUTH = {
    "2017-18": (26.68, 998_820, 1_539),
    "2018-19": (26.43, 983_811, 1_526),
    "2019-20": (24.89, 956_813, 1_527),
    "2020-21": (29.25, 908_421, 1_530),
}
MORE_YEARS = {  # sums over schools of the releases before and after
    "2013-14": (26.43, 1_000_256, 1_493),
    "2014-15": (24.53, 1_005_032, 1_519),
    "2015-16": (24.08, 1_001_988, 1_528),
    "2016-17": (24.94, 998_513, 1_530),
    "2021-22": (40.32, 888_179, 1_529),
    "2022-23": (36.25, 892_774, 1_554),
    "2023-24": (34.96, 897_383, 1_558),
    "2024-25": (33.48, 884_017, 1_563),
}
WITHHELD = ["02M933", "03M299", "09X404", "19K504"]
COUNTS = ["enrolled", "chronic_absent", "lower", "upper"]


@pytest.mark.parametrize("year", TRUTH)
def test_rates_students_and_schools(nyc_panel: Panel, year: str) -> None:
    percent, students, schools = TRUTH[year]
    rows = nyc_panel.absence[nyc_panel.absence["school_year"].eq(year)]
    assert rows["status"].eq("reported").all()
    assert rows["source"].eq("nyc_doe_attendance").all()
    assert rows["enrolled"].sum() == students
    assert rows["school_id"].nunique() == len(rows) == schools
    rate = 100 * rows["chronic_absent"].sum() / rows["enrolled"].sum()
    assert rate == pytest.approx(percent, abs=0.005)


@pytest.mark.parametrize("year", MORE_YEARS)
def test_years_of_the_other_releases(nyc_panel: Panel, year: str) -> None:
    percent, students, schools = MORE_YEARS[year]
    rows = nyc_panel.absence[nyc_panel.absence["school_year"].eq(year)]
    assert len(rows["source"].unique()) == 1
    assert rows["enrolled"].sum() == students
    assert rows["school_id"].nunique() == len(rows) == schools
    rate = 100 * rows["chronic_absent"].sum() / rows["enrolled"].sum()
    assert rate == pytest.approx(percent, abs=0.005)
    withheld = rows[rows["status"].ne("reported")]
    assert sorted(withheld["school_id"]) == (WITHHELD if year == "2024-25" else [])
    assert withheld[["enrolled", *COUNTS]].isna().all(axis=None)
    assert withheld["status"].eq("suppressed").all()
    # Derived students: within 2 at each school, within 25 over the city.
    spread = rows["enrolled_upper"] - rows["enrolled_lower"]
    assert spread.max() <= 4
    assert rows["enrolled_lower"].sum() >= students - 25
    assert rows["enrolled_upper"].sum() <= students + 25
    assert spread.gt(0).sum() == {"2021-22": 12, "2022-23": 16, "2023-24": 21, "2024-25": 17}.get(
        year, 0
    )


def test_every_school_year_is_there_once(nyc_panel: Panel) -> None:
    assert len(nyc_panel.absence) == 18_396
    assert nyc_panel.absence["school_id"].nunique() == 1_602
    assert set(nyc_panel.absence["school_year"]) == {*TRUTH, *MORE_YEARS}


@pytest.mark.parametrize(
    ("year", "alike", "students"),
    [("2018-19", 1_477, 49), ("2019-20", 1_497, 30), ("2020-21", 1_480, 50)],
)
def test_two_releases_of_a_year_agree_within_rounding(
    nyc_panel: Panel, year: str, alike: int, students: int
) -> None:
    found = {
        entry.reason.removeprefix(f"{year}, against nyc_doe_attendance: "): entry.rows
        for entry in nyc_panel.ledger
        if entry.source == "nyc_doe_chronic_absence" and entry.reason.startswith(f"{year}, against")
    }
    rows = {reason.split(",")[0].split(".")[0]: number for reason, number in found.items()}
    assert rows == {"the same counts": alike, "students differ within rounding": students}
    assert alike + students == TRUTH[year][2]


def test_20_days_and_10_days_are_different_counts(nyc_panel: Panel) -> None:
    found = {
        entry.reason.split(": ")[1].split(",")[0].split(".")[0]: entry.rows
        for entry in nyc_panel.ledger
        if entry.source == "nyc_doe_attendance_2013" and entry.reason.startswith("2017-18, against")
    }
    assert found == {
        "the same counts": 126,
        "another count of absent students": 1_257,
        "another number of students": 1_358,
        "not in this release": 2,
    }
    assert [each.school_year for each in nyc_panel.area.breaks] == [
        *("2017-18", "2019-20", "2020-21", "2021-22")
    ]


def test_schools_are_located_in_2020_tracts(nyc_panel: Panel) -> None:
    attended = nyc_panel.schools.loc[nyc_panel.absence["school_id"].unique()]
    located = attended[attended.geometry.notna()]
    assert len(attended) == 1_602
    assert len(located) == 1_587
    assert located["geoid"].isin(nyc_panel.tracts.index).all()
    assert attended.loc[attended.geometry.isna(), "geoid"].isna().all()
    assert located["geoid"].nunique() == 932


def test_tracts_and_svi(nyc_panel: Panel) -> None:
    assert len(nyc_panel.tracts) == 2_325
    assert nyc_panel.area.tract_vintage == 2020
    svi = nyc_panel.drivers[nyc_panel.drivers["source"].ne("nyc_access")]
    matched = nyc_panel.tracts.index.isin(svi["geoid"])
    assert round(100 * matched.mean(), 2) == 99.96
    assert nyc_panel.tracts.index[~matched].tolist() == ["36085990100"]
    assert not nyc_panel.drivers["value"].isin([-999, -888888888]).any()


def test_students_in_are_students_out(nyc_panel: Panel) -> None:
    catchment = nyc_panel.catchment
    known = nyc_panel.absence[nyc_panel.absence["enrolled"].notna()]
    total = known.sort_values("school_year").drop_duplicates("school_id", keep="last")
    enrolled = total.set_index("school_id")["enrolled"].astype("float64")
    by_school = catchment.groupby("school_id")[["share", "students"]].sum()
    assert len(by_school) == 1_586  # one of 1,587 with a point is online
    assert by_school["share"].to_numpy() == pytest.approx(1.0, abs=1e-9)
    wanted = enrolled.reindex(by_school.index)
    assert by_school["students"].to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-9)
    assert catchment["students"].sum() == pytest.approx(wanted.sum(), rel=1e-9)


def test_the_protected_copy_keeps_published_totals(nyc_panel: Panel, nyc_protected: Panel) -> None:
    assert nyc_protected.protected
    for column in COUNTS:
        pd.testing.assert_series_equal(nyc_panel.absence[column], nyc_protected.absence[column])
    changed = nyc_protected.absence["status"].ne(nyc_panel.absence["status"])
    assert nyc_protected.absence.loc[changed, "status"].eq("unreliable").all()
    assert nyc_protected.absence.loc[changed, "reason"].str.startswith("Q").all()


def test_suppressed_housing_counts_are_not_zero(nyc_panel: Panel) -> None:
    rows = nyc_panel.school_drivers
    withheld = rows[rows["status"].eq("suppressed")]
    assert len(withheld) > 0
    assert withheld["numerator"].isna().all()


def test_every_source_is_named_with_its_hash(nyc_panel: Panel) -> None:
    assert len(nyc_panel.sources) >= 5
    read = [each for each in nyc_panel.sources if each.id != "nyc_access"]
    assert all(len(source.sha256) == 64 for source in read)
    assert all(source.publisher and source.licence for source in nyc_panel.sources)
    assert nyc_panel.area.default_year == "2024-25"
    assert set(nyc_panel.area.unusual_years) == {"2019-20", "2020-21"}


def test_the_protected_panel_loads_on_its_own(nyc_path: Path) -> None:
    assert load_panel(nyc_path / "protected").parameters["catchment"]["method"] == "gravity"


def test_students_of_ordinary_schools_keep_to_their_borough(nyc_panel: Panel) -> None:
    schools = nyc_panel.schools
    ordinary = schools.index[schools["school_type"].eq("General Academic")]
    rows = nyc_panel.catchment[nyc_panel.catchment["school_id"].isin(ordinary)]
    assert rows["school_id"].nunique() > 1_300
    home, school = rows["geoid"].str[:5], rows["school_id"].map(schools["geoid"]).str[:5]
    assert home.eq(school).all()
