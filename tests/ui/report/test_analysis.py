"""An analysis is made again byte for byte, from a small file, without a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.report.conftest import DAY
from ui.report.__main__ import main
from ui.report.analysis import AnalysisError, analysis, changed, read, written
from ui.report.files import files

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(selection):
    return analysis(selection, "area", DAY)


def saved(folder, content):
    path = folder / "analysis.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_it_reads_back_as_it_was(tmp_path, made):
    assert read(saved(tmp_path, written(made))) == made
    content = json.loads(written(made))
    assert content["seeds"]["hot spots"] == 20240901
    assert set(content["tables"]) >= {"absence", "tracts", "joins"}
    assert {"code", "python", "typst"} <= set(content["versions"])
    assert not {"rate", "enrolled", "chronic_absent"} & set(content["selection"])


def test_the_command_makes_the_files_of_this_process_byte_for_byte(tmp_path, made, atlas_home):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "ui.report", str(saved(tmp_path, written(made)))]
    run = subprocess.run(
        [*command, "--out", str(out)],
        cwd=ROOT,
        env=atlas_home(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    here = files(made)
    assert {path.name for path in out.iterdir()} == set(here)
    assert [name for name, content in here.items() if (out / name).read_bytes() != content] == []


def test_the_brief_of_a_school_has_its_files_too(views):
    here = files(analysis(views["school"], "school", DAY))
    assert {"brief.pdf", "brief.pptx", "brief.xlsx", "map.png", "map.svg", "schools.csv"} <= {*here}
    assert "tracts.gpkg" not in here


def test_figures_of_another_build_are_refused(tmp_path, made, capsys):
    other = replace(made, tables={**made.tables, "absence": "0" * 64})
    assert changed(other, made) == ["table absence is not the one it was made from"]
    path = saved(tmp_path, written(other))
    assert main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert "absence" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scope": "everything"}, "scope"),
        ({"selection": {"area": "nowhere", "year": "2018-19"}}, "not in the store"),
        ({"selection": {"area": "demo", "year": "1999-00"}}, "does not offer this year"),
        ({"selection": {"area": "demo", "year": "2021-22", "focus": "x"}}, "focus"),
        ({"made": "yesterday"}, "made"),
        ({"format": 2}, "format"),
        ({"more": 1}, "more"),
    ],
    ids=["scope", "place", "year", "focus", "date", "format", "more"],
)
def test_what_cannot_be_made_says_what_and_where(tmp_path, made, change, words):
    path = saved(tmp_path, {**json.loads(written(made)), **change})
    with pytest.raises(AnalysisError, match=words) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_what_is_no_analysis_is_said(tmp_path):
    for content in (b"\xff\xfe", b"{", b"[]"):
        with pytest.raises(AnalysisError, match="analysis"):
            read(saved(tmp_path, content))
    with pytest.raises(AnalysisError, match="cannot be read"):
        read(tmp_path / "absent.json")
