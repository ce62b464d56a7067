"""Strategies of the page Plan: proposed by conditions, told with source, multiplied openly."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from data.evidence import evidence
from ui.plan import strategies
from ui.present import subject as subjects
from ui.queries import why as queries_why
from ui.why import words as why_words

FIELDS = ("Proposed because of", "What was found", "What may not transfer", "Source")


def test_a_strategy_is_proposed_for_conditions_that_stand_out_in_the_area(selection) -> None:
    subject = subjects.about(selection)
    reasons = strategies._reasons(subject)
    hard = set(why_words.harder(queries_why.profile(subject.spots, subject.selection)).index)
    assert reasons
    for name, conditions in reasons.items():
        assert set(conditions) <= hard & set(evidence()[name].conditions)
        assert dict(strategies.facts(evidence()[name], conditions))["Proposed because of"]
    assert subject.name in strategies.sentence(subject, reasons)


def test_conditions_of_one_area_beside_students_of_the_whole_place_are_told_apart(
    default, selection
) -> None:
    whole, area = subjects.whole(default), subjects.about(selection)
    first = whole.area()
    assert first is not None
    said = strategies.of_two_places(whole, strategies._reasons(whole))
    assert first.name in said
    assert whole.name in said
    assert strategies.of_two_places(area, strategies._reasons(area)) == ""


@pytest.mark.parametrize("name", list(evidence()))
def test_each_strategy_says_what_is_known_and_from_where(name: str) -> None:
    strategy = evidence()[name]
    told = dict(strategies.facts(strategy, ()))
    assert all(told[field] for field in FIELDS)
    assert strategy.status.split(":")[0] in told["Source"]
    for effect in strategy.effects:
        said = strategies.effect_text(effect)
        assert re.search(r"\d", said)
        assert effect.outcome in said
        assert ("no interval" in said) == (effect.low is None)


def test_two_figures_are_all_that_is_known() -> None:
    assert strategies._rounded(7094) == 7100
    assert strategies._rounded(83.7) == 84
    assert strategies._rounded(0) == 0


def test_the_steps_multiply_to_the_headline(default) -> None:
    subject = subjects.whole(default)
    effect = evidence()["family_caseworkers"].effects[0]
    span = strategies.Span(0.5, 0.5, 0.5)
    full = strategies.Span(1.0, 1.0, 1.0)
    found = strategies.what_if(
        subject.enrolled, (subject.rate, 0.0), effect.effect(), strategies.Delivery(span, full)
    )
    assert found.fewer == pytest.approx(subject.enrolled * 0.5 * subject.rate * 0.08)
    said = strategies._headline(found)
    assert f"{strategies._rounded(found.fewer):,.0f} students" in said


def test_a_neighbourhood_can_be_chosen_from_another_page(default) -> None:
    chosen = replace(default, focus="in:Maplewick")
    assert subjects.about(chosen).name == "Maplewick"
