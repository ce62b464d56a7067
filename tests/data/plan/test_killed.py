"""PostgreSQL is killed in the middle of a save and started again: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Insert, insert

from data.plan import store
from data.plan.database import Database, UnreachableError
from data.plan.entry import checked
from data.plan.store import Change, apply, entries, history
from data.plan.tables import Base
from tests.postgresql import Server

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ENTRY = checked({"place": "Old Town", "strategy": "school_nurses", "cost": 5})

pytestmark = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


@pytest.fixture
def killed_at(postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Kill the server when the store is about to write its n-th row."""

    def at(row: int) -> None:
        left = [row]

        def kill_first(table: type[Base]) -> Insert:
            if left == [0]:
                postgresql.kill()
            left[0] -= 1
            return insert(table)

        monkeypatch.setattr(store, "insert", kill_first)

    return at


@pytest.mark.parametrize("row", [0, 1])
def test_a_save_that_was_cut_is_made_whole_by_the_next_try(
    plan: Database, postgresql: Server, killed_at: Callable[[int], None], row: int
) -> None:
    before = Change("add", "clinic", entry=ENTRY)
    apply("demo", [before], NOON, plan)
    wanted = Change("add", "school", entry=ENTRY)
    killed_at(row)
    with pytest.raises(UnreachableError, match="nothing was lost: wait a moment, then save again"):
        apply("demo", [wanted], NOON, plan)
    with pytest.raises(UnreachableError):  # it is still down
        apply("demo", [wanted], NOON, plan)
    with pytest.raises(UnreachableError):
        entries("demo", plan)
    postgresql.start()
    assert list(entries("demo", plan).index) == [before.id]  # no half of it is there
    for _ in range(2):
        apply("demo", [wanted], NOON, plan)
    assert set(entries("demo", plan).index) == {before.id, wanted.id}
    assert [each.version for each in history(wanted.id, plan)] == [1]


def test_a_save_that_was_made_but_not_confirmed_is_not_doubled(
    plan: Database, postgresql: Server
) -> None:
    wanted = Change("add", "school", entry=ENTRY)
    apply("demo", [wanted], NOON, plan)
    postgresql.kill()  # the answer would have come now
    with pytest.raises(UnreachableError):
        apply("demo", [wanted], NOON, plan)
    postgresql.start()
    (kept,) = apply("demo", [wanted], NOON, plan)
    assert (kept.version, len(entries("demo", plan)), len(history(wanted.id, plan))) == (1, 1, 1)
