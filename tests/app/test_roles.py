"""Two sessions of one server, an analyst and a viewer: nobody sees what is the other's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.panel import load_panel
from tests.canary import CANARY, PAGES, SEEN, opened, said, turned_to
from ui import roles

ROOT = Path(__file__).parents[2]
ANALYST = {"is_logged_in": True, roles.CLAIM: "analyst"}
VIEWER = {"is_logged_in": True, roles.CLAIM: "viewer"}


@pytest.fixture(autouse=True)
def served(canary_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ATLAS_HOME", str(canary_home))
    monkeypatch.delenv(roles.ROLE, raising=False)
    monkeypatch.setenv(roles.SEES, "all")
    return


def test_two_sessions_on_all_pages_see_nothing_of_each_other(canary_home: Path) -> None:
    absence = load_panel(canary_home / "panels" / "demo").absence
    school = absence.loc[absence["chronic_absent"].eq(CANARY), "school_id"].iloc[0]
    analyst, viewer = (
        opened("overview", folds=False, user=user, focus=school) for user in (ANALYST, VIEWER)
    )
    seen = []
    for turn, page in enumerate(PAGES):
        both = [(ANALYST, analyst), (VIEWER, viewer)]
        for user, test in reversed(both) if turn % 2 else both:
            turned_to(test, page)
            assert not test.exception, (page, user)
            told = any("They are for you alone" in each for each in test.warning.values)
            assert told == (user is ANALYST)
            if SEEN.search(said(test)):
                seen.append((page, user[roles.CLAIM]))
    assert ("schools", "analyst") in seen, "an analyst sees what is under the agreement"
    assert not [page for page, who in seen if who == "viewer"]
    analyst.query_params["present"] = "1"
    assert analyst.switch_page("pages/schools.py").run().button
    assert not SEEN.search(said(analyst)), "coalition mode shows what anyone may see"


@pytest.mark.parametrize(
    ("named", "user", "expected"),
    [
        ("", {}, "analyst"),
        ("viewer", {}, "viewer"),
        ("admin", {}, "viewer"),
        ("", {"is_logged_in": False}, "viewer"),
        ("", {"is_logged_in": True}, "viewer"),
        ("", {"is_logged_in": True, roles.CLAIM: "root"}, "viewer"),
        ("analyst", ANALYST, "analyst"),
        ("viewer", ANALYST, "viewer"),
        ("analyst", VIEWER, "viewer"),
    ],
)
def test_the_role_is_the_lesser_of_deployment_and_login(
    monkeypatch: pytest.MonkeyPatch, named: str, user: dict[str, Any], expected: str
) -> None:
    monkeypatch.setenv(roles.ROLE, named)
    test = AppTest.from_function(show_role)
    test.user = user
    assert test.run().text.values == [
        f"{expected} {'all' if expected == 'analyst' else 'protected'}"
    ]
    assert roles.role() == "viewer", "outside of any session"


def show_role() -> None:
    import streamlit as st

    from ui import roles

    st.text(f"{roles.role()} {roles.copy()}")


def test_an_analyst_sees_small_counts_only_where_the_deployment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for other in ("", "protected", "yes", "ALL"):
        monkeypatch.setenv(roles.SEES, other)
        assert AppTest.from_function(show_role).run().text.values == ["analyst protected"]


def hand_in(part: str) -> None:
    import importlib

    from ui import frame

    with frame.drawn():
        section = importlib.import_module(f"ui.{part}.upload").section
        section(frame.current())


@pytest.mark.parametrize("part", ["intake", "join", "plan"])
def test_a_viewer_hands_in_nothing_and_is_told_why(part: str) -> None:
    said_to = {}
    for user in (VIEWER, ANALYST):
        if part == "intake":
            test = opened("add_a_place", user=user)
        else:
            test = AppTest.from_function(hand_in, args=(part,), default_timeout=60)
            test.user = user
            test.run()
        assert not test.exception
        told = "only an analyst adds places and hands in files" in said(test)
        said_to[user[roles.CLAIM]] = len(test.get("file_uploader")), told
    assert said_to["viewer"] == (0, True)
    assert said_to["analyst"][0] > 0
    assert not said_to["analyst"][1]


def functions_of(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


FILES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")])
ALL = [(path, function) for path in FILES for function in functions_of(path)]
NAMING = ("Place", "Edition")
"""A `Place`, or the edition of its figures of the year, which holds one."""
FREE = {"results", "_figures"}
"""Kept functions of no place: the store of results itself, and words of rows in the key."""
KEYS = ("queries.place(", "key_of(", "_key(")


def test_what_is_kept_has_the_copy_in_its_key() -> None:
    """A `Place` names the copy that a session may open; it follows from the role."""
    kept = [
        function
        for _, function in ALL
        if any(ast.unparse(mark).startswith("kept(") for mark in function.decorator_list)
    ]
    assert len(kept) > 30
    keyed = [
        function
        for function in kept
        for each in function.args.args
        if each.annotation and ast.unparse(each.annotation) in NAMING and each.arg[0] != "_"
    ]
    assert {function.name for function in kept if function not in keyed} == FREE
    for function in kept:
        if function not in keyed:
            assert "queries" not in ast.unparse(function)


def test_results_of_long_work_have_the_copy_in_their_key() -> None:
    asking = [
        (path, function)
        for path, function in ALL
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("result", "give")
    ]
    assert len(asking) >= 14
    assert [
        (path.name, function.name)
        for path, function in asking
        if not any(key in ast.unparse(function) for key in KEYS)
    ] == []
    keys = [
        function
        for path, function in ALL
        if path.parent.name == "queries" and function.name in ("key_of", "_key")
    ]
    assert len(keys) >= 3
    assert all("place(selection.area)" in ast.unparse(function) for function in keys)


def test_only_one_place_reads_who_the_reader_is() -> None:
    marks = ("ATLAS_ROLE", "ATLAS_ANALYST", roles.CLAIM)
    readers = [path.name for path in FILES if any(m in path.read_text("utf-8") for m in marks)]
    assert readers == ["roles.py"]
    asking = {path.name for path in FILES if "st.user" in path.read_text("utf-8")}
    assert asking <= {"roles.py", "login.py"}, "login asks whether somebody is there, no more"
    opens = [
        function.name
        for path, function in ALL
        if path.name != "roles.py" and "roles.copy(" in ast.unparse(function)
    ]
    assert opens == ["place", "own"], "besides panels, single sayings of Voices"
