"""The tables of a plan are made on first use, once, whoever comes first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from data.plan import database as plan_database
from data.plan.database import HEAD, MIGRATIONS, VARIABLE, PlanError, database
from data.plan.store import entries
from data.plan.tables import Base

ROOT = Path(__file__).parents[3]
TABLES = {
    *("plan_entries", "plan_history", "voices", "voices_history"),
    *("own_evidence", "own_evidence_history"),
    *("workshops", "workshop_notes", "workshop_actions", "alembic_version"),
}
FIRST_LOOK = """
import sys
from data.plan.store import entries, apply, Change
from data.plan.entry import checked
from datetime import UTC, datetime
sys.stdin.readline()
new = Change("add", "clinic", entry=checked({"place": "Old Town", "strategy": "school_nurses"}))
apply("demo", [new], datetime(2026, 9, 1, tzinfo=UTC))
print(len(entries("demo")) >= 1)
"""


def engine(address: str) -> Engine:
    url = make_url(address)
    return create_engine(
        url if url.get_backend_name() == "sqlite" else url.set(drivername="postgresql+psycopg")
    )


def test_the_tables_are_made_from_nothing_and_are_those_of_the_models(empty: str) -> None:
    assert len(entries("demo")) == 0
    made = engine(empty)
    assert set(inspect(made).get_table_names()) == TABLES
    with made.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database().close()


def test_the_newest_step_is_the_one_that_is_asked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_what_is_made_is_not_made_again(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entries("demo")
    database().close()
    plan_database._opened.cache_clear()
    steps = []
    monkeypatch.setattr(plan_database, "_migrate", steps.append)
    entries("demo")
    assert steps == []
    monkeypatch.undo()
    with engine(empty).begin() as connection:
        plan_database._migrate(connection)
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert found == [HEAD]


def test_processes_that_come_first_together_make_one_set_of_tables(empty: str) -> None:
    command = [sys.executable, "-c", FIRST_LOOK]
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(2)
    ]
    for each in both:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60) for each in both]
    assert [out.strip() for out, _ in said] == ["True", "True"], said
    assert set(inspect(engine(empty)).get_table_names()) == TABLES
    assert len(entries("demo")) == 2


def test_a_plan_of_a_newer_version_is_left_alone(empty: str) -> None:
    entries("demo")
    database().close()
    plan_database._opened.cache_clear()
    with engine(empty).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PlanError, match="made by a newer version"):
        entries("demo")
    with engine(empty).connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert found == "9999"


def test_a_file_that_is_no_database_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "plan.sqlite").write_bytes(b"not a database " * 100)
    with pytest.raises(PlanError, match="whoever runs the server must look at it"):
        entries("demo")
    assert (tmp_path / "plan.sqlite").read_bytes().startswith(b"not a database")
