"""Blocks of the page Goals: the path beside the list, the map, the grid, the test, the table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from ui import languages, screen
from ui.charts.style import draw_chart
from ui.goals import charts, words
from ui.languages import counted, mark, text
from ui.plan import editor
from ui.queries import goals as queries_goals
from ui.queries import plan as queries_plan
from ui.queries.goals import PROGRESS
from ui.screen import Beside, Row
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import plain
from ui.words.as_written import as_written
from ui.words.cards import card
from ui.words.numbers import count_text

FILTERS = ("area", "level", "goals_of")
OPTIONS = ("goal", "goal_shape", "goal_base", "goal_year", "goal_percent", "catchment")
LISTED, NAMED = 40, 4
MARKS = {"on track": "✓", "too early to say": "?", "off track": "✗", "not known": "–"}
COLUMNS = (
    *("name", "enrolled", "rate", "goal", "goal_school_year", "progress", "chance"),
    *("middle", "goal_low", "goal_high", "needed", "needed_a_year", "needed_a_class"),
)
GRID_NOTE = mark(
    "Cut points of California's dashboard, which are for kindergarten to grade 8: high starts at"
    " 10 %, very high at 20 %; a change counts from half a point, a large one from 3 points. A cell"
    " is sure only where the whole range of the change lies in it."
)


def first_screen(selection: Selection) -> None:
    """Draw the path of the place or of what was chosen, beside it who is on the way."""
    screen.first(partial(_chart, selection), selection, _beside(selection))


def _chart(selection: Selection) -> None:
    with st.container(key="goal-path"):
        draw_chart(path(selection))


def path(selection: Selection) -> alt.LayerChart:
    """Path of the place, or of what was chosen."""
    unit, id_ = queries_goals.chosen(selection)
    name = id_ if unit == "place" else str(queries_goals.names(selection, pd.Index([id_])).iloc[0])
    return charts.path_chart(queries_goals.drawn(selection), name)


def _beside(selection: Selection) -> Beside:
    table = queries_goals.found(selection)
    return Beside(
        _legend(table, selection),
        _card(table, selection),
        partial(_ranked, table, selection),
        field="goal_for",
    )


def _legend(table: pd.DataFrame, selection: Selection) -> str:
    """Count who is on the way, each with its sign."""
    counts = table["progress"].value_counts()
    items = "".join(
        f'<span role="listitem"><b>{MARKS[name]}</b> {escape(text(said))}'
        f" ({count_text(counts.get(name, 0))})</span>"
        for name, said in PROGRESS.items()
        if counts.get(name, 0)
    )
    title = escape(words.title(selection))
    inner = f'<div role="list" aria-label="{title}">{items}</div>'
    return f'<div class="legend"><strong aria-hidden="true">{title}</strong>{inner}</div>'


def _ranked(table: pd.DataFrame, selection: Selection) -> None:
    heading = text("Most students needed a year first")
    screen.listed(heading, _rows(table, selection), "goal_for")


def _rows(table: pd.DataFrame, selection: Selection) -> Iterator[Row]:
    first = table[table["goal"].notna()].head(LISTED)
    names, signed = queries_goals.names(selection, first.index), _signed(selection)
    for id_, row in first.iterrows():
        name, figure = str(names[id_]), words.figure(row)
        if name in signed:
            figure = f"{figure} · {text('has signed up')}"
        yield Row(str(id_), MARKS[row["progress"]], name, figure)


def _signed(selection: Selection) -> frozenset[str]:
    """Name the places that have taken on a goal, by their entry in the plan."""
    table = queries_plan.opened(selection).table
    own = table["strategy"].astype(str).str.startswith(words.SIGNED)
    return frozenset(table.loc[own & table["status"].ne("paused"), "place"])


def sign_up(selection: Selection) -> None:
    """Say who has signed up; offer to take on the goal for what is drawn, as an entry of the plan.

    Each place signs up by itself, as districts in Colorado do.
    """
    unit, id_ = queries_goals.chosen(selection)
    name = id_ if unit == "place" else str(queries_goals.names(selection, pd.Index([id_])).iloc[0])
    signed = sorted(_signed(selection))
    said = text("No place has signed up here yet.")
    if signed:
        said = counted(
            "{count} place has signed up here: {names}.",
            "{count} places have signed up here: {names}.",
            len(signed),
            names=plain.listed(signed[:NAMED]),
        )
    with st.container(key="sign-up", horizontal=True, vertical_alignment="center"):
        st.caption(as_written(said))
        if editor.current(selection.area) is not None:
            st.page_link("pages/plan.py", label=text("Finish what you began on the page Plan"))
            return
        kind = languages.reported() if unit == "school" else unit
        filled = {"place_kind": kind, "place_id": "" if unit == "place" else id_}
        filled |= {"place": name, "strategy": words.signing(selection)}
        st.button(
            text("Sign up for this goal"),
            key="goal-sign-up",
            disabled=name in signed,
            on_click=partial(editor.begin, selection.area, filled=filled),
        )


def _card(table: pd.DataFrame, selection: Selection) -> str:
    unit, id_ = queries_goals.chosen(selection)
    if unit == "place":
        return ""
    name = str(queries_goals.names(selection, pd.Index([id_])).iloc[0])
    note = text(words.SCHOOLS) if unit == "school" else ""
    return card(name, words.facts(table.loc[id_]), note)


def tiles(selection: Selection) -> list[tuple[str, str]]:
    """Up to four numbers of the whole place."""
    row = queries_goals.whole(selection).iloc[0]
    if pd.isna(row["goal"]):
        return []
    tiles = [
        (count_text(row["students_a_year"]), text("fewer students a year")),
        (count_text(row["students"]), text("fewer students in all")),
    ]
    if pd.notna(row["chance"]):
        chance = f"{100 * row['chance']:.0f}"
        tiles.append((chance, text("chances in 100 to meet it, if the years go on as they did")))
    return tiles


def grid(selection: Selection) -> None:
    """Draw how high rates are and which way they went, by California's cut points."""
    found = queries_goals.grid(selection)
    if found["change"].isna().all():
        nothing = text("There are no two years here that can be compared.")
        st.write(as_written(nothing))
        return
    pair = queries_goals.history(selection, queries_goals.unit_of(selection)).pair
    draw_chart(charts.grid_chart(found))
    st.caption(as_written(text(GRID_NOTE)))
    rows = found.assign(
        name=queries_goals.names(selection, found.index),
        status_class=[text(each) if each else "" for each in found["status_class"]],
        change_class=[text(each) if each else "" for each in found["change_class"]],
        sure=[text("sure") if each else text("not sure") for each in found["sure"]],
    )
    rows = rows[rows["rate"].notna()].sort_values("rate", ascending=False)
    columns = ("name", "enrolled", "rate", "status_class", "change_points", "change_class", "sure")
    heading = text("Status and change, {years}", years=" – ".join(pair or ()))
    table_block.show(rows.rename(columns={"change": "change_points"}), columns, heading)


def tested(selection: Selection) -> None:
    """Say how good such forecasts were on this place's own last years."""
    found = queries_goals.tested(selection)
    if found is None or found.table.empty:
        too_few = text("Too few years here to test forecasts: it takes 4 usual ones.")
        st.write(as_written(too_few))
        return
    st.write(as_written(words.held(found)))
    draw_chart(charts.reliability_chart(found.calibration.table))
    st.caption(
        as_written(
            text(
                "All units of a place share what a year does to it: these cases are not as many as"
                " they seem. Brier score {brier}; {base} for always stating the average.",
                brier=f"{found.calibration.brier:.3f}",
                base=f"{found.calibration.of_base_rate:.3f}",
            )
        )
    )
    table = found.calibration.table.reset_index().rename(
        columns={"places": "cases", "low": "came_low", "high": "came_high"}
    )
    columns = ("said", "cases", "chance", "happened", "came_low", "came_high")
    table_block.show(table, columns, text("Stated chances and what came"))


def table(selection: Selection) -> None:
    """Goals of every unit, with what each asks for and how sure the outlook is."""
    found = queries_goals.found(selection)
    rows = found.rename(
        columns={
            "low": "goal_low",
            "high": "goal_high",
            "students": "needed",
            "students_a_year": "needed_a_year",
            "students_a_class": "needed_a_class",
        }
    ).assign(
        name=queries_goals.names(selection, found.index),
        goal_school_year=[
            "" if pd.isna(year) else queries_goals.year_name(int(year))
            for year in found["goal_year"]
        ],
        progress=[text(PROGRESS[each]) for each in found["progress"]],
    )
    rows = rows.drop(columns=["goal_year", "base_year", "path"]).reset_index(drop=True)
    heading = counted(
        "{count} goal: {goal}", "{count} goals: {goal}", len(rows), goal=words.title(selection)
    )
    table_block.show(rows, COLUMNS, heading)
    downloads.buttons(selection, "goals", rows)
