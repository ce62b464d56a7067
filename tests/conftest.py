"""Fixtures that several folders of tests share."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

if TYPE_CHECKING:
    from data.panel import Panel
    from tests.postgresql import Server

# CI repeats the same examples; ATLAS_EXPLORE=1 looks for new ones.
os.environ["ATLAS_CHECK_CHARTS"] = "1"  # of the processes that tests start, too
settings.register_profile("atlas", deadline=None, derandomize="ATLAS_EXPLORE" not in os.environ)
settings.load_profile("atlas")


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def _folder(variable: str) -> Path:
    """Give the folder an environment variable names: skip when unset, fail when wrong."""
    named = os.environ.get(variable, "").strip()
    if not named:
        pytest.skip(f"{variable} is not set: no such folder on this machine")
    folder = Path(named).resolve()
    if not folder.is_dir():
        pytest.fail(f"{variable} names {folder}, which is not a folder")
    return folder


def _build(slug: str, home: Path, mirror: Path | None = None) -> Path:
    """Build a place once for all workers: the first builds it, the others wait for it."""
    from data.build import build_panel  # here, so that tests of geo do not wait for it

    folder = home / "panels" / slug
    with FileLock(home / f"{slug}.lock"):
        if not folder.is_dir():
            build_panel(slug, out=folder, mirror=mirror, say=lambda _line: None)
    return folder


def _load(folder: Path) -> Panel:
    from data.panel import load_panel

    return load_panel(folder)


@pytest.fixture(scope="session")
def replicates() -> Callable[[int, int], int]:
    """Choose how often a simulation repeats: few times, or in full under `make verify`."""
    return lambda few, full: full if os.environ.get("ATLAS_VERIFY") else few


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder of real public files."""
    return _folder("ATLAS_MIRROR")


@pytest.fixture(scope="session")
def oracles() -> Path:
    """Folder of published values."""
    return _folder("ATLAS_ORACLES")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of this session."""
    from tests.postgresql import started  # here, so that tests of geo do not wait for it

    server = started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def test_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of this test session, one for all workers of it."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "atlas-home"
    home.mkdir(exist_ok=True)
    return home


@pytest.fixture(scope="session")
def demo_path(test_home: Path) -> Path:
    """Folder of the demo county's panel."""
    return _build("demo", test_home)


@pytest.fixture(scope="session")
def demo_panel(demo_path: Path) -> Panel:
    return _load(demo_path)


@pytest.fixture(scope="session")
def demo_protected(demo_path: Path) -> Panel:
    return _load(demo_path / "protected")


@pytest.fixture(scope="session")
def canary_home(test_home: Path, demo_path: Path) -> Path:
    """A store whose demo county is shared under an agreement, two of its counts canaries."""
    from tests.canary import stored  # here, so that tests of geo do not wait for it
    from tests.restricted_places import restricted

    home = test_home / "canary"
    with FileLock(test_home / "canary.lock"):
        if not home.is_dir():
            stored(restricted(_load(demo_path)), home)
    return home


@pytest.fixture(scope="session")
def nyc_path(test_home: Path, mirror: Path) -> Path:
    """Folder of New York City's panel, from the real files."""
    return _build("nyc", test_home, mirror)


@pytest.fixture(scope="session")
def nyc_panel(nyc_path: Path) -> Panel:
    return _load(nyc_path)


@pytest.fixture(scope="session")
def nyc_protected(nyc_path: Path) -> Panel:
    return _load(nyc_path / "protected")


@pytest.fixture(scope="session")
def oregon_path(test_home: Path, mirror: Path) -> Path:
    """Folder of Oregon's panel, from the real files."""
    return _build("oregon", test_home, mirror)


@pytest.fixture(scope="session")
def oregon_panel(oregon_path: Path) -> Panel:
    return _load(oregon_path)


@pytest.fixture(scope="session")
def nation_store(test_home: Path) -> Path:
    """A store with three made states and the nation of them, beside the raw files."""
    from tests import nation_places  # here, so that tests of geo do not wait for it

    home = test_home / "nation" / "home"
    with FileLock(test_home / "nation.lock"):
        if not (home / "panels" / nation_places.NATION).is_dir():
            nation_places.write_all(home.parent / "files")
            done = nation_places.build(home.parent / "files", home)
            assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="session")
def atlas_home(
    request: pytest.FixtureRequest, test_home: Path, demo_path: Path
) -> Callable[[], dict[str, str]]:
    """Environment of a process that uses this session's store: real places if possible."""
    assert demo_path.is_dir()
    if os.environ.get("ATLAS_MIRROR", "").strip():
        request.getfixturevalue("nyc_path")
        request.getfixturevalue("oregon_path")

    def environment() -> dict[str, str]:
        return {**os.environ, "ATLAS_HOME": str(test_home)}

    return environment
