"""Own evidence beside published: an entry of the evidence library made of what was found here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from data.evidence import PublishedEffect, Strategy, evidence, to_toml
from data.views.evaluation import Evaluation
from ui import controls, languages, queries, roles
from ui.evaluation import words
from ui.languages import counted, mark, text
from ui.plan import editor, kept_evidence
from ui.plan.strategies import STATUS, effect_text
from ui.queries.evaluation import Outcome
from ui.queries.goals import year_name
from ui.selection import Selection
from ui.tables import display
from ui.tables.exports import file_name
from ui.words.as_written import as_written

WHOM = "all students of the schools"
LABEL = mark("What was done?")
HOW = mark(
    "The entry is in the format of the evidence library (data/evidence.toml). Whoever runs this"
    " site can add it there; it is marked “to be verified” until someone has read it."
)


def draw(outcome: Outcome, selection: Selection) -> None:
    """Set what was found here beside what is published of the same strategy."""
    found = outcome.found
    if found is None or found.effects is None:
        st.write(as_written(text(words.EMPTY) if found is None else words.descriptive(found)))
        return
    known = {name: text(each.name) for name, each in evidence().items()}
    usual = next(iter(known))
    named = {"": known[usual], **{name: said for name, said in known.items() if name != usual}}
    st.caption(as_written(text(LABEL)))
    selection = controls.draw(selection, "strategy", named)
    published = evidence()[selection.strategy or usual]
    own = entry(found, selection, published)
    display.plain(_table(own, published), text("Own evidence beside published"))
    if not roles.takes_home(queries.panel(selection).sources):
        return
    with st.container(horizontal=True):
        st.download_button(
            text("Entry for the evidence library (TOML)"),
            partial(languages.in_english, lambda: to_toml(own)),
            file_name(own.id, selection.area, suffix="toml"),
            "application/toml",
            on_click="ignore",
            key="did-entry",
        )
        st.button(
            text("Note it in the Plan"),
            key="did-note",
            on_click=partial(editor.begin, selection.area, filled=_noted(found, selection)),
        )
        if editor.current(selection.area) is not None:
            st.page_link("pages/plan.py", label=text("Finish what you began on the page Plan"))
    st.caption(as_written(text(HOW)))
    if outcome.programme is not None:
        kept_evidence.offer(own, published.id, outcome.programme, selection)


def entry(found: Evaluation, selection: Selection, published: Strategy) -> Strategy:
    """Make an entry of the evidence library, in English, of what was found.

    One that is descriptive only has no effect.
    """
    return languages.in_english(partial(_entry, found, selection, published))


def _entry(found: Evaluation, selection: Selection, published: Strategy) -> Strategy:
    area = queries.panel(selection).area
    starts = ", ".join(map(year_name, found.starts))
    years = f"{year_name(int(found.rates.index[0]))} to {year_name(int(found.rates.index[-1]))}"
    ranged = words.has_range(found)
    effects = (effect_of(found),) if found.design.carries and ranged else ()
    how = "group-time effects beside similar schools; range from made-up programmes"
    if not ranged:
        how = f"descriptive only: {languages.filed(words.NO_RANGE)}".removesuffix(".")
    if not found.design.carries:
        how = words.descriptive(found).removesuffix(".")
    schools = counted("{count} school", "{count} schools", found.schools)
    return Strategy(
        id=f"own_{published.id}",
        name=f"{published.name} (own evidence)",
        answers=published.answers,
        conditions=published.conditions,
        level="all schools" if selection.level == "all" else selection.level,
        design=f"{schools} that began in {starts}, {found.like} alike; {how}",
        setting=f"{area.name}, {years}",
        source=f"Own evaluation from the figures of {area.name} shown here",
        transfer=" ".join(_limits(found)),
        status="to be verified",
        effects=effects,
    )


def _limits(found: Evaluation) -> Iterator[str]:
    """Say what must be read beside the effect."""
    yield "One place, one programme; schools were not dealt at random."
    if found.design.carries:
        yield words.missed(found)
    if found.crossed:
        yield f"The way of counting changed in {', '.join(found.crossed)}, for all alike."


def effect_of(found: Evaluation) -> PublishedEffect:
    """Give the effect as the library has it: a difference of shares with its range.

    Raises
    ------
    ValueError
        Nothing was compared, or there is no range.
    """
    low, high = words.ends(found)
    if found.effects is None or not words.has_range(found):
        raise ValueError("nothing was compared, or too few schools are alike: there is no effect")
    before = found.rates[found.rates.index < found.starts[0]].iloc[-1]
    return PublishedEffect(
        measure="points",
        outcome="chronic absence",
        whom=WHOM,
        interval="95 %",
        value=round(found.effects.effect, 4),
        study_rate=round(float(before["programme"]), 4),
        low=round(low, 4),
        high=round(high, 4),
    )


def _table(own: Strategy, published: Strategy) -> pd.DataFrame:
    """Write both entries beside each other, a row each effect."""
    rows = []
    for side, strategy in ((text("Own"), own), (text("Published"), published)):
        effects = [effect_text(each) for each in strategy.effects]
        nothing = text("no effect on attendance is established")
        rest = (strategy.setting, strategy.design, text(STATUS[strategy.status]))
        rows += [(side, said, *rest) for said in effects or [nothing]]
    columns = [
        *(mark("Whose"), mark("Effect and outcome"), mark("Setting")),
        *(mark("Design"), mark("Status")),
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _noted(found: Evaluation, selection: Selection) -> Mapping[str, str]:
    """Fill a new action of the plan with what was found."""
    said = words.effect(found) if found.design.carries else words.descriptive(found)
    where = counted("{count} school", "{count} schools", found.schools)
    return {
        "place_kind": "place",
        "place_id": "",
        "place": queries.panel(selection).area.name,
        "strategy": selection.strategy or next(iter(evidence())),
        "start": year_name(found.starts[0]),
        "status": "done",
        "notes": f"{where}. {said}",
    }
