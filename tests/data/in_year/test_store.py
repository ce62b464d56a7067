from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from data.contracts.check import ContractError, validate
from data.errors import DataError
from data.in_year import store
from data.in_year.figures import InYear, nothing, school_year_of
from tests.in_year_figures import made, made_days

DATES = ["2025-09-04", "2025-09-05", "2025-09-08"]


@pytest.fixture
def figures() -> InYear:
    return made(made_days({"A1": [0.9, None, 0.95], "all": [0.91, 0.92, 0.93]}, DATES))


def test_what_is_saved_is_loaded(figures: InYear) -> None:
    store.save("small", replace(figures, checked="2025-09-08T18:00:00+00:00"))
    again = store.load("small")
    assert again is not None
    for name in store.TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(figures, name))
    assert (again.as_of, again.checked) == (date(2025, 9, 8), "2025-09-08T18:00:00+00:00")
    assert again.sources == figures.sources


def test_a_place_without_figures_has_none() -> None:
    assert store.load("small") is None
    assert store.state("small") is None
    assert store.version("small") == ""
    with pytest.raises(DataError, match="not a place"):
        store.load("../small")


def test_the_version_follows_the_figures_alone(figures: InYear) -> None:
    store.save("small", figures)
    first = store.version("small")
    store.note("small", "2025-09-09T06:00:00+00:00", "the server did not answer")
    assert store.version("small") == first
    looked = store.state("small")
    assert looked is not None
    assert looked.problem == "the server did not answer"
    assert looked.days.empty
    store.save("small", made(made_days({"A1": [0.9, 0.9, 0.95]}, DATES)))
    assert store.version("small") != first
    store.save("small", figures)
    assert store.version("small") == first


@pytest.mark.parametrize("file", ["days.parquet", "manifest.json", "checked.json"])
def test_damage_is_noticed_and_says_what_to_do(figures: InYear, file: str) -> None:
    path = store.save("small", figures) / file
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(store.InYearError, match=rf"{file}.*python -m data\.update small"):
        store.load("small")


def test_a_refused_table_leaves_the_last_good(figures: InYear) -> None:
    store.save("small", figures)
    for bad in (
        figures.days.assign(attended=1.01),
        figures.days.assign(date="09/04/2025"),
        figures.days.assign(source="nobody"),
        pd.concat([figures.days, figures.days], ignore_index=True),
    ):
        with pytest.raises(ContractError):
            store.save("small", replace(figures, days=bad))
    again = store.load("small")
    assert again is not None
    pd.testing.assert_frame_equal(again.days, figures.days)


def test_a_missing_day_holds_no_figure() -> None:
    days = made_days({"A1": [0.9, None, 0.95]}, DATES)
    days.loc[1, "attended"] = 0.5
    with pytest.raises(ContractError, match="still hold attended"):
        validate("days", days)


def test_age_counts_weekdays_and_knows_the_promise() -> None:
    friday = date(2025, 9, 5)
    daily = replace(nothing(lag_days=1), as_of=friday)
    ages = {days: daily.age(friday + timedelta(days)) for days in (0, 2, 3, 4, 5)}
    assert {days: age.weekdays for days, age in ages.items() if age} == {
        0: 0,
        2: 0,
        3: 1,
        4: 2,
        5: 3,
    }
    assert {days for days, age in ages.items() if age and age.late} == {4, 5}
    weekly = replace(nothing(every="week", lag_days=1), as_of=friday).age(date(2025, 9, 12))
    assert weekly is not None
    assert (weekly.weekdays, weekly.late) == (5, False)
    assert nothing().age(friday) is None


def test_after_the_school_year_nothing_is_late() -> None:
    daily = replace(nothing(), as_of=date(2016, 6, 28))
    ages = [daily.age(date(2016, month, 20)) for month in (6, 7, 9)]
    assert [(age.late, age.over) for age in ages if age] == [
        (False, False),
        (False, True),
        (False, True),
    ]
    assert school_year_of(date(1999, 8, 1)) == "1999-00"
