"""The fictional county's days hold what was planted, and end at the figures of its panel."""

import json
import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.contracts.check import validate
from data.demo import rolled_up
from data.demo import school_days as drawn
from data.demo.in_year import FOLDER, LAST_DAY, make_in_year, update_demo
from data.demo.truth import SEED, build_world
from data.in_year import store
from data.in_year.figures import InYear
from data.panel import Panel
from data.update import main


@pytest.fixture(scope="module")
def figures(demo_protected: Panel) -> InYear:
    return make_in_year(LAST_DAY, demo_protected.absence)


@pytest.fixture(scope="module")
def neighbourhoods(demo_protected: Panel) -> pd.Series:
    return demo_protected.schools["neighbourhood"]


def absent_by_day(figures: InYear, schools: pd.Index, year: str) -> pd.Series:
    """Part of the days missed, by date."""
    days = figures.days
    own = days[days["place_id"].isin(schools) & days["school_year"].eq(year)]
    sums = own.dropna(subset=["absent"]).groupby("date")[["absent", "possible"]].sum()
    return sums["absent"] / sums["possible"]


def test_tables_keep_their_contracts(figures: InYear) -> None:
    for name in store.TABLES:
        assert len(validate(name, getattr(figures, name)))
    assert figures.days["school_year"].unique().tolist() == list(drawn.YEARS)
    counts = figures.months[["chronic", "tier_5_10", "tier_10_20", "tier_20", "band_5"]]
    assert counts.min().min() >= 10


def test_years_end_at_the_figures_of_the_panel(figures: InYear, demo_protected: Panel) -> None:
    absence = demo_protected.absence
    panel = absence[absence["status"].eq("reported")].set_index(["school_id", "school_year"])
    months = figures.months
    schools = months[months["kind"].eq("school") & months["group"].eq("all")]
    ends = schools.sort_values("month").groupby(["place", "school_year"]).last()
    both = ends.join(panel["chronic_absent"].rename_axis(["place", "school_year"]), how="inner")
    assert len(both) > 300
    assert both["chronic"].eq(both["chronic_absent"]).all()


def test_mondays_are_missed_more(figures: InYear) -> None:
    days = figures.days[figures.days["place_id"].eq("all")]
    missed = 1 - days["attended"]
    ratio = missed.groupby(pd.to_datetime(days["date"]).dt.day_of_week).mean()
    assert np.log(ratio[0] / ratio[[1, 2, 3]].mean()) == pytest.approx(drawn.MONDAY, abs=0.06)


@pytest.mark.parametrize("year", drawn.WAVES)
def test_a_wave_is_where_and_when_it_was_planted(
    figures: InYear, neighbourhoods: pd.Series, year: str
) -> None:
    where, first = drawn.WAVES[year]
    ill = absent_by_day(figures, neighbourhoods.index[neighbourhoods.eq(where)], year)
    others = absent_by_day(figures, neighbourhoods.index[neighbourhoods.ne(where)], year)
    ratio = np.log(ill / others)
    window = list(ratio.index[ratio.index >= first.isoformat()][: drawn.WAVE_DAYS])
    inside, outside = ratio[window], ratio.drop(window)
    assert inside.min() > outside.max()
    assert inside.mean() - outside.mean() == pytest.approx(drawn.WAVE, abs=0.2)


@pytest.mark.parametrize(("planted", "sign"), [(drawn.WORSE, 1), (drawn.BETTER, -1)])
def test_one_school_gets_worse_and_one_better(
    figures: InYear, planted: tuple[str, float], sign: int
) -> None:
    own = absent_by_day(figures, pd.Index([planted[0]]), drawn.UNDER_WAY)
    rest = figures.days["place_id"].drop_duplicates()
    others = absent_by_day(
        figures, pd.Index(rest[~rest.isin([planted[0], "all"])]), drawn.UNDER_WAY
    )
    change = np.log(own / others)
    assert sign * (change[-20:].mean() - change[:20].mean()) > 0.3
    assert planted[1] * sign > 0


def test_the_truth_is_that_of_the_modules() -> None:
    held = json.loads(rolled_up.TRUTH.read_text("utf-8"))
    assert held == rolled_up.truth(held["years"])
    for name, year in held["years"].items():
        manifest = json.loads((FOLDER / name / "manifest.json").read_text("utf-8"))
        assert manifest["read"]["students"] == year["students"]
        assert manifest["through"] == year["through"]


def test_a_drawn_school_has_as_many_chronically_absent_as_the_panel() -> None:
    world = build_world(SEED)
    year = drawn.Year("2023-24", world)
    ids, at = list(world.schools.table.index), -1
    for each in year.draw()[:10]:
        chronic = (10 * each.absent.sum(axis=1) >= drawn.DAYS).sum()
        assert chronic == world.absence.chronic[ids.index(each.school), at]


@pytest.mark.skipif("ATLAS_VERIFY" not in os.environ, reason="draws every student of a county")
def test_what_is_held_is_what_would_be_written(tmp_path: Path) -> None:
    name = drawn.UNDER_WAY
    rolled_up.write_year(build_world(SEED), name, tmp_path, rolled_up.gone_by_year()[name])
    for table in ("months", "days"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / f"{table}.parquet"),
            pd.read_parquet(FOLDER / name / f"{table}.parquet"),
        )


def test_the_command_replays_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    assert main(["demo", "--as-of", "2024-10-15"]) == 0
    found = store.load("demo")
    assert found is not None
    assert (found.as_of, found.days["date"].max()) == (date(2024, 10, 15), "2024-10-15")
    assert found.months["month"].max() == "2024-09"
    assert set(found.bands["school_year"]) == {"2021-22", "2022-23", "2023-24"}
    age = found.age(date.fromisoformat(found.checked[:10]))
    assert age is not None
    assert not age.late
    assert update_demo(LAST_DAY + timedelta(400)).changed
    again = store.load("demo")
    assert again is not None
    assert again.as_of == LAST_DAY
