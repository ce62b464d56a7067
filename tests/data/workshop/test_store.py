"""No note of a workshop is lost or doubled, and none stays with what could tell whose it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from data.plan.database import Database
from data.workshop import codes
from data.workshop.note import MOST_NOTES, PROBLEMS, PROMPTS
from data.workshop.store import (
    KEPT_FOR,
    NOTES,
    OPEN_FOR,
    SHOPS,
    LeadError,
    Workshop,
    actions,
    add,
    begin,
    close,
    forget,
    leads,
    move,
    note_action,
    notes,
    opened,
    put,
    take_down,
    tidy,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def key() -> str:
    return str(uuid4())


@pytest.fixture
def begun(plan: Database) -> tuple[Workshop, str, str]:
    return begin("demo", "Halcyon County", NOON, plan)


def test_a_code_opens_its_workshop_and_no_other(plan, begun) -> None:
    shop, code, lead = begun
    assert opened(code, LATER, plan) == shop
    assert opened(codes.new_code(), LATER, plan) is None
    assert opened(lead, LATER, plan) is None
    assert leads(shop, lead, plan)
    assert not leads(shop, code, plan)
    assert not leads(shop, "", plan)


def test_codes_stand_nowhere_in_the_database(plan, begun) -> None:
    _, code, lead = begun
    with plan.reading() as connection:
        row = " ".join(map(str, connection.execute(select(SHOPS)).one()))
    assert code not in row
    assert lead not in row


def test_many_writers_at_once_lose_nothing_and_a_note_sent_twice_is_one(plan, begun) -> None:
    shop, *_ = begun
    sent = [(key(), f"note number {number}") for number in range(24)]

    def send(one: tuple[str, str]) -> str:
        return add(shop, one[0], "see", one[1], LATER, plan)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(send, [*sent, *sent]))
    assert set(said) == {""}
    assert {(each.key, each.words) for each in notes(shop, plan)} == set(sent)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "empty"),
        ("a" * 201, "too_long"),
        ("Anna Miller; Peter Jones", "names"),
        ("my son Liam is ill", "names"),
        ("write to a@b.org", "contact"),
        ("student id 4455667", "student_id"),
    ],
)
def test_a_note_about_a_person_is_not_kept(plan, begun, words: str, code: str) -> None:
    shop, *_ = begun
    assert add(shop, key(), "see", words, LATER, plan) == code
    assert notes(shop, plan) == []
    assert code in PROBLEMS


def test_what_no_browser_of_ours_sends_is_refused(plan, begun) -> None:
    shop, *_ = begun
    assert add(shop, "key'; DROP", "see", "late", LATER, plan) == "unreadable"
    assert add(shop, key(), "secret", "late", LATER, plan) == "unreadable"


def test_only_the_lead_moves_groups_and_closes(plan, begun) -> None:
    shop, code, lead = begun
    first = key()
    add(shop, first, "see", "The bus is late", LATER, plan)
    for wrong in ("", code, codes.new_code(codes.OF_LEAD)):
        for act in (
            lambda wrong: move(shop, wrong, "needs", plan),
            lambda wrong: put(shop, wrong, [first], "Buses", plan),
            lambda wrong: take_down(shop, wrong, [first], plan),
            lambda wrong: close(shop, wrong, plan),
        ):
            with pytest.raises(LeadError):
                act(wrong)
    assert put(shop, lead, [first], "Anna Miller; Peter Jones", plan) == "names"
    assert put(shop, lead, [first], "Buses", plan) == ""
    move(shop, lead, "needs", plan)
    now = opened(code, LATER, plan)
    assert now is not None
    assert now.prompt == "needs"
    assert [each.heap for each in notes(shop, plan)] == ["Buses"]


def test_another_workshop_s_notes_are_out_of_reach(plan, begun) -> None:
    shop, _, lead = begun
    other, *_ = begin("demo", "Halcyon County", NOON, plan)
    theirs = key()
    add(other, theirs, "see", "Theirs", LATER, plan)
    put(shop, lead, [theirs], "Mine", plan)
    take_down(shop, lead, [theirs], plan)
    assert [(each.words, each.heap) for each in notes(other, plan)] == [("Theirs", "")]


def test_what_is_taken_down_is_gone_and_does_not_come_back(plan, begun) -> None:
    shop, _, lead = begun
    one = key()
    add(shop, one, "see", "Out of place", LATER, plan)
    take_down(shop, lead, [one], plan)
    assert add(shop, one, "see", "Out of place", LATER, plan) == ""  # the browser asks again
    assert notes(shop, plan) == []
    with plan.reading() as connection:
        assert connection.execute(select(NOTES.c.words)).scalars().all() == [""]


def test_after_closing_keys_and_times_are_gone_and_the_record_stays(plan, begun) -> None:
    shop, code, lead = begun
    for prompt, words in (("see", "Zebra crossing"), ("see", "A late bus"), ("do", "A bus aide")):
        add(shop, key(), prompt, words, LATER, plan)
    note_action(shop, "a" * 32, plan)
    note_action(shop, "a" * 32, plan)
    closed = close(shop, lead, plan)
    notes_kept = {"see": {"": ["A late bus", "Zebra crossing"]}, "do": {"": ["A bus aide"]}}
    assert closed.record == {"notes": notes_kept, "actions": ["a" * 32]}
    assert close(shop, lead, plan) == closed
    assert opened(code, LATER, plan) == closed
    assert actions(closed, plan) == ["a" * 32]
    assert add(shop, key(), "see", "Too late", LATER, plan) == "closed"
    with plan.reading() as connection:
        for table in ("workshop_notes", "workshop_actions"):
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608
            assert count == 0


def test_a_workshop_closes_by_itself_and_is_forgotten(plan, begun) -> None:
    shop, code, _ = begun
    add(shop, key(), "see", "A late bus", LATER, plan)
    end = NOON + OPEN_FOR
    assert add(shop, key(), "see", "Too late", end, plan) == "closed"
    closed = opened(code, end, plan)
    assert closed is not None
    assert closed.record is not None
    assert closed.record["notes"] == {"see": {"": ["A late bus"]}}
    long_after = end + KEPT_FOR + timedelta(seconds=1)
    assert opened(code, long_after, plan) is None
    begin("demo", "Halcyon County", long_after, plan)
    with plan.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM workshops")).scalar() == 1


def test_a_wall_is_full_at_some_time(plan, begun, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, _, lead = begun
    assert MOST_NOTES == 1_000
    monkeypatch.setattr("data.workshop.store.MOST_NOTES", 2)
    said = [add(shop, key(), "see", f"note {number}", LATER, plan) for number in range(3)]
    assert said == ["", "", "full"]
    take_down(shop, lead, [notes(shop, plan)[0].key], plan)  # a flood is taken down, and on it goes
    assert add(shop, key(), "see", "A late bus", LATER, plan) == ""


def test_what_nobody_opens_again_is_closed_and_then_gone(plan, begun) -> None:
    shop, *_ = begun
    add(shop, key(), "see", "A late bus", LATER, plan)

    def left(table: str) -> int:
        with plan.reading() as connection:
            return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608

    tidy(LATER, plan)
    assert (left("workshops"), left("workshop_notes")) == (1, 1)
    tidy(NOON + OPEN_FOR, plan)
    assert (left("workshops"), left("workshop_notes")) == (1, 0)
    tidy(NOON + OPEN_FOR + KEPT_FOR + timedelta(seconds=1), plan)
    assert left("workshops") == 0


def test_only_the_lead_deletes_a_record_before_its_time(plan, begun) -> None:
    shop, code, lead = begun
    add(shop, key(), "see", "A late bus", LATER, plan)
    close(shop, lead, plan)
    with pytest.raises(LeadError):
        forget(shop, code, plan)
    forget(shop, lead, plan)
    assert opened(code, LATER, plan) is None
    note_action(shop, "b" * 32, plan)  # comes after, and is kept for nobody
    assert add(shop, key(), "see", "Too late", LATER, plan) == "closed"


def test_an_action_that_comes_while_another_lead_closes_is_in_the_record(plan, begun) -> None:
    shop, code, lead = begun
    close(shop, lead, plan)
    for _ in range(2):
        note_action(shop, "c" * 32, plan)
    closed = opened(code, LATER, plan)
    assert closed is not None
    assert actions(closed, plan) == ["c" * 32]


def test_a_note_that_comes_while_it_closes_is_in_the_record_or_refused(plan, begun) -> None:
    shop, _, lead = begun
    sent = [key() for _ in range(16)]

    def act(number: int) -> str:
        if number == 8:
            close(shop, lead, plan)
            return "did close"
        return add(shop, sent[number], "see", f"note {number}", LATER, plan)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(act, range(16)))
    closed = close(shop, lead, plan)
    assert closed.record is not None
    kept = closed.record["notes"].get("see", {}).get("", [])
    assert len(kept) == said.count("")
    assert said.count("") + said.count("closed") == 15
    assert notes(shop, plan) == []


def test_prompts_stand_in_the_order_of_a_peer_data_workshop() -> None:
    assert list(PROMPTS) == ["see", "surprise", "strengths", "needs", "know", "do"]
