"""Read one worksheet in a process of its own: `python sheet_child.py FILE SHEET`.

With a third word, `names`, it gives the names of the sheets that are shown and hold a cell.

The library takes memory for every cell up to the farthest one, so that a workbook of 2 kB can end
the process that opens it. Here that ends nobody else. The library also gives nothing for an error
such as #REF! and for a formula that was never calculated: both are looked up in the file itself.
"""

import json
import posixpath
import re
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.etree import ElementTree

import python_calamine

MOST_BYTES = 1 << 30
CHUNK = 1 << 20
UNSAVED = "=?"
"""Text of a cell whose formula has no saved value."""
SUSPECT = re.compile(rb"""\bt\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}
BEGIN, END, BOUND_SHEET, ERROR_CELL, FORMULAS = 0x0809, 0x000A, 0x0085, 0x0205, (6, 0x0206, 0x0406)
LAST = 0xFFFFFFFA  # sectors from here on are marks, such as the end of a chain
Mark = tuple[int, int, str]


def main(path: str, sheet: str, wanted: str = "rows") -> int:
    """Write the sheet's name and its rows, a JSON list each, cells as text; or say why not."""
    _limit_memory()
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if wanted == "names":
            sys.stdout.write(json.dumps(_filled(book, _shown(book))) + "\n")
            return 0
        name = sheet or _only_sheet(book)
        if name not in names:
            what = f"there is no sheet {sheet!r}" if sheet else f"it has {len(names)} sheets"
            return _fail(what, f"name format.sheet in the recipe: {', '.join(names)}")
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        texts = [[as_text(cell) for cell in row] for row in rows]
        _mark(texts, broken_cells(Path(path), name, names.index(name)))
    except (python_calamine.CalamineError, MemoryError, ValueError) as error:
        return _fail(f"the workbook cannot be read ({error})", "export it again")
    except (
        ArithmeticError,
        LookupError,
        struct.error,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ) as error:
        return _fail(f"the workbook is damaged ({type(error).__name__})", "save it again as .xlsx")
    for row in [[name], *texts]:
        sys.stdout.write(json.dumps(row) + "\n")
    return 0


def _only_sheet(book: python_calamine.CalamineWorkbook) -> str:
    """Give the only sheet that is shown and holds a cell, as a reader sees it; "" when several."""
    shown = _shown(book)
    if len(shown) > 1:
        shown = _filled(book, shown)
    return shown[0] if len(shown) == 1 else ""


def _shown(book: python_calamine.CalamineWorkbook) -> list[str]:
    return [
        each.name
        for each in book.sheets_metadata
        if each.typ == python_calamine.SheetTypeEnum.WorkSheet
        and each.visible == python_calamine.SheetVisibleEnum.Visible
    ]


def _filled(book: python_calamine.CalamineWorkbook, names: list[str]) -> list[str]:
    return [name for name in names if book.get_sheet_by_name(name).end is not None]


def as_text(cell: Any) -> str:
    """Write a cell as text; whole numbers without a fraction."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def broken_cells(path: Path, name: str, place: int) -> Iterator[Mark]:
    """Give row, column (both from 0) and word of every cell of a sheet that holds no value."""
    if path.suffix.lower() == ".xls":
        return _broken_records(_workbook_stream(path.read_bytes()), place)
    return _broken_xml(path, name)


def _mark(rows: list[list[str]], marks: Iterator[Mark]) -> None:
    for row, column, word in marks:
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = word


def _broken_xml(path: Path, name: str) -> Iterator[Mark]:
    with zipfile.ZipFile(path) as archive:
        book = _related(archive, PurePosixPath(), "officeDocument")[""]
        listed = _parsed(archive, book)
        parts = _related(archive, book, "")
        sheets = {each.get("name"): each for each in listed.iter() if _local(each) == "sheet"}
        marks = [value for key, value in sheets[name].items() if key.endswith("}id")]
        is_stale = any(each.get("fullCalcOnLoad") in ("1", "true") for each in listed.iter())
        with archive.open(str(parts[marks[0]])) as content:
            suspect = _is_suspect(content)
        if suspect:
            with archive.open(str(parts[marks[0]])) as content:
                yield from _broken_elements(content, is_stale=is_stale)


def _is_suspect(content: IO[bytes]) -> bool:
    """Say whether a sheet holds an error or a formula at all: most hold none."""
    tail = b""
    while chunk := content.read(CHUNK):
        if SUSPECT.search(tail + chunk):
            return True
        tail = chunk[-64:]
    return False


def _broken_elements(content: IO[bytes], *, is_stale: bool) -> Iterator[Mark]:
    """Look at each cell; `is_stale` when no spreadsheet has calculated since it was written."""
    row = -1
    for _, line in ElementTree.iterparse(content):  # noqa: S314 - entities are refused before
        if _local(line) != "row":
            continue
        row = int(line.get("r", row + 2)) - 1
        column = -1
        for cell in line:
            place = cell.get("r")
            column = column + 1 if place is None else _column(place)
            parts = {_local(each): each.text or "" for each in cell}
            if cell.get("t") == "e":
                yield row, column, parts.get("v") or "#N/A"
            elif "f" in parts and (is_stale or (not parts.get("v") and cell.get("t") != "str")):
                yield row, column, UNSAVED
        line.clear()


def _related(archive: zipfile.ZipFile, part: PurePosixPath, kind: str) -> dict[str, PurePosixPath]:
    """Give the parts that a part names, by their mark, "" for the one of a kind."""
    relations = _parsed(archive, part.parent / "_rels" / f"{part.name}.rels")
    targets = {}
    for each in relations:
        target = posixpath.normpath(posixpath.join(part.parent, each.get("Target", "")))
        is_kind = bool(kind) and each.get("Type", "").endswith(f"/{kind}")
        targets["" if is_kind else each.get("Id", "")] = PurePosixPath(target.lstrip("/"))
    return targets


def _parsed(archive: zipfile.ZipFile, part: PurePosixPath) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(str(part)))  # noqa: S314 - entities are refused before


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _column(place: str) -> int:
    """Give the number of a column from a cell's name: 0 for A7, 27 for AB7."""
    number = 0
    for letter in place.upper():
        if "A" <= letter <= "Z":
            number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _workbook_stream(content: bytes) -> bytes:
    """Take the stream of records out of an OLE2 file ([MS-CFB])."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    first_entry, _, least, first_small, _, first_more = struct.unpack_from("<6I", content, 48)
    lists = list(struct.unpack_from("<109I", content, 76))
    while first_more < LAST and len(lists) < len(content):
        more = struct.unpack_from(f"<{size // 4}I", content, (first_more + 1) * size)
        lists += more[:-1]
        first_more = more[-1]
    table: list[int] = []
    for each in lists:
        if each < LAST:
            table += struct.unpack_from(f"<{size // 4}I", content, (each + 1) * size)
    entries = _chained(content, first_entry, table, size, size)
    streams = {}
    for at in range(0, len(entries), 128):
        width, start, length = struct.unpack_from("<H50xII", entries, at + 64)
        name = entries[at : at + max(width - 2, 0)].decode("utf-16-le", errors="replace")
        streams[name.lower()] = (start, length)
    start, length = streams.get("workbook") or streams["book"]
    if length >= least:
        return _chained(content, start, table, size, size)[:length]
    root = _chained(content, streams["root entry"][0], table, size, size)
    small = _chained(content, first_small, table, size, size)
    chain = list(struct.unpack(f"<{len(small) // 4}I", small))
    return _chained(root, start, chain, 64, 0)[:length]


def _chained(content: bytes, sector: int, table: list[int], size: int, offset: int) -> bytes:
    """Put the sectors of a chain together."""
    parts: list[bytes] = []
    while sector < LAST:
        parts.append(content[offset + sector * size : offset + (sector + 1) * size])
        if len(parts) > len(table):
            raise ValueError("a chain of sectors has no end")
        sector = table[sector]
    return b"".join(parts)


def _broken_records(stream: bytes, sheet: int) -> Iterator[Mark]:
    """Look at each record of a sheet ([MS-XLS]): error cells, and formulas without a result."""
    starts = [struct.unpack_from("<I", data)[0] for data in _records(stream, 0, (BOUND_SHEET,))]
    for data in _records(stream, starts[sheet], (ERROR_CELL, *FORMULAS)):
        row, column = struct.unpack_from("<HH", data)
        if len(data) == 8:
            if data[7]:
                yield row, column, ERRORS.get(data[6], "#N/A")
        elif data[12:14] == b"\xff\xff" and data[6] in (2, 3):
            # 3 is an empty text: what a formula has that was written and never calculated.
            yield row, column, ERRORS.get(data[8], "#N/A") if data[6] == 2 else UNSAVED


def _records(stream: bytes, at: int, kinds: tuple[int, ...]) -> Iterator[bytes]:
    """Give the records of some kinds between a beginning and its end, charts inside left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BEGIN) - (kind == END)
        if kind == END and depth <= 0:
            return
        if kind in kinds and depth == 1:
            yield stream[at + 4 : at + 4 + length]
        at += 4 + length


def _fail(what: str, remedy: str) -> int:
    sys.stderr.write(json.dumps([what, remedy]))
    return 1


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource  # absent on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
