"""Sentences of the page Did it work? follow from figures; own evidence is of the library."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from analytics.evaluation import Design
from data.evidence import evidence
from data.views.evaluation import evaluate
from data.views.programmes import Member, Programme
from tests.reading import EIGHT, grade
from ui import queries
from ui.evaluation import checks, estimates, methods_text, own_evidence, words
from ui.languages import text

OWN = Programme(tuple(Member(2023, 0, f"HC{number:04d}") for number in range(1, 13)))


@pytest.fixture(scope="module")
def found(default):
    return evaluate(queries.panel(default), "all", OWN, draws=199)


def told(found, effect: float, low: float, high: float, p: float, change: float):
    """Give the same comparison with other figures."""
    return replace(
        found,
        effects=replace(found.effects, effect=effect),
        made_up=replace(found.made_up, effect=effect, low=low, high=high, p=p),
        corrected=replace(found.corrected, change=change),
    )


@pytest.mark.parametrize(
    ("effect", "low", "high", "change", "said"),
    [
        (
            -0.018,
            -0.031,
            -0.005,
            -0.04,
            "fell 1.8 points more than in similar schools (−3.1 to −0.5)",
        ),
        (
            -0.018,
            -0.031,
            -0.005,
            0.02,
            "rose 1.8 points less than in similar schools (−3.1 to −0.5)",
        ),
        (0.018, 0.005, 0.031, 0.04, "rose 1.8 points more than in similar schools (+0.5 to +3.1)"),
        (0.018, 0.005, 0.031, -0.01, "fell 1.8 points less than in similar schools (+0.5 to +3.1)"),
    ],
)
def test_what_is_shown_is_said_with_its_range_and_what_was_before(
    found, effect, low, high, change, said
) -> None:
    one = told(found, effect, low, high, 0.01, change)
    assert words.effect(one) == (
        f"Chronic absence {said}. Before the programme the two moved alike."
    )
    assert words.is_shown(one)


@pytest.mark.parametrize(("low", "high", "p"), [(-0.03, 0.01, 0.3), (-0.03, -0.001, 0.06)])
def test_nothing_shown_is_said_plainly_with_what_would_be_missed(found, low, high, p) -> None:
    said = words.effect(told(found, -0.012, low, high, p, -0.02))
    assert said.startswith("Nothing is shown: chance alone gives as much. Chronic absence fell 1.2")
    assert re.search(r"With 11 schools an effect of less than \d\.\d points would likely", said)
    assert "moved alike" not in said


def test_where_made_up_programmes_are_too_few_the_range_is_by_clusters(found) -> None:
    nothing = float("nan")
    one = replace(found, made_up=replace(found.made_up, p=nothing, low=nothing, high=nothing))
    assert words.ends(one) == (found.effects.low, found.effects.high)
    assert words.chance(one) == found.effects.p


@pytest.mark.parametrize("reason", list(words.REASONS))
def test_every_reason_is_said_with_a_next_step_and_no_effect(found, reason) -> None:
    one = replace(found, design=Design((reason,)))
    assert words.REASONS[reason] in words.descriptive(one)
    assert words.NEXT[reason].startswith("Next step:")
    assert "similar schools (" not in words.went(one)
    assert own_evidence.entry(one, queries.choices("demo").default(), _nurses()).effects == ()


def _nurses():
    return evidence()["school_nurses"]


def test_the_pictures_band_is_where_the_effect_leaves_it(found) -> None:
    from ui.evaluation import charts

    rows = charts.rates(found).set_index("year")
    last = rows.loc[2023]
    made_up = found.made_up.by_year.loc[2023]
    assert last["programme"] - last["low"] == pytest.approx(made_up["high"])
    assert last["programme"] - last["high"] == pytest.approx(made_up["low"])
    assert rows["low"].drop(2023).isna().all()
    few = charts.rates(replace(found, made_up=replace(found.made_up, low=np.nan)))
    by_clusters = found.effects.by_year.loc[2023]
    assert few.set_index("year").loc[2023, "high"] == pytest.approx(
        last["programme"] - by_clusters["low"]
    )
    unlike = replace(found, design=Design(("unlike",)))
    assert charts.rates(unlike)["low"].isna().all()


def test_the_band_is_spoken_of_only_where_one_is_drawn(found) -> None:
    from ui.evaluation import charts

    nothing = float("nan")
    none = replace(
        found,
        made_up=replace(found.made_up, low=nothing, high=nothing),
        effects=replace(
            found.effects,
            low=nothing,
            high=nothing,
            by_year=found.effects.by_year.assign(low=nothing, high=nothing),
        ),
    )
    assert text(words.BAND) in words.shown(found)
    assert charts.rates(none)["low"].isna().all()
    assert text(words.BAND) not in words.shown(none)


def test_signs_of_checks_are_those_of_the_design(found) -> None:
    signs = [each.sign for each in checks.checks(found)]
    assert signs == [checks.HOLDS] * 5
    drifting = replace(
        found,
        design=Design(("moved apart before",)),
        effects=replace(found.effects, leads_p=0.001),
        earlier=found.earlier.assign(p=0.01),
    )
    assert [each.sign for each in checks.checks(drifting)][3:] == [checks.FAILS, checks.OPEN]


def test_an_own_entry_is_one_of_the_library(found, default, tmp_path) -> None:
    from data.evidence import to_toml

    own = own_evidence.entry(found, default, _nurses())
    (tmp_path / "own.toml").write_text(to_toml(own), encoding="utf-8")
    (read,) = evidence(tmp_path / "own.toml").values()
    assert read == own
    effect = read.effects[0]
    assert effect.value == pytest.approx(found.effects.effect, abs=1e-4)
    assert effect.low <= effect.value <= effect.high
    assert read.status == "to be verified"


def test_the_text_of_methods_names_checklists_and_figures(found, default) -> None:
    said = methods_text.paragraph(found, default)
    for item in ("STROBE 4", "STROBE 12", "STROBE 16", "GATHER 1", "GATHER 18", "Callaway"):
        assert item in said
    assert words.effect(found) in said
    assert "2019-20, 2020-21" in said
    assert "nan" not in said


def test_every_estimate_of_the_table_is_of_one_change(found) -> None:
    table = estimates.estimate_table(found)
    assert len(table) == 6
    # What cannot be counted so is said, with what it takes.
    assert list(table["Points more"].iloc[4:]) == ["no estimate"] * 2
    assert estimates._lacking(found) == f"{estimates.NO_SERIES} {estimates.NO_MIXTURE}"
    assert table["Points more"].iloc[:4].str.contains(r"\d").all()
    assert table["Points more"].iloc[0] == words.points(found.effects.effect)
    assert not table.astype(str).apply(lambda column: column.str.contains("nan")).any(axis=None)
    staggered = replace(found, odds=replace(found.odds, state="starts differ"))
    assert "no estimate: starts differ" in set(estimates.estimate_table(staggered)["Points more"])


def test_sentences_read_at_grade_eight(found) -> None:
    said = [
        words.effect(found),
        words.effect(told(found, -0.018, -0.031, -0.005, 0.01, -0.04)),
        words.EMPTY,
        *(words.descriptive(replace(found, design=Design((each,)))) for each in words.REASONS),
        *words.NEXT.values(),
        *(
            words.SURE,
            words.ASSOCIATION,
            words.SHOWN,
            words.BAND,
            words.PLACES_RULE,
            words.ELSEWHERE,
        ),
    ]
    hard = {each: round(grade(each, []), 1) for each in said if grade(each, []) > EIGHT}
    assert hard == {}


def test_a_chance_is_never_nothing() -> None:
    assert words.chance_text(0.0001) == "< .001"
    assert words.chance_text(0.034) == ".03"
    assert words.chance_text(np.nan) == "not known"


def test_made_up_programmes_are_drawn_and_counted_as_the_chance_says(found) -> None:
    from ui.evaluation import charts

    layers = charts.made_up(found.made_up).to_dict()["layer"]
    kinds = [each["mark"]["type"] for each in layers]
    assert kinds == ["bar", "rule", "text"]
    said = estimates._made_up(replace(found.made_up, p=0.173))
    assert "17 of 100 made-up ones" in said
    assert "fewer than 1 of 100" in estimates._made_up(replace(found.made_up, p=0.002))


def test_effects_by_start_and_year_go_out_as_figures(found) -> None:
    rows = estimates.numbers(found.effects)
    assert list(rows.reset_index().columns) == list(estimates.FIELDS)
    last = rows[rows["running"]]
    assert set(last["school_year"]) == {"2023-24"}
    assert last["effect"].iloc[0] == pytest.approx(found.effects.effect)


def test_the_gap_to_a_mixture_is_drawn_by_year(default) -> None:
    from ui.evaluation import charts

    one = Programme((Member(2023, 0, "HC0001"),))
    alone = evaluate(queries.panel(default), "all", one, draws=19)
    assert alone.mixed is not None
    (line,) = [
        each
        for each in charts.gap(alone.mixed, 2023).to_dict()["layer"]
        if isinstance(each["mark"], dict) and each["mark"]["type"] == "line"
    ]
    assert line["encoding"]["y"]["field"] == "gap"
    table = estimates.estimate_table(alone)
    assert table["Way of counting"].iloc[-1].startswith("Beside a mixture of")
    assert estimates._lacking(alone) == estimates.NO_SERIES
    said = estimates.mixture_text(replace(alone.mixed, fit=0.004, effect=-0.021, p=0.125))
    assert "within 0.4 points" in said
    assert "−2.1 points from it. Of 100 places taken in turn 12 leave" in said


def test_without_a_range_no_effect_is_said_or_kept(found, default) -> None:
    nothing = float("nan")
    one = replace(
        found,
        made_up=replace(found.made_up, p=nothing, low=nothing, high=nothing),
        effects=replace(found.effects, low=nothing, high=nothing, se=nothing, p=nothing),
    )
    said = words.effect(one)
    assert said.startswith(words.NO_RANGE)
    assert "nan" not in said
    assert not words.is_shown(one)
    own = own_evidence.entry(one, default, _nurses())
    assert own.effects == ()
    assert "descriptive only: Too few schools" in own.design
    with pytest.raises(ValueError, match="too few schools are alike"):
        own_evidence.effect_of(one)
