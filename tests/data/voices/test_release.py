"""No view of voices, and no difference of views, is of fewer than 5 voices or 2 occasions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.voices.codebook import AREAS, NATURES, WHO
from data.voices.note import Voice
from data.voices.release import (
    STEPS,
    WHOLE,
    Block,
    blocks,
    meets_rule,
    school_year,
    step,
    within,
)
from data.voices.shown import Asked, asked_for, tally

PARENTS = {
    "school:a": "neighbourhood:N",
    "school:b": "neighbourhood:N",
    "school:c": "county:K",
    "neighbourhood:N": "county:K",
    "neighbourhood:M": "county:K",
    "county:K": WHOLE,
    "county:L": WHOLE,
}
PLACES = (*PARENTS, WHOLE, "district:unknown")


def said(place: str = WHOLE, voices: int = 3, day: int = 1, **given: str) -> Voice:
    kind, _, id_ = place.partition(":")
    least = {"who": "families", "theme": "way", "occasion": "circle"}
    return Voice(
        held=f"2026-09-{day:02d}",
        place=id_ or "County",
        place_kind=kind,
        place_id=id_,
        voices=voices,
        **{**least, **given},  # type: ignore[arg-type]
    )


voice = st.builds(
    said,
    place=st.sampled_from(PLACES),
    voices=st.integers(1, 6),
    day=st.integers(1, 3),
    who=st.sampled_from(list(WHO)[:3]),
    theme=st.sampled_from(["way", "care"]),
    nature=st.sampled_from(list(NATURES)),
    occasion=st.sampled_from(["circle", "interview"]),
    student_group=st.sampled_from(["", "learners", "foster"]),
)
QUESTIONS = [
    Asked(*each)
    for each in product(
        PLACES, ("", *AREAS), ("", *NATURES), ("", *list(WHO)[:3]), ("", "learners", "foster")
    )
]


Answer = Callable[[Asked], Iterable[Voice]]


def told_apart(records: list[Voice], answer: Answer) -> list[list[Voice]]:
    """Attack: every question, with counts to the person, and all that they can be combined to.

    Voices that stand in the same answers cannot be told apart by any sum or difference of answers;
    those that stand in different ones may be. Themes and natures are told apart as well: a page
    lists them. What stands in no answer is left out.
    """
    seen: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    for number, question in enumerate(QUESTIONS):
        for each in answer(question):
            seen[id(each)].add((number, each.theme, each.nature))
    together: dict[frozenset[object], list[Voice]] = defaultdict(list)
    for each in records:
        together[frozenset(seen[id(each)])].append(each)
    together.pop(frozenset(), None)
    return list(together.values())


@settings(max_examples=60)
@given(st.lists(voice, max_size=14))
def test_whatever_is_asked_and_compared_leaves_nobody_alone(records: list[Voice]) -> None:
    all_of_them = blocks(records, PARENTS)

    def answer(question: Asked) -> Iterable[Voice]:
        for block in asked_for(all_of_them, question, PARENTS):
            yield from block.said

    assert all(meets_rule(each) for each in told_apart(records, answer))


def test_the_attack_finds_whom_a_plain_threshold_would_give_away() -> None:
    records = [said("school:a"), said("school:a", day=2), said("school:b", 1, day=3)]

    def answer(question: Asked) -> Iterable[Voice]:
        inside = [each for each in records if within(each.where(), question.place, PARENTS)]
        own = [each for each in inside if question.who in ("", each.who)]
        return own if meets_rule(own) else []

    assert [records[2]] in told_apart(records, answer)


@settings(max_examples=60)
@given(st.lists(voice, max_size=14))
def test_blocks_are_apart_and_meet_the_rule_and_lose_nothing_that_may_be_shown(
    records: list[Voice],
) -> None:
    found = blocks(records, PARENTS)
    members = [id(each) for block in found for each in block.said]
    assert len(members) == len(set(members))
    assert all(meets_rule(block.said) for block in found)
    for block in found:
        assert {(each.theme, each.nature) for each in block.said} == {(block.theme, block.nature)}
        assert all(within(each.where(), block.place, PARENTS) for each in block.said)
        if block.who:
            assert {each.who for each in block.said} == {block.who}
        if block.student_group:
            assert {each.student_group for each in block.said} == {block.student_group}
    hidden = [each for each in records if id(each) not in members]
    for pair in {(each.theme, each.nature) for each in hidden}:
        assert not meets_rule(each for each in hidden if (each.theme, each.nature) == pair)


@settings(max_examples=40)
@given(st.lists(voice, max_size=10), st.randoms(use_true_random=False))
def test_the_order_in_which_voices_were_written_down_changes_nothing(records, random) -> None:
    mixed = list(records)
    random.shuffle(mixed)

    def outline(found: tuple[Block, ...]) -> set[tuple[object, ...]]:
        return {
            (each.place, each.theme, each.nature, each.who, each.student_group, each.voices)
            for each in found
        }

    assert outline(blocks(records, PARENTS)) == outline(blocks(mixed, PARENTS))


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        ([said(voices=9)], False),  # one occasion
        ([said(voices=2), said(voices=2, day=2)], False),  # four voices
        ([said(voices=3), said(voices=2, day=2)], True),
        ([said(voices=3), said(voices=2)], False),  # one circle, written in two rows
        ([said(voices=3), said(voices=2, occasion="interview")], True),
        ([said(voices=3), said(voices=2, day=2, nature="strength")], False),
        ([said(voices=3), said(voices=2, day=2, theme="care")], False),
    ],
)
def test_a_theme_is_shown_from_five_voices_of_two_occasions_on(
    records: list[Voice], shown: bool
) -> None:
    assert bool(blocks(records, PARENTS)) == shown


def test_what_a_school_may_not_show_its_neighbourhood_may() -> None:
    few = [said("school:a"), said("school:b", day=2), said("neighbourhood:M", 5)]
    (block,) = blocks(few, PARENTS)
    assert (block.place, block.voices) == ("neighbourhood:N", 6)
    # With enough of its own the school is shown, and the rest goes up until it is enough.
    more = [*few, said("school:a", 2, day=3)]
    found = {each.place: each.voices for each in blocks(more, PARENTS)}
    assert found == {"school:a": 5, "county:K": 8}


def test_a_role_of_few_is_not_told_apart_and_takes_the_smallest_with_it() -> None:
    many = [said(voices=5, day=day, who="students") for day in (1, 2)]
    some = [said(voices=3, day=day, who="families") for day in (1, 2)]
    one = said(voices=1, day=3, who="school")
    found = {each.who: each.voices for each in blocks([*many, *some, one], PARENTS)}
    assert found == {"students": 10, "": 7}
    assert {each.who for each in blocks([*many, *some], PARENTS)} == {"students", "families"}


def test_a_change_between_two_looks_is_seen_in_steps_only() -> None:
    before = [said(voices=6, day=day) for day in (1, 2)]
    after = [*before, said(voices=3, day=3)]
    first, second = (tally(blocks(each, PARENTS)) for each in (before, after))
    assert first["voices"].tolist() == second["voices"].tolist() == [10]
    assert all(step(count) in (0, *STEPS) for count in range(2_000))


@given(st.lists(voice, max_size=14))
@settings(max_examples=40)
def test_numbers_that_are_shown_are_steps(records: list[Voice]) -> None:
    table = tally(blocks(records, PARENTS))
    assert set(table["voices"]) <= set(STEPS)
    assert not table.duplicated(["place", "theme", "nature"]).any()


def test_places_hold_each_other_also_when_they_are_unknown() -> None:
    assert within("school:a", "county:K", PARENTS)
    assert not within("county:L", "county:K", PARENTS)
    assert within("district:unknown", WHOLE, PARENTS)


def test_years_and_words_tell_no_order() -> None:
    first = said(voices=3, words="zebra crossing")
    second = said(voices=3, day=2, words="a late bus")
    (block,) = blocks([first, second], PARENTS)
    assert block.words == ("a late bus", "zebra crossing")
    assert block.years == ("2026-27",)
    assert school_year("2026-07-31") == "2025-26"
