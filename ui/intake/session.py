"""Files handed in for a new place: in a folder of this session, and gone with it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analytics.inputs import Progress
from data.errors import DataError
from data.intake.check import Checked, check
from data.intake.interview import Answer, Interview, Key, with_answer
from data.intake.look import RawTable, look
from data.intake.place import Intake, settle
from data.intake.write import toml_files
from ui.languages import text
from ui.queries.long_work import result_for_one
from ui.words.as_written import as_written

FOLDER, READ, ANSWERS, CHECKED, HANDED = (
    "intake_folder",
    "intake_read",
    "intake_answers",
    "intake_checked",
    "intake_handed",
)


@dataclass(frozen=True, eq=False)
class Handed:
    """What was handed in, and how far it is settled.

    Attributes
    ----------
    tables : tuple of RawTable
    refused : tuple of str
        Why files were not taken.
    interview : Interview
    intake : Intake or None
        None while the files do not make a place.
    problem : str
        Why not; "" when there is no file.
    key : str
        Of the files and answers together.
    """

    tables: tuple[RawTable, ...]
    refused: tuple[str, ...]
    interview: Interview
    intake: Intake | None
    problem: str
    key: str

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to answer."""
        return self.intake is not None and not self.interview.open


def handed_in(files: Sequence[UploadedFile]) -> Handed:
    """Read the files of an uploader, each once, and settle what they tell."""
    read = [_read(each) for each in files]
    tables = tuple(table for each, _ in read for table in each)
    refused = tuple(why for _, why in read if why)
    interview = Interview(st.session_state.get(ANSWERS, {}))
    key = _key(tables, interview)
    kept: Handed | None = st.session_state.get(HANDED)
    if kept is not None and (kept.key, kept.refused) == (key, refused):
        return kept
    intake, problem = None, ""
    if tables:
        try:
            with st.spinner(text("Finding out what the files say ...")):
                intake = settle(tables, interview)
        except ValueError as error:  # of ours, or of an answer that no place can have
            problem = str(error)
    handed = Handed(tables, refused, interview, intake, problem, key)
    st.session_state[HANDED] = handed
    return handed


def answer(key: Key, value: Answer) -> None:
    """Remember an answer."""
    st.session_state[ANSWERS] = with_answer(st.session_state.get(ANSWERS, {}), key, value)


def checked(handed: Handed) -> Checked:
    """Give the checks of what is settled, made once for each set of answers."""
    kept: tuple[str, Checked] | None = st.session_state.get(CHECKED)
    if kept is not None and kept[0] == handed.key:
        return kept[1]
    assert handed.intake is not None  # noqa: S101 - the page asks only then
    intake = handed.intake

    def work(progress: Progress) -> Checked:
        return check(intake, watch=progress)

    what = text("Reading all files by their recipes")
    found = result_for_one(("intake check", handed.key), what, work)
    st.session_state[CHECKED] = (handed.key, found)
    return found


def texts(handed: Handed) -> tuple[dict[str, str], str]:
    """Give the TOML files, or what is wrong with them."""
    if handed.intake is None:
        return {}, ""
    try:
        return toml_files(handed.intake), ""
    except DataError as error:
        return {}, str(error)


def _read(file: UploadedFile) -> tuple[tuple[RawTable, ...], str]:
    """Read one file; one that is refused is deleted at once."""
    content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    name = Path(file.name).name
    read: dict[str, tuple[tuple[RawTable, ...], str]] = st.session_state.setdefault(READ, {})
    if (known := read.get(digest + name)) is not None:
        return known
    path = _folder() / digest[:16] / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    try:
        with st.spinner(text("Reading {file} ...", file=as_written(name))):
            result: tuple[tuple[RawTable, ...], str] = (look(path), "")
    except DataError as error:
        result = ((), str(error))
    except Exception as error:
        # Whatever stands in the file of a reader, the page stays.
        why = text("{file}: it cannot be read ({kind})", file=name, kind=type(error).__name__)
        result = ((), why)
    if result[1]:
        path.unlink()
    read[digest + name] = result
    return result


def _folder() -> Path:
    """Give the folder of this session; it is deleted when the session is forgotten."""
    folder: tempfile.TemporaryDirectory[str] | None = st.session_state.get(FOLDER)
    if folder is None:
        folder = tempfile.TemporaryDirectory(prefix="atlas-intake-")
        st.session_state[FOLDER] = folder
    return Path(folder.name)


def _key(tables: Sequence[RawTable], interview: Interview) -> str:
    words = [f"{each.path.parent.name}{each.name}" for each in tables]  # the folder is a digest
    return hashlib.sha256(repr((words, interview.answers)).encode()).hexdigest()
