from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of this test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ATLAS_HOME", str(folder))
    return folder


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror folder that holds only what a test writes."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("ATLAS_MIRROR", str(folder))
    return folder
