"""A stored result is found by all that decides it, and no loss of one changes anything."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from data.store import results
from data.store.results import read_result, result_file, write_result

TABLE = pd.DataFrame({"rate": [0.1, 0.2]}, index=pd.Index(["a", "b"], name="geoid"))


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    folder = tmp_path / "protected"
    folder.mkdir()
    (folder / "manifest.json").write_text("one build")
    return folder


def test_what_was_stored_is_read(panel: Path) -> None:
    file = result_file(panel, "hot spots")
    assert read_result(file) is None
    assert write_result(file, TABLE)
    pd.testing.assert_frame_equal(read_result(file), TABLE)


def test_another_build_code_or_choice_finds_nothing(
    panel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = result_file(panel, "hot spots")
    assert result_file(panel, "hot spots 2018-19") != file
    monkeypatch.setattr(results, "code", lambda *_: "a line more")
    assert result_file(panel, "hot spots") != file
    monkeypatch.undo()
    monkeypatch.setattr(results, "libraries", lambda: "numpy of next year")
    assert result_file(panel, "hot spots") != file
    monkeypatch.undo()
    assert result_file(panel, "hot spots") == file
    (panel / "manifest.json").write_text("another build")
    assert result_file(panel, "hot spots") != file


def test_a_damaged_result_is_none(panel: Path) -> None:
    file = result_file(panel, "hot spots")
    write_result(file, TABLE)
    file.write_bytes(file.read_bytes()[:50])
    assert read_result(file) is None


def test_no_draft_is_left_and_none_is_read(panel: Path) -> None:
    file = result_file(panel, "hot spots")
    write_result(file, TABLE)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_store_that_takes_nothing_is_told(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = result_file(panel, "hot spots")

    def full(*_args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert not write_result(file, TABLE)
    monkeypatch.undo()
    assert read_result(file) is None


def test_what_was_longest_unused_makes_room(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [result_file(panel, f"year {at}") for at in range(4)]
    for at, file in enumerate(files[:3]):
        write_result(file, TABLE)
        os.utime(file, (1_000 + at, 1_000 + at))
    read_result(files[0])  # used again
    monkeypatch.setattr(results, "LARGEST", 3 * files[0].stat().st_size)
    write_result(files[3], TABLE)
    assert [file.is_file() for file in files] == [True, False, True, True]
