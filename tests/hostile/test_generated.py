"""Hundreds of hostile and broken files: each gets its verdict, and nothing else happens."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.hostile.file import GOOD, HostileFile, packed
from bench.hostile.reading import LONGEST, Figures
from data.errors import DataError
from data.read.engine import read_table
from data.read.flows import TEMPLATE, flows_in_memory
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

ROOT = Path(__file__).parents[2]
EXAMPLES = 1_000 if os.environ.get("ATLAS_VERIFY") else 40
FUZZED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_every_hostile_file_gets_its_verdict(replicates: Callable[[int, int], int]) -> None:
    # In a process of its own: memory is that of the largest child a process ever had.
    command = [sys.executable, "-m", "bench.hostile", "--every", str(replicates(9, 1))]
    alone = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = Figures(**json.loads(alone.stdout))
    assert figures.files >= replicates(60, 500)
    assert figures.wrong == []
    assert figures.uncaught == 0
    assert figures.connections == 0
    assert figures.written == 0
    assert figures.longest < LONGEST
    assert figures.child_bytes < 1 << 30
    assert figures.remedied >= 0.95 * figures.refused


def test_the_document_quotes_the_command() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert "| uncaught exceptions | 0 |" in text
    assert "| connections | 0 |" in text


@st.composite
def torn(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file of which a piece is replaced by something else."""
    begin, end = sorted((draw(st.integers(0, len(whole))), draw(st.integers(0, len(whole)))))
    middle = draw(st.one_of(st.binary(max_size=60), st.text(max_size=30).map(str.encode)))
    return whole[:begin] + middle + whole[end:]


def survives(folder: Path, file: str, content: bytes, kind: str) -> None:
    path = folder / file
    path.write_bytes(content)
    each = HostileFile("fuzz", "", file, content, kind)
    with suppress(DataError):
        read_table(parse_recipe(each.recipe), path, Ledger())


@FUZZED
@given(content=st.one_of(st.binary(max_size=400), torn(GOOD)))
def test_texts_of_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, "a.csv", content, "delimited")


@FUZZED
@given(content=torn(packed({"a.csv": GOOD, "b.txt": b"readme"}, zipfile.ZIP_BZIP2)))
def test_archives_of_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, "a.zip", content, "delimited")


@FUZZED
@given(name=st.text(min_size=1, max_size=300))
def test_members_of_any_name_stay_inside(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "in"
    inner.mkdir(exist_ok=True)
    survives(inner, "a.zip", packed({name: GOOD, f"{name}.csv": GOOD}), "delimited")
    assert [each.name for each in tmp_path.iterdir()] == ["in"]
    assert [each.name for each in inner.iterdir()] == ["a.zip"]


@FUZZED
@given(content=st.one_of(st.binary(max_size=400), torn(TEMPLATE.encode())))
def test_uploads_of_any_bytes(content: bytes) -> None:
    with suppress(DataError):
        flows_in_memory(content, "up.csv")


@FUZZED
@given(content=st.one_of(st.binary(max_size=400), torn(b'[["geoid"],["1400000US36005000100"]]')))
def test_answers_of_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, "a.json", content, "census")


GEOGRAPHY = (
    b'{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},'
    b' "features": [{"type": "Feature", "properties": {"geoid": "36005000100"}, "geometry":'
    b' {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}'
)


@settings(FUZZED, max_examples=max(8, EXAMPLES // 10))
@given(content=torn(GEOGRAPHY))
def test_geography_of_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, "a.geojson", content, "vector")


@settings(FUZZED, max_examples=max(8, EXAMPLES // 10))
@given(content=torn(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(range(256)) * 4))
def test_workbooks_of_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, "a.xls", content, "excel")


@pytest.mark.parametrize(
    "file", ["a" * 251 + ".csv", "a\nb.csv", "ä 語.csv", "-rf.csv", "$(x).csv"]
)
def test_files_of_any_name(tmp_path: Path, file: str) -> None:
    survives(tmp_path, file, GOOD, "delimited")
