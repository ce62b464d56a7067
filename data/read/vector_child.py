"""Read one geographic file in a process of its own: `python vector_child.py FILE LAYER DRIVER`.

A file made to do harm may fill the memory, run for ever, or name an address to be asked. Here it
ends this process only, and the process cannot reach the network. What is read goes to the standard
output, never to a disk: the archive of numpy that `data.read.formats` opens.
"""

import contextlib
import ctypes
import glob
import io
import json
import math
import mmap
import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 30
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # of Linux: a network without any connection
# GDAL chooses a driver by content: without the prefix, JSON can start its pipeline driver.
PREFIXES = {"GeoJSON": "GeoJSON:", "GPKG": "GPKG:", "ESRI Shapefile": ""}
EXPORT = "export it again"
NAME_IT = (
    'write "crs": {"type": "name", "properties": {"name": "EPSG:..."}}, or leave it out for degrees'
)
MEMBER = re.compile(rb'"(?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)"\s*:\s*')
ENDED = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
TOP = 2  # brackets around a member of the collection, or of its properties
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')
PLAIN_NAME = re.compile(
    r"EPSG:\d{4,6}|urn:(?:x-)?ogc:def:crs:(?:EPSG|OGC|ESRI):[\d.]*:\w+"
    r"|https?://www\.opengis\.net/def/crs/(?:EPSG|OGC)/[\d.]+/\w+",
    re.IGNORECASE,
)


class RefusedError(Exception):
    """What is wrong with the file, and the remedy."""


def main(file: str, layer: str, driver: str) -> int:
    """Write what the file holds; on failure say why and return 1."""
    _limit_memory()
    _leave_network()
    try:
        named = ""
        if driver == "GeoJSON":
            named = _named_crs(Path(file))
            _refuse_part(Path(file))
        if driver == "ESRI Shapefile":
            _refuse_lone(Path(file))
        if driver == "GPKG":
            _refuse_views(Path(file))
        _write(_content(f"{PREFIXES[driver]}{file}", layer) | {"named": named})
    except RefusedError as error:
        return _fail(*error.args)
    except MemoryError:
        return _fail("it takes too much memory", "split it, or make its outlines coarser")
    except Exception as error:
        # Whatever the libraries raise, the file is at fault.
        return _fail(f"it cannot be read ({error})", EXPORT)
    return 0


def _content(address: str, layer: str) -> dict[str, Any]:
    """Give everything in the layer: outlines as well-known binary, cells as text."""
    # Neither is needed, and they take a second to load.
    loaded: dict[str, Any] = sys.modules
    loaded.update(dict.fromkeys(("geopandas", "pandas", "pyarrow", "pyproj", "shapely")))
    import pyogrio
    from pyogrio.raw import read

    names = [str(name) for name, _ in pyogrio.list_layers(address)]
    if layer not in names and (layer or len(names) != 1):
        what = f"there is no layer {layer!r}" if layer else f"it has {len(names)} layers"
        raise RefusedError(what, f"name format.layer in the recipe: {', '.join(names)}")
    about = pyogrio.read_info(address, layer=layer or names[0])
    if about["geometry_type"] is None:
        raise RefusedError("it has no geometry", "choose another layer or file")
    meta, _, shapes, columns = read(address, layer=layer or names[0])
    fields = [str(name) for name in meta["fields"]]
    return {
        "driver": about["driver"],
        "crs": meta["crs"],
        "fields": fields,
        "cells": [[as_text(cell) for cell in column.tolist()] for column in columns],
        "shapes": list(shapes),
    }


def as_text(cell: Any) -> str:
    """Write a cell as text; whole numbers without a fraction, what is empty as ""."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _named_crs(path: Path) -> str:
    """Give the coordinate system that a GeoJSON file names; "" where it is degrees by the standard.

    The library takes a system that it does not know, or that lies at an address, for degrees.
    """
    names = set()
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for match in MEMBER.finditer(text):
            start = match.end()
            if text[start : start + 1] not in (b"{", b"n") and _depth(text, match.start()) != 1:
                continue  # a column of that name
            names.add(_name(_value(text, start), _depth(text, match.start())))
    names.discard("")
    if len(names) > 1:
        raise RefusedError("it names several coordinate systems", EXPORT)
    return names.pop() if names else ""


def _value(text: mmap.mmap, start: int) -> Any:
    """Read the JSON value that begins at a place of the file."""
    piece = text[start : start + 4096].decode("utf-8", "replace")
    try:
        return json.JSONDecoder().raw_decode(piece)[0]
    except ValueError:
        return "not JSON"


def _name(value: Any, depth: int) -> str:
    """Give the name in a `crs` member; refuse one that names nothing."""
    if value is None and depth != 1:
        return ""
    members = value if isinstance(value, dict) else {}
    kind, about = members.get("type"), members.get("properties")
    about = about if isinstance(about, dict) else {}
    if kind is None and depth != 1:
        return ""  # a column that holds more than a word
    name = f"EPSG:{about.get('code')}" if kind == "EPSG" else about.get("name")
    if kind not in ("name", "EPSG") or not PLAIN_NAME.fullmatch(str(name)):
        what = "lies at an address" if kind == "link" else f"is not known ({value!r:.80})"
        raise RefusedError(f"its coordinate system (crs) {what}", NAME_IT)
    return str(name)


def _depth(text: mmap.mmap, end: int) -> int:
    """Count the brackets that are open at a place of the file."""
    depth = 0
    for token in TOKEN.finditer(text, 0, end):
        mark = token.group()
        depth += mark in (b"{", b"[")
        depth -= mark in (b"}", b"]")
    return depth


def _refuse_part(path: Path) -> None:
    """Refuse an answer that a server ended at its limit of rows, as it says itself."""
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if any(_depth(text, match.start()) <= TOP for match in ENDED.finditer(text)):
            raise RefusedError(
                "the server ended it at its limit of rows (exceededTransferLimit)",
                "download the whole file, or ask for the rest with resultOffset",
            )


def _refuse_lone(path: Path) -> None:
    """Refuse a shapefile without the parts that hold its columns and their order."""
    suffixes = {each.suffix.lower() for each in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    if lacking := [suffix for suffix in (".shx", ".dbf") if suffix not in suffixes]:
        what = f"its part {path.stem}{lacking[0]} does not lie beside it"
        raise RefusedError(what, "take all parts of the shapefile: .shp, .shx, .dbf and .prj")


def _refuse_views(path: Path) -> None:
    """Refuse a GeoPackage whose layers are queries: one may run for ever."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as book:
        rows = book.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
        kinds = {str(name).lower(): (kind, str(sql)) for name, kind, sql in rows}
        if kinds.get("gpkg_contents", ("", ""))[0] != "table":
            raise RefusedError("it is no GeoPackage: it lacks the list of its layers", EXPORT)
        layers = [
            str(name).lower()
            for (name,) in book.execute("SELECT table_name FROM gpkg_contents LIMIT 1000")
        ]
    for name in {*layers, *(name for name in kinds if name.startswith("gpkg_"))}:
        kind, sql = kinds.get(name, ("", ""))
        if kind == "view" or re.match(r"\s*create\s+virtual", sql, re.IGNORECASE):
            raise RefusedError(
                f"its layer {name!r} is a query, not a table", "export it as a table"
            )


def _write(content: dict[str, Any]) -> None:
    import numpy as np

    shapes = content.pop("shapes")
    sizes = np.array([-1 if shape is None else len(shape) for shape in shapes], dtype="int64")
    joined = np.frombuffer(b"".join(shape for shape in shapes if shape is not None), dtype="uint8")
    about = np.frombuffer(json.dumps(content).encode(), dtype="uint8")
    sink = io.BytesIO()
    np.savez(sink, about=about, sizes=sizes, shapes=joined)
    sys.stdout.buffer.write(sink.getbuffer())


def _fail(what: str, remedy: str) -> int:
    sys.stderr.write(json.dumps([what, remedy]))
    return 1


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource  # absent on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _leave_network() -> None:
    """Give up the network where the system lets us; else every request ends at a closed port."""
    os.environ.update(
        GDAL_HTTP_PROXY="127.0.0.1:9",
        GDAL_HTTP_TIMEOUT="1",
        GDAL_HTTP_MAX_RETRY="0",
        CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".none",
        PROJ_NETWORK="OFF",
    )
    os.environ.pop("OGR_SQLITE_LOAD_EXTENSIONS", None)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).unshare(NEW_USER | NEW_NETWORK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3]))
