"""Own evidence is kept as the plan is: once for a programme, marked, removable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from data.evidence import PublishedEffect, Strategy, evidence, from_toml, to_toml
from data.plan import database as plan_database
from data.plan.database import Database, database
from data.plan.own_evidence import OWN_EVIDENCE, id_of, keeping, made
from data.plan.store import ConflictError, entries, past, read, write
from data.recipe.binding import TomlError
from tests.data.plan.test_migrations import engine

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
EFFECT = PublishedEffect("points", "chronic absence", "all students", "95 %", -0.012, -0.03, 0.006)
NURSES = evidence()["school_nurses"]
OWN = replace(
    NURSES,
    id="own_school_nurses",
    name=f"{NURSES.name} (own evidence)",
    status="to be verified",
    effects=(EFFECT,),
)
ID = id_of("demo", "all", "school_nurses", "abc")


def kept(own: Strategy = OWN):
    return made("Halcyon County", "school_nurses", own)


def test_what_is_kept_is_read_as_the_library_has_it(plan: Database) -> None:
    write(OWN_EVIDENCE, "demo", [keeping(ID, kept(), "school", None)], NOON, plan)
    (one,) = read(OWN_EVIDENCE, "demo", plan=plan)
    assert one.entry.read() == OWN
    assert one.entry.strategy in evidence()
    assert entries("demo", plan).empty
    assert read(OWN_EVIDENCE, "nyc", plan=plan) == []


def test_one_programme_is_kept_once_taken_out_and_kept_again(plan: Database) -> None:
    (one,) = write(OWN_EVIDENCE, "demo", [keeping(ID, kept(), "school", None)], NOON, plan)
    newer = kept(replace(OWN, effects=(replace(EFFECT, value=-0.01),)))
    (two,) = write(OWN_EVIDENCE, "demo", [keeping(ID, newer, "clinic", one)], NOON, plan)
    with pytest.raises(ConflictError, match="Clinic changed own evidence on “school_nurses”"):
        write(OWN_EVIDENCE, "demo", [keeping(ID, kept(), "school", one)], NOON, plan)
    assert [each.entry for each in read(OWN_EVIDENCE, "demo", plan=plan)] == [newer]
    gone = replace(keeping(ID, newer, "school", two), kind="remove", entry=None)
    write(OWN_EVIDENCE, "demo", [gone], NOON, plan)
    assert read(OWN_EVIDENCE, "demo", plan=plan) == []
    (removed,) = read(OWN_EVIDENCE, "demo", removed=True, plan=plan)
    write(OWN_EVIDENCE, "demo", [keeping(ID, kept(), "school", removed)], NOON, plan)
    assert [each.entry for each in read(OWN_EVIDENCE, "demo", plan=plan)] == [kept()]
    kinds = [each.kind for each in past(OWN_EVIDENCE, ID, plan)]
    assert kinds == ["change", "remove", "change", "add"]


def test_nothing_is_kept_as_verified_or_in_another_format() -> None:
    with pytest.raises(ValueError, match="to be verified"):
        kept(replace(OWN, status="verified"))
    with pytest.raises(TomlError, match="low is above high"):
        kept(replace(OWN, effects=(replace(EFFECT, low=0.1),)))
    with pytest.raises(TomlError, match="give one"):
        from_toml("strategies = []")
    with pytest.raises(TomlError, match="not TOML"):
        from_toml("x")
    assert from_toml(to_toml(OWN)) == OWN


def test_a_plan_of_the_step_before_keeps_its_rows(empty: str) -> None:
    """The new tables come to a database that has voices and actions, which stay."""
    from data.voices.store import VOICES
    from tests.data.voices.test_store import new

    write(VOICES, "demo", [new()], NOON)
    database().close()
    plan_database._opened.cache_clear()
    made_before: Engine = engine(empty)
    with made_before.begin() as connection:
        for table in ("own_evidence", "own_evidence_history"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    assert read(OWN_EVIDENCE, "demo") == []
    assert len(read(VOICES, "demo")) == 1
    database().close()
