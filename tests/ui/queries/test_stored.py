"""What is kept on disk: the same as made anew, made once for all, and gone with the panel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from data.panel import PROTECTED
from data.store.codec import dumps, loads
from data.store.results import FOLDER, result_file
from tests.data.store.test_codec import same
from ui import prepare, queries
from ui.queries import hotspots, joins, long_work, neighbourhoods, stored
from ui.queries.stored import Shelf, shelf

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a demo county of this test's own."""
    panel = tmp_path / "panels" / "demo"
    shutil.copytree(demo_path, panel, ignore=shutil.ignore_patterns(FOLDER))
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    forget()
    yield panel
    forget()


def forget() -> None:
    """Be a process that has just started."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.mark.usefixtures("store")
def test_everything_prepared_comes_back_as_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def keep(file: Path, value: object) -> bool:
        made.append(value)
        return write(file, value)

    write = stored.write_result
    monkeypatch.setattr(stored, "write_result", keep)
    prepare.prepare("demo", lambda _line: None)
    assert len(made) > 12
    for value in made:
        assert same(value, loads(dumps(value))), type(value)


@pytest.mark.usefixtures("store")
def test_a_later_process_reads_what_an_earlier_one_made(monkeypatch: pytest.MonkeyPatch) -> None:
    view = queries.choices("demo").default()
    first = (hotspots.found(view), neighbourhoods.table(view), joins.quality(view))
    forget()

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("it was made again")

    for module, name in (
        (hotspots, "find_consensus"),
        (neighbourhoods.views, "neighbourhood_view"),
    ):
        monkeypatch.setattr(module, name, refuse)
    monkeypatch.setattr(joins, "_judged", refuse)
    assert same(first, (hotspots.found(view), neighbourhoods.table(view), joins.quality(view)))


def test_a_drop_of_the_folder_changes_no_result(store: Path) -> None:
    view = queries.choices("demo").default()
    first = hotspots.found(view)
    shutil.rmtree(store / PROTECTED / FOLDER)
    forget()
    assert same(first, hotspots.found(view))


def test_a_rebuilt_place_finds_nothing_of_the_one_before(store: Path) -> None:
    view = queries.choices("demo").default()
    key = hotspots.key_of(view)
    hotspots.found(view)
    assert shelf(key).take() is not None
    manifest = store / "manifest.json"
    os.utime(manifest, (1, 1))
    assert shelf(key).file is None  # the key is of the earlier build
    assert shelf(hotspots.key_of(view)).take() is not None  # the same panel
    inner = store / PROTECTED / "manifest.json"
    inner.write_bytes(inner.read_bytes() + b"\n")
    assert shelf(hotspots.key_of(view)).take() is None


def test_what_an_analyst_sees_is_never_kept_beside_what_anyone_may_see(store: Path) -> None:
    key = queries.place("demo")
    anyone = shelf(("hot spots", key))
    analyst = Shelf(result_file(replace(key, copy="all").folder, "hot spots"))
    assert anyone.file.is_relative_to(store / PROTECTED)
    assert not analyst.file.is_relative_to(store / PROTECTED)


def test_what_follows_from_no_panel_stays_in_memory(store: Path) -> None:
    assert shelf(("own file", 3)).file is None
    assert long_work.result("own key", "Looking", lambda _bar: "found") == "found"
    assert not (store / PROTECTED / FOLDER).exists()


@pytest.mark.usefixtures("store")
def test_every_usual_year_and_level_is_among_the_steps_of_all() -> None:
    names = [name for name, _make in prepare._steps("demo", every=True)]
    offered = queries.choices("demo")
    for year in prepare._usual(offered.default()):
        assert f"hot spots {year}" in names
        assert {f"hot spots {year}, {level}" for level in offered.levels} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.usefixtures("store")
def test_the_command_says_which_place_is_missing() -> None:
    command = [sys.executable, "-m", "ui.prepare"]
    run = subprocess.run(
        [*command, "atlantis"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 2
    assert "python -m data.build atlantis" in run.stderr
