"""What a place is made of: what to hand in and where it is found, and what is there already."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from data.intake.interview import Interview, Question, given
from data.intake.look import RawTable
from data.intake.national import recognised_as
from data.intake.states import CODES
from ui.intake.session import Handed
from ui.languages import mark, text
from ui.words.numbers import count_text, plural

ABSENCE = mark(
    "From the state's department of education: look for chronic absenteeism or attendance among its"
    " data downloads. Take a file of schools, with counts, and all years you want."
)
SCHOOLS = mark(
    "The department's list of schools with latitude and longitude. If it has none, take from"
    " {nces} the files EDGE_GEOCODE_PUBLICSCH (points) and the CCD school directory (ids). Where"
    " absence is by district alone: the outlines of districts."
)
STUDENTS = mark("Only if the first file has shares and no students: enrolment by school and year.")
TRACTS = mark(
    "cb_2020_{fips}_tract_500k.zip from {census}, Cartographic Boundary Files, census tracts."
    " Left out, it is fetched from the network."
)
SVI = mark(
    "{state}.csv of 2022, census tracts, from {cdc}, data download. It has the children and the"
    " conditions they live in. Left out, it is fetched from the network."
)
MORE = mark(
    "CSV files of your own: services ({services}), travel times ({times}), students by school and"
    " tract ({flows}), conditions by tract ({conditions}). Outlines of attendance zones with the"
    " ids of schools."
)
COLUMNS = {
    "services": "provider_id, name, kind, supply, address, longitude, latitude",
    "times": "geoid, provider_id, minutes",
    "flows": "school_id, geoid, students",
    "conditions": "geoid, ...",
}
"""Headers of such files: they are the same in every language."""
NCES, CENSUS = "nces.ed.gov", "www.census.gov"
CDC = "www.atsdr.cdc.gov/place-health"
WORDS_SHOWN = 40
OWN = re.compile("own_")
TAKEN: Mapping[str, str] = {
    "all": mark("all students"),
    "groups": mark("student group"),
    "grades": mark("grade"),
    "school": mark("school"),
    "left out": mark("left out"),
}


@dataclass(frozen=True)
class Need:
    """One thing that a place is made of: its name, where it is found, the files that have it."""

    name: str
    where: str
    files: tuple[str, ...]


def needs(handed: Handed) -> tuple[Need, ...]:
    """Give what a place is made of, in the order in which it is handed in."""
    held = holdings(handed)
    place = handed.intake.place if handed.intake is not None else None
    state = place.state if place is not None and place.state else ""
    fips, name = CODES.get(state, "NN"), "".join(state.split()) or "STATE"
    national = {table.name: recognised_as(table) for table in handed.tables}
    tracts = [name for name, ids in national.items() if "census_tracts_2020" in ids]
    conditions = [name for name, ids in national.items() if "cdc_svi" in ids]
    own = [name for name, ids in national.items() if any(map(OWN.match, ids))]
    students = _answers(handed.interview, "students")
    return (
        Need(text("Absence by school"), text(ABSENCE), held["absence"] + held["districts"]),
        Need(
            text("A list of schools"), text(SCHOOLS, nces=NCES), held["schools"] + held["outlines"]
        ),
        Need(text("Students by school"), text(STUDENTS), students),
        Need(
            text("Census tracts"),
            text(TRACTS, census=CENSUS, fips=fips),
            (*held["tracts"], *tracts),
        ),
        Need(
            text("Social Vulnerability Index"),
            text(SVI, cdc=CDC, state=name),
            tuple(conditions),
        ),
        Need(
            text("More, if you have it"),
            text(MORE, **{name: f"`{each}`" for name, each in COLUMNS.items()}),
            (*own, *held["zones"], *held["conditions"]),
        ),
    )


def _answers(interview: Interview, key: str) -> tuple[str, ...]:
    """Give what was answered to a question about any file."""
    said = [
        given(interview.answers, each.key) or each.proposal
        for each in interview.asked
        if each.key[0] == "files" and each.key[2] == key
    ]
    return tuple(dict.fromkeys(str(each) for each in said if each))


def holdings(handed: Handed) -> dict[str, tuple[str, ...]]:
    """Give the tables by what they hold, as answered or proposed."""
    held: dict[str, list[str]] = {
        name: []
        for name in (
            *("absence", "schools", "tracts", "districts", "outlines", "zones", "conditions"),
        )
    }
    for each in handed.interview.asked:
        if each.key[0] == "files" and each.key[2:] == ("holds",):
            said = given(handed.interview.answers, each.key) or each.proposal
            held.setdefault(str(said), []).append(each.key[1])
    return {name: tuple(files) for name, files in held.items()}


def guide(handed: Handed) -> None:
    """List what to hand in and where it is found; what is there already is named."""
    items = []
    for need in needs(handed):
        files = ", ".join(escape(each) for each in need.files)
        where = re.sub("`([^`]+)`", r"<span lang='en'>\1</span>", escape(need.where))
        there = f"<span class='atlas-there'>✓ {files}</span>" if files else where
        items.append(f"<li><b>{escape(need.name)}.</b> {there}</li>")
    st.html(f"<ol class='atlas-needs'>{''.join(items)}</ol>")


def file_line(handed: Handed, table: RawTable) -> str:
    """Say in a line what a file of absence holds and which of its rows are kept."""
    parts = {
        name: sum(len(_kept(handed.interview, table, name, header)) for header in table.headers)
        for name in ("groups", "grades")
    }
    rows = text("{count} rows", count=count_text(len(table.cells)))
    groups = plural(parts["groups"], "student group")
    grades = plural(parts["grades"], "grade")
    return text(
        "{file}: {rows}; kept beside all students: {groups}, {grades}",
        file=table.name,
        rows=rows,
        groups=groups,
        grades=grades,
    )


def _kept(interview: Interview, table: RawTable, what: str, header: str) -> Sequence[str]:
    key = ("files", table.name, what, header)
    asked = next((each for each in interview.asked if each.key == key), None)
    if asked is None:
        return ()
    said = given(interview.answers, key)
    return tuple(asked.proposal if said is None else said)


def row_table(handed: Handed, table: RawTable) -> pd.DataFrame:
    """Give the words that tell what a row is, how many rows each has, and what becomes of them.

    Returns
    -------
    DataFrame
        Columns Column, Word, Rows, Taken as; empty where all rows are schools.
    """
    rows = [
        (header, str(word), count_text(int(count)), text(taken))
        for question in handed.interview.asked
        if question.key[:2] == ("files", table.name) and question.key[2] in ("keep", "leave_out")
        for header in question.key[3:]
        if header in table.cells.columns
        for word, count in table.words(header).head(WORDS_SHOWN).items()
        for taken in [_taken(handed.interview, table, question, str(word))]
    ]
    names = [mark("Column"), mark("Word"), mark("Rows"), mark("Taken as")]
    return pd.DataFrame(rows, columns=names)


def _taken(interview: Interview, table: RawTable, question: Question, word: str) -> str:
    """Say what becomes of the rows with a word in the column of a question."""
    header, said = question.key[3], given(interview.answers, question.key)
    chosen = question.proposal if said is None else said
    named = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    if question.key[2] == "leave_out":
        return TAKEN["left out"] if word in named else TAKEN["school"]
    if word in named:
        return TAKEN["all"]
    for what in ("groups", "grades"):
        if word in _kept(interview, table, what, header):
            return TAKEN[what]
    return TAKEN["left out"]
