"""Parts of the page Add a place, from files handed in to a place that is built."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from analytics.inputs import Progress
from data.build import Asked, build_panel
from data.doubts import doubt_line
from data.errors import DataError
from data.intake.check import Checked, stops
from data.intake.interview import Key, given, in_toml
from data.intake.national import national_recipes
from data.intake.write import write_folder
from data.store.folders import home, without_home
from data.store.provenance import LedgerEntry
from ui import frame, queries, roles
from ui.intake import form, needs, session, words
from ui.intake.session import Handed
from ui.languages import mark, text
from ui.queries.long_work import result_for_one
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, percent_text

KINDS = ["csv", "tsv", "txt", "gz", "xlsx", "xls", "zip", "geojson", "json", "gpkg"]
ONLINE: Mapping[str, tuple[Key, str]] = {
    "perhaps_online": (
        ("place", "not_joined"),
        mark("Which of these teach children of the whole state?"),
    ),
    "online_schools": (("place", "joined"), mark("Which of these teach children who live around?")),
}
"""Doubts that name schools, with the answer that settles them."""
BUILD, WANTED = "intake_build", "wanted"


def files() -> Handed:
    """Ask an analyst for files; say how far they make a place."""
    if roles.role() != "analyst":
        frame.end(frame.current(), roles.NO_FILES)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        handed = session.handed_in(
            st.file_uploader(
                text("Files as the publishers give them"),
                type=KINDS,
                accept_multiple_files=True,
                key="intake-files",
            )
        )
        needs.guide(handed)
    with right:
        frame.figures(words.figures(handed))
        for table in handed.tables:
            if table.name in needs.holdings(handed)["absence"]:
                st.caption(as_written(needs.file_line(handed, table)))
    for why in (*handed.refused, *filter(None, [handed.problem])):
        st.error(as_written(why))
    return handed


def questions(handed: Handed) -> None:
    """Ask what only a person can tell, and offer what is proposed by file."""
    doubts = form.doubtful(handed.interview)
    if not doubts:
        return
    st.header(as_written(text("What only you can tell")), anchor=False)
    form.fields(handed.interview, doubts)


def proposals(handed: Handed) -> None:
    """Show what each table is and what is proposed for it; every proposal can be changed."""
    for table in handed.tables:
        header = table.layout.header_rows or (table.layout.header_row,)
        said = text(
            "{file}: {rows} rows, names of columns in row {header}",
            file=table.name,
            rows=count_text(len(table.cells)),
            header=" + ".join(map(str, header)),
        )
        st.header(as_written(said), anchor=False)
        rows = needs.row_table(handed, table)
        if len(rows):
            table_block.plain(rows, text("What is a row of {file}?", file=table.name))
        form.fields(handed.interview, form.proposed(handed.interview, table.name))


def place(handed: Handed) -> None:
    """Show what is proposed for the place as a whole."""
    form.fields(handed.interview, form.of_place(handed.interview))
    for match in handed.intake.matches if handed.intake is not None else ():
        _note(f"{match.file}: {match.words}")


def _note(line: str) -> None:
    """Write a line of the build, which is in English."""
    st.html(f"<small class='atlas-note' lang='en'>{escape(line)}</small>")


def checks(handed: Handed) -> None:
    """Compare sums, and list what is doubted; a doubt can be said to be as it should be."""
    if handed.intake is None or not handed.is_ready:
        return
    st.header(as_written(text("Do the figures hold?")), anchor=False)
    if to_fetch := _to_fetch(handed):
        st.caption(as_written(text("Fetched from the network: {files}", files=", ".join(to_fetch))))
        if not st.checkbox(text("Fetch and check"), key="intake-fetch"):
            return
    found = session.checked(handed)
    if found.facts is not None:
        frame.figures(words.fact_figures(found.facts, handed.intake.place.reports))
        _sums(found)
    form.fields(handed.interview, form.of_totals(handed.interview))
    for line in found.totals:
        _note(line)
    _doubts(handed, found)


def _sums(found: Checked) -> None:
    assert found.facts is not None  # noqa: S101 - the caller looked
    rows = [
        {
            mark("School year"): year,
            mark("Students"): count_text(students),
            mark("Chronically absent"): count_text(found.facts.absent[year]),
            mark("Share"): percent_text(found.facts.absent[year] / students) if students else "–",
        }
        for year, students in found.facts.students.items()
    ]
    title = text("Sums of all rows, to hold against the publisher's own")
    table_block.plain(pd.DataFrame(rows), title)


def _doubts(handed: Handed, found: Checked) -> None:
    accepted = list(given(handed.interview.answers, ("place", "accept")) or [])
    for entry in found.doubts:
        line = doubt_line(entry).removeprefix("  * ")
        (st.warning if stops(entry) else st.info)(as_written(line))
        if entry.doubt in ONLINE:
            _online(handed, entry)
        if stops(entry):
            label = text("This is as it should be ({name})", name=entry.doubt)
            key = f"intake-accept-{entry.doubt}"
            st.checkbox(
                as_written(label),
                entry.doubt in accepted,
                key=key,
                on_change=_accept,
                args=(key, entry.doubt, tuple(accepted)),
            )
    if not any(stops(each) for each in found.doubts):
        for line in found.errors:
            st.error(as_written(line))


def _online(handed: Handed, entry: LedgerEntry) -> None:
    """Ask which of the schools that a doubt names are online, or local."""
    key, label = ONLINE[entry.doubt]
    said = list(given(handed.interview.answers, key) or [])
    named = {each.split(" ", 1)[0]: each for each in entry.examples}
    field = f"intake-{entry.doubt}"
    st.multiselect(
        text(label),
        list(dict.fromkeys([*named, *said])),
        said,
        format_func=lambda each: named.get(each, each),
        key=field,
        placeholder=text("none"),
        on_change=_keep_schools,
        args=(field, key),
    )


def _keep_schools(field: str, key: Key) -> None:
    session.answer(key, tuple(st.session_state[field]))


def _accept(key: str, name: str, accepted: tuple[str, ...]) -> None:
    others = tuple(each for each in accepted if each != name)
    session.answer(("place", "accept"), (*others, name) if st.session_state[key] else others)


def _to_fetch(handed: Handed) -> list[str]:
    """Give the national files that nobody handed in."""
    assert handed.intake is not None  # noqa: S101 - the caller looked
    known = {each.id for each in national_recipes()}
    place_file = handed.intake.place
    return [name for name in place_file.recipes if name in known - set(place_file.mirrors)]


def toml(handed: Handed) -> None:
    """Show the TOML files, and offer them to take home with the answers that make them again."""
    written, problem = session.texts(handed)
    if problem:
        st.error(as_written(problem))
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in written.items():
            archive.writestr(zipfile.ZipInfo(path), content)
            st.caption(as_written(path))
            st.code(content, language="toml")
        answers = in_toml(handed.interview.answers)
        archive.writestr(zipfile.ZipInfo("answers.toml"), answers)
    if written:
        st.download_button(
            text("Download the recipes (zip)"),
            *(packed.getvalue(), "place.zip", "application/zip"),
            on_click="ignore",
        )


def build(handed: Handed) -> None:
    """Offer to build the place; do it when asked, with a bar and a way to stop, and open it."""
    if handed.intake is None or not handed.is_ready:
        st.session_state.pop(BUILD, None)
        return
    slug = handed.intake.place.slug
    if slug in queries.places():
        name = queries.places()[slug]
        if not _folder(slug).is_dir():
            said = text("“{name}” has this short name: choose another.", name=name)
            st.error(as_written(said))
            return
        st.caption(as_written(text("“{name}” is in the store: it is replaced.", name=name)))
    st.button(text("Build"), type="primary", key="intake-build", on_click=_begin)
    if st.session_state.get(BUILD) == WANTED:  # of what is settled now: leaving a field answers it
        st.session_state[BUILD] = handed.key
    if st.session_state.get(BUILD) != handed.key:
        return
    try:
        result_for_one(("intake", handed.key), text("Building the place"), _work(handed))
    except DataError as error:
        st.session_state.pop(BUILD)
        st.error(as_written(without_home(str(error))))
        return
    st.success(as_written(text("“{name}” is built.", name=handed.intake.place.name)))
    st.page_link("pages/overview.py", label=text("Open it"), query_params={"area": slug})


def _folder(slug: str) -> Path:
    """Give the folder of the store that keeps what a place of this page is made from."""
    return home() / "own" / slug


def _begin() -> None:
    st.session_state[BUILD] = WANTED


def _work(handed: Handed) -> Callable[[Progress], Path]:
    """Give the work of a build, which moves a bar."""

    def work(progress: Progress) -> Path:
        intake = handed.intake
        assert intake is not None  # noqa: S101 - the caller looked
        folder = _folder(intake.place.slug)
        progress(0, 100)
        write_folder(intake, folder)

        asked = Asked(watch=progress)
        return build_panel(intake.place.slug, own=folder, asked=asked, say=lambda _line: None)

    return work
