"""What could help here: strategies proposed by conditions, what is known of each, and what if."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from analytics.what_if import (
    ELSEWHERE,
    NO_INTERVAL,
    RANGE_ALONE,
    UNLIKE,
    Delivery,
    Span,
    WhatIf,
    what_if,
)
from data.evidence import PublishedEffect, Strategy, evidence, proposed
from data.recipe.measures import measures
from ui import controls, queries
from ui.languages import counted, mark, text
from ui.plan import editor
from ui.present import subject as subjects
from ui.present.subject import Subject
from ui.queries import districts
from ui.queries import plan as queries_plan
from ui.queries import priorities as queries_priorities
from ui.queries import why as queries_why
from ui.queries.plan import OwnKept
from ui.selection import NEIGHBOURHOOD, Selection
from ui.tables import display
from ui.why import words as why_words
from ui.words import plain
from ui.words.as_written import as_written
from ui.words.cards import card
from ui.words.numbers import count_text, percent_text, points_text, ratio_text, students_text

OFFERED = 20
OF_DISTRICT = mark(
    "{name}: places inside a district differ, so no condition is named as its own. Ask families and"
    " schools what would help, then choose."
)
OWN_RULE = mark(
    "Own evidence comes from the page “Did it work?”: one place, read by nobody else yet. What"
    " showed nothing is kept too. It is not multiplied through."
)
SPANS: Mapping[str, str] = {
    "reach": mark("How many of the students does it reach?"),
    "dose": mark("How much of what the study's students had?"),
}
NOT_FORECAST = mark(
    "This multiplies a study's effect with the students here. It is arithmetic, not a forecast."
    " Ranges hold the study's range, the rate here, reach and dose; not how unlike the places are."
)
REFUSED = mark(
    "The study measured attendance, not chronic absence. One cannot be turned into the other"
    " without a model, and there is none here: so no number of students is given."
)
NO_FIGURE = mark("No effect on chronic absence is known that could be multiplied.")
NOTES: Mapping[str, str] = {
    ELSEWHERE: mark("An effect found elsewhere: it may be smaller or larger here."),
    NO_INTERVAL: mark("The source gives no interval: only the middle is known."),
    RANGE_ALONE: mark("The source gives a range of estimates, not an interval."),
    UNLIKE: mark(
        "The study's students had a rate of {there}, these have {here}: its effect may not carry"
        " over."
    ),
}
STATUS: Mapping[str, str] = {
    "verified": mark("verified: read in the source"),
    "to be verified": mark("to be verified"),
}
OUTCOMES: Mapping[str, str] = {
    "chronic absence": mark("chronic absence"),
    "absences": mark("absences"),
    "days absent": mark("days absent"),
    "attendance rate": mark("attendance rate"),
}
_HEADINGS = (
    *(mark("Strategy"), mark("What it answers"), mark("Effect and outcome"), mark("Design")),
    *(
        mark("Setting"),
        mark("Level"),
        mark("What may not transfer"),
        mark("Status"),
        mark("Source"),
    ),
)


def about(selection: Selection) -> Selection:
    """Choose the neighbourhood that strategies are looked for in: those with most need first."""
    table = queries_priorities.found(selection).table
    if districts.are_units(selection) and not selection.list_of:
        known = queries.schools(selection)["name"]
        ids = [selection.focus, *map(str, table.index[:OFFERED])]
        own = {each: known[each] for each in ids if each in known.index}
        return controls.draw(selection, "focus", {"": text("The whole place"), **own})
    first = [f"{NEIGHBOURHOOD}{name}" for name in table.index[:OFFERED]]
    if selection.list_of or not first or first[0] not in _areas(selection):
        first = []
    names = {"": text("The whole place"), **{each: each.removeprefix("in:") for each in first}}
    if selection.focus.startswith(NEIGHBOURHOOD):
        names.setdefault(selection.focus, selection.focus.removeprefix(NEIGHBOURHOOD))
    elif selection.focus:  # a tract or school stays open on the pages that know it
        names[selection.focus] = text("What is open on the map")
    return controls.draw(selection, "focus", names)


def _areas(selection: Selection) -> set[str]:
    return {f"{NEIGHBOURHOOD}{name}" for name, _ in _named(selection).values()}


def _named(selection: Selection) -> dict[str, tuple[str, str]]:
    """Give name and kind of each area of the plan."""
    return {key: (name, kind) for key, (kind, name) in queries_plan.places(selection).items()}


def draw(selection: Selection) -> None:
    """Propose strategies for a place by its conditions, and multiply one through."""
    selection = about(selection)
    subject = subjects.about(selection)
    reasons = _reasons(subject)
    st.write(as_written(sentence(subject, reasons)))
    if whose := of_two_places(subject, reasons):
        st.caption(as_written(whose))
    offered = [*reasons, *(name for name in evidence() if name not in reasons)]
    usual = next(iter(offered))
    words = {name: text(evidence()[name].name) for name in offered}
    named = {"": words[usual], **{name: said for name, said in words.items() if name != usual}}
    selection = controls.draw(selection, "strategy", named)
    strategy = evidence()[selection.strategy or usual]
    left, right = st.columns(2, gap="medium")
    with left:
        known = facts(strategy, reasons.get(strategy.id, ()))
        known += own_facts(queries_plan.own_evidence(selection).of(strategy.id))
        st.html(card(text(strategy.name), known, ""))
        if selection.area:
            st.button(
                text("Plan this here"),
                key="plan-this",
                on_click=partial(_plan, selection, strategy, subject),
            )
    with right:
        _what_if(strategy, subject, selection)


def _reasons(subject: Subject) -> dict[str, tuple[str, ...]]:
    """Give the strategies that the conditions of an area call for, with these conditions."""
    area = subject.area()
    known = queries.choices(subject.selection.area).drivers
    if area is None or area.kind == "district" or not known:
        return {}
    profile = queries_why.profile(area.spots, area.selection)
    return proposed(set(map(str, why_words.harder(profile).index)))


def sentence(subject: Subject, reasons: Mapping[str, tuple[str, ...]]) -> str:
    """Say what is proposed, and because of which conditions."""
    if districts.are_units(subject.selection):
        return text(OF_DISTRICT, name=subject.name)
    area = subject.area()
    if area is None or not reasons:
        name = subject.name if area is None else area.name
        return text(
            "No condition measured here stands out in {name} beside similar areas. Ask families and"
            " schools what would help, then choose.",
            name=name,
        )
    conditions = list(dict.fromkeys(name for names in reasons.values() for name in names))
    labels = [text(measures()[name].label) for name in conditions[:3]]
    return counted(
        "{name}: one strategy answers conditions that stand out here ({conditions}). Ask first"
        " whether they are the reason.",
        "{name}: {count} strategies answer conditions that stand out here ({conditions}). Ask first"
        " whether they are the reason.",
        len(reasons),
        name=area.name,
        conditions=plain.listed(labels),
    )


def of_two_places(subject: Subject, reasons: Mapping[str, tuple[str, ...]]) -> str:
    """Say that conditions and students are not of one place, which those of a whole place are not.

    A whole place has no condition that stands out beside similar ones: its first area has.
    """
    area = subject.area()
    if subject.kind != "place" or area is None or not reasons:
        return ""
    return text(
        "These conditions are of {area}. The students counted below are of {place}. Choose an area"
        " above to have both of one.",
        area=area.name,
        place=subject.name,
    )


def facts(strategy: Strategy, reasons: tuple[str, ...]) -> list[tuple[str, str]]:
    """Tell what is known of a strategy, and why it is proposed."""
    because = (
        plain.listed([text(measures()[name].label) for name in reasons])
        if reasons
        else text("no condition measured here: choose it if people say so")
    )
    return [
        (text("Proposed because of"), because),
        (text("What was found"), found_text(strategy)),
        (text("Where, and how it was studied"), f"{strategy.setting}; {strategy.design}"),
        (text("What may not transfer"), strategy.transfer),
        (text("Source"), f"{strategy.source} ({text(STATUS[strategy.status])})"),
    ]


def own_facts(own: Sequence[Strategy]) -> list[tuple[str, str]]:
    """Tell what the place found itself of a strategy, with its limits; nothing for nothing."""
    label = text("Own evidence")
    return [
        (label, "; ".join([found_text(each), each.setting, each.design, each.transfer]))
        for each in own
    ]


def effect_text(effect: PublishedEffect) -> str:
    """Write an effect with its outcome, whom it is of, and its range."""
    kinds: Mapping[str, Callable[[float], str]] = {
        "rate_ratio": lambda value: text("{ratio} times", ratio=ratio_text(value)),
        "relative": lambda value: percent_text(value, 0),
        "points": lambda value: text("{points} points", points=points_text(value)),
        "fewer_students": lambda value: text("{count} fewer", count=f"{value:g}"),
        "attendance_points": lambda value: text("{points} points", points=points_text(value)),
    }
    write = kinds[effect.measure]
    ends = ""
    if effect.low is not None and effect.high is not None:
        ends = text("{low} to {high}", low=write(effect.low), high=write(effect.high))
    middle = ends if effect.value is None else write(effect.value)
    if ends and effect.value is not None:
        middle = f"{middle} ({ends})"
    outcome = text(OUTCOMES[effect.outcome])
    said = text("{outcome}: {effect}, {whom}", outcome=outcome, effect=middle, whom=effect.whom)
    return said if ends else text("{effect}; no interval published", effect=said)


def _what_if(strategy: Strategy, subject: Subject, selection: Selection) -> None:
    """Ask how far the strategy reaches, and multiply its effect through."""
    heading = escape(text("What if it came to {name}?", name=subject.name))
    st.html(f"<h2 class='atlas-list'>{heading}</h2>")
    usable = next((each for each in strategy.effects if each.usable), None)
    if usable is None:
        st.info(as_written(text(NO_FIGURE)))
        return
    if usable.outcome == "attendance rate":
        st.info(as_written(text(REFUSED)))
        return
    if not subject.enrolled > 0 or not 0 < subject.rate < 1:
        st.info(as_written(text("Too few students here for a figure.")))
        return
    spans = {name: _span(name, getattr(selection, name)) for name in SPANS}
    error = (subject.high - subject.low) / (2 * 1.959963984540054)
    found = what_if(
        subject.enrolled,
        (subject.rate, 0.0 if pd.isna(error) else error),
        usable.effect(),
        Delivery(spans["reach"], spans["dose"]),
    )
    st.html(card(_headline(found), _steps(found, usable, subject), text(NOT_FORECAST)))
    st.caption(as_written(" ".join(_noted(found, usable, subject.rate))))


def _noted(found: WhatIf, effect: PublishedEffect, rate: float) -> Iterator[str]:
    """Say what a reader must know beside the figure."""
    for note in found.notes:
        study = effect.study_rate or 0.0
        yield text(NOTES[note], there=percent_text(study, 0), here=percent_text(rate, 0))


def _headline(found: WhatIf) -> str:
    if pd.isna(found.low):
        return text(
            "About {students} fewer; the study gives no range",
            students=students_text(_rounded(found.fewer)),
        )
    return text(
        "About {students} fewer ({low} to {high})",
        students=students_text(_rounded(found.fewer)),
        low=count_text(_rounded(max(found.low, 0))),
        high=count_text(_rounded(found.high)),
    )


def _rounded(students: float) -> float:
    """Round to two figures: no more are known."""
    return float(f"{students:.2g}")


def _steps(found: WhatIf, effect: PublishedEffect, subject: Subject) -> list[tuple[str, str]]:
    """Show the arithmetic, so that a room can follow it."""
    return [
        (
            text("Students here"),
            text(
                "{students}, {rate} chronically absent",
                students=students_text(subject.enrolled),
                rate=percent_text(subject.rate, subject.enrolled),
            ),
        ),
        (
            text("Reached"),
            text(
                "about {students}, of them {chronic} chronically absent",
                students=students_text(found.reached),
                chronic=count_text(found.chronic),
            ),
        ),
        (text("The study's effect is of"), effect.whom),
        (
            text("The rate of all students here would move by"),
            text("{points} points", points=points_text(found.points)),
        ),
    ]


def _span(name: str, chosen: str) -> Span:
    """Draw a slider for the least and the most, and write it to the selection."""
    low, high = map(int, chosen.split("-"))
    st.session_state[f"span-{name}"] = (low, high)
    st.slider(
        text(SPANS[name]),
        0,
        100,
        step=10,
        format="%d %%",
        key=f"span-{name}",
        on_change=partial(_spanned, name),
    )
    return Span((low + high) / 200, low / 100, high / 100)


def _spanned(name: str) -> None:
    low, high = st.session_state[f"span-{name}"]
    st.session_state[name] = f"{low}-{max(high, 10)}"


def _plan(selection: Selection, strategy: Strategy, subject: Subject) -> None:
    """Open the form of a new action with the strategy and the place filled in."""
    key = next(
        (key for key, (name, _) in _named(selection).items() if name == subject.name), "place:"
    )
    kind, _, id_ = key.partition(":")
    name = _named(selection)[key][0]
    filled = {"place_kind": kind, "place_id": id_, "place": name, "strategy": strategy.id}
    editor.begin(selection.area, filled=filled)


def library(own: OwnKept) -> None:
    """Every strategy of the library, with own evidence of the place below the published."""
    rows = []
    for each in evidence().values():
        rows.append(_row(each, text(each.name)))
        name = text("{strategy} (own evidence)", strategy=text(each.name))
        rows += [_row(kept, name) for kept in own.of(each.id)]
    table = pd.DataFrame(rows, columns=list(_HEADINGS), dtype="str")
    said = text("{count} strategies and what is known of them", count=len(evidence()))
    display.plain(table, said)
    if own.entries:
        st.caption(as_written(text(OWN_RULE)))


def _row(strategy: Strategy, name: str) -> tuple[str, ...]:
    """Lay a strategy out under the headings."""
    return (
        name,
        ", ".join(strategy.answers),
        found_text(strategy),
        *(strategy.design, strategy.setting, strategy.level, strategy.transfer),
        text(STATUS[strategy.status]),
        strategy.source,
    )


def found_text(strategy: Strategy) -> str:
    """Write all effects of a strategy."""
    said = "; ".join(map(effect_text, strategy.effects))
    return said or text("no effect on attendance is established")
