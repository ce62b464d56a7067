"""Codes are drawn from enough, read out without mistakes, and not to be tried through."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from data.workshop.codes import (
    LENGTH,
    MOST_ADDRESSES,
    MOST_WRONG,
    OF_LEAD,
    SIGNS,
    WINDOW,
    Tries,
    hashed,
    new_code,
    shown,
    typed,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_code_holds_fifty_bits_and_that_of_the_lead_twice_as_many() -> None:
    assert len(set(SIGNS)) == len(SIGNS) == 31
    assert LENGTH * math.log2(len(SIGNS)) > 49
    assert OF_LEAD * math.log2(len(SIGNS)) > 99
    assert not set("01IOL") & set(SIGNS)
    drawn = [new_code() for _ in range(2_000)]
    assert len(set(drawn)) == len(drawn)
    counts = [sum(code.count(sign) for code in drawn) for sign in SIGNS]
    expected = len(drawn) * LENGTH / len(SIGNS)
    assert max(abs(each - expected) for each in counts) < 6 * math.sqrt(expected)


def test_the_chance_of_a_guess_is_as_the_module_says() -> None:
    tries = MOST_WRONG * 60 * 24 * 365 * 100  # a year, from a hundred addresses
    assert 1 / 900 < 1_000 * tries / len(SIGNS) ** LENGTH < 1 / 700


@pytest.mark.parametrize("sign", ["", "K7MP", "K7MPQ-2XW40", "../etc", "K7MPQ2XW4RA", "ключ"])
def test_what_cannot_be_a_code_is_none(sign: str) -> None:
    assert typed(sign) == ""


def test_a_code_is_typed_as_it_is_shown() -> None:
    for length in (LENGTH, OF_LEAD):
        code = new_code(length)
        assert typed(shown(code).lower()) == code
        assert len(hashed(code)) == 64


def test_who_tries_too_often_waits_and_others_do_not() -> None:
    tries = Tries()
    for _ in range(MOST_WRONG):
        assert tries.may_try("one", NOON)
        tries.note_wrong("one", NOON)
    assert not tries.may_try("one", NOON + WINDOW / 2)
    assert tries.may_try("other", NOON)
    assert tries.may_try("one", NOON + WINDOW)
    assert "one" not in tries.wrong
    for number in range(MOST_ADDRESSES + 5):
        tries.note_wrong(f"address {number}", NOON + timedelta(seconds=1))
    assert len(tries.wrong) == MOST_ADDRESSES
