"""Where would new sites reach most? The question, the plan on the map, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st

from analytics.sites.rules import NONE, STOPPED
from data.views.site_search import CENTRE, LIMITS, Question
from data.views.sites import SitePlan
from ui import controls, frame, queries
from ui.languages import PERCENT, counted, mark, number, text
from ui.maps.block import opened_on
from ui.maps.decks import AreaClasses, flags
from ui.maps.scales import HOT_COLD, NOT_SHOWN, NOT_SHOWN_COLOUR, PU_OR, ClassScale
from ui.plan.serving import ABOVE, NEAR_IS_NOT_USE, Drawn, reach_map, take_home
from ui.queries import sites as queries_sites
from ui.selection import ADDED, Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, interval_text, percent_text, plural, value_text

TITLE = mark("Where would new sites reach most?")
SURROUNDINGS = 0.3  # of what comes within reach, on each side
PROVEN = 0.0005
"""Gap that is none when it is rounded."""
SITE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "site_id": "Id of the school, provider or point handed in.",
        "number": "Number on the map, most students first.",
        "name": "Name; in brackets how many more schools share the building.",
        "longitude": "Degrees, WGS 84.",
        "latitude": "Degrees, WGS 84.",
        "brings": "Students above the reference who come within reach, mean of the draws.",
        "again": "Share of the redraws of the demand that choose it again.",
    }
)
AREAS = ["neighbourhood", "above", "reached_before", "reached_after"]
STATES = {
    "before": mark("within reach now"),
    "new": mark("comes within reach (lines)"),
    "not": mark("not within reach"),
}
COLOURS = (HOT_COLD["cold 95"], PU_OR[3], HOT_COLD["not significant"], NOT_SHOWN_COLOUR)
BEFORE, AFTER = mark("Before"), mark("After")
TOO_FEW = mark("Too few areas of this view have a figure to look for sites.")
NO_PLACE = mark("There is no place where a site may be. Choose others under “Where a site may be”.")
NO_PLAN = mark(
    "No plan keeps this rule. Ask for more sites, a wider reach or a smaller part from the hardest"
    " fifth."
)
OUT_OF_TIME = mark(
    "The search found no plan in its time. Ask for fewer sites, or for less: a budget, a limit or a"
    " part from the hardest fifth makes it hard."
)
NO_COST = mark("A budget needs the cost of every point handed in. Fill the column in, or set 0.")
NO_TIME = mark(
    "No travel time of your file leads to a place where a site is or may be. Choose others under"
    " “Where a site may be”, or set the minutes to 0."
)
BY_TIME = mark(
    "Times are those of your file. Near is not the same as in use: a list does not say who has"
    " room, who is open or who speaks the language at home."
)
TOO_LARGE = mark(
    "The shortest longest way is not offered here: in a place of this size its plan cannot be shown"
    " to be near the best."
)
MORE_THERE = mark("(+1): one more possible place stands at the same point.")
ASKED = mark(
    "A plan like this is a start for talks, not an answer. It knows distance and numbers of"
    " students. It does not know rents, rooms, safe ways or what families want."
)


def block(selection: Selection) -> None:
    """Draw the question and, where it has an answer, the plan."""
    selection, capacity, budget, minutes = ask(selection)
    asked = queries_sites.question(selection, capacity, budget, minutes)
    refused = refusal(selection)
    if refused:
        st.write(as_written(refused))
        return
    try:
        found = queries_sites.plan(selection, asked)
    except ValueError:
        st.write(as_written(text(NO_COST if budget else NO_TIME if minutes else TOO_FEW)))
        return
    st.write(as_written(answer(found)))
    if not np.isnan(found.found.value):
        _plan(found, selection)
    large = "" if queries_sites.centre_is_offered(selection) else TOO_LARGE
    frame.sure(sureness(found), BY_TIME if minutes else NEAR_IS_NOT_USE, ABOVE, ASKED, large)


def ask(selection: Selection) -> tuple[Selection, float, float, float]:
    """Draw the choices of the question; give them with capacity, budget and minutes."""
    first, second = st.columns(4, gap="small"), st.columns([1, 1, 2], gap="small")
    for column, name in zip(
        first, ("site_count", "site_among", "site_question", "site_floor"), strict=True
    ):
        with column:
            if name != "site_floor" or not selection.site_question:
                selection = controls.draw(selection, name)
    with second[0]:
        label = text("Students a site can serve (0: no limit)")
        capacity = st.number_input(label, min_value=0, step=50, key="site-capacity")
    budget = 0
    with second[1]:
        if selection.site_among == ADDED:
            label = text("Budget for all new sites (0: no limit)")
            budget = st.number_input(label, min_value=0, step=10_000, key="site-budget")
        elif selection.site_floor > 0 and not selection.site_question:
            selection = controls.draw(selection, "driver")
    with second[2]:
        _fix(selection)
    if selection.site_question:
        capacity = 0
    minutes = 0
    if queries_sites.times(selection) is not None:
        label = text("Minutes within reach (0: straight lines)")
        minutes = st.number_input(label, min_value=0, step=5, value=20, key="site-minutes")
    return selection, float(capacity), float(budget), float(minutes)


def _fix(selection: Selection) -> None:
    """Draw the choice of schools that are sites already."""
    names = queries.panel(selection).schools["name"]
    offered = sorted(queries.choices(selection.area).schools, key=lambda each: names[each])
    without = text("none beside those of the list")
    controls.several(selection, "fixed", {each: names[each] for each in offered}, without)


def refusal(selection: Selection) -> str:
    """Say why the question has no answer here; "" where it may have one."""
    if queries_sites.demand(selection).draws.empty:
        return text(TOO_FEW)
    return "" if queries_sites.has_candidates(selection) else text(NO_PLACE)


def _plan(found: SitePlan, selection: Selection) -> None:
    """Draw the plan: before and after on the map, its sites, the curve, neighbourhoods."""
    when = st.radio(
        text("On the map"),
        [BEFORE, AFTER],
        index=1,
        format_func=text,
        horizontal=True,
        key="site-when",
        label_visibility="collapsed",
    )
    comes = found.tracts.index[found.tracts["state"].eq("new")]
    seen = opened_on(selection, comes, found.new, SURROUNDINGS) if len(found.new) else None
    after = when != BEFORE
    reach_map(selection, drawn(found, after=after), marked(found, after), "sites", seen)
    table_block.plain(site_table(found), text("New sites, numbered as on the map"))
    if found.new["name"].str.contains("(+", regex=False).any():
        st.caption(as_written(text(MORE_THERE)))
    st.write(as_written(runners_up(found)))
    table_block.plain(curve_table(found), text("What each more site adds"))
    areas = area_table(found)
    title = text("Students above the reference by neighbourhood, {year}", year=found.year)
    table_block.show(areas, AREAS, title)
    with st.container(horizontal=True):
        table = found.new.rename_axis("site_id").rename(columns={"students": "brings"})
        take_home(selection, mark("sites"), "sites", table, SITE_FIELDS)
        take_home(selection, "neighbourhoods", "sites-areas", areas)


def way_text(asked: Question, way: float) -> str:
    """Write a way in the unit of the question: "1.0 km", "20 minutes"."""
    return plural(way, "minute") if asked.minutes else value_text(way, "km")


def within(asked: Question) -> str:
    """Say what counts as within reach."""
    if asked.minutes:
        return text("within {minutes} by the times handed in", minutes=way_text(asked, asked.reach))
    return text("within {km} in a straight line", km=way_text(asked, asked.reach))


def answer(found: SitePlan) -> str:
    """Say what the new sites would bring, before and after."""
    if np.isnan(found.found.value):
        return text(NO_PLAN if found.found.status == NONE else OUT_OF_TIME)
    total, asked = found.total, found.question
    parts = {name: percent_text(total[name] / total["students"], 0) for name in ("before", "after")}
    said = counted(
        "{count} more site would bring {more} more of the students above the reference {within}:"
        " {after} instead of {before}.",
        "{count} more sites would bring {more} more of the students above the reference {within}:"
        " {after} instead of {before}.",
        len(found.new),
        more=count_text(total["after"] - total["before"]),
        within=within(asked),
        **parts,
    )
    if asked.capacity:
        room = text(
            "With room for {room} at each site, old or new, {served} would have a place.",
            room=count_text(asked.capacity),
            served=count_text(total["served"]),
        )
        said = f"{said} {room}"
    if asked.goal == CENTRE:
        way = text(
            "The longest way would be {way}.", way=way_text(asked, found.tracts["way_after"].max())
        )
        said = f"{said} {way}"
    if asked.floor and not np.isnan(total["hard_after"]):  # somebody is within reach
        hard = text(
            "Of those within reach, {part} would live in the hardest fifth.",
            part=percent_text(total["hard_after"], 0),
        )
        said = f"{said} {hard}"
    return said


def sureness(found: SitePlan) -> str:
    """Say how near the plan is to the best, and what redraws of the demand leave open."""
    if np.isnan(found.found.value):
        return ""
    gap = number(f"{100 * found.found.gap:.1f}") + PERCENT
    if found.found.gap < PROVEN:
        words = mark("By these numbers no plan is better.")
    elif found.found.status == STOPPED:
        words = mark("The search ran out of its {limit} seconds: a plan may be better by {gap}.")
    else:
        words = mark("No plan can be better by more than {gap} (limits: 1 % and {limit} seconds).")
    total = found.total
    said = [text(words, gap=gap, limit=count_text(LIMITS.seconds))]
    said.append(
        text(
            "In 90 of 100 redraws of how many students above the reference each tract has, {low} to"
            " {high} % would be within reach. That their homes are estimated is not in this range.",
            low=interval_text(total["after_low"], total["after_high"], 1).partition("–")[0],
            high=interval_text(total["after_low"], total["after_high"], 1).partition("–")[2],
        )
    )
    if found.redrawn:
        said.append(
            text(
                "The plan was made again for {count} redraws: a site chosen in few of them could as"
                " well stand nearby.",
                count=found.redrawn,
            )
        )
    return " ".join(said)


def site_table(found: SitePlan) -> pd.DataFrame:
    """Write new sites in words: what each brings, and how often redraws choose it."""
    rows = [
        (
            str(row.number),
            row.name_,
            count_text(row.students).rjust(6),
            _times(row.again, found.redrawn),
        )
        for row in found.new.rename(columns={"name": "name_"}).itertuples(index=False)
    ]
    columns = [mark("No."), mark("Where"), mark("Students it brings"), mark("Chosen again")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def runners_up(found: SitePlan) -> str:
    """Name the places that redraws choose and the plan does not."""
    if found.others.empty:
        return ""
    named = "; ".join(
        f"{row['name']} ({_times(row['again'], found.redrawn)})"
        for _, row in found.others.iterrows()
    )
    return text("Redraws also choose: {places}.", places=named)


def _times(share: float, redrawn: int) -> str:
    if not redrawn:
        return text("not redrawn")
    return text("in {times} of {all} redraws", times=round(share * redrawn), all=redrawn)


def curve_table(found: SitePlan) -> pd.DataFrame:
    """Write what some numbers of new sites reach, and what the last of them add each."""
    total, rows = found.total, []
    before, last = total["before"] / total["students"], 0
    for count, row in found.steps.iterrows():
        adds = (row["reached"] - before) * total["students"] / (int(str(count)) - last)
        rows.append((str(count).rjust(2), percent_text(row["reached"], 0), count_text(adds)))
        before, last = row["reached"], int(str(count))
    columns = [mark("New sites"), mark("Within reach"), mark("Each of the last adds")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def area_table(found: SitePlan) -> pd.DataFrame:
    """Neighbourhoods under the names of the registry, those that gain most first."""
    names = {"students": "above", "before": "reached_before", "after": "reached_after"}
    table = found.areas.rename(columns=names)
    gain = (table["reached_after"] - table["reached_before"]).sort_values(ascending=False)
    return table.reindex(gain.index)


def site_scale() -> ClassScale:
    """Classes of what is within reach before and after, then "not shown"."""
    labels = (*STATES, NOT_SHOWN)
    words = (*map(text, STATES.values()), text(NOT_SHOWN))
    return ClassScale(labels, COLOURS, tuple("0123"), words, named=True)


def drawn(found: SitePlan, *, after: bool) -> Drawn:
    """Lay the plan out as a map, with lines over what comes within reach."""
    table, km = found.tracts, way_text(found.question, found.question.reach)
    state = table["state"] if after else table["state"].replace("new", "not")
    shown = state.ne("none")
    scale = site_scale()
    title = text("Within {km} of a site, with the new ones, {year}", km=km, year=found.year)
    if not after:
        title = text("Within {km} of a site, before, {year}", km=km, year=found.year)
    classes = AreaClasses(
        scale,
        scale.encode(state.where(shown), shown=shown),
        flags(~shown),
        hatched=flags(state.eq("new")),
    )
    way = table["way_after" if after else "way_before"]
    ways = [way_text(found.question, each) if np.isfinite(each) else "" for each in way]
    figures = [_figure(*pair) for pair in zip(table["students"], ways, strict=True)]
    far = table["students"].where(state.isin(["not", "new"])).dropna()
    made = Drawn(title, classes, figures, list(far.sort_values(ascending=False).index))
    made.rings = text("there already ({count})", count=count_text(len(found.there)))
    if after and len(found.new):
        made.discs = text("new, as in the table ({count})", count=count_text(len(found.new)))
    return made


def _figure(students: float, way: str) -> str:
    if np.isnan(students):
        return text("not shown: no figure")
    above = counted(
        "{count} student above the reference", "{count} students above the reference", students
    )
    if not way:
        return above
    return text("{above}; nearest site {km}", above=above, km=way)


def marked(found: SitePlan, after: bool) -> pd.DataFrame:
    """Sites on the map: rings for those there, numbers for new ones."""
    there = found.there.assign(number=pd.NA)
    return pd.concat([found.new, there]) if after else there
