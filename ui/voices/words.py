"""Words of the page Voices."""

from __future__ import annotations

import pandas as pd

from data.recipe import measures as registry
from data.voices.agreement import Saying
from data.voices.codebook import GROUPS, WHO, themes
from ui.languages import counted, mark, number, text
from ui.queries import voices as queries_voices
from ui.queries.voices import Figure, Heard
from ui.selection import Selection
from ui.words import plain
from ui.words.numbers import interval_text, percent_text, with_margin

SIGNS = {"agrees": "=", "adds": "+", "disagrees": "≠"}
SAYINGS = {
    "agrees": mark("the numbers say so too"),
    "adds": mark("adds to the numbers"),
    "disagrees": mark("the numbers say otherwise"),
}
LEGEND = mark("Voices and numbers")
RULE = mark(
    "A theme is shown with at least 5 voices from at least 2 occasions, and its number in steps: 5,"
    " 10, 20, 50. What is too few for a school stands with its neighbourhood, county or the whole"
    " place, or nowhere. Who came to a circle is not everyone: these are voices, not shares."
)
BESIDE = mark(
    "“The numbers say so too” is said when the place's own figure lies in the harder third of like"
    " places, for a need, or in the easier third, for a strength, and its whole 90 % range on that"
    " side of the middle place. “Otherwise” is the contrary. In between, or without a figure,"
    " voices add what no number holds. Figures are of tracts, often years old: where both differ,"
    " ask."
)
NO_PERSONS = mark(
    "Voices are paraphrased, never quoted by name. What looks like a name, number or address of a"
    " person is refused. Someone heard on two occasions is counted twice."
)
EMPTY = mark("No theme has enough voices here yet: it takes at least 5 voices from 2 occasions.")
STEPS = (
    mark("Listen: a circle with families, talks with students, a forum. Ask what helps, too."),
    mark("Write down below what was said: the theme, who spoke, and how many said it. No names."),
    mark(
        "Listen again elsewhere, or begin a workshop. From 5 voices of 2 occasions a theme shows."
    ),
)
EMPTY_ASKED = mark(
    "Nothing that is asked for here has enough voices. Choose all themes, everyone, or the whole"
    " place."
)
SHOWN = mark("Voices from circles, interviews and forums, as those who listened wrote them down.")
NAMED = 3


def answer(heard: Heard, table: pd.DataFrame, selection: Selection) -> str:
    """Say in one or two sentences what people speak of most, strengths beside needs."""
    if heard.trouble:
        return text("Voices cannot be read at the moment.")
    if table.empty:
        return text(EMPTY if not heard.blocks else EMPTY_ASKED)
    where = heard.names[queries_voices.focused(selection)]
    needs, strengths = (_most(table, nature) for nature in ("need", "strength"))
    if not needs:
        return text(
            "In {place}, those heard name strengths: {themes}.", place=where, themes=strengths
        )
    if not strengths:
        return text("In {place}, those heard name needs: {themes}.", place=where, themes=needs)
    return text(
        "In {place}, those heard name as strengths: {strengths}. As needs: {needs}.",
        place=where,
        strengths=strengths,
        needs=needs,
    )


def _most(table: pd.DataFrame, nature: str) -> str:
    """List the themes of most voices, as words inside a sentence; "" for none."""
    own = table[table["nature"].eq(nature)]
    first = own.groupby("theme", sort=False)["voices"].sum().sort_values(ascending=False).index
    return plain.listed([small(theme) for theme in first[:NAMED]]) if len(first) else ""


def small(theme: str) -> str:
    """Write a theme inside a sentence."""
    words = text(themes()[theme].label).partition(":")[0]
    return words[:1].lower() + words[1:]


def theme(name: str) -> str:
    """Name a theme."""
    return text(themes()[name].label)


def voices(count: int) -> str:
    """Write a step: "10 or more voices"."""
    return text("{count} or more voices", count=number(f"{count:,}"))


def short(count: int) -> str:
    """Write a step where there is little room: "10+ voices"."""
    return text("{count}+ voices", count=number(f"{count:,}"))


def who(row: pd.Series) -> str:
    """Say who spoke, and of which students, as far as it is told apart."""
    roles = [text(WHO[key]).lower() for key in row["who"] if key]
    if "" in row["who"]:
        roles.append(text("others together") if roles else text("several together"))
    groups = [text(GROUPS[key]) for key in row["student_group"] if key]
    spoken = f"; {text('of {students}', students=plain.listed(groups))}" if groups else ""
    return f"{', '.join(roles)}{spoken}"


def figure(one: Figure, place: str) -> str:
    """Write a figure of a place with its range and where it lies: "No vehicle: 31 % ± 4 ..."."""
    known = registry.measure(one.measure)
    return text(
        "{measure}: {value}, {where} ({years})",
        measure=text(known.label),
        value=with_margin(one.value, one.moe, known.unit),
        where=_third(one.side, one.count, place.partition(":")[0]),
        years=one.vintage,
    )


def _third(side: str, count: int, kind: str) -> str:
    """Say in which third of like places a figure lies."""
    like = {
        "county": counted("{count} county", "{count} counties", count),
        "district": counted("{count} district", "{count} districts", count),
        "school": counted("{count} school", "{count} schools", count),
    }.get(kind, counted("{count} neighbourhood", "{count} neighbourhoods", count))
    said = {
        "harder": mark("in the harder third of {places}"),
        "easier": mark("in the easier third of {places}"),
    }.get(side, mark("near the middle of {places}, or too unsure to tell"))
    return text(said, places=like)


def beside(saying: Saying, found: tuple[Figure, ...], place: str) -> str:
    """Say how a theme stands beside the figures of its place."""
    if not found:
        return text("Adds to the numbers: nothing here counts it.")
    told = "; ".join(figure(each, place) for each in found)
    return f"{plain.capital(text(SAYINGS[saying]))}. {told}."


def absence(row: pd.Series | None, year: str) -> str:
    """Write the absence of a place with its range and year."""
    if row is None:
        return text("Chronic absence: no figure is shown here.")
    return text(
        "Chronic absence {year}: {rate} of {students} students (range {range})",
        year=year,
        rate=percent_text(row["rate"], row["enrolled"]),
        students=number(f"{row['enrolled']:,.0f}"),
        range=interval_text(row["low"], row["high"], row["enrolled"]),
    )
