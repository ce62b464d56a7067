"""What the page of a nation says: its answer, its figures, a county's card, and what is apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.views.nation import APART, COMPARED, OTHER_YEAR, STALE, NationView
from ui.languages import counted, mark, text
from ui.selection import Selection
from ui.words.cards import attended, card
from ui.words.numbers import BY_SCHOOLS, count_text, percent_text, plural, rate_text, students_text
from ui.words.plain import about, capital, listed
from ui.words.standing import AREA_MEANING, not_shown_text

Row = Mapping[str, Any]
"""A county, see `data.views.nation.NationView`."""
COUNTIES = mark("counties")
QUESTION = "How many children miss much of their school year?"
SHOWN = mark(
    "A county has the figure that its own state's page shows: of the schools its children attend."
)
COUNTED = mark(
    "Only places that define chronic absence alike are compared, in the same school year. Others"
    " are shown in grey with lines, and are in no sum and no list."
)
SUMS = mark(
    "The figure of all is the sum of these places' own totals. Counts that a place does not show"
    " are in no figure here."
)
LIMITS = mark(
    "Figures of counties are estimates from the schools their children attend, where homes are not"
    " published. Who is enrolled and who is counted differs from state to state."
)
WHY: dict[str, str] = {
    "definition": mark("its state defines absence otherwise"),
    "break": mark("its state counted otherwise in this year than it does now"),
    "unusual": mark("an unusual year in its state"),
}
"""Why a figure stands apart, by the keys of `data.contracts.nation.APART`."""
STANDINGS: dict[str, str] = {
    COMPARED: mark("compared"),
    APART: mark("apart"),
    OTHER_YEAR: mark("no figure of this year"),
    STALE: mark("built again since: build the nation again"),
}
"""Standing of a part in the year, as tables have it."""
TOLD: dict[str, str] = {
    APART: mark("Counted otherwise: {names}."),
    OTHER_YEAR: mark("Without a figure of this year: {names}."),
    STALE: mark("Built again after this map, and left out until it is built again: {names}."),
}
"""How the places of a standing are named under the map."""
NAMED = 3


def answer(view: NationView, selection: Selection) -> str:
    """Answer the question of the page with the places that can be compared."""
    names = view.parts.loc[view.parts["standing"].eq(COMPARED), "name"]
    if not view.enrolled:
        return text(
            "No place counts as this map does in {year}: each county stands for itself. Choose"
            " another school year.",
            year=selection.year,
        )
    places = text("{count} places that count alike", count=count_text(len(names)))
    return text(
        "{about} were chronically absent in {year}: {count} of {students} in {places} ({rate}).",
        about=capital(about(view.rate)),
        year=selection.year,
        count=count_text(view.chronic_absent),
        students=students_text(view.enrolled),
        places=places if len(names) > 1 else listed(list(names)),
        rate=percent_text(view.rate, view.enrolled),
    )


def figures(view: NationView) -> list[tuple[str, str]]:
    """Give the numbers of the page, each with what it counts."""
    table, compared = view.counties, view.compared
    above, apart = (compared["low"] > view.rate).sum(), table["standing"].ne(COMPARED).sum()
    whole = percent_text(view.rate, view.enrolled) if view.enrolled else text("none")
    every = text("counties compared, of {all}", all=count_text(len(table)))
    return [
        (whole, text("of the students of all that are compared")),
        (count_text(len(compared)), every),
        (count_text(above), text("counties clearly above the figure of all")),
        (count_text(apart), text("counties that stand apart")),
    ]


def sureness(view: NationView) -> list[str]:
    """Say what is compared, what is not, and what was built again since."""
    said = [text(SUMS), text(COUNTED)]
    for standing, sentence in TOLD.items():
        names = view.parts.loc[view.parts["standing"].eq(standing), "name"]
        if len(names):
            said.append(text(sentence, names=listed_in_short(list(names))))
    return said


def listed_in_short(names: list[str]) -> str:
    """Name the first places, and how many more there are."""
    if len(names) <= NAMED + 1:
        return listed(names)
    more = text("{count} more", count=count_text(len(names) - NAMED))
    return listed([*names[:NAMED], more])


def county_card(row: Row, selection: Selection) -> str:
    """HTML card of a county."""
    title, absent = f"{row['name']}, {row['state']}", attended(selection.year)
    if not row["shown"]:
        return card(title, [(text("Chronically absent"), not_shown(row))], "")
    numbers = (row["rate"], row["low"], row["high"], row["chronic_absent"], row["enrolled"])
    facts = [
        (absent, rate_text(*numbers, BY_SCHOOLS)),
        (text("Schools behind the figure"), plural(row["schools"], "school")),
    ]
    if row["apart"]:
        facts.append((text("Compared with other states"), text(NO, why=text(WHY[row["apart"]]))))
    return card(title, facts, text(AREA_MEANING, area=text("county")))


NO = mark("no: {why}")


def not_shown(row: Row) -> str:
    """Say why a county has no figure."""
    if row["standing"] == STALE:
        return text("not shown: its state was built again after this map")
    if row["standing"] == OTHER_YEAR:
        return text("not shown: the last year of its state is {year}", year=row["latest"])
    return not_shown_text(row["status"], row["reason"])


def hover(view: NationView) -> list[str]:
    """Give the figure of each county as the map says it, or why there is none."""
    return [_hover(row) for row in view.counties.to_dict("records")]


def _hover(row: Row) -> str:
    if not row["shown"]:
        return not_shown(row)
    figure = f"{percent_text(row['rate'], row['enrolled'])}, {students_text(row['enrolled'])}"
    return f"{figure}; {text(WHY[row['apart']])}" if row["apart"] else figure


def compared_text(row: Row) -> str:
    """Say whether a county is compared, for its row of the table."""
    if row["standing"] in (OTHER_YEAR, STALE):
        return text(STANDINGS[row["standing"]])
    return text(NO, why=text(WHY[row["apart"]])) if row["apart"] else text("yes")


def failed(parts: dict[str, str]) -> str:
    """Say which places the last build could not make; "" for none."""
    if not parts:
        return ""
    return counted(
        "{count} place could not be built: {names}. The last part of this page says why.",
        "{count} places could not be built: {names}. The last part of this page says why.",
        len(parts),
        names=listed_in_short(list(parts)),
    )
