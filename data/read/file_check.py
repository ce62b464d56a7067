"""What a file must pass before a library opens it, and before an archive is unpacked."""

import lzma
import mmap
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType

from data.errors import FileError
from data.recipe.parts import SUFFIXES

CHUNK = 1 << 20
# What a damaged archive makes the unpacking libraries raise; bz2 raises OSError.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError),
)
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".bz2", ".xz", ".zst", ".jar", ".whl", ".kmz")
INSIDE = (".csv", ".tsv", ".txt", ".geojson", ".json", ".gpkg")
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
PROGRAMS = (
    *(".exe", ".dll", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse"),
    *(".wsf", ".hta", ".lnk", ".sh", ".py", ".pl", ".so", ".dylib", ".app", ".reg", ".iso"),
    *(".xlsm", ".xlsb", ".xltm", ".xlam", ".docm", ".pptm", ".pkl", ".pickle", ".vrt"),
)
# What macOS, Windows and office programs leave behind.
LEFTOVERS = re.compile(
    r"(?:^|/)(?:__macosx(?:/|$)|\.(?![./])|~\$|thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
DOCUMENTS = re.compile(
    r"read[ _-]?me|dictionary|metadata|licen[cs]e|codebook|notes?|about|documentation|layout"
    r"|disclaimer|copyright|change[ _-]?log",
    re.IGNORECASE,
)
LONGEST_NAME = 200  # bytes; file systems take 255
MACRO_PARTS = re.compile(r"vbaproject|macrosheets/|activex/|\.bin$", re.IGNORECASE)
HARMLESS_PARTS = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
XML_DECLARATIONS = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
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
    "data.census.gov"
)
MACRO_BOOKS = (".xlsm", ".xlsb", ".xltm", ".xlam")


@dataclass(frozen=True)
class Limits:
    """Most that a file may hold.

    Attributes
    ----------
    file_bytes : int
        Size on disk.
    unpacked_bytes : int
        Sum over the members of an archive.
    ratio : float
        Unpacked over packed size of one member of more than `small_bytes`.
    members : int
        Members of an archive.
    students : int
        Students in one row: no school has as many, the largest, online and statewide, have about
        60,000. The largest district has about a million.
    """

    file_bytes: int = 1 << 30
    unpacked_bytes: int = 2 << 30
    ratio: float = 200.0
    small_bytes: int = 1 << 20
    members: int = 5_000
    students: int = 200_000


LIMITS = Limits()


def check_file(path: Path, kind: str, limits: Limits = LIMITS) -> str:
    """Check a file before it is opened, by name, size and first bytes.

    Parameters
    ----------
    path : Path
        A file on this machine.
    kind : str
        "delimited", "excel", "vector", "census" or "xml".
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
            raise FileError(name, *_other_content(suffix, head))
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if kind == "xml":
        if not start.startswith(b"<"):
            raise FileError(name, "it is not XML", "download the file itself, as the feed has it")
        return
    if start.startswith(b"<"):
        remedy = NO_KEY if kind == "census" else "download the file itself, not the page about it"
        raise FileError(name, "a web page or XML, not data", remedy)
    if start.startswith(b"version https://git-lfs"):
        raise FileError(name, "a pointer of Git LFS, not the file", "download the file itself")
    if kind == "delimited" and start.startswith((b"{", b"[{")):
        remedy = "open it: a server may say there what is wrong; else export the table as CSV"
        raise FileError(name, "it is JSON, not a table", remedy)
    if kind == "vector" and suffix in (".geojson", ".json") and not start.startswith(b"{"):
        raise FileError(name, "it is not a GeoJSON object", "export it again as GeoJSON")
    if b"\x00" in head and not head.startswith(BYTE_ORDER_MARKS):
        raise FileError(name, "binary content, not text", "export it again as text")


def _other_content(suffix: str, head: bytes) -> tuple[str, str]:
    """Say what a file really is whose content is not what its name says, and the remedy."""
    again = "open it in a spreadsheet and save it as .xlsx"
    if suffix in (".xls", ".xlsx"):
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        for other, magic in MAGIC.items():
            if other in (".xls", ".xlsx") and head.startswith(magic):
                locked = " or locked with a password" if other == ".xls" else ""
                return f"its content is {other}{locked}, not {suffix}", f"{again}, unlocked"
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
            return f"an XML spreadsheet that is called {suffix}", again
        if start.startswith(b"<"):
            return f"an HTML table or page that is called {suffix}", f"{again} or .csv"
        if b"\x00" not in head and (b"\t" in head or b"," in head or b";" in head):
            remedy = 'rename it to .csv or .txt and write kind = "delimited" with its delimiter'
            return f"a plain text that is called {suffix}", remedy
    return f"its content is not {suffix}", "export it again in the format of its name"


def _refuse_old_macros(path: Path, name: str) -> None:
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as book:
        has_macros = book.find("_VBA_PROJECT".encode("utf-16-le")) >= 0
    if has_macros:
        raise FileError(name, "the workbook holds macros", "save it as .xlsx without macros")


@contextmanager
def opened(file: str) -> Iterator[None]:
    """Say in plain words that a file could not be read: a broken disk, a lost network drive.

    Raises
    ------
    FileError
        In place of any OSError.
    """
    try:
        yield
    except OSError as error:
        raise FileError(
            file,
            f"it cannot be read ({error.strerror or error})",
            "copy or download it again, to a disk that works",
        ) from error


def unpack(path: Path, folder: Path, limits: Limits = LIMITS) -> tuple[Path, ...]:
    """Unpack what can be read of a checked zip into an empty folder, counting bytes as they come.

    Returns
    -------
    tuple of Path
        The unpacked files, in the order of the archive; none lies outside the folder. What stands
        beside the data (metadata, documents, leftovers of other programs) is not unpacked.

    Raises
    ------
    FileError
        The archive is damaged, or may do harm. Nothing is unpacked then.
    """
    with _opened(path, path.name) as archive:
        members = _read_members(archive, path.name, limits)
        written = []
        for member in members:
            target = folder.joinpath(*PurePosixPath(member.filename).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(archive, member, target, path.name)
            written.append(target)
    return tuple(written)


def check_archive(path: Path, limits: Limits = LIMITS) -> None:
    """Look through a zip or a workbook without unpacking it.

    Raises
    ------
    FileError
        It is damaged, too large, or holds something that may do harm.
    """
    name, suffix = path.name, path.suffix.lower()
    with _opened(path, name) as archive:
        if suffix == ".zip":
            _read_members(archive, name, limits)
            return
        for part in _members(archive, name, limits):
            _check_workbook_part(archive, part, name)


def main_files(files: Sequence[Path], suffixes: tuple[str, ...]) -> list[Path]:
    """Choose among unpacked files those that may be meant.

    Of several, documents by their name and plain texts beside other types are not meant.
    """
    candidates = [file for file in files if file.name.lower().endswith(suffixes)]
    for is_meant in (_is_no_document, _is_no_text):
        if len(candidates) > 1:
            candidates = [file for file in candidates if is_meant(file)] or candidates
    return candidates


def _is_no_document(file: Path) -> bool:
    return not DOCUMENTS.search(file.stem)


def _is_no_text(file: Path) -> bool:
    return file.suffix.lower() != ".txt"


def _opened(path: Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except DAMAGE as error:
        raise FileError(name, f"the archive is damaged ({error})", "download it again") from error


def _read_members(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """Give the members of a zip that can be read; programs and archives in it are refused."""
    members = [
        member
        for member in _members(archive, name, limits)
        if not LEFTOVERS.search(member.filename)
    ]
    for member in members:
        _check_member_kind(member, name)
    wanted = [each for each in members if each.filename.lower().endswith(INSIDE + SHAPEFILE_PARTS)]
    _refuse_clashes(wanted, name)
    if not wanted:
        inside = ", ".join(repr(each.filename) for each in members[:5])
        raise FileError(
            name,
            f"nothing in it can be read{f': it holds {inside}' if inside else ''}",
            f"pack {', '.join((*INSIDE, '.shp with its parts'))}",
        )
    return wanted


def _refuse_clashes(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuse names that no folder can hold: too long, a file and a folder at once, a device's."""
    files = {member.filename.lower() for member in members}
    for member in members:
        path = PurePosixPath(member.filename)
        short = f"{member.filename[:60]!r}"
        if any(len(part.encode("utf-8", "replace")) > LONGEST_NAME for part in path.parts):
            raise FileError(name, f"the name {short}... is too long", "rename it and pack again")
        if any(str(folder).lower() in files for folder in path.parents):
            raise FileError(name, f"{short} lies in a folder that is a file too", "pack it again")
        if any(PureWindowsPath(part).is_reserved() for part in path.parts):
            raise FileError(name, f"{short} is the name of a device", "rename it and pack again")


def _members(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """Give the files of an archive after every check that needs no unpacking."""
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise FileError(name, f"{len(entries):,} files inside", "pack only the files needed")
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        raise FileError(name, f"unpacks to {total:,} bytes", "pack only the files needed")
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, name, limits)
        place = entry.filename.lower().rstrip("/")
        if place in seen:
            raise FileError(name, f"{entry.filename[:60]!r} is in it twice", "pack it again")
        seen.add(place)
    return [entry for entry in entries if not entry.is_dir()]


def _check_entry(entry: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    path = PurePosixPath(entry.filename)
    is_outside = path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00]", entry.filename)
    if is_outside or not path.parts:
        raise FileError(
            name, f"{entry.filename!r} would be written outside", "do not use this file"
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise FileError(name, f"{entry.filename!r} is a link", "pack the file itself")
    if entry.flag_bits & 1:
        raise FileError(name, "it is encrypted", "pack it without a password")
    is_large = entry.file_size > limits.small_bytes
    if is_large and entry.file_size > limits.ratio * max(1, entry.compress_size):
        raise FileError(
            name,
            f"{entry.filename!r} unpacks to {entry.file_size:,} bytes from {entry.compress_size:,}",
            "this is how a zip bomb looks; do not use this file",
        )


def _check_member_kind(entry: zipfile.ZipInfo, name: str) -> None:
    lower = entry.filename.lower()
    if lower.endswith(NESTED):
        raise FileError(
            name, f"{entry.filename!r} is an archive inside an archive", "unpack it once by hand"
        )
    if lower.endswith(PROGRAMS):
        raise FileError(
            name,
            f"{entry.filename!r} is not a type that is read",
            f"pack only {', '.join((*INSIDE, '.shp with its parts'))}",
        )


def _check_workbook_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    part = entry.filename
    if MACRO_PARTS.search(part) and not HARMLESS_PARTS.search(part):
        raise FileError(name, "the workbook holds macros", "save it as .xlsx without macros")
    if part.lower().endswith(NESTED):
        raise FileError(
            name, f"{part!r} is an archive inside a workbook", "remove what is embedded"
        )
    if part.lower().endswith((".xml", ".rels")):
        _check_xml(archive, entry, name)


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Refuse entity declarations, which can read other files or fill the memory."""
    tail = b""
    for chunk in _chunks(archive, entry, name):
        if not tail and (chunk.startswith(BYTE_ORDER_MARKS) or b"\x00" in chunk[:200]):
            raise FileError(name, f"{entry.filename!r} is not UTF-8", "save the workbook again")
        if XML_DECLARATIONS.search(tail + chunk):
            raise FileError(
                name, f"{entry.filename!r} declares XML entities", "do not use this file"
            )
        tail = chunk[-32:]


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    with target.open("xb") as sink:
        for chunk in _chunks(archive, entry, name):
            sink.write(chunk)


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Unpack one member piece by piece, but no more of it than it declared."""
    left = entry.file_size
    try:
        with archive.open(entry) as source:
            while chunk := source.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise FileError(
                        name, f"{entry.filename!r} is larger than declared", "do not use this file"
                    )
                yield chunk
    except FileError:
        raise
    except DAMAGE as error:
        raise FileError(
            name, f"{entry.filename!r} is damaged ({error})", "download it again"
        ) from error
