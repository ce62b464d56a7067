"""The command from records to files: what is written is true, and nothing of a student is in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.rollup.made_district import MadeDistrict
from data.rollup.sheets import Rules
from tests.data.rollup.conftest import MADE, SETTINGS, rolled
from tests.data.rollup.counting import EACH, ONE, truth, with_each

ROOT = Path(__file__).resolve().parents[3]
RULES = Rules(groups=("sex", "low_income"))
TIERS = ["tier_0_5", "tier_5_10", "tier_10_20", "tier_20"]
BANDS = ["band_0_1", "band_2_4", "band_5"]


def command(settings: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "data.rollup", str(settings), "--out", str(out), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def at_each(folder: Path, month: str) -> set[str]:
    """Figures of the district in which students of several schools count at each of them."""
    told = json.loads((folder / "manifest.json").read_text())["counted_at_each_school"]
    return set(told.get(ONE, {}).get(month, []))


def test_every_figure_that_is_written_is_true(written: Path) -> None:
    expected = with_each(truth(MADE, RULES))
    table = pd.read_parquet(written / "months.parquet")
    seen = 0
    counted = {name: at_each(written, name) for name in table["month"].unique()}
    assert {"so far"} in counted.values()
    for row in table.to_dict("records"):
        month = int(row["month"].replace("-", ""))
        column, _, group = row["group"].rpartition(": ")
        each = counted[row["month"]] if row["kind"] == "district" else set()
        cell, first, days = (
            (EACH if name in each else row["place"], month, column or "all", group)
            for name in ("so far", "enrolled", "days")
        )
        counts = [
            count for key, count in expected["counts"].items() if key[:4] == cell for _ in [0]
        ]
        tiers = {
            tier: sum(
                n for key, n in expected["counts"].items() if key[:4] == cell and key[4] == tier
            )
            for tier in range(-1, 4)
        }
        wanted = {
            "enrolled": expected["enrolled"][first],
            "students": sum(counts) - tiers[-1],
            "chronic": tiers[2] + tiers[3],
            "possible": expected["possible"][days] / 2,
            "absent": expected["absent"][days] / 2,
            **{name: tiers[at] for at, name in enumerate(TIERS)},
        }
        for name, value in wanted.items():
            if not pd.isna(row[name]):
                assert row[name] == value, (cell, name)
                seen += 1
        for band, name in enumerate(BANDS):
            if not pd.isna(row[name]):
                every = {key: n for key, n in expected["counts"].items() if key[:4] == cell}
                assert row[name] == sum(n for key, n in every.items() if key[5] == band)
                seen += 1
    assert seen > 300
    assert set(table["kind"]) == {"school", "district"}
    days = pd.read_parquet(written / "days.parquet").dropna()
    assert len(days) > 150
    for row in days.to_dict("records"):
        date = pd.Timestamp(row["date"]).date()
        assert row["possible"] == expected["day_enrolled"][row["place"], date]
        assert row["absent"] == expected["day_absent"][row["place"], date] / 2


def test_transitions_are_those_of_the_students(written: Path) -> None:
    expected = with_each(truth(MADE, RULES))["counts"]
    one = EACH if at_each(written, "bands") else ONE
    last = max(key[1] for key in expected)
    table = pd.read_parquet(written / "bands.parquet")
    assert table["students"].notna().sum() >= 2
    for row in table.to_dict("records"):
        own = {
            key[4]: n
            for key, n in expected.items()
            if key[:4] == (one, last, "all", "all") and key[5] == BANDS.index(row["band"])
        }
        own = {
            tier: sum(
                n
                for key, n in expected.items()
                if key[:4] == (one, last, "all", "all")
                and key[5] == BANDS.index(row["band"])
                and key[4] == tier
            )
            for tier in own
        }
        if not pd.isna(row["students"]):
            assert row["students"] == sum(own.values())
        if not pd.isna(row["chronic"]):
            assert row["chronic"] == own.get(2, 0) + own.get(3, 0)


def test_planted_patterns_are_found() -> None:
    made = MadeDistrict(students=4_000, schools=4, days=120, part=4_000)
    part = next(made.parts())
    here = part.school >= 0
    rate = np.where(here, part.absent > 0, np.nan)
    weekday = (made.dates.astype("datetime64[D]").astype(int) + 3) % 7
    assert np.nanmean(rate[:, weekday == 0]) > np.nanmean(rate[:, weekday == 2]) * 1.1
    since = np.arange(made.days) - made.wave_start[np.maximum(part.school, 0)]
    ill = here & (since >= 0) & (since < 10)
    assert np.nanmean(rate[ill]) > 1.8 * np.nanmean(rate[here & ~ill])
    poor = part.low_income
    early = np.nanmean(rate[poor][:, :40]) - np.nanmean(rate[~poor][:, :40])
    late = np.nanmean(rate[poor][:, -40:]) - np.nanmean(rate[~poor][:, -40:])
    assert late > early + 0.01
    assert (np.sort(part.school, axis=1)[:, -1] >= 0).all()


def test_manifest_accounts_for_every_record(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text())
    parts = list(MADE.parts())
    records = sum(int((part.school >= 0).sum()) for part in parts)
    assert manifest["read"]["records_read"] == manifest["records"]["records"] == records
    assert manifest["records"]["copies"] == manifest["records"]["conflicts"] == 0
    assert manifest["counted"]["days_of_enrolment"] == records
    assert manifest["counted"]["units_absent"] == sum(int(part.absent.sum()) for part in parts)
    assert manifest["complete"]


def test_parts_of_any_size_give_the_same_files(
    district: Path, written: Path, tmp_path: Path
) -> None:
    rolled(district / "settings.toml", tmp_path / "out", part_rows=1)
    for file in written.iterdir():
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()


def test_csv_gives_what_parquet_gives(written: Path, tmp_path: Path) -> None:
    folder = MADE.write(tmp_path / "csv", "csv")
    (folder / "settings.toml").write_text(SETTINGS.format(form="csv"))
    rolled(folder / "settings.toml", folder / "out")
    for file in written.glob("*.parquet"):
        assert (folder / "out" / file.name).read_bytes() == file.read_bytes()


def test_no_student_anywhere(district: Path, tmp_path: Path) -> None:
    ids = {name for part in MADE.parts() for name in part.student}
    done = command(district / "settings.toml", tmp_path / "out", "--part-rows", "20000")
    assert done.returncode == 0, done.stderr
    texts = [done.stdout, done.stderr]
    for file in tmp_path.rglob("*"):
        if file.suffix == ".parquet":
            texts.append(pd.read_parquet(file).to_csv())
        elif file.is_file():
            texts.append(file.read_text())
    assert len(texts) >= 6
    for text in texts:
        assert not any(name in text for name in ids)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_killed_count_goes_on_where_it_was(district: Path, written: Path, tmp_path: Path) -> None:
    settings, out = district / "settings.toml", tmp_path / "out"
    running = subprocess.Popen(
        [sys.executable, "-m", "data.rollup", str(settings), "--out", str(out), "--part-rows", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    shop = tmp_path / ".out.counting"
    for _ in range(6_000):
        if len(list(shop.glob("schools-*"))) >= 2:
            break
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait(30)
    kept = {path.name: path.stat().st_mtime_ns for path in shop.glob("schools-*")}
    assert len(kept) >= 2
    assert not out.exists()
    assert shop.stat().st_mode & 0o077 == 0
    stamped: list[dict[str, int]] = []

    import data.rollup.parts as parts

    keep = parts.Workshop.close

    def seen(self: parts.Workshop) -> None:
        stamped.append({path.name: path.stat().st_mtime_ns for path in shop.glob("schools-*")})
        keep(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts.Workshop, "close", seen)
        rolled(settings, out, part_rows=1)
    assert kept.items() <= stamped[0].items()
    assert not shop.exists()
    for file in written.iterdir():
        assert (out / file.name).read_bytes() == file.read_bytes()
