"""The evidence library: bound strictly, nothing shown as verified without its figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.what_if import AS_STUDIED, what_if
from data.evidence import FILE, evidence, proposed
from data.recipe.binding import TomlError
from data.recipe.measures import measures


def test_every_strategy_has_its_source_and_what_may_not_transfer() -> None:
    library = evidence()
    assert len(library) >= 17
    for each in library.values():
        assert each.source
        assert each.transfer
        assert each.design
        if each.status == "verified":
            assert each.effects
            assert "looked up" not in each.source
            assert "summary" not in each.source
            assert "second hand" not in each.source
        if each.source == "to be looked up":
            assert not each.effects


def test_figures_are_those_of_the_sources() -> None:
    library = evidence()
    caseworkers = library["family_caseworkers"].effects[0]
    assert (caseworkers.value, caseworkers.low, caseworkers.high) == (0.92, 0.88, 0.96)
    assert library["breakfast_after_the_bell"].effects[0].value == -0.08
    clinic = {each.measure: each.value for each in library["school_telemedicine"].effects[:2]}
    assert clinic == {"points": -0.025, "relative": -0.29}
    bus = library["school_bus"].effects[0]
    assert (bus.value, bus.low, bus.high, bus.interval) == (
        None,
        -0.04,
        -0.02,
        "range of estimates",
    )


def test_effects_go_to_the_what_if_or_are_refused() -> None:
    used = refused = 0
    for each in evidence().values():
        for effect in each.effects:
            if not effect.usable:
                with pytest.raises(ValueError, match="does not carry over"):
                    effect.effect()
                refused += 1
            elif effect.outcome == "attendance rate":
                with pytest.raises(ValueError, match="state a model"):
                    what_if(1000, (0.3, 0.0), effect.effect(), AS_STUDIED)
                refused += 1
            else:
                found = what_if(1000, (0.3, 0.0), effect.effect(), AS_STUDIED)
                assert 0 < found.fewer < 300
                used += 1
    assert (used, refused) == (9, 10)


def test_a_strategy_is_proposed_for_the_conditions_it_answers() -> None:
    found = proposed(["no_vehicle", "evictions", "poverty_150"])
    assert next(iter(found)) == "family_caseworkers"
    assert found["family_caseworkers"] == ("poverty_150", "evictions")
    assert found["school_bus"] == ("no_vehicle",)
    assert "school_telemedicine" not in found
    assert proposed([]) == {}
    named = {name for each in evidence().values() for name in each.conditions}
    assert named <= set(measures())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('measure = "rate_ratio"', 'measure = "odds"', "measure is 'odds'; write one of"),
        ("value = 0.92\n", "", "neither"),
        ('id = "school_bus"', 'id = "school_nurses"', "school_nurses is there twice"),
        ('"no_vehicle"', '"no_car"', "no_car is no measure"),
        ("low = 0.88\n", "", "do not agree"),
        ("low = 0.88", "low = 0.99", "low is above high"),
        ('transfer = "Rural', 'transport = "Rural', "unknown key"),
    ],
    ids=["measure", "value", "twice", "condition", "ends", "order", "key"],
)
def test_a_mistake_in_the_library_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "evidence.toml"
    changed = text.replace(old, new, 1)
    if words == "neither":
        changed = changed.replace("low = 0.88\n", "", 1)
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(TomlError, match=words):
        evidence(path)
