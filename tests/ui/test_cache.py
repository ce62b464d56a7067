"""One cache: every entry named once, none elsewhere, and nothing kept reads what may change."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.string_util import clean_text

from ui import languages
from ui.queries.cache import ENTRIES, Doing

ROOT = Path(__file__).parents[2]
OWNER = ROOT / "ui" / "queries" / "cache.py"
FILES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")])


def entries_of(path: Path) -> list[tuple[str, ast.FunctionDef]]:
    """Functions of a file whose results are kept, with the name they are kept under."""
    return [
        (mark.args[0].value, node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "kept"
    ]


def test_no_other_file_keeps_anything() -> None:
    marks = ("cache_data", "cache_resource", "lru_cache", "functools.cache", "global ")
    elsewhere = [path for path in FILES if path != OWNER]
    assert len(elsewhere) > 40
    assert [
        (path.name, mark)
        for path in elsewhere
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ] == []


def test_every_entry_is_used_exactly_once() -> None:
    names = [name for path in FILES for name, _ in entries_of(path)]
    assert sorted(names) == sorted(ENTRIES)


@pytest.mark.parametrize("path", [path for path in FILES if entries_of(path)], ids=lambda p: p.stem)
def test_what_is_kept_depends_on_its_arguments_alone(path: Path) -> None:
    """Names of a module that a kept function reads are imported, defined, or constants."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    read = {
        node.id
        for _, function in entries_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Name)
    }
    assert {name for name in read & assigned if name != name.upper()} == set()
    assert not [
        node
        for _, function in entries_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in ("session_state", "query_params")
    ]


def test_who_waits_is_told_in_their_language() -> None:
    waiting = Doing("Opening the place ...")
    before = clean_text(waiting)
    try:
        languages.speak("es")
        after = clean_text(waiting)
    finally:
        languages.speak("")
    assert (before, after) == ("Opening the place ...", "Abriendo el lugar ...")
