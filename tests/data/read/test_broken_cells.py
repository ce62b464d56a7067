"""A spreadsheet's error or a formula without its value is never read as "not published"."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from data.errors import FileError
from data.read.engine import read_table
from data.recipe.checks import parse_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

TEXT = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "absence"
url = "https://example.org/a"
mirror = "a.SUFFIX"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "KIND" }
identifier = { pattern = ".+" }
tokens = { missing = ["", "-"] }
[columns]
school_id = { column = "id" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "x", unit = "count" }
"""
HEADER = ("id", "n", "x")
ERRORS = ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
CODES = dict(zip(ERRORS, (7, 42, 23, 15, 29, 36, 0), strict=True))


def recipe(suffix: str, *changes: tuple[str, str]) -> Recipe:
    text = TEXT.replace("SUFFIX", suffix)
    text = text.replace("KIND", "delimited" if suffix == "csv" else "excel")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_recipe(text)


def xlsx(folder: Path, cells: Sequence[str], calculation: str = "", sheets: str = "") -> Path:
    """Write a workbook with sheet "Counts": a header, and a row of the cells' XML.

    `sheets` name more sheets: r:id "b" is the same one again, "c" one without a cell.
    """
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/e.xml" ContentType="{types}.worksheet+xml"/>'
            f'<Override PartName="/xl/s.xml" ContentType="{types}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}"><Relationship Id="a" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{names}" xmlns:r="{office}"><sheets>'
            f'<sheet name="Counts" sheetId="1" r:id="b"/>{sheets}</sheets>'
            f"{calculation}</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}"><Relationship Id="b" '
            f'Type="{office}/worksheet" Target="s.xml"/><Relationship Id="c" '
            f'Type="{office}/worksheet" Target="e.xml"/></Relationships>'
        ),
        "xl/e.xml": f'<worksheet xmlns="{names}"><sheetData/></worksheet>',
        "xl/s.xml": (
            f'<worksheet xmlns="{names}"><sheetData><row r="1">{header}</row>'
            f'<row r="2">{"".join(cells)}</row></sheetData></worksheet>'
        ),
    }
    path = folder / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{part}')
    return path


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls(folder: Path, cells: Mapping[int, bytes]) -> Path:
    """Write an old workbook with sheet "Counts": a header, and a row of the cells' records."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    end = record(0x000A, b"")

    def label(row: int, column: int, text: str) -> bytes:
        return record(
            0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
        )

    sheet = begin + b"".join(label(0, at, name) for at, name in enumerate(HEADER))
    sheet += b"".join(cells.get(at, label(1, at, "A1")) for at in range(3)) + end
    name = b"Counts"
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    place = len(start) + 4 + 8 + len(name) + len(end)
    bound = record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    stream = (start + bound + end + sheet).ljust(4096, b"\0")
    sectors = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        words = (title + "\0").encode("utf-16-le")
        head = words.ljust(64, b"\0") + struct.pack("<HBB", len(words), kind, 1)
        tree = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return head + tree + b"\0" * 36 + struct.pack("<IQ", first, size)

    root = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    listed = root + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    path = folder / "a.xls"
    path.write_bytes(header + fat + listed.ljust(512, b"\0") + stream)
    return path


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def formula(row: int, column: int, result: bytes) -> bytes:
    code = b"\x1e\x01\x00"  # the whole number 1
    content = struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, len(code))
    return record(0x0006, content + code)


WORD = '<c t="inlineStr"><is><t>A1</t></is></c>'
HUNDRED = "<c><v>100</v></c>"


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_a_workbook_names_sheet_column_and_row(tmp_path: Path, error: str) -> None:
    wanted = rf"a\.{{}}, column 'x', row 2: '{error}' is an error .* sheet 'Counts'".replace(
        "?", r"\?"
    )
    cell = f'<c t="e"><v>{error}</v></c>'
    with pytest.raises(FileError, match=wanted.format("xlsx")):
        read_table(recipe("xlsx"), xlsx(tmp_path, [WORD, HUNDRED, cell]), Ledger())
    code = bytes([CODES[error]])
    held = record(0x0205, struct.pack("<HHH", 1, 2, 0) + code + b"\x01")
    computed = formula(1, 2, b"\x02\x00" + code + b"\x00\x00\x00\xff\xff")
    for cells in (held, computed):
        book = xls(tmp_path, {1: number(1, 1, 100), 2: cells})
        with pytest.raises(FileError, match=wanted.format("xls")):
            read_table(recipe("xls"), book, Ledger())


@pytest.mark.parametrize(
    "error", [*ERRORS, "#SPILL!", "#CALC!", "#GETTING_DATA", "#NV", "#WERT!", "#¡DIV/0!", "Err:502",
              "#####"]
)  # fmt: skip
def test_an_error_in_a_text_stops_wherever_it_stands(tmp_path: Path, error: str) -> None:
    path = tmp_path / "a.csv"
    for row, column in ((f"A1,100,{error}", "x"), (f"A1,{error},5", "n"), (f"{error},100,5", "id")):
        path.write_text(f"id,n,x\nB2,90,4\n{row}\n", encoding="utf-8")
        with pytest.raises(
            FileError, match=f"column '{column}', row 3: .* error of the spreadsheet"
        ):
            read_table(recipe("csv"), path, Ledger())


def test_a_word_that_the_recipe_lists_is_what_it_says(tmp_path: Path) -> None:
    listed = ('missing = ["", "-"]', 'missing = ["", "#N/A"], suppressed = { "#NUM!" = "<10" }')
    for error, status in (("#N/A", "missing"), ("#NUM!", "suppressed")):
        book = xlsx(tmp_path, [WORD, HUNDRED, f'<c t="e"><v>{error}</v></c>'])
        table = read_table(recipe("xlsx", listed), book, Ledger()).table
        assert table["status"].tolist() == [status]


def test_an_error_in_a_row_that_is_filtered_out_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,n,x\nA1,100,5\nMean,#DIV/0!,#DIV/0!\n", encoding="utf-8")
    kept = ("[columns]", '[[filters]]\ncolumn = "id"\nnone_of = ["Mean"]\nreason = "r"\n[columns]')
    assert read_table(recipe("csv", kept), path, Ledger()).table["enrolled"].tolist() == [100]
    path.write_text("id,n,x\nA1,100,5\n#REF!,90,4\n", encoding="utf-8")
    with pytest.raises(FileError, match="column 'id', row 3: '#REF!'"):
        read_table(recipe("csv", kept), path, Ledger())


@pytest.mark.parametrize(
    "cell", ["<c><f>B2*2</f></c>", "<c><f>B2*2</f><v/></c>", "<c><f>B2*2</f><v></v></c>"]
)
def test_a_formula_that_was_never_calculated_stops(tmp_path: Path, cell: str) -> None:
    wanted = r"column 'x', row 2: '=\?' is a formula without a saved value, in sheet 'Counts'"
    with pytest.raises(FileError, match=wanted):
        read_table(recipe("xlsx"), xlsx(tmp_path, [WORD, HUNDRED, cell]), Ledger())


def test_a_formula_written_and_never_opened_stops(tmp_path: Path) -> None:
    stale = '<calcPr fullCalcOnLoad="1"/>'
    book = xlsx(tmp_path, [WORD, HUNDRED, "<c><f>B2*2</f><v>0</v></c>"], stale)
    with pytest.raises(FileError, match="formula without a saved value"):
        read_table(recipe("xlsx"), book, Ledger())
    empty = formula(1, 2, b"\x03\x00\x00\x00\x00\x00\xff\xff")
    with pytest.raises(FileError, match="formula without a saved value"):
        read_table(recipe("xls"), xls(tmp_path, {1: number(1, 1, 100), 2: empty}), Ledger())


def test_calculated_formulas_are_their_values(tmp_path: Path) -> None:
    book = xlsx(tmp_path, [WORD, HUNDRED, "<c><f>B2/4</f><v>25</v></c>"])
    assert read_table(recipe("xlsx"), book, Ledger()).table["chronic_absent"].tolist() == [25]
    old = xls(tmp_path, {1: number(1, 1, 100), 2: formula(1, 2, struct.pack("<d", 25.0))})
    assert read_table(recipe("xls"), old, Ledger()).table["chronic_absent"].tolist() == [25]
    text = xlsx(tmp_path, [WORD, HUNDRED, '<c t="str"><f>IF(B2,"","")</f><v></v></c>'])
    assert read_table(recipe("xlsx"), text, Ledger()).table["status"].tolist() == ["missing"]


@pytest.mark.parametrize(
    ("sheets", "is_clear"),
    [
        ('<sheet name="Old" sheetId="2" state="hidden" r:id="b"/>', True),
        ('<sheet name="Sheet2" sheetId="2" r:id="c"/>', True),
        ('<sheet name="Old" sheetId="2" r:id="b"/>', False),
    ],
)
def test_the_only_sheet_that_a_reader_sees(tmp_path: Path, sheets: str, *, is_clear: bool) -> None:
    path = xlsx(tmp_path, ["<c><v>7</v></c>", "<c><v>90</v></c>", "<c><v>12</v></c>"], "", sheets)
    if is_clear:
        table = read_table(recipe("xlsx"), path, Ledger()).table
        assert table["chronic_absent"].tolist() == [12]
    else:
        with pytest.raises(FileError, match=r"it has 2 sheets; .*Counts, Old"):
            read_table(recipe("xlsx"), path, Ledger())
