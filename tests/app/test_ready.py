"""A process that answers has loaded its pages and opened its places."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the first page of a process still does, told by a process that has just made itself ready.
TOLD = """
import sys
from ui import ready
ready.make_ready()
before = set(sys.modules)
import data.panel
def refuse(*_args):
    raise AssertionError("the place was opened by its first reader")
data.panel._read_table = refuse
from streamlit.testing.v1 import AppTest
for page in ("", *PAGES):
    test = AppTest.from_file("app.py", default_timeout=200).run()
    if page:
        test.switch_page(f"pages/{page}.py").run()
    assert not test.exception, (page, test.exception)
late = [name for name in set(sys.modules) - before if name.partition(".")[0] in ("ui", "altair")]
print("PEERS", sorted({"esda", "libpysal", "numba", "matplotlib"} & set(sys.modules)), "END")
print("LATE", sorted(late))
"""


def told(home: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "ATLAS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path, demo_path: Path) -> Path:
    shutil.copytree(demo_path, tmp_path / "panels" / "demo")
    return tmp_path


def test_the_first_reader_opens_no_place_loads_no_page_and_no_slow_peer(home: Path) -> None:
    pages = sorted({path.stem for path in (ROOT / "pages").glob("*.py")} - {"nation"})
    run = told(home, f"PAGES = {pages!r}\n{TOLD}")
    assert run.returncode == 0, run.stderr[-2000:]
    assert "PEERS [] END" in run.stdout
    late = run.stdout.rpartition("LATE")[2]
    # What a page loads only for what is on it: words of a part that is open.
    assert late.count("ui.") < 20, late


def test_a_place_out_of_order_keeps_nobody_from_the_others(home: Path) -> None:
    shutil.copytree(home / "panels" / "demo", home / "panels" / "broken")
    (home / "panels" / "broken" / "protected" / "absence.parquet").write_bytes(b"no table")
    code = "from ui import ready, queries; ready.make_ready(); print('READY', *queries.places())"
    run = told(home, code)
    assert "READY demo" in run.stdout, run.stderr[-2000:]


def test_an_empty_store_is_ready_at_once(tmp_path: Path) -> None:
    run = told(tmp_path, "from ui import ready; ready.make_ready(); print('READY')")
    assert "READY" in run.stdout, run.stderr[-2000:]


def test_a_nation_is_opened_beforehand_with_its_parts(nation_store: Path) -> None:
    code = (
        "from ui import ready, queries\n"
        "opened, real = [], ready._open\n"
        "ready._open = lambda slug: (real(slug), opened.append(slug))\n"
        "ready.make_ready(); print('READY', opened == list(queries.places())[:4], *opened)"
    )
    run = told(nation_store, code)
    assert "READY True" in run.stdout, run.stderr[-2000:]
