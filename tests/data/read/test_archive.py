"""Files are looked at before anything opens them; archives unpack only what they declared."""

import zipfile
from pathlib import Path

import pytest

from data.errors import FileError
from data.read.file_check import (
    Limits,
    allowed_suffix,
    check_archive,
    check_file,
    main_files,
    unpack,
)


def packed(folder: Path, members: dict[str, bytes], name: str = "a.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def test_a_harmless_archive_unpacks_whole(tmp_path: Path) -> None:
    path = packed(tmp_path, {"in/a.csv": b"x\n1\n", "b.csv": b"y\n"})
    assert check_file(path, "delimited") == ".zip"
    target = tmp_path / "out"
    target.mkdir()
    files = unpack(path, target)
    assert [file.relative_to(target).as_posix() for file in files] == ["in/a.csv", "b.csv"]
    assert files[0].read_bytes() == b"x\n1\n"


def test_sizes_are_limited(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.csv": b"1,2\n" * 1000, "b.csv": b"12\n"})
    with pytest.raises(FileError, match=r"a\.zip: unpacks to 4,003 bytes"):
        check_archive(path, Limits(unpacked_bytes=4_000))
    with pytest.raises(FileError, match="2 files inside"):
        check_archive(path, Limits(members=1))
    with pytest.raises(FileError, match=r"a zip bomb looks"):
        check_archive(path, Limits(small_bytes=100, ratio=5))
    with pytest.raises(FileError, match="bytes, more than 10"):
        check_file(path, "delimited", Limits(file_bytes=10))


@pytest.mark.parametrize(
    ("name", "kind", "suffix"),
    [
        ("A.CSV", "delimited", ".csv"),
        ("a.csv.gz", "delimited", ".csv.gz"),
        ("a.XLSX", "excel", ".xlsx"),
        ("a.shp", "vector", ".shp"),
    ],
)
def test_suffixes_that_are_read(name: str, kind: str, suffix: str) -> None:
    assert allowed_suffix(name, kind) == suffix


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pkl", "delimited"),
        ("a.parquet", "delimited"),
        ("a.vrt", "vector"),
        ("a.kml", "vector"),
        ("a.gml", "vector"),
        ("a.sqlite", "vector"),
        ("a.gz", "delimited"),
        ("a", "excel"),
    ],
)
def test_other_suffixes_are_not(name: str, kind: str) -> None:
    with pytest.raises(FileError, match="use one of"):
        allowed_suffix(name, kind)


def test_damaged_archives_are_said_to_be_damaged(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.csv": b"1,2\n" * 1000})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="damaged"):
        check_file(path, "delimited")
    broken = bytearray(whole)
    broken[40:44] = b"\x00\x01\x02\x03"
    path.write_bytes(bytes(broken))
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(FileError, match="damaged"):
        unpack(path, target)


def test_what_lies_beside_the_data_is_left_in_the_archive(tmp_path: Path) -> None:
    beside = {
        "a.shp.xml": b"<metadata/>",
        "a.shp.ea.iso.xml": b"<metadata/>",
        "a.shp.iso.xml": b"<metadata/>",
        "__MACOSX/._a.csv": b"\x00\x05\x16\x07",
        "._a.csv": b"\x00\x05\x16\x07",
        ".DS_Store": b"\x00",
        "in/Thumbs.db": b"\x00",
        "desktop.ini": b"[.ShellClassInfo]",
        "~$a.xlsx": b"\x00",
        "guide.pdf": b"%PDF-1.4",
        "dictionary.xlsx": b"PK",
        "LICENSE": b"free",
    }
    path = packed(tmp_path, {**beside, "a.csv": b"x\n1\n", "readme.txt": b"Read me."})
    target = tmp_path / "out"
    target.mkdir()
    names = [file.name for file in unpack(path, target)]
    assert names == ["a.csv", "readme.txt"]
    assert sorted(each.name for each in target.rglob("*")) == names


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["a.csv", "readme.txt"], ["a.csv"]),
        (["a.csv", "a_data_dictionary.csv"], ["a.csv"]),
        (["readme.txt"], ["readme.txt"]),
        (["a.csv", "b.csv"], ["a.csv", "b.csv"]),
        (["a.txt", "metadata.txt"], ["a.txt"]),
    ],
)
def test_documents_are_not_meant(names: list[str], meant: list[str]) -> None:
    files = main_files([Path(name) for name in names], (".csv", ".tsv", ".txt"))
    assert [file.name for file in files] == meant


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a" * 300 + ".csv"], "is too long"),
        (["ä" * 120 + ".csv"], "is too long"),
        (["x.csv", "x.csv/y.csv"], "a folder that is a file too"),
        (["x.csv/", "x.csv"], "in it twice"),
        (["con.csv"], "name of a device"),
        (["notes.pdf"], "nothing in it can be read"),
    ],
)
def test_names_that_no_folder_can_hold(tmp_path: Path, names: list[str], message: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith("/") else b"x\n1\n")
    with pytest.raises(FileError, match=message) as caught:
        check_file(path, "delimited")
    assert caught.value.remedy


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damage_of_every_packing_is_said(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", b"".join(b"%d,%d\n" % (n, n * n) for n in range(3_000)))
    content = bytearray(path.read_bytes())
    content[60:200] = bytes(140)
    path.write_bytes(bytes(content))
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(FileError, match="damaged"):
        unpack(path, target)
