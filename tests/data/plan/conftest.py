"""A plan on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.plan.database import VARIABLE, Database, database
from tests.postgresql import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty(
    kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Address of a database without tables, which `database()` of this process will open."""
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    if kind == "sqlite":
        monkeypatch.delenv(VARIABLE, raising=False)
        return f"sqlite:///{tmp_path / 'plan.sqlite'}"
    server: Server = request.getfixturevalue("postgresql")
    address = server.new_database()
    monkeypatch.setenv(VARIABLE, address)
    return address


@pytest.fixture
def plan(empty: str) -> Iterator[Database]:
    assert empty
    opened = database()
    yield opened
    opened.close()
