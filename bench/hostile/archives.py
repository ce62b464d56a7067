"""Archives, packed texts and workbooks."""

import gzip
import io
import stat
import struct
import zipfile
from collections.abc import Iterator

import numpy as np

from bench.hostile.file import GOOD, HEADER, HostileFile, packed


def _zip(name: str, content: bytes, family: str, *, refused: bool = True) -> HostileFile:
    return HostileFile(family, name, "a.zip", content, "delimited", refused=refused)


def zip_names() -> Iterator[HostileFile]:
    """Name members so that they leave the folder, or fit into none."""
    outside = ["../a.csv", "../../a.csv", "/a.csv", "/etc/a.csv", "in/../../a.csv", "C:/a.csv"]
    outside += [
        "..\\a.csv",
        "C:\\a.csv",
        "a:b.csv",
        "in\\..\\a.csv",
        "//host/a.csv",
        "~/../../a.csv",
    ]
    devices = [
        "con.csv",
        "CON.csv",
        "nul.csv",
        "aux.txt",
        "prn.csv",
        "com1.csv",
        "lpt1.csv",
        "NUL.tsv",
    ]
    long = ["a" * size + ".csv" for size in (201, 255, 300, 4_000, 60_000)]
    long += ["ä" * 120 + ".csv", "in/" + "b" * 300 + "/a.csv", "語" * 90 + ".csv"]
    for name in (*outside, *devices, *long):
        yield _zip(f"{name[:40]!r} {len(name)}", packed({name: GOOD}), "name")
    clashes = [
        ("x.csv", "x.csv/y.csv"),
        ("x.csv/", "x.csv"),
        ("x.csv", "X.CSV"),
        ("in/x.csv", "in/x.csv/z.csv"),
    ]
    for at, pair in enumerate(clashes):
        members = {name: b"" if name.endswith("/") else GOOD for name in pair}
        yield _zip(f"clash {at}", packed(members), "name")
    for name in ("in/a.csv", "in/deep/er/a.csv", "ä.csv", "a b.csv", "a.CSV", "./a.csv"):
        yield _zip(f"good {name}", packed({name: GOOD}), "name", refused=False)


def zip_company() -> Iterator[HostileFile]:
    """Put things beside the data that may lie there, and things that may not."""
    beside = ["__MACOSX/._a.csv", "._a.csv", ".DS_Store", "Thumbs.db", "desktop.ini", "~$a.xlsx"]
    beside += ["readme.txt", "README", "LICENSE.md", "guide.pdf", "data_dictionary.csv", "a.xml"]
    beside += ["a.shp.iso.xml", "a.shp.ea.iso.xml", "metadata.json", "notes.docx", "logo.png"]
    beside += [
        "in/.DS_Store",
        "codebook.csv",
        "a.sas",
        "index.html",
        "in/Thumbs.db",
        "changelog.txt",
    ]
    for name in beside:
        content = packed({"a.csv": GOOD, name: b"x" * 40})
        yield _zip(f"beside {name}", content, "company", refused=False)
    forbidden = [f"b{end}" for end in (".zip", ".gz", ".7z", ".rar", ".tar", ".xz", ".jar", ".kmz")]
    forbidden += [
        f"b{end}" for end in (".exe", ".dll", ".bat", ".ps1", ".js", ".vbs", ".sh", ".lnk")
    ]
    forbidden += [f"b{end}" for end in (".xlsm", ".docm", ".pkl", ".vrt", ".py", ".scr", ".hta")]
    for name in forbidden:
        yield _zip(f"forbidden {name}", packed({"a.csv": GOOD, name: b"x"}), "company")
    for name in ("readme.pdf", ".DS_Store", "__MACOSX/._a.csv", "a.xml"):
        yield _zip(f"only {name}", packed({name: b"x"}), "company")
    yield _zip("nothing", packed({}), "company")
    yield _zip("two", packed({"a.csv": GOOD, "b.csv": GOOD}), "company")
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    yield _zip("link", sink.getvalue(), "company")


def zip_damage(draw: np.random.Generator) -> Iterator[HostileFile]:
    """Cut archives, let them lie about their sizes, lock them, let them grow without end."""
    large = HEADER + b"".join(
        b"S%d,2018-19,%d,%d\n" % (at, *draw.integers(100, 900, 2)) for at in range(4_000)
    )
    for label, method in (("deflated", 8), ("bzip2", 12), ("lzma", 14)):
        whole = packed({"a.csv": large}, method)
        for at in range(12):
            begin = int(draw.integers(60, len(whole) - 400))
            broken = whole[:begin] + draw.bytes(60) + whole[begin + 60 :]
            yield _zip(f"{label} damaged {at}", broken, "damage")
        for at in range(1, 7):
            yield _zip(f"{label} cut {at}", whole[: len(whole) * at // 7], "damage")
    whole = packed({"a.csv": large})
    for at, size in enumerate((1, 100, 1 << 31)):
        lie = whole.replace(struct.pack("<L", len(large)), struct.pack("<L", size))
        yield _zip(f"lie {at}", lie, "damage")
    locked = bytearray(whole)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    yield _zip("encrypted", bytes(locked), "damage")
    for at, size in enumerate((5, 20, 60)):
        yield _zip(f"bomb {at}", packed({"a.csv": b"0" * (size << 20)}), "damage")
    yield _zip("thousands", packed({f"{at}.csv": b"x" for at in range(5_001)}), "damage")
    for at in range(12):
        yield _zip(f"noise {at}", b"PK\x03\x04" + draw.bytes(400), "damage")


def packed_lines(draw: np.random.Generator) -> Iterator[HostileFile]:
    """Cut or damage packed texts, or make one line without end."""

    def made(name: str, content: bytes, *, refused: bool = True) -> HostileFile:
        return HostileFile("packed text", name, "a.csv.gz", content, "delimited", refused=refused)

    whole = gzip.compress(GOOD)
    yield made("whole", whole, refused=False)
    for at in range(1, 9):
        yield made(f"cut {at}", whole[: len(whole) * at // 9])
    for at in range(16):
        begin = int(draw.integers(12, len(whole) - 24))
        yield made(f"damaged {at}", whole[:begin] + draw.bytes(12) + whole[begin + 12 :])
    endless = {
        "line": b"0,",
        "spaces": b" ",
        "quote": b'","',
        "quoted lines": b'"\n",',
        "blank": b"\n",
    }
    for name, piece in endless.items():
        size = (70 if name == "blank" else 20) << 20
        start = HEADER + (b'"' if name == "quoted lines" else b"")
        yield made(f"endless {name}", gzip.compress(start + piece * (size // len(piece)), 1))
    mixed = HEADER + "é".encode() * (1 << 20) + b"\xe9" * (1 << 20)
    yield made("mixed bytes", gzip.compress(mixed))
    yield made("mixed bytes without end", gzip.compress(mixed + b"0\n" * (50 << 20), 1))
    yield made("text", GOOD)
    yield made("zip", packed({"a.csv": GOOD}))


def workbooks(draw: np.random.Generator) -> Iterator[HostileFile]:
    """Put macros, entities and damage into workbooks."""

    def made(name: str, content: bytes, file: str = "a.xlsx") -> HostileFile:
        return HostileFile("workbook", name, file, content, "excel")

    plain = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    parts = {
        "macro": {"xl/vbaProject.bin": b"x"},
        "macro sheet": {"xl/macrosheets/sheet1.xml": b"<a/>"},
        "control": {"xl/activeX/activeX1.bin": b"x"},
        "entity": {"xl/a.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a/>'},
        "laughs": {"xl/a.xml": b'<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a/>'},
        "wide entity": {"xl/a.xml": "<!DOCTYPE a><a/>".encode("utf-16")},
        "late entity": {"xl/a.xml": draw.bytes(300).hex().encode() + b"<!ENTITY a 'b'>"},
        "archive": {"xl/embeddings/a.zip": b"PK"},
        "hollow": {},
        "outside": {"../a.xml": b"<a/>"},
        "bomb": {"xl/a.xml": b" " * (30 << 20)},
    }
    for name, more in parts.items():
        yield made(name, packed({**plain, **more}))
    whole = packed(plain)
    for at in range(1, 5):
        yield made(f"cut {at}", whole[: len(whole) * at // 5])
    old = bytes.fromhex("d0cf11e0a1b11ae1")
    for at in range(10):
        yield made(f"old noise {at}", old + draw.bytes(2_000), "a.xls")
    yield made("old macro", old + "_VBA_PROJECT".encode("utf-16-le"), "a.xls")
    yield made("page", b"<html><table><tr><td>1</td></tr></table></html>", "a.xls")
    yield made("text", GOOD)
    for end in (".xlsm", ".xlsb", ".xltm"):
        yield made(f"named {end}", whole, f"a{end}")
