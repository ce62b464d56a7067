"""The fold on climate surveys: an answer, a chart of schools and its table, the school in focus."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from data.contracts.vocabulary import RESPONDENT_LABELS
from data.recipe.scales import scales
from ui import controls, frame, queries
from ui.charts.places import scatter
from ui.charts.style import draw_chart
from ui.climate import words
from ui.languages import mark, text
from ui.queries import climate as queries_climate
from ui.selection import Selection
from ui.tables import display
from ui.tables.downloads import offer
from ui.tables.exports import about
from ui.words.as_written import as_written
from ui.words.numbers import plural
from ui.words.standing import ASSOCIATION, not_shown_text, source_text

FIELDS = {
    "answers": "Share of answers that the scale asks for, from 0 to 1; empty when not shown.",
    "respondents": "How many answered; empty where the file does not say.",
    "response_rate": "Part of those asked who answered; empty where the file does not say.",
    "answers_note": "Why the share is not shown; empty when it is.",
    "respondent": "Who answered.",
    "scale": "Scale of the survey, explained in data/climate.toml.",
    "source_of_answers": "Id of the source of the answers.",
}
TAKEN = ["name", "level", "neighbourhood", "enrolled", "chronic_absent", "rate", "shown"]


def fold(selection: Selection) -> None:
    """Fold what surveys say away; nothing stands there where the place has none."""
    if queries_climate.has_surveys(selection):
        frame.fold(words.QUESTION, "climate", draw, selection)


def draw(selection: Selection) -> None:
    """Draw what surveys say: the answer, the chart, tables, the school in focus, and sources."""
    offered = queries_climate.offered(selection)
    if not offered:
        years = queries_climate.years(selection)
        _say(words.other_years(years, selection.year))
        return
    selection = controls.draw(selection, "survey", offered)
    scale = queries_climate.chosen(selection)
    if scale is None:
        return
    link, name = queries_climate.found(selection, scale), queries_climate.named(scale)
    _say(words.answer(link, name, selection.year))
    st.caption(as_written(_asked(scale)))
    table = queries_climate.answered(selection, scale)
    figures = table.rename(columns={"answers": "exposure"})
    draw_chart(scatter(figures, name, "fraction", words.CHART, words.ALONG))
    told = words.sureness(link)
    if link.state == "estimated":
        told = (*told, words.narrow(queries_climate.scales_here(selection).loc[scale]))
    for sentence in filter(None, told):
        st.caption(as_written(sentence))
    _of_school(selection)
    _tables(selection, scale, table, name)
    for source in queries_climate.sources(selection, scale):
        said = source_text(source.publisher, source.title, source.vintage)
        st.caption(as_written(text("Source: {source}.", source=said)))


def _say(sentence: str) -> None:
    st.html(f"<p class='atlas-sure'>{escape(sentence)}</p>")


def _asked(scale: tuple[str, str]) -> str:
    info = queries_climate.info(scale)
    question, note = text(info.question), text(info.note)
    return f"{question} {note} {text('Area: {area}.', area=text(info.area))}"


def _of_school(selection: Selection) -> None:
    """Tabulate what surveys say of the school in focus, all years."""
    schools = queries.schools(selection)
    rows = queries_climate.of_school(selection)
    if rows.empty or selection.focus not in schools.index:
        return
    told = {
        mark("School year"): rows["school_year"],
        mark("Asked about"): [text(scales()[name].label) for name in rows["scale"]],
        mark("Who answered"): [text(RESPONDENT_LABELS[who]) for who in rows["respondent"]],
        mark("Share of answers"): _shares(rows["value"], rows["status"], rows["reason"]),
        mark("How many answered"): rows["respondents"].map(words.people),
        mark("Part of those asked"): rows["response_rate"].map(words.part),
    }
    school = schools.loc[selection.focus, "name"]
    display.plain(pd.DataFrame(told), text("{name}: what surveys say", name=school))


def _tables(selection: Selection, scale: tuple[str, str], table: pd.DataFrame, name: str) -> None:
    """Draw the twins of the chart and the list of scales, and offer the schools as a file."""
    here = queries_climate.scales_here(selection)
    listed = {
        mark("Asked about"): [queries_climate.named(each) for each in here.index],
        mark("Area"): [text(queries_climate.info(each).area) for each in here.index],
        mark("Schools"): here["schools"].map(str),
        mark("Not shown"): here["withheld"].map(str),
        mark("Middle school (middle half)"): [words.middle(row) for _, row in here.iterrows()],
        mark("How many answered"): here["respondents"].map(words.people),
        mark("Part of those asked"): here["response_rate"].map(words.part),
    }
    title = text("All questions of {year}", year=selection.year)
    display.plain(pd.DataFrame(listed), title)
    told = table[table["answers_status"].ne("")].sort_values("name")
    status, reason = told["answers_status"], told["answers_reason"]
    rows = {
        mark("Name"): told["name"],
        mark("Share of answers"): _shares(told["answers"], status, reason),
        mark("How many answered"): told["respondents"].map(words.people),
        mark("Part of those asked"): told["response_rate"].map(words.part),
        mark("Chronically absent"): display.display_frame(told, ["rate"]).iloc[:, 0],
    }
    schools = plural(len(told), "school")
    heading = text(
        "{name}: {schools} by name, {year}", name=name, schools=schools, year=selection.year
    )
    display.plain(pd.DataFrame(rows), heading, opens="climate-schools")
    file = _file(told, scale, selection)
    parts = ("surveys", selection.area, selection.year, "-".join(scale))
    offer(mark("answers"), parts, lambda: file, about(selection, file, text(ASSOCIATION), FIELDS))


def _file(told: pd.DataFrame, scale: tuple[str, str], selection: Selection) -> pd.DataFrame:
    """Give the schools of a scale as a table to take home."""
    note = _reasons(told["answers_status"], told["answers_reason"])
    own = told[[*TAKEN, "status", "reason", "answers", "respondents", "response_rate"]]
    sources = ", ".join(each.id for each in queries_climate.sources(selection, scale))
    return own.assign(
        answers_note=note, respondent=scale[0], scale=scale[1], source_of_answers=sources
    )


def _shares(values: pd.Series, status: pd.Series, reason: pd.Series) -> pd.Series:
    """Write shares, and why one is not shown."""
    texts = values.map(words.part)
    return texts.where(status.eq("reported"), _reasons(status, reason))


def _reasons(status: pd.Series, reason: pd.Series) -> list[str]:
    both = zip(status, reason, strict=True)
    return [not_shown_text(*each) if each[0] != "reported" else "" for each in both]
