"""From a file to cells of text, each row with its number in the file."""

import csv
import gzip
import io
import re
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Self

import geopandas as gpd
import pandas as pd

from data.errors import FileError
from data.read.encoding import refuse_mixed
from data.read.file_check import LIMITS, Limits, check_file, main_files, opened, unpack
from data.read.formats import answer_rows, is_answer, read_vector, sheet_rows, without_labels
from data.read.recognise import wanted_headers
from data.read.refuse import refuse_headers
from data.read.students import SAMPLED, refuse_single_counts, refuse_students, sample_of
from data.read.xml_rows import item_rows
from data.recipe.recipe import Recipe

Row = tuple[int, Sequence[Any]]

DAMAGED = "download or export it again"
NOT_UTF8 = "The bytes are not UTF-8: read as Windows-1252."
LONGEST_CELL = 1 << 20
LONGEST_ROW = 8 << 20
MOST_ROWS = 10_000_000
LEAST_UNPACKED = 8 << 20  # letters that a packed text may have however small it is packed
MAIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "delimited": (".csv", ".tsv", ".txt"),
        "vector": (".shp", ".geojson", ".json", ".gpkg"),
        "census": ("-data.csv", ".json"),  # beside notes and a list of columns
    }
)
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
LINE_END = "\n"
FEWEST_MARKS = 3  # of one row: in prose of several lines as many marks are chance
FEWEST_ROWS = 20  # with fewer, the last cell is shorter than all others by chance
LARGEST_TEXT = 20 << 20


@dataclass(frozen=True)
class Grid:
    """The columns of a file that its recipe reads.

    Attributes
    ----------
    cells : DataFrame of str
        Indexed by row of the file; the first row of a spreadsheet is 1.
    geometry : GeoSeries or None
        In EPSG:4326, on the same index.
    notes : tuple of str
        What had to be assumed about the bytes, for the ledger.
    headers : tuple of str
        All columns of the file.
    sheet : str
        Name of the sheet; "" where there is none.
    """

    cells: pd.DataFrame
    geometry: gpd.GeoSeries | None = None
    notes: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    sheet: str = ""


def read_grid(recipe: Recipe, path: Path, limits: Limits = LIMITS) -> Grid:
    """Read the cells that a recipe needs.

    Raises
    ------
    FileError
        The file may do harm, is damaged, describes single students, or lacks a column.
    """
    with opened(path.name):
        suffix = check_file(path, recipe.format.kind, limits)
        if suffix != ".zip":
            return _read(recipe, path, suffix, limits)
        with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
            inside = _member(recipe, path, unpack(path, Path(folder), limits))
            return _read_inside(recipe, path.name, inside, limits)


def grid_of_text(recipe: Recipe, content: bytes, file: str) -> Grid:
    """Read the cells of a delimited text in memory, UTF-8 or Windows-1252; nothing is written.

    Raises
    ------
    FileError
        It is too large, no text, damaged, describes single students, or lacks a column.
    """
    if len(content) > LARGEST_TEXT:
        raise FileError(file, f"it has {len(content):,} bytes", "hand in counts, not a register")
    if b"\0" in content:
        raise FileError(file, "it is not a text", "save the sheet as CSV first")
    notes: tuple[str, ...] = ()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse_mixed(io.BytesIO(content), file)
        text, notes = content.decode("cp1252", errors="replace"), (NOT_UTF8,)
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=recipe.format.delimiter, strict=True
    )
    try:
        return replace(_collect(recipe, enumerate(lines, start=1), file), notes=notes)
    except csv.Error as error:
        row = lines.line_num
        raise FileError(file, f"{error} near line {row:,}", DAMAGED) from error


def grid_of_rows(recipe: Recipe, rows: Iterator[Row], file: str) -> Grid:
    """Take the cells that a recipe needs of rows already read, numbered from 1.

    Raises
    ------
    FileError
        They describe single students, or lack a column.
    """
    return _collect(recipe, rows, file)


def _read_inside(recipe: Recipe, archive: str, path: Path, limits: Limits) -> Grid:
    """Read an unpacked file; what is wrong with it names the archive too."""
    try:
        return _read(recipe, path, check_file(path, recipe.format.kind, limits), limits)
    except FileError as error:
        file = f"{archive}, {error.file}"
        raise FileError(
            file, error.what, error.remedy, column=error.column, row=error.row
        ) from error


def _read(recipe: Recipe, path: Path, suffix: str, limits: Limits) -> Grid:
    if recipe.format.kind == "vector":
        cells, geometry, headers = read_vector(recipe, path, suffix)
        return Grid(cells, geometry, headers=headers)
    if recipe.format.kind == "xml":
        return _collect(recipe, item_rows(path, recipe.format.item), path.name)
    if recipe.format.kind == "excel":
        rows = sheet_rows(path, recipe.format.sheet)
        _, (sheet,) = next(rows)
        return replace(_collect(recipe, rows, path.name), sheet=sheet)
    if recipe.format.kind == "census" and is_answer(path):
        return _collect(recipe, answer_rows(path), path.name)
    grid = _read_delimited(recipe, path, suffix, limits)
    if recipe.format.kind != "census":
        return grid
    return replace(grid, cells=without_labels(grid.cells, recipe.columns[recipe.key].column))


def _member(recipe: Recipe, path: Path, files: Sequence[Path]) -> Path:
    """Choose the file inside a zip: the one that the recipe names, or the only one there is."""
    member = recipe.format.member
    if member:
        candidates = [file for file in files if file.as_posix().endswith("/" + member)]
    else:
        candidates = main_files(files, MAIN[recipe.format.kind])
    if len(candidates) == 1:
        return candidates[0]
    names = ", ".join(file.name for file in files)
    what = f"{member!r} is not in it" if member else f"{len(candidates)} files could be meant"
    raise FileError(path.name, what, f"name format.member in the recipe; it holds {names}")


def _read_delimited(recipe: Recipe, path: Path, suffix: str, limits: Limits) -> Grid:
    encoding: str = recipe.format.encoding
    if encoding in ("auto", "utf-8"):
        encoding = "utf-16" if _has_wide_mark(path, suffix) else "utf-8-sig"
    try:
        return _delimited(recipe, path, encoding, limits)
    except UnicodeError as error:
        if encoding == "utf-8-sig":
            opener: Any = gzip.open if suffix == ".csv.gz" else open
            with opener(path, "rb") as handle:
                refuse_mixed(handle, path.name, certain=recipe.format.encoding == "utf-8")
        if recipe.format.encoding != "auto" or encoding == "utf-16":
            raise FileError(
                path.name, f"it is not {encoding} text", "name the encoding in [format]"
            ) from error
    try:
        grid = _delimited(recipe, path, "cp1252", limits)
    except UnicodeError as error:
        raise FileError(path.name, "neither UTF-8 nor Windows-1252 text", DAMAGED) from error
    return replace(grid, notes=(NOT_UTF8,))


def _has_wide_mark(path: Path, suffix: str) -> bool:
    if suffix == ".csv.gz":
        return False
    with path.open("rb") as handle:
        return handle.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _delimited(recipe: Recipe, path: Path, encoding: str, limits: Limits) -> Grid:
    csv.field_size_limit(LONGEST_CELL)
    with _text(path, encoding, limits) as lines:
        reader = csv.reader(lines, delimiter=recipe.format.delimiter, strict=True)
        try:
            grid = _collect(recipe, lines.rows(reader, recipe.format.delimiter), path.name)
        except csv.Error as error:
            row = reader.line_num
            raise FileError(path.name, f"{error} near line {row:,}", DAMAGED) from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise FileError(path.name, f"the archive is damaged ({error})", DAMAGED) from error
        lines.refuse_cut(max(recipe.format.header_rows or (recipe.format.header_row,)))
        return grid


@dataclass
class _Lines:
    """Lines of a text; none, no row and no file grows beyond its limit in memory."""

    handle: IO[str]
    file: str
    most: int
    row: int = 0
    total: int = 0
    count: int = 0
    is_ended: bool = True
    tails: list[int] = field(default_factory=list)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.handle.readline(LONGEST_ROW)
        self.count += 1
        self.row += len(line)
        self.total += len(line)
        if self.row >= LONGEST_ROW:
            what = f"a row has over {LONGEST_ROW:,} letters"
            raise FileError(self.file, what, "a quote or a line end is lost: export it again")
        if self.total > self.most:
            what = f"it unpacks to over {self.most:,} letters"
            raise FileError(self.file, what, "unpack it, or split it")
        if not line:
            raise StopIteration
        self.is_ended = line.endswith(("\n", "\r"))
        return line

    def rows(self, reader: Iterator[list[str]], delimiter: str) -> Iterator[Row]:
        """Give the rows that a reader makes of these lines, numbered from 1."""
        for number, cells in enumerate(reader, start=1):
            if self.count > 1 and (cell := _swallowed(cells, delimiter)):
                raise FileError(
                    self.file,
                    f"a cell holds {cell.count(LINE_END) + 1:,} rows of the file: a quote is lost"
                    " before it or in it",
                    DAMAGED,
                    row=number,
                )
            self.row = self.count = 0
            if number > MOST_ROWS:
                raise FileError(self.file, f"it has over {MOST_ROWS:,} rows", "split the file")
            self.tails.append(len(cells[-1]) if cells else 0)
            yield number, cells

    def refuse_cut(self, header: int) -> None:
        """Refuse a text that ends in a line without an end, and in a cell shorter than all others.

        `header` rows from the beginning are names and titles.
        """
        *others, last = self.tails[header:] or [0]
        if not self.is_ended and len(others) > FEWEST_ROWS and last < min(others):
            raise FileError(
                self.file,
                "the last line has no line end, and its last cell is shorter than all others: the "
                "file may be cut short",
                "fetch it again, or put a line end there if it is whole",
                row=len(self.tails),
            )


def _swallowed(cells: Sequence[str], delimiter: str) -> str:
    """Give the cell that holds whole rows, as between two quotes that are lone; "" when none."""
    marks = len(cells) - 1
    rows = (each for each in cells if LINE_END in each and marks >= FEWEST_MARKS)
    return next(
        (each for each in rows if each.count(delimiter) == marks * each.count(LINE_END)), ""
    )


@contextmanager
def _text(path: Path, encoding: str, limits: Limits) -> Iterator[_Lines]:
    """Open text, packed or not; what it may hold is bounded."""
    is_packed = path.name.lower().endswith(".gz")
    most = limits.unpacked_bytes
    opener: Any = open
    if is_packed:
        most = min(most, max(LEAST_UNPACKED, int(limits.ratio * path.stat().st_size)))
        opener = gzip.open
    with opener(path, "rt", encoding=encoding, newline="") as handle:
        yield _Lines(handle, path.name, most)


def _collect(recipe: Recipe, rows: Iterator[Row], file: str) -> Grid:
    """Take the wanted columns of all rows below the header."""
    names = _header(recipe, rows, file)
    first = list(islice(rows, SAMPLED))
    refuse_students(sample_of(recipe, names, [row for _, row in first], file))
    columns = wanted_headers(recipe, names, file)
    refuse_headers(columns, names, file)
    places = [names.index(name) for name in columns]
    filled: list[list[str]] = [[] for _ in columns]
    numbers = []
    least = max((place for place, name in enumerate(names, start=1) if name), default=0)
    for number, row in chain(first, rows):
        full = [*row, *[""] * (len(names) - len(row))] if len(row) >= least else row
        cells = _fitted(full, len(names), file, number)
        if cells is None:
            continue
        numbers.append(number)
        for column, place in zip(filled, places, strict=True):
            column.append(cells[place])
    if not numbers:
        raise FileError(file, "it has no rows below its header", "check format.header_row")
    index = pd.Index(numbers, name="row")
    cells = pd.DataFrame(dict(zip(columns, filled, strict=True)), index=index, dtype="str")
    for name in recipe.format.fill_down:
        cells[name] = cells[name].mask(cells[name].str.strip().eq("")).ffill().fillna("")
    refuse_single_counts(cells, recipe, file)
    return Grid(cells, headers=tuple(names))


def _header(recipe: Recipe, rows: Iterator[Row], file: str) -> list[str]:
    """Give the names of the columns, of one row or of several joined; the rows below are left."""
    wanted = recipe.format.header_rows or (recipe.format.header_row,)
    lines: list[list[str]] = []
    while len(lines) < len(wanted):
        at, row = next(rows, (0, None))
        if row is None:
            raise FileError(file, "it ends before its header row", "check format.header_row")
        if at == wanted[len(lines)]:
            lines.append(list(row))
    return header_names(lines)


def header_names(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Join the rows of a header to one name a column, as merged cells mean them."""
    lines = [[" ".join(INVISIBLE.sub("", str(name)).split()) for name in row] for row in rows]
    width = max(map(len, lines))
    last = lines.pop()
    names = [""] * width
    for line in lines:
        upper = ""
        for place in range(width):
            upper = (line[place] if place < len(line) else "") or upper
            names[place] = f"{names[place]} {upper}"
    last += [""] * (width - len(last))
    return [" ".join(f"{upper} {name}".split()) for upper, name in zip(names, last, strict=True)]


def _fitted(row: Sequence[str], width: int, file: str, number: int) -> Sequence[str] | None:
    """Give a row the header's width; None for a blank one.

    A single filled cell is a title or a footnote, which a recipe's filters drop; any other short
    or long row means lost or shifted cells.
    """
    if len(row) == width:
        return row if any(row) else None
    filled = [cell for cell in row if cell.strip()]
    if not filled:
        return None
    fits = len(row) < width and len(filled) == 1
    if fits or (not any(cell.strip() for cell in row[width:]) and len(row) > width):
        return [*row, *[""] * (width - len(row))][:width]
    raise FileError(
        file,
        f"{len(row)} cells where the header has {width}",
        "the file is cut short, or a delimiter stands unquoted in a cell",
        row=number,
    )
