"""Look at a file before any library opens it: kind, size, first bytes, and what hides inside."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from data.read.archive import (
    BYTE_ORDER_MARKS,
    LIMITS,
    Limits,
    check_archive,
)
from data.read.file_error import FileError
from data.recipe.recipe import SUFFIXES

MAGIC: Mapping[str, bytes] = MappingProxyType(
    {
        ".xlsx": b"PK\x03\x04",
        ".zip": b"PK\x03\x04",
        ".xls": bytes.fromhex("d0cf11e0a1b11ae1"),
        ".gpkg": b"SQLite format 3\x00",
        ".shp": bytes.fromhex("0000270a"),
        ".csv.gz": b"\x1f\x8b",
    }
)
NO_KEY = (
    "the Census Bureau's interface may want a key (free of charge, from "
    "api.census.gov/data/key_signup.html): set CENSUS_API_KEY, or download the table from "
    "data.read.census.gov"
)
MACRO_BOOKS = (".xlsm", ".xlsb", ".xltm", ".xlam")


def check_file(path: Path, kind: str, limits: Limits = LIMITS) -> str:
    """Check a file before it is opened, by name, size and first bytes.

    Parameters
    ----------
    path : Path
        A file on this machine.
    kind : str
        "delimited", "excel", "vector" or "census".
    limits : Limits
        Largest sizes.

    Returns
    -------
    str
        Its suffix, lower case, one of those allowed for the kind.

    Raises
    ------
    FileError
        It is not what its name says, or may do harm.
    """
    name = path.name
    _refuse_virtual(path, name)
    suffix = allowed_suffix(name, kind)
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileError(
            name, f"{size:,} bytes, more than {limits.file_bytes:,}", "split or trim the file"
        )
    with path.open("rb") as handle:
        head = handle.read(4096)
    _check_content(name, suffix, head, kind)
    if suffix in (".zip", ".xlsx"):
        check_archive(path, limits)
    elif suffix == ".xls":
        _refuse_old_macros(path, name)
    return suffix


def allowed_suffix(name: str, kind: str) -> str:
    """Give a file name's suffix if files of this kind may have it."""
    lower = name.lower()
    allowed = SUFFIXES[kind]
    for suffix in sorted(allowed, key=len, reverse=True):
        if lower.endswith(suffix):
            return suffix
    words = ", ".join(allowed)
    if lower.endswith(MACRO_BOOKS):
        raise FileError(name, "a workbook that can hold macros", "save it as .xlsx without macros")
    raise FileError(name, f"files of this type are not read as {kind}", f"use one of {words}")


def _refuse_virtual(path: Path, name: str) -> None:
    text = path.as_posix()
    if "/vsi" in text.lower() or "://" in text or text.startswith(("http:", "https:", "ftp:")):
        raise FileError(name, "an address, not a file on this machine", "download the file first")
    if not path.is_file():
        raise FileError(name, "there is no such file", "check its name and folder")


def _check_content(name: str, suffix: str, head: bytes, kind: str) -> None:
    if not head:
        raise FileError(name, "the file is empty", "fetch or export it again")
    magic = MAGIC.get(suffix)
    if magic is not None:
        if not head.startswith(magic):
            raise FileError(
                name, f"its content is not {suffix}", "export it again in the format of its name"
            )
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        remedy = NO_KEY if kind == "census" else "download the file itself, not the page about it"
        raise FileError(name, "a web page or XML, not data", remedy)
    if kind == "vector" and suffix in (".geojson", ".json") and not start.startswith(b"{"):
        raise FileError(name, "it is not a GeoJSON object", "export it again as GeoJSON")
    if b"\x00" in head and not head.startswith(BYTE_ORDER_MARKS):
        raise FileError(name, "binary content, not text", "export it again as text")


def _refuse_old_macros(path: Path, name: str) -> None:
    if "_VBA_PROJECT".encode("utf-16-le") in path.read_bytes():
        raise FileError(name, "the workbook holds macros", "save it as .xlsx without macros")
