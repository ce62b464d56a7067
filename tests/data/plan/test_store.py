"""No change of a plan is lost, none is made twice, and every one can be undone."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from data.plan import database as plan_database
from data.plan.database import (
    VARIABLE,
    ClosedError,
    Database,
    PlanError,
    UnreachableError,
    database,
)
from data.plan.entry import FIELDS, Entry, checked
from data.plan.store import (
    Change,
    ConflictError,
    NothingToUndoError,
    Stored,
    apply,
    entries,
    history,
    stamp,
    stored,
)

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
FULL = {
    "place": "Old Town",
    "place_kind": "neighbourhood",
    "place_id": "Old Town",
    "strategy": "school_nurses",
    "partner": "Bay Clinic – “Norte” 'x' ; DROP TABLE",
    "capacity": "150",
    "cost": "$9,000,000,000",
    "funded": 80_000,
    "funder": "County",
    "start": "2026-27",
    "status": "under_way",
    "notes": "Two days a week · 学校",
}


def made(**given: object) -> Entry:
    return checked({**FULL, **given})


def add(entry: Entry | None = None, *, by: str = "clinic", area: str = "demo") -> Stored:
    (one,) = apply(area, [Change("add", by, entry=entry or made())], NOON)
    return one


def change(one: Stored, *, by: str = "school", **given: object) -> Change:
    return Change("change", by, one.id, one.version, replace(one.entry, **given))


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_what_is_saved_is_read_back(plan: Database) -> None:
    one = add()
    table = entries("demo", plan)
    row = table.loc[one.id]
    expected = {**FULL, "capacity": 150, "cost": 9_000_000_000}
    expected |= {"virginia": "barriers", "california": "health"}
    assert {name: row[name] for name in FIELDS} == expected
    assert (row["version"], row["changed_by"], row["changed_at"]) == (1, "clinic", NOON)
    assert [str(table[name].dtype) for name in ("capacity", "cost", "funded")] == ["Int64"] * 3
    assert str(table["changed_at"].dtype) == "datetime64[us, UTC]"


def test_an_empty_plan_has_the_columns_of_a_full_one(plan: Database) -> None:
    none = entries("demo", plan)
    assert len(none) == 0
    add()
    one = entries("demo", plan)
    assert list(none.columns) == list(one.columns)
    assert none.dtypes.equals(one.dtypes)


def test_a_place_has_its_own_plan(plan: Database) -> None:
    one = add(area="nyc")
    assert len(entries("demo", plan)) == 0
    assert list(entries("nyc", plan).index) == [one.id]
    assert stamp("demo", plan) == (0, None)
    with pytest.raises(ConflictError):
        apply("demo", [change(one, cost=1)], NOON)


def test_a_stale_save_is_refused_with_who_when_and_both_versions(plan: Database) -> None:
    one = add()
    apply("demo", [change(one, by="housing", status="done")], after(5))
    stale = change(one, by="school", cost=5)
    with pytest.raises(ConflictError) as caught:
        apply("demo", [stale], after(6))
    error = caught.value
    for words in ("Housing changed", "2026-09-01 at 12:05", "nothing was saved", "keep your"):
        assert words in str(error)
    assert error.change == stale
    assert error.current.entry == replace(one.entry, status="done")
    (row,) = stored("demo", plan=plan)
    assert (row.version, row.changed_by, row.entry.cost) == (2, "housing", one.entry.cost)
    # Whoever was refused may keep their version, from the newer one on.
    apply("demo", [replace(stale, version=2)], after(7))
    assert [past.changed_by for past in history(one.id, plan)] == ["school", "housing", "clinic"]


def test_an_entry_that_was_removed_meanwhile_is_a_conflict_and_can_be_kept(plan: Database) -> None:
    one = add()
    apply("demo", [Change("remove", "clinic", one.id, 1)], after(1))
    with pytest.raises(ConflictError, match="Clinic removed") as caught:
        apply("demo", [change(one, cost=5)], after(2))
    assert caught.value.current.removed
    apply("demo", [replace(change(one, cost=5), version=2)], after(3))
    assert stored("demo", plan=plan)[0].entry.cost == 5


def test_the_same_save_sent_again_is_made_once(plan: Database) -> None:
    new = Change("add", "clinic", entry=made())
    (first,), (again,) = apply("demo", [new], NOON), apply("demo", [new], after(1))
    edit = change(first, cost=7)
    for minute in (2, 3, 4):
        apply("demo", [edit], after(minute))
    assert again == first
    assert len(stored("demo", plan=plan)) == 1
    assert [past.version for past in history(first.id, plan)] == [2, 1]
    assert stored("demo", plan=plan)[0].changed_at == after(2)


def test_a_new_entry_whose_first_answer_was_lost_is_not_doubled(plan: Database) -> None:
    """The same form, sent again with other words: a conflict with oneself, not a second entry."""
    new = Change("add", "clinic", entry=made())
    apply("demo", [new], NOON)
    with pytest.raises(ConflictError):
        apply("demo", [replace(new, entry=made(cost=1, funded=1), key="other")], after(1))
    assert len(stored("demo", plan=plan)) == 1


def test_changes_are_made_together_or_not_at_all(plan: Database) -> None:
    one, other = add(), add()
    apply("demo", [change(other, cost=1, funded=0)], after(1))
    new = Change("add", "school", entry=made())
    with pytest.raises(ConflictError):
        apply("demo", [new, change(one, cost=2, funded=0), change(other, cost=3)], after(2))
    assert {each.version for each in stored("demo", plan=plan)} == {1, 2}
    assert len(stored("demo", plan=plan)) == 2


def test_undo_walks_back_through_every_change(plan: Database) -> None:
    rng, minutes = np.random.default_rng(3), iter(range(1, 500))
    for _ in range(4):
        one = add()
        states: list[Entry | None] = [None, one.entry]
        for _ in range(rng.integers(1, 7)):
            kind = "change" if one.removed else str(rng.choice(["change", "remove"]))
            cost = int(rng.integers(80_000, 90_000))
            entry = replace(one.entry, cost=cost) if kind == "change" else None
            step = Change(kind, "school", one.id, one.version, entry)  # type: ignore[arg-type]
            (one,) = apply("demo", [step], after(next(minutes)))
            states.append(None if one.removed else one.entry)
        for wanted in reversed(states[:-1]):
            (one,) = apply("demo", [Change("undo", "clinic", one.id, one.version)], after(9))
            assert (None if one.removed else one.entry) == wanted
        with pytest.raises(NothingToUndoError):
            apply("demo", [Change("undo", "clinic", one.id, one.version)], after(9))
        past = history(one.id, plan)
        assert [each.version for each in past] == list(range(one.version, 0, -1))
        for newer, older in pairwise(past):
            assert newer.before == older.after  # no state is missing between two changes


def test_a_change_after_an_undo_is_undone_before_what_lies_behind(plan: Database) -> None:
    one = add()
    original = one.entry.cost
    for kind, cost in (
        ("change", 1),
        ("undo", None),
        ("change", 2),
        ("undo", None),
        ("undo", None),
    ):
        entry = None if cost is None else replace(one.entry, cost=cost, funded=0)
        step = Change(kind, "school", one.id, one.version, entry)  # type: ignore[arg-type]
        (one,) = apply("demo", [step], NOON)
    assert (one.removed, one.entry.cost) == (True, original)
    assert [each.id for each in stored("demo", removed=True, plan=plan)] == [one.id]


def test_history_tells_old_and_new(plan: Database) -> None:
    one = add()
    apply("demo", [change(one, by="housing", cost=100_000, status="paused")], after(1))
    newest, first = history(one.id, plan)
    assert (newest.changed_by, newest.kind) == ("housing", "change")
    assert newest.before == one.entry
    assert newest.after == replace(one.entry, cost=100_000, status="paused")
    assert (first.before, first.after) == (None, one.entry)


@pytest.mark.parametrize("by", ["", "Maria Lopez", "admin"])
def test_only_a_role_may_save(plan: Database, by: str) -> None:
    with pytest.raises(PlanError, match="choose whom you speak for"):
        add(by=by)
    assert stored("demo", plan=plan) == []


def save_until_it_holds(id_: str, by: str, times: int) -> list[int]:
    """Add one to the cost of an entry, again and again; give the versions that were confirmed."""
    confirmed = []
    for number in range(times):
        while True:
            (one,) = (each for each in stored("demo") if each.id == id_)
            wanted = change(one, by=by, cost=int(one.entry.cost or 0) + 1)
            try:
                (kept,) = apply("demo", [wanted], after(number))
            except ConflictError:
                continue
            confirmed.append(kept.version)
            break
    return confirmed


def test_threads_that_edit_one_entry_lose_nothing(plan: Database) -> None:
    one = add(made(cost=0, funded=0))
    roles = ("school", "clinic", "housing")
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(save_until_it_holds, one.id, role, 6) for role in roles]
        versions = [version for job in jobs for version in job.result()]
    assert sorted(versions) == list(range(2, 20))
    assert stored("demo", plan=plan)[0].entry.cost == 18
    assert [each.after.cost for each in reversed(history(one.id, plan)) if each.after] == list(
        range(19)
    )


OTHER = """
import sys
from tests.data.plan.test_store import add, save_until_it_holds
versions = save_until_it_holds(sys.argv[1], sys.argv[2], 5)
for _ in range(5):
    add(by=sys.argv[2])
print(*versions)
"""


def test_processes_that_edit_at_once_lose_nothing(plan: Database) -> None:
    one = add(made(cost=0, funded=0))
    both = [
        subprocess.Popen(
            [sys.executable, "-c", OTHER, one.id, by], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for by in ("school", "clinic")
    ]
    versions = [int(each) for run in both for each in run.communicate(timeout=90)[0].split()]
    assert sorted(versions) == list(range(2, 12))
    all_of_it = stored("demo", plan=plan)
    assert len(all_of_it) == 11
    assert sum(each.changed_by == "school" for each in all_of_it if each.id != one.id) == 5
    assert next(each for each in all_of_it if each.id == one.id).entry.cost == 10


def test_a_row_that_another_program_holds_is_told_and_saved_later(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_database, "WAIT", 0.2)
    plan = database()
    one = add()
    wanted = change(one, cost=100_000)
    held = Database(plan.url)
    with held.writing() as connection:
        connection.execute(text("UPDATE plan_entries SET notes = 'held'"))
        with pytest.raises(UnreachableError, match="nothing was lost"):
            apply("demo", [wanted], after(1))
        connection.rollback()
    assert empty
    (kept,) = apply("demo", [wanted], after(2))
    assert (kept.version, kept.entry.cost, kept.entry.notes) == (2, 100_000, one.entry.notes)
    for each in (plan, held):
        each.close()


def test_a_plan_that_can_only_be_read_says_so(
    plan: Database, empty: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = add()
    closed = f"{empty}&options=-c%20default_transaction_read_only%3Don"
    if kind == "sqlite":
        closed = f"sqlite:///file:{empty.removeprefix('sqlite:///')}?mode=ro&uri=true"
    monkeypatch.setenv(VARIABLE, closed)
    readonly = database()
    try:
        assert list(entries("demo", readonly).index) == [one.id]
        with pytest.raises(ClosedError, match="can be read here, not changed") as caught:
            add()
        assert empty.rpartition("/")[0] not in str(caught.value)
    finally:
        readonly.close()
    assert len(stored("demo", plan=plan)) == 1


def test_a_folder_that_cannot_be_written_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(ClosedError, match="ATLAS_HOME"):
        entries("demo")


@pytest.mark.parametrize("address", ["nonsense", "mysql://u:secret@h/d", "http://x", "sqlite://"])
def test_an_address_that_holds_no_plan_is_told_without_its_password(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, address)
    with pytest.raises(PlanError, match=f"{VARIABLE}=postgresql://") as caught:
        database()
    assert "secret" not in str(caught.value)


def test_a_store_that_is_emptied_gets_a_new_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    add()
    (tmp_path / "plan.sqlite").unlink()
    assert len(entries("demo")) == 0
    assert add().version == 1
