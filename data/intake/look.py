"""What a raw file is: its format, sheets, header and cells; registers of students are refused."""

import csv
import gzip
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import pandas as pd

from data.errors import FileError
from data.intake.content import counted_words, numbers
from data.intake.headers import delimiter_of, header_rows, names_of
from data.intake.meaning import id_header, is_of_absence, measured
from data.read.encoding import strays_in
from data.read.file_check import check_file, main_files, opened, unpack
from data.read.formats import answer_rows, is_answer, sheet_names, sheet_rows, vector_fields
from data.read.grid import MAIN, Grid, grid_of_rows, header_names, read_grid
from data.read.students import SAMPLED, Sample, refuse_students
from data.recipe.parts import SUFFIXES, Column, Format, Identifier
from data.recipe.recipe import Recipe
from data.recipe.rows import Filter

PEEKED = 1 << 18
PEEKED_ROWS = 200
MOST_MEASURES = 60
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class RawTable:
    """One table as it stands in a file: a whole file, or a sheet of a workbook.

    Attributes
    ----------
    path : Path
    layout : Format
        As a recipe writes it.
    headers : tuple of str
        All columns, from the left.
    cells : DataFrame of str
        The columns that have a name of their own, all rows below the header.
    titles : tuple of str
        Rows above the header.
    notes : tuple of str
        What was seen of the bytes, in words.
    """

    path: Path
    layout: Format
    headers: tuple[str, ...]
    cells: pd.DataFrame
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Its name in answers: that of the file, and of the sheet or the file inside a zip."""
        inside = self.layout.sheet or self.layout.member
        return f"{self.path.name}#{inside}" if inside else self.path.name

    @cached_property
    def measure(self) -> tuple[str, str, str]:
        """Give a column of measures, its word that is absence, and what that counts; "" for none.

        Publishers who put all measures below one another name them in a column.
        """
        for header in self.cells.columns:
            words = [word for word in self.distinct(str(header)) if word]
            if len(words) <= MOST_MEASURES:
                word, kind = measured(words)
                if word:
                    return str(header), word, kind
        return "", "", ""

    def distinct(self, header: str) -> list[str]:
        """Give the words of a column, the most frequent first."""
        return list(map(str, self.words(header).index))

    def words(self, header: str) -> pd.Series:
        """Count the words of a column, the most frequent first: rows by word."""
        if header not in self._words:
            self._words[header] = counted_words(self.cells[header])
        return self._words[header]

    def numbers(self, header: str) -> pd.Series:
        """Read the numbers of a column; what is none is NaN."""
        if header not in self._numbers:
            self._numbers[header] = numbers(self.cells[header])
        return self._numbers[header]

    @cached_property
    def _words(self) -> dict[str, pd.Series]:
        return {}

    @cached_property
    def _numbers(self) -> dict[str, pd.Series]:
        return {}


def look(path: Path) -> tuple[RawTable, ...]:
    """Read all tables of a file as they stand in it.

    Parameters
    ----------
    path : Path
        A file on this machine; it is read, never written.

    Raises
    ------
    FileError
        It may do harm, is damaged, is no format that is read, or describes single students.
    """
    kind = kind_of(path)
    with opened(path.name):
        suffix = check_file(path, kind)
        if kind == "excel":
            return tuple(filter(None, (_sheet(path, name) for name in sheet_names(path))))
        if kind == "vector":
            return (_vector(path, suffix),)
        if kind == "census" and is_answer(path):
            rows = [row for _, row in answer_rows(path)]
            return (_of_rows(path, Format(kind="census"), rows),)
        return _delimited(path, kind, suffix)


def kind_of(path: Path) -> str:
    """Say which kind of file one is, by its name and, of an archive, by what it holds.

    Raises
    ------
    FileError
        It is none that is read.
    """
    lower = path.name.lower()
    if not path.is_file():
        raise FileError(path.name, "there is no such file", "check its name and folder")
    if lower.endswith(".zip"):
        check_file(path, "delimited")
        with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
            files = unpack(path, Path(folder))
            kinds = ("vector", "census", "delimited")
            held = [kind for kind in kinds if main_files(files, MAIN[kind])]
        if held:
            return held[0]
        raise FileError(path.name, "it holds no table and no outlines", "hand in the file itself")
    if lower.endswith("-data.csv"):
        return "census"
    if lower.endswith(".json"):
        return "census" if is_answer(path) else "vector"
    for kind in ("excel", "delimited", "vector"):
        if lower.endswith(SUFFIXES[kind]):
            return kind
    raise FileError(
        path.name,
        "files of this type are not read",
        "save it as .xlsx or .csv; outlines as .geojson, .gpkg or the zip of a shapefile",
    )


def _sheet(path: Path, name: str) -> RawTable | None:
    """Read a sheet; None where it holds no table of two columns."""
    numbered = sheet_rows(path, name)
    next(numbered)
    rows = [row for _, row in numbered]
    wide = sum(sum(bool(str(cell).strip()) for cell in row) > 1 for row in rows)
    return _of_rows(path, Format(kind="excel", sheet=name), rows) if wide > 1 else None


def _of_rows(path: Path, layout: Format, rows: Sequence[Sequence[str]]) -> RawTable:
    at = header_rows(rows)
    fitted = _with_header(layout, at)
    names = _headers_of(rows, at)
    grid = grid_of_rows(_whole(fitted, names), iter(enumerate(rows, start=1)), path.name)
    titles = names_of(rows, at)
    return RawTable(path, fitted, grid.headers, grid.cells, tuple(titles))


def _delimited(path: Path, kind: str, suffix: str) -> tuple[RawTable, ...]:
    if suffix != ".zip":
        return (_table(path, path, kind, ""),)
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        files = main_files(unpack(path, Path(folder)), MAIN[kind])
        alone = len(files) == 1
        return tuple(_table(path, each, kind, "" if alone else each.name) for each in files)


def _table(path: Path, inside: Path, kind: str, member: str) -> RawTable:
    """Read a text: the file itself, or one of several inside a zip."""
    head, encoding = _head(inside)
    mark = "," if kind == "census" else delimiter_of(head)
    rows = list(_rows(head, mark))
    at = (1,) if kind == "census" else header_rows(rows)
    layout = _with_header(Format(kind=kind, delimiter=mark), at)  # type: ignore[arg-type]
    grid = read_grid(_whole(layout, _headers_of(rows, at)), inside)
    titles = tuple(names_of(rows, at))
    layout = replace(layout, member=member)
    return RawTable(path, layout, grid.headers, grid.cells, titles, _notes(grid, encoding))


def _head(path: Path) -> tuple[str, str]:
    """Give the beginning of a text, and the name of its encoding."""
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rb") as packed:
            content = packed.read(PEEKED)
    else:
        with path.open("rb") as handle:
            content = handle.read(PEEKED)
    for mark, name in MARKS:
        if content.startswith(mark):
            return content[: len(content) // 2 * 2].decode(name, errors="replace"), "UTF-16"
    is_utf = not strays_in(io.BytesIO(content[: content.rfind(b"\n") + 1 or None])).strays
    name = "UTF-8" if is_utf else "Windows-1252"
    text = content.decode("utf-8-sig" if is_utf else "cp1252", errors="replace")
    return (text if len(content) < PEEKED else text[: text.rfind("\n") + 1]), name


def _rows(text: str, mark: str) -> list[list[str]]:
    return list(islice(csv.reader(io.StringIO(text), delimiter=mark), PEEKED_ROWS))


def _notes(grid: Grid, encoding: str) -> tuple[str, ...]:
    return (f"Text in {encoding}.", *grid.notes)


def _vector(path: Path, suffix: str) -> RawTable:
    layout = Format(kind="vector")
    if suffix == ".zip":
        with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
            files = main_files(unpack(path, Path(folder)), MAIN["vector"])
            if len(files) != 1:
                names = ", ".join(each.name for each in files)
                raise FileError(path.name, f"it holds {names}", "hand these files in themselves")
            fields, columns = vector_fields(files[0], files[0].suffix.lower())
    else:
        fields, columns = vector_fields(path, suffix)
    rows = list(zip(*columns, strict=True))
    refuse_students(Sample(fields, rows[:SAMPLED], "", "schools", path.name))
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    cells = pd.DataFrame(dict(zip(fields, columns, strict=True)), index=index, dtype="str")
    return RawTable(path, layout, tuple(fields), cells)


def _with_header(layout: Format, at: tuple[int, ...]) -> Format:
    if len(at) > 1:
        return replace(layout, header_rows=at)
    return replace(layout, header_row=at[0])


def _headers_of(rows: Sequence[Sequence[str]], at: Sequence[int]) -> tuple[str, ...]:
    """Give the names as the reader joins them, by reading the header alone."""
    return tuple(header_names([list(map(str, rows[each - 1])) for each in at]))


def _whole(layout: Format, headers: Sequence[str]) -> Recipe:
    """Make a recipe that reads every column with a name of its own, and checks for registers."""
    single = [name for name in headers if name and list(headers).count(name) == 1]
    absence, ids = is_of_absence(headers), id_header(headers) or next(iter(single), "")
    return Recipe(
        id="look",
        publisher="",
        title="",
        table="absence" if absence else "schools",
        url="",
        mirror="",
        release="restricted",
        licence="",
        definition="",
        format=layout,
        columns={"school_id": Column(column=ids)},
        identifier=Identifier(pattern=".*"),
        filters=tuple(Filter(column=name, reason="Seen.", regex=".*") for name in single),
    )
