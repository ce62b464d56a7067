"""What the app says, frozen: every sentence, table, download and map colour of every page.

`python -m bench.frozen write FILE` opens each page of the demo county and of New York City under
many choices and writes all that a reader would see; `python -m bench.frozen compare FILE` opens the
same views again and lists each that says something else. A change of structure moves nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from google.protobuf.json_format import MessageToDict
from streamlit.elements.widgets import button
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    *("overview", "hot_spots", "why_here", "schools", "social_drivers", "join_quality"),
    *("data_quality", "methods"),
)
METHODS = ("consensus", "gi_star", "local_moran", "scan", "membership")
NULLS = ("schools", "areas", "constant_risk")
JOINS = ("zones", "nearest", "building")
# Names that Streamlit makes of a control's position and arguments; nobody reads them.
UNREAD = {"id", "formId", "elementId", "fragmentId", "pageScriptHash", "widgetId", "nonce"}
View = tuple[str, tuple[tuple[str, str], ...]]


def views(place: str) -> Iterator[View]:
    """List the views of a place: a page and the choices in its link."""

    def view(page: str, **choices: str) -> View:
        return page, tuple(sorted({"area": place, **choices}.items()))

    for page in PAGES:
        yield view(page)
        yield view(page, measure="crude", alpha="0.1")
    for method in METHODS:
        for null in NULLS if method in ("gi_star", "local_moran") else NULLS[::2]:
            if method != "membership" or null == "schools":
                yield view("hot_spots", method=method, null=null)
        yield view("why_here", method=method)
    for method in ("gi_star", "local_moran"):
        for near in ("knn6", "distance"):
            yield view("hot_spots", method=method, neighbours=near)
    yield view("hot_spots", method="gi_star", measure="eb", alpha="0.01")
    yield view("hot_spots", beside="scatter")
    yield view("hot_spots", method="gi_star", beside="null:areas")
    for join in JOINS:
        yield view("overview", catchment=join)
        yield view("hot_spots", catchment=join)
        yield view("join_quality", catchment=join)
    for level in ("elementary", "high"):
        for page in ("overview", "hot_spots", "schools", "social_drivers", "join_quality"):
            yield view(page, level=level)
    yield view("join_quality", versus="building")
    for number in range(24):
        yield view("social_drivers", driver=f"#{number}")
        if number % 4 == 0:
            yield view("social_drivers", driver=f"#{number}", view="together")
    for number in (3, 40):
        for page in ("overview", "hot_spots", "join_quality"):
            yield view(page, focus=f"tract#{number}")
        for page in ("schools", "join_quality"):
            yield view(page, focus=f"school#{number}")
    yield view("overview", year="#0")
    yield view("schools", year="#0")
    yield view("hot_spots", year="#1")


def filled(choices: Mapping[str, str], panel: Path) -> dict[str, str]:
    """Put real names in place of numbers: the third school of the place, its first year.

    Parameters
    ----------
    choices : mapping of str to str
        Choices of a view; "#2" stands for the third of its kind.
    panel : Path
        Folder of the place's protected panel.
    """
    import pandas as pd

    tables = {
        "year": ("absence", "school_year"),
        "driver": ("drivers", "measure"),
        "tract": ("tracts", "geoid"),
        "school": ("schools", "school_id"),
    }
    result = {}
    for name, value in choices.items():
        kind, mark, number = value.partition("#")
        if mark:
            table, column = tables[kind or name]
            found = pd.read_parquet(panel / f"{table}.parquet", columns=[column])
            if column not in found:
                found = found.reset_index()
            known = sorted(set(found[column]))
            value = known[min(int(number), len(known) - 1)]
        result[name] = value
    return result


def said(page: str, query: Mapping[str, str]) -> list[str]:
    """Open one view in a fresh session and write down all that it shows, in order.

    Parameters
    ----------
    page : str
        File stem of the page.
    query : mapping of str to str
        Query parameters of its link.

    Returns
    -------
    list of str
        One line for each element; downloads with the digest of their bytes.
    """
    handed: list[str] = []
    before = button.marshall_file

    def note(_where: str, data: Any, _proto: Any, kind: str, name: str, **_: Any) -> None:
        content = data() if callable(data) else data
        content = content.getvalue() if hasattr(content, "getvalue") else content
        content = content.encode() if isinstance(content, str) else bytes(content)
        digest = hashlib.sha256(_steady(content)).hexdigest()
        handed.append(f"download {name} {kind} {len(content)} {digest}")

    button.marshall_file = note
    try:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=900)
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
        handed.clear()
        if page != "overview":
            test.switch_page(f"pages/{page}.py").run()
        else:
            test.run()
    finally:
        button.marshall_file = before
    if test.exception:
        raise RuntimeError(f"{page} {dict(query)}: {test.exception[0].message}")
    link = json.dumps(dict(sorted(test.query_params.items())))
    return [f"link {link}", *_elements(test), *sorted(set(handed))]


def _steady(content: bytes) -> bytes:
    """Leave out of a download what the clock writes into it (GeoPackage: last change)."""
    if not content.startswith(b"SQLite format 3"):
        return content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(content)
        import geopandas as gpd
        import pyogrio

        layers = [name for name, _ in pyogrio.list_layers(path)]
        return "".join(gpd.read_file(path, layer=name).to_json() for name in layers).encode()


def _elements(test: AppTest) -> Iterator[str]:
    for node in test._tree:
        proto = getattr(node, "proto", None)
        if proto is None or not hasattr(proto, "DESCRIPTOR"):
            continue
        kind = f"{node.type} {proto.DESCRIPTOR.name}"
        yield f"{kind} {json.dumps(_read(MessageToDict(proto)), sort_keys=True)}"


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _read(part) for name, part in value.items() if name not in UNREAD}
    if isinstance(value, list):
        return [_read(part) for part in value]
    if isinstance(value, str) and len(value) > 200:
        return _table(value)
    return value


def _table(text: str) -> Any:
    """Read a table sent as Arrow; any other text stays as it is."""
    import base64

    try:
        with pa.ipc.open_stream(base64.b64decode(text, validate=True)) as stream:
            table = stream.read_all()
    except (ValueError, pa.ArrowInvalid, OSError):
        return text
    columns = zip(table.column_names, table.columns, strict=True)
    return {name: [str(cell) for cell in column.to_pylist()] for name, column in columns}


def freeze(places: list[str], home: Path) -> dict[str, list[str]]:
    """Open every view of the places; gives what each says by page and link.

    Parameters
    ----------
    places : list of str
        Slugs, built into `home` when they are not there.
    home : Path
        Store of the panels.
    """
    from data.build import build_panel

    os.environ["ATLAS_HOME"] = str(home)
    frozen: dict[str, list[str]] = {}
    for place in places:
        folder = home / "panels" / place
        if not (folder / "manifest.json").is_file():
            build_panel(place, out=folder, say=lambda _: None)
        for page, choices in views(place):
            query = filled(dict(choices), folder / "protected")
            key = f"{page}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
            if key in frozen:
                continue
            started = time.monotonic()
            frozen[key] = said(page, query)
            sys.stderr.write(f"{time.monotonic() - started:6.1f} s {key}\n")
    return frozen


def main() -> int:
    """Write what the app says, or compare it with what was written."""
    parser = argparse.ArgumentParser(prog="python -m bench.frozen", description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--places", nargs="+", default=["demo", "nyc"])
    parser.add_argument("--home", type=Path, help="a store to use; default: a new one")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="atlas-frozen-"))
    now = freeze(asked.places, home)
    if asked.what == "write":
        asked.file.write_text(json.dumps(now, indent=0), encoding="utf-8")
        sys.stdout.write(f"{len(now)} views written to {asked.file}\n")
        return 0
    then: dict[str, list[str]] = json.loads(asked.file.read_text(encoding="utf-8"))
    then = {key: lines for key, lines in then.items() if key in now or _of(key) in asked.places}
    moved = [key for key in then if then[key] != now.get(key)]
    for key in moved:
        sys.stdout.write(f"{key}\n")
        old, new = then[key], now.get(key, [])
        for line in [f"- {x[:400]}" for x in old if x not in new][:6]:
            sys.stdout.write(f"  {line}\n")
        for line in [f"+ {x[:400]}" for x in new if x not in old][:6]:
            sys.stdout.write(f"  {line}\n")
    sys.stdout.write(f"{len(then)} views compared, {len(moved)} say something else\n")
    return 1 if moved else 0


def _of(key: str) -> str:
    return key.partition("area=")[2].partition("&")[0]


if __name__ == "__main__":
    sys.exit(main())
