"""Files made to do harm are refused before they are unpacked, opened or followed."""

import gzip
import pickle
import socket
import stat
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import pytest
from shapely import Point

from data.errors import FileError
from data.read import grid
from data.read.engine import read_table
from data.recipe.checks import parse_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

TEXT = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "tracts"
url = "https://example.org/a"
mirror = "a.MIRROR"
vintage = "2020"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "KIND" }
identifier = { pattern = "[0-9]+" }
columns = { geoid = { column = "geoid" } }
"""
SUFFIX = {"delimited": "csv", "excel": "xlsx", "vector": "geojson"}
BENIGN = b"geoid\n36005000100\n"


def recipe(kind: str) -> Recipe:
    return parse_recipe(TEXT.replace("KIND", kind).replace("MIRROR", SUFFIX[kind]))


def refused(path: Path, kind: str, message: str) -> None:
    with pytest.raises(FileError, match=message) as caught:
        read_table(recipe(kind), path, Ledger())
    assert str(path.parent) not in str(caught.value)


def packed(folder: Path, members: dict[str, bytes], name: str = "a.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail at the first attempt to connect anywhere."""

    def connect(*_: Any) -> NoReturn:
        pytest.fail("a file made the program connect")

    monkeypatch.setattr(socket.socket, "connect", connect)


def test_zip_bomb_by_ratio(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.csv": b"0" * 50_000_000})
    assert path.stat().st_size < 100_000
    refused(path, "delimited", "zip bomb")


def test_zip_bomb_by_total(tmp_path: Path) -> None:
    path = packed(tmp_path, {f"{n}.csv": b"0" * 1_000_000 for n in range(100)})
    data = path.read_bytes().replace((1_000_000).to_bytes(4, "little"), b"\x00\x00\x00\x10")
    path.write_bytes(data)
    refused(path, "delimited", "unpacks to|zip bomb")


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.csv": b"geoid\n" + b"36005000100\n" * 10_000})
    true = 6 + 12 * 10_000
    path.write_bytes(path.read_bytes().replace(true.to_bytes(4, "little"), b"\x06\x00\x00\x00"))
    refused(path, "delimited", "damaged|larger than declared")


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/a.csv", "in/../../a.csv", "C:/a.csv", "..\\a.csv", "a:stream.csv"]
)
def test_path_traversal(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    path = inner / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        archive.writestr(entry, BENIGN)
    refused(path, "delimited", "written outside")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.zip", "in"]


def test_nested_zip(tmp_path: Path) -> None:
    inner = packed(tmp_path, {"a.csv": BENIGN}, "inner.zip").read_bytes()
    refused(packed(tmp_path, {"inner.zip": inner}), "delimited", "archive inside an archive")


def test_symlink_inside_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    refused(path, "delimited", "is a link")


def test_program_inside_a_zip(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.csv": BENIGN, "run.exe": b"MZ"})
    refused(path, "delimited", "'run.exe' is not a type that is read")


def test_encrypted_zip(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path, {"a.csv": BENIGN}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(data))
    refused(path, "delimited", "encrypted")


def workbook(folder: Path, extra: dict[str, bytes], name: str = "a.xlsx") -> Path:
    plain = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types/>',
        "xl/workbook.xml": b'<?xml version="1.0"?><workbook/>',
    }
    return packed(folder, {**plain, **extra}, name)


def test_macro_workbook_by_name_and_by_content(tmp_path: Path) -> None:
    refused(workbook(tmp_path, {}, "a.xlsm"), "excel", "can hold macros")
    refused(workbook(tmp_path, {"xl/vbaProject.bin": b"x"}), "excel", "holds macros")
    refused(workbook(tmp_path, {"xl/macrosheets/sheet1.xml": b"<a/>"}), "excel", "holds macros")
    old = tmp_path / "a.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "_VBA_PROJECT".encode("utf-16-le"))
    refused(old, "excel", "holds macros")


@pytest.mark.parametrize(
    "part",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<?xml version="1.0"?>' + b" " * 2_000_000 + b'<!DOCTYPE a [<!ENTITY l "lol">]><a/>',
        b"<!doctype a><a/>",
    ],
)
def test_xml_entities_in_a_workbook(tmp_path: Path, part: bytes) -> None:
    # Random bytes keep the ratio low, so that the declaration is what is found.
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", part)
    refused(path, "excel", "XML entities")


def test_xml_in_another_encoding_hides_nothing(tmp_path: Path) -> None:
    part = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16")
    refused(workbook(tmp_path, {"xl/sharedStrings.xml": part}), "excel", "not UTF-8")


def test_kml_and_gml_are_not_read(tmp_path: Path) -> None:
    for name in ("a.kml", "a.gml", "a.gpx", "a.kmz"):
        path = tmp_path / name
        path.write_text('<!DOCTYPE k [<!ENTITY x SYSTEM "http://127.0.0.1/">]><kml/>')
        refused(path, "vector", "not read as vector")


@pytest.mark.parametrize(
    "address",
    [
        "/vsicurl/http://127.0.0.1/a.geojson",
        "/vsizip/a.zip/a.geojson",
        "/vsimem/a.geojson",
        "/vsistdin/a.geojson",
        "http://127.0.0.1/a.geojson",
        "https://127.0.0.1/a.geojson",
    ],
)
def test_addresses_are_not_files(address: str) -> None:
    with pytest.raises(FileError, match=r"not a file on this machine|no such file"):
        read_table(recipe("vector"), Path(address), Ledger())


def test_vrt_and_pipelines_under_a_harmless_name(tmp_path: Path) -> None:
    target = "/vsicurl/http://127.0.0.1/a.geojson"
    path = tmp_path / "a.geojson"
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{target}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    refused(path, "vector", "web page or XML")
    path.write_text(
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read ' + target + '"}',
        encoding="utf-8",
    )
    refused(path, "vector", "cannot be read")
    path.write_text('{"type": "Topology", "objects": {}, "arcs": []}', encoding="utf-8")
    refused(path, "vector", "cannot be read|no such column|no geometry|layers|no coordinate")


@pytest.mark.parametrize("kind", ["delimited", "excel", "vector"])
def test_pickle_under_any_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{SUFFIX[kind]}"
    path.write_bytes(pickle.dumps({"geoid": [1]}, protocol=5))
    refused(path, kind, "binary content|content is not|not a GeoJSON")


def test_names_that_do_not_fit_the_content(tmp_path: Path) -> None:
    book = tmp_path / "a.xlsx"
    book.write_bytes(BENIGN)
    refused(book, "excel", r"content is not \.xlsx")
    page = tmp_path / "a.csv"
    page.write_bytes(b"\n<!DOCTYPE html><html>Sign in</html>")
    refused(page, "delimited", "web page")
    page.write_bytes(b'{"error": true, "message": "Not found"}')
    refused(page, "delimited", "it is JSON, not a table; open it")
    page.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n")
    refused(page, "delimited", "a pointer of Git LFS")
    empty = tmp_path / "b.csv"
    empty.write_bytes(b"")
    refused(empty, "delimited", "empty")
    hollow = workbook(tmp_path, {}, "b.xlsx")
    refused(hollow, "excel", "cannot be read|has 0 sheets")


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def tiny_workbook(folder: Path, far: str) -> Path:
    """A workbook of two cells, A1 and another."""
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    relation = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{relation} Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{relation} Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData><row r="1">'
        '<c r="A1" t="str"><v>geoid</v></c></row>'
        f'<row r="{row}"><c r="{far}"><v>36005000100</v></c></row></sheetData></worksheet>',
    }
    return packed(folder, {name: text.encode() for name, text in parts.items()}, "a.xlsx")


def test_a_tiny_workbook_that_wants_all_memory(tmp_path: Path) -> None:
    plain = TEXT.replace("KIND", "excel").replace("MIRROR", "xlsx")
    table = read_table(parse_recipe(plain), tiny_workbook(tmp_path, "A2"), Ledger()).table
    assert table.index.tolist() == ["36005000100"]
    path = tiny_workbook(tmp_path, "XFD1048576")
    assert path.stat().st_size < 3_000
    refused(path, "excel", "too much memory")


def test_a_huge_cell_and_a_null_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'geoid\n"' + b"0" * 3_000_000 + b'"\n')
    refused(path, "delimited", "field larger")
    path.write_bytes(b"geoid\n36005\x00000100\n")
    refused(path, "delimited", "binary content")


def test_a_layer_without_coordinate_system(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    shapes = gpd.GeoDataFrame({"geoid": ["36005000100"]}, geometry=[Point(1, 2)], crs=4326)
    shapes.to_file(path, driver="ESRI Shapefile")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(FileError, match="no coordinate system"):
        read_table(recipe("vector"), path, Ledger())


def test_a_student_column_in_a_geographic_file(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    shapes = gpd.GeoDataFrame(
        {"geoid": ["36005000100"], "student_id": ["secret"]}, geometry=[Point(1, 2)], crs=4326
    )
    shapes.to_file(path, driver="GeoJSON")
    refused(path, "vector", "single students")


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "<script>alert(1)</script>", "[a](javascript:b)", "\\input{x}", "'; --"],
)
def test_names_made_to_be_run_stay_as_they_are(tmp_path: Path, name: str) -> None:
    text = TEXT.replace("KIND", "delimited").replace("MIRROR", "csv")
    text = text.replace('table = "tracts"', 'table = "schools"')
    made = parse_recipe(
        text.replace(
            'geoid = { column = "geoid" }',
            'school_id = { column = "id" }, name = { column = "name" }',
        )
    )
    path = tmp_path / "a.csv"
    path.write_text(f'id,name\n1,"{name}"\n', encoding="utf-8")
    assert read_table(made, path, Ledger()).table["name"].tolist() == [name]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux")
def test_a_disk_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.symlink_to("/proc/self/mem")
    refused(path, "delimited", r"a\.csv: it cannot be read \(Input/output error\); copy")


def test_one_endless_line_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "LONGEST_ROW", 1 << 16)
    monkeypatch.setattr(grid, "LEAST_UNPACKED", 1 << 17)
    path = tmp_path / "a.csv.gz"
    for content in (b"geoid\n" + b"0," * 100_000, b'geoid\n"\n' + b'","\n' * 50_000):
        path.write_bytes(gzip.compress(content))
        refused(path, "delimited", "a row has over 65,536 letters")
    path.write_bytes(gzip.compress(BENIGN + b"\n" * 5_000_000))
    refused(path, "delimited", r"unpacks to over [\d,]+ letters")
