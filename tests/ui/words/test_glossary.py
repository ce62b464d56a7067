"""The glossary: plain, in order, and without a gap for the words that "How sure?" uses."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tests.reading import grade
from ui import glossary
from ui.words.glossary import TERMS

NINE = 9.0


@pytest.mark.parametrize("term", TERMS)
def test_an_entry_is_short_and_plain(term: str) -> None:
    text = TERMS[term]
    assert len(re.findall(r"[.?](?:\s|$)", text)) <= 3
    assert grade(text) <= NINE, round(grade(text), 1)


def test_terms_stand_in_the_order_of_the_alphabet() -> None:
    assert list(TERMS) == sorted(TERMS, key=str.lower)


@pytest.mark.parametrize("is_open", [False, True])
def test_the_glossary_sends_its_words_once_opened(monkeypatch, is_open: bool) -> None:
    sent: list[str] = []
    button = SimpleNamespace(open=is_open, html=sent.append)
    monkeypatch.setattr(glossary.st, "popover", lambda _label, **_how: button)
    glossary.popover()
    assert [text.count("<dt>") for text in sent] == [len(TERMS)] * is_open
