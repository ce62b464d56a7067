import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data import build
from data.assemble.panel import make_panel
from data.audit import audit_panel
from data.contracts.tables import TABLES
from data.demo import tables as demo
from data.in_year import store as in_year
from data.panel import PROTECTED, Panel, SourceTables, load_panel
from data.store import folders, results
from data.store.policies import policies
from data.store.protected import protect_panel
from data.store.provenance import sha256_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv("ATLAS_MIRROR", raising=False)
    return tmp_path


def silent(line: str) -> None:
    assert line


@pytest.fixture
def small_demo(home: Path, small: SourceTables, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the small place will be built as if it were the demo."""
    monkeypatch.setattr(demo, "make_tables", lambda _: small)
    return home / "panels" / "demo"


@pytest.fixture
def place(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small place, built once as if it were the demo; each test has a copy."""
    built = tmp_path_factory.getbasetemp() / "built-once" / "demo"
    if not built.is_dir():
        build.build_panel("demo", say=silent, out=built)
    return Path(shutil.copytree(built, small_demo))


def bytes_of(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    files = sorted(path for path in found if path.parent.name != results.FOLDER)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def test_a_build_stores_both_copies(small_demo: Path) -> None:
    place = build.build_panel("demo", say=silent)
    assert place == small_demo
    raw, shown = load_panel(place), load_panel(place / PROTECTED)
    assert (raw.protected, shown.protected) == (False, True)
    assert {path.stem for path in place.glob("*.parquet")} == set(TABLES)
    assert raw.ledger == shown.ledger
    assert shown.parameters["policies"]["published"]["release"] == "published"
    versions = raw.parameters["versions"]
    assert set(versions) == {"atlas", "python", "numpy", "pandas", "geopandas", "shapely"}


def test_same_input_same_bytes(tmp_path: Path, demo_path: Path) -> None:
    again = build.build_panel("demo", out=tmp_path / "again", say=silent)
    assert bytes_of(again) == bytes_of(demo_path)


def test_the_demo_joins_every_located_school(demo_panel: Panel) -> None:
    located = demo_panel.schools.index[demo_panel.schools["geoid"].notna()]
    assert set(demo_panel.catchment["school_id"]) == set(located)
    assert demo_panel.area.fictional


def test_the_protected_demo_keeps_published_counts(
    demo_panel: Panel, demo_protected: Panel
) -> None:
    raw, shown = demo_panel.absence, demo_protected.absence
    for column in ["enrolled", "chronic_absent", "lower", "upper"]:
        pd.testing.assert_series_equal(raw[column], shown[column])
    newly = shown["status"].ne(raw["status"])
    assert shown.loc[newly, "status"].eq("unreliable").all()


def test_restricted_counts_leave_no_trace(restricted: SourceTables) -> None:
    absence = restricted.absence.copy()
    tiny = absence["school_id"].eq("A1") & absence["school_year"].eq("2018-19")
    students = ["enrolled", "enrolled_lower", "enrolled_upper"]
    absence.loc[tiny, [*students, "chronic_absent", "lower", "upper"]] = [9, 9, 9, 3, 3, 3]
    few = absence["school_id"].eq("B2") & absence["school_year"].eq("2018-19")
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = 4
    housing = restricted.school_drivers.assign(numerator=pd.array([5, None], dtype="Int64"))
    tables = SourceTables(**{**vars(restricted), "absence": absence, "school_drivers": housing})
    shown = protect_panel(make_panel(tables))
    rows = shown.absence[shown.absence["school_year"].eq("2018-19")].set_index("school_id")
    assert rows.loc[["A1", "B2"], "status"].eq("suppressed").all()
    # Totals of the three schools are taken as known: what stands beside is hidden, and which row
    # is hidden for which reason is not told.
    assert rows["reason"].tolist() == ["P3", "P3", "P3"]
    assert rows["chronic_absent"].isna().all()
    assert rows.loc["A1", [*students, "chronic_absent", "lower", "upper"]].isna().all()
    assert shown.school_drivers["numerator"].isna().all()
    assert shown.school_drivers["status"].eq("suppressed").all()
    students = shown.catchment.groupby("school_id")["students"]
    assert students.apply(lambda each: each.isna().all())["A1"]
    assert audit_panel(make_panel(tables), shown).passed


def test_each_release_kind_has_its_policy(restricted: SourceTables) -> None:
    shown = protect_panel(make_panel(restricted), {"restricted": policies("30")["restricted"]})
    assert shown.parameters["policies"].keys() == {"restricted"}
    assert shown.absence.loc[shown.absence["school_id"].eq("C3"), "status"].eq("suppressed").all()


def test_it_says_what_it_did(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["demo", "--out", str(home / "here")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(re.match(r" {0,6}\d+\.\d s  \w+ +\S", line) for line in lines)
    verbs = {line.split()[2] for line in lines}
    assert verbs >= {"read", "kept", "dropped", "matched", "table", "protect", "done"}
    assert "memory" in lines[-1] or sys.platform == "win32"


def test_if_missing_builds_once(small_demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["demo", "--if-missing"]) == 0
    before = (small_demo / "manifest.json").stat().st_mtime_ns
    capsys.readouterr()
    assert build.main(["demo", "--if-missing"]) == 0
    assert "already built" in capsys.readouterr().out
    days = in_year.load("demo")
    assert days is not None
    assert len(days.days) > 70_000
    assert (small_demo / "manifest.json").stat().st_mtime_ns == before
    (small_demo / "zones.parquet").unlink()
    assert build.main(["demo", "--if-missing"]) == 0
    assert load_panel(small_demo).area.slug == "small"


def fails(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert build.main(arguments) == 2
    message = capsys.readouterr().err
    assert "Traceback" not in message
    return message


def test_an_unknown_place_lists_the_known(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.is_dir()
    assert re.search(r"unknown place 'atlantis'; known places: demo", fails(["atlantis"], capsys))
    assert "short name" in fails(["../../etc"], capsys)


def test_a_wrong_mirror_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--mirror names" in fails(["demo", "--mirror", str(home / "no")], capsys)
    monkeypatch.setenv("ATLAS_MIRROR", str(home / "no"))
    assert "ATLAS_MIRROR names" in fails(["demo"], capsys)


def test_bad_tables_leave_the_old_panel(
    place: Path,
    small: SourceTables,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = bytes_of(place)
    bad = SourceTables(**{**vars(small), "absence": small.absence.assign(enrolled=1)})
    monkeypatch.setattr(demo, "make_tables", lambda _: bad)
    assert "have chronic_absent above enrolled: A1 2017-18" in fails(["demo"], capsys)
    assert bytes_of(place) == before


@pytest.mark.parametrize(("table", "manifest"), [(1, 0), (7, 0), (8, 0), (14, 0), (0, 1), (0, 2)])
def test_a_full_disk_leaves_the_old_panel(
    place: Path,
    table: int,
    manifest: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = bytes_of(place)
    monkeypatch.setattr("data.panel.sha256_of", failing_at(table, sha256_of))
    monkeypatch.setattr(Path, "write_bytes", failing_at(manifest, Path.write_bytes))
    message = fails(["demo"], capsys)
    assert "No space left" in message
    assert "--out" in message
    assert bytes_of(place) == before
    assert [each.name for each in place.parent.iterdir() if each.is_dir()] == ["demo"]


def failing_at(nth: int, function: Callable[..., object]) -> Callable[..., object]:
    """Let a function fill the disk at its nth call."""
    calls = iter(range(1, 10**6))

    def filled(*arguments: object) -> object:
        if next(calls) == nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return function(*arguments)

    return filled


KILLED = """
import os, signal, sys
from data import build, panel
left = int(sys.argv[1])
digest = panel.sha256_of  # taken of each table when it is written
def counted(path):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return digest(path)
panel.sha256_of = counted
sys.exit(build.main(["demo"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("nth", [1, 9])
def test_a_killed_build_leaves_the_old_panel(place: Path, home: Path, nth: int) -> None:
    before = bytes_of(place)
    environment = {**os.environ, "ATLAS_HOME": str(home)}
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(nth)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    assert bytes_of(place) == before
    assert (place.parent / ".demo.building").is_dir()
    build.build_panel("demo", say=silent)
    assert not (place.parent / ".demo.building").exists()
    assert load_panel(folders.present(place)).area.slug == "small"


def raising(error: BaseException) -> Callable[..., object]:
    def broken(*_: object) -> object:
        raise error

    return broken


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("by 0"), r"unexpected .* reading the files \(ZeroDivisionError: by 0\)"),
        (MemoryError(), r"memory .* does not suffice for reading the files"),
        (KeyboardInterrupt(), r"stopped\. What was stored stays"),
    ],
)
def test_what_nobody_expected_is_one_message(
    place: Path,
    error: BaseException,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = bytes_of(place)
    monkeypatch.setattr(demo, "make_tables", raising(error))
    assert re.search(words, fails(["demo"], capsys))
    assert bytes_of(place) == before


def test_debug_shows_where_it_happened(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.is_dir()
    monkeypatch.setattr(demo, "make_tables", raising(ZeroDivisionError("by 0")))
    assert build.main(["demo", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err
    monkeypatch.setenv("ATLAS_DEBUG", "1")
    assert build.main(["demo"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
