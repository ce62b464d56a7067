"""Blocks of the page Did it work?: the first screen, estimates, sizes, the list, the tables."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from data.views.evaluation import Evaluation
from ui import screen
from ui.charts.style import draw_chart
from ui.evaluation import builder, charts, checks, words
from ui.evaluation import map as programme_map
from ui.languages import counted, mark, text
from ui.queries import evaluation as queries_evaluation
from ui.queries.evaluation import Outcome
from ui.queries.goals import year_name
from ui.report import block as report
from ui.screen import Beside, Row
from ui.selection import Selection
from ui.tables import display, downloads
from ui.tables.exports import about
from ui.words.as_written import as_written
from ui.words.numbers import percent_text, plural

FILTERS = ("area", "level")
LISTED = 30
FIELDS = {
    "school_id": "Id of the school, or name of the place that stands for its schools.",
    "start": "First school year with the programme.",
    "end": "Last school year with it; empty where it goes on.",
    "together": "Schools of one word count as one.",
    "schools": "Schools that it stands for.",
}
COMPARED = {
    "school_year": "School year.",
    "programme": "Share chronically absent in the programme's schools, pooled.",
    "like": "Share chronically absent in similar schools, pooled; of all others where none are.",
    "own": "Students counted in the programme's schools.",
    "others": "Students counted in the others.",
    "low": "Where the programme's share would be without it, lower end of 95 %.",
    "high": "Where the programme's share would be without it, upper end of 95 %.",
}


def first_screen(outcome: Outcome, selection: Selection) -> None:
    """Draw the two lines, or the map to choose on; beside it how to choose, and the checks."""
    found = outcome.found
    if found is None or not _has_lines(outcome, selection):
        draw = partial(programme_map.draw, selection)
        beside = Beside(
            programme_map.legend(selection),
            "",
            partial(_chosen, outcome, selection),
            above=partial(builder.above, selection),
        )
    else:
        draw = partial(_lines, found)
        beside = Beside(
            _legend(found),
            "",
            partial(st.html, checks.block(found) + _next(found)),
            above=partial(builder.above, selection),
        )
    screen.first(draw, selection, beside)


def _has_lines(outcome: Outcome, selection: Selection) -> bool:
    """Whether the first screen has the two lines; else the map to choose on."""
    return outcome.found is not None and not words.is_ahead(outcome.found, selection)


def _lines(found: Evaluation) -> None:
    with st.container(key="did-lines"):
        draw_chart(charts.lines(found))


def _legend(found: Evaluation) -> str:
    """HTML: the two lines by their colours, with how many there are of each."""
    items = "".join(
        f'<span role="listitem"><i class="box" style="background:{colour}"></i>{escape(name)}'
        f"</span>"
        for name, colour in words.sides(found)
    )
    title = escape(text("Lines"))
    inner = f'<div role="list" aria-label="{title}">{items}</div>'
    return f'<div class="legend">{inner}<small>{escape(words.beside(found))}</small></div>'


def _next(found: Evaluation) -> str:
    """HTML: what can be done where the figures carry nothing."""
    if found.design.carries:
        return ""
    said = " ".join(text(words.NEXT[each]) for each in found.design.reasons)
    return f"<p class='atlas-note'>{escape(said)}</p>"


def _chosen(outcome: Outcome, selection: Selection) -> None:
    """List what is chosen so far; before that, all ways to choose."""
    if outcome.programme is None:
        builder.form(selection)
        return
    rows = (
        Row(each.id, "", name, year_name(each.began))
        for each in outcome.programme.members[:LISTED]
        for name in [queries_evaluation.offered(selection)[each.id]]
    )
    screen.listed(text("The programme so far"), rows)


def figures(outcome: Outcome) -> list[tuple[str, str]]:
    """Up to four numbers: schools, years, and what would be seen."""
    found = outcome.found
    if found is None:
        return []
    tiles = [(str(found.schools), text("schools with the programme"))]
    if found.effects is not None:
        tiles.append((str(found.like), text("similar schools or groups")))
    since = int((found.rates.index >= found.starts[0]).sum())
    tiles.append((str(since), text("usual years since it began")))
    if np.isfinite(found.least):
        tiles.append(
            (words.points(found.least).lstrip("+"), text("points that would be seen 4 times in 5"))
        )
    return tiles


def sizes(selection: Selection) -> None:
    """Say what programmes of different sizes would show, from the place's own past."""
    table = queries_evaluation.smallest(selection)
    known = table[table["effect"].notna()]
    if known.empty:
        few = text(
            "Too few years or schools here to tell how large an effect would be seen: it takes 4"
            " usual years, and 3 schools beside each one with the programme."
        )
        st.write(as_written(few))
        return
    rows = [
        (plural(int(str(count)), "school"), words.points(row["effect"]).lstrip("+"))
        for count, row in known.iterrows()
    ]
    columns = [mark("Schools in the programme"), mark("Points that would be seen")]
    title = text("How large an effect would be seen four times in five?")
    display.plain(pd.DataFrame(rows, columns=columns, dtype="str"), title)
    said = counted(
        "From this place's own past: made-up programmes in {count} past year, at schools dealt at"
        " random, one year on.",
        "From this place's own past: made-up programmes in {count} past years, at schools dealt at"
        " random, one year on.",
        int(known["starts"].max()),
    )
    st.caption(as_written(said))


def members(outcome: Outcome, selection: Selection) -> None:
    """Draw the list of the programme and the map to choose on."""
    chosen = outcome.programme
    st.caption(as_written(text(words.PLACES_RULE)))
    if chosen is not None:
        rows = queries_evaluation.table(selection, chosen)
        told = [
            (row.name_, plural(row.schools, "school"), row.start, row.end or text("goes on"))
            for row in rows.rename(columns={"name": "name_"}).itertuples(index=False)
        ]
        columns = [mark("Where"), mark("Stands for"), mark("First year"), mark("Last year")]
        heading = counted(
            "{count} entry of the programme", "{count} entries of the programme", len(rows)
        )
        display.plain(pd.DataFrame(told, columns=columns, dtype="str"), heading)
        _offer(selection, mark("list of the programme"), "programme", rows, FIELDS)
    if _has_lines(outcome, selection):  # else the map is the first screen
        programme_map.fold(selection)


def table(outcome: Outcome, selection: Selection) -> None:
    """Give the figures of the picture, to read and to take along."""
    found = outcome.found
    if found is None:
        st.write(as_written(text(words.EMPTY)))
        return
    rows = charts.rates(found)
    told = [
        (
            row.school_year,
            _rate(row.programme, row.own),
            f"{row.own:,.0f}",
            _rate(row.like, row.others),
            f"{row.others:,.0f}",
        )
        for row in rows.itertuples(index=False)
    ]
    columns = [
        *(mark("School year"), mark("With the programme"), mark("Students with it")),
        *(mark("Similar"), mark("Students beside")),
    ]
    title = text("The two lines in figures: share chronically absent")
    display.plain(pd.DataFrame(told, columns=columns, dtype="str"), title)
    sent = rows.drop(columns="year").set_index("school_year")
    _offer(selection, mark("comparison"), "comparison", sent, COMPARED)


def _rate(rate: float, students: float) -> str:
    return percent_text(rate, students) if pd.notna(rate) else text("not shown: no figure")


def _offer(
    selection: Selection, name: str, topic: str, rows: pd.DataFrame, fields: dict[str, str]
) -> None:
    told = about(selection, rows, f"{words.ASSOCIATION} {words.SURE}", fields)
    parts = (topic, selection.area, selection.level)
    downloads.offer(name, parts, lambda: rows, told)


def caption(outcome: Outcome, selection: Selection) -> None:
    """Say what the picture shows, where counting changed, and what the link does not carry."""
    found, notes = outcome.found, [builder.note(selection)]
    if found is None or not _has_lines(outcome, selection):
        notes.append(text(words.TO_CHOOSE))
    else:
        notes += [words.shown(found), words.counting(found, selection)]
    with st.container(key="foot"):
        for said in filter(None, notes):
            st.caption(as_written(said))
        if _has_lines(outcome, selection):
            report.picture_button(selection, "did_it_work")
