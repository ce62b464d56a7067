"""What is hidden stays hidden: from groups, schools, days, weeks, and the months before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.disclosure import PRESETS, Totals, attainable
from analytics.disclosure.cells import Cells, add_up, disclosed, hide
from data.rollup import tables
from data.rollup.cells import DAYS, STUDENTS, Before, Month
from data.rollup.gate import gate
from data.rollup.made_district import MadeDistrict
from tests.data.rollup.conftest import SETTINGS, rolled
from tests.data.rollup.counting import ONE, truth
from tests.data.rollup.test_run import RULES

POLICY = PRESETS["restricted"]
TIGHT = MadeDistrict(students=400, schools=6, days=40, part=200, moves=0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = TIGHT.write(tmp_path_factory.mktemp("tight"))
    (made / "settings.toml").write_text(SETTINGS.format(form="parquet"))
    rolled(made / "settings.toml", made / "out")
    return made


def cells_of(folder: Path) -> pd.DataFrame:
    """Written cells of days: value, hidden, and where they stand; the truth beside."""
    expected = truth(TIGHT, RULES)
    rows = []
    for name, day in (("days", True), ("months", False)):
        for row in pd.read_parquet(folder / "out" / f"{name}.parquet").to_dict("records"):
            if not day and row["group"] != "all":
                continue
            where = (row["place"], pd.Timestamp(row["date"]).date()) if day else None
            cell = (row["place"], int(row["month"].replace("-", "")), "all", "all")
            true = expected["day_absent"][where] if day else expected["absent"][cell]
            date = row["date"] if day else ""
            rows.append((row["kind"], row["place"], row["month"], date, true, row["absent"]))
    names = ["kind", "place", "month", "date", "truth", "written"]
    return pd.DataFrame(rows, columns=names)


def test_hidden_days_cannot_be_worked_out(folder: Path) -> None:
    """Days add up to months, schools to the district but for an offset that we grant the reader."""
    cells = cells_of(folder)
    hidden = cells["written"].isna().to_numpy()
    assert 100 < hidden.sum() < len(cells)
    assert (cells["written"] * 2).dropna().eq(cells["truth"][~hidden]).all()
    sums, values = [], []
    for _, rows in cells.groupby(["place", "month"]):
        row = np.zeros(len(cells))
        row[rows.index[rows["date"].ne("")]] = 1
        row[rows.index[rows["date"].eq("")]] = -1
        sums.append(row)
        values.append(0.0)
    for _, rows in cells.groupby(["month", "date"]):
        row = np.where(cells.index.isin(rows.index), 1.0, 0.0)
        row[rows.index[rows["kind"].eq("district")]] = -1
        sums.append(row)
        values.append(float(row @ cells["truth"]))
    totals = Totals(csr_array(np.array(sums)), np.array(values))
    found = attainable(cells["truth"], hidden, totals)
    small = cells["truth"][hidden].le(18).to_numpy()
    width = (found["upper"] - found["lower"]).to_numpy()
    assert width[~small].min() >= 10
    assert width[small].min() >= 10


def test_no_small_number_is_written(folder: Path) -> None:
    table = pd.read_parquet(folder / "out" / "months.parquet")
    parts = ["chronic", "tier_0_5", "tier_5_10", "tier_10_20", "tier_20"]
    for name in parts:
        shown = table[table[name].notna() & table["students"].notna()]
        assert (shown[name] > 9).all()
        assert (shown["students"] - shown[name] > 9).all()
    for name in ("enrolled", "students"):
        assert (table[name].dropna() > 10).all()
    assert table["chronic"].isna().any()
    assert table["chronic"].notna().any()


def test_a_later_run_shows_nothing_that_an_earlier_one_hid(folder: Path, tmp_path: Path) -> None:
    """With the rest of the year: what was hidden of the first month stays hidden."""
    out = tmp_path / "out"
    early = tmp_path / "early.toml"
    text = (folder / "settings.toml").read_text()
    for name in ("attendance", "enrolment", "calendar"):
        text = text.replace(f'path = "{name}', f'path = "{folder}/{name}')
    early.write_text(text)
    keys = ["month", "kind", "place", "group"]
    rolled(early, out)
    before = pd.read_parquet(out / "months.parquet").set_index(keys)
    early.write_text(text)
    rolled(early, out)
    after = pd.read_parquet(out / "months.parquet").set_index(keys).reindex(before.index)
    assert before[list(STUDENTS[:3])].isna().any(axis=None)
    for name in STUDENTS[:3]:
        assert after.loc[before[name].isna(), name].isna().all()


def _cut(folder: Path, to: Path) -> Path:
    """Records up to the end of September but for its last day."""
    for path in sorted((folder / "attendance").iterdir()):
        table = pd.read_parquet(path)
        (to / "cut").mkdir(exist_ok=True)
        date = pd.to_datetime(table["date"])
        table[date <= "2024-09-27"].to_parquet(to / "cut" / path.name)
    return to / "cut"


def month(students: dict[str, list[float]]) -> Month:
    """One month of two schools and their district, women and men, no days."""
    index, rows = [], []
    for place, numbers in students.items():
        kind = "district" if place == ONE else "school"
        for group, (n, chronic) in zip(
            ("all", "female", "male"), np.reshape(numbers, (3, 2)), strict=True
        ):
            index.append((kind, place, group))
            rows.append([n, n, chronic, *[np.nan] * 7, n * 40, chronic * 10])
    names = pd.MultiIndex.from_tuples(index, names=["kind", "place", "group"])
    table = pd.DataFrame(rows, names, [*STUDENTS, *DAYS], dtype=float)
    days = pd.DataFrame(
        {"kind": [], "place": [], "date": [], "week": [], "possible": [], "absent": []}
    ).set_index(["kind", "place", "date"])
    return Month(table, days, {"all": "", "female": "sex", "male": "sex"}, 2)


def test_students_hidden_once_stay_hidden_and_pull_their_days_along() -> None:
    own = month(
        {
            "A": [100, 40, 8, 3, 92, 37],
            "B": [200, 60, 90, 30, 110, 30],
            ONE: [300, 100, 98, 33, 202, 67],
        }
    )
    found = gate(own, Before(), POLICY)
    assert not found.disclosed
    assert ("school", "A", "female", "students") in found.hidden
    assert ("school", "A", "male", "students") in found.hidden or (
        "school", "A", "all", "students",
    ) in found.hidden  # fmt: skip
    for kind, place, group, name in found.hidden:
        if name == "enrolled":
            assert (kind, place, group, "possible") in found.hidden
    grown = month(
        {
            "A": [120, 48, 28, 11, 92, 37],
            "B": [200, 60, 90, 30, 110, 30],
            ONE: [320, 108, 118, 41, 202, 67],
        }
    )
    closed = frozenset(key[:3] for key in found.hidden if key[3] == "students")
    later = gate(grown, Before(closed=closed), POLICY)
    assert ("school", "A", "female", "students") in later.hidden
    assert ("school", "A", "female", "students") not in gate(grown, Before(), POLICY).hidden


def test_random_cells_are_never_disclosed() -> None:
    """Tables of schools by groups with both margins: nothing hidden is confined."""
    rng = np.random.default_rng(5)
    hidden_some = 0
    for _ in range(12):
        n = rng.integers(15, 150, (4, 3)).astype(float)
        table = np.column_stack([n, n.sum(axis=1)])
        table = np.vstack([table, table.sum(axis=0)])
        count = np.floor(n * rng.uniform(0.03, 0.4, n.shape))
        counts = np.column_stack([count, count.sum(axis=1)])
        counts = np.vstack([counts, counts.sum(axis=0)])
        value = np.concatenate([table.ravel(), counts.ravel()])
        size = table.size
        at = np.arange(size).reshape(table.shape)
        sums = []
        for start in (0, size):
            sums += [([*(row + start)], [1, 1, 1, -1]) for row in at]
            sums += [([*(column + start)], [1, 1, 1, 1, -1]) for column in at.T]
        whole = np.concatenate([np.full(size, -1), np.arange(size)])
        no, one = np.zeros(2 * size, dtype=bool), np.ones(2 * size)
        cells = Cells(
            value, whole, one, ~no, no, no, no, np.zeros(2 * size), one, add_up(sums, 2 * size)
        )
        secret = hide(cells, POLICY)
        hidden_some += int(secret.sum())
        assert not disclosed(cells, secret, POLICY).size
        lone = np.flatnonzero(secret & cells.rule(POLICY)[0])
        if lone.size == 1:
            raise AssertionError("one cell alone is given away by its margins")
    assert hidden_some > 30


def test_measures_of_a_month_without_signal_have_no_bands() -> None:
    counts = pd.DataFrame(
        {
            "kind": "school", "place": "A", "month": [202409, 202410], "group": "all",
            "column": "", "tier": 0, "band": 1, "students": 30, "enrolled": 30,
            "possible": 600, "absent": 12,
        }
    )  # fmt: skip
    found = tables.measured(counts)
    assert found["band_2_4"].tolist()[0] == 30
    assert np.isnan(found["band_2_4"].tolist()[1])
