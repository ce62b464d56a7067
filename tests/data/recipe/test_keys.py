"""The reference of keys is generated, current, and its examples are what the code reads."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from data import recipe_keys
from data.place.place import PlaceFile
from data.recipe.binding import bind
from data.recipe.recipe import Recipe

TABLES = [
    ("recipe", Recipe),
    *recipe_keys.tables_below(Recipe),
    ("place", PlaceFile),
    *recipe_keys.tables_below(PlaceFile),
]


def test_the_committed_copy_is_current() -> None:
    assert recipe_keys.DOCUMENT.read_text(encoding="utf-8") == recipe_keys.render()
    assert recipe_keys.main(["--check"]) == 0


def test_an_outdated_copy_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recipe_keys, "DOCUMENT", tmp_path / "docs" / "recipe-keys.md")
    assert recipe_keys.main(["--check"]) == 1
    assert "python -m data.recipe_keys" in capsys.readouterr().err
    assert recipe_keys.main([]) == 0
    assert recipe_keys.main(["--check"]) == 0


@pytest.mark.parametrize(("heading", "cls"), TABLES, ids=[heading for heading, _ in TABLES])
def test_every_key_has_a_meaning_and_an_example_that_is_read(heading: str, cls: type[Any]) -> None:
    rows = recipe_keys.key_rows(cls)
    assert all(row["meaning"].endswith(".") and row["type"] for row in rows)
    examples = tomllib.loads("\n".join(row["example"] for row in rows))
    assert list(examples) == [row["key"] for row in rows]
    bind(cls, examples, heading)


@pytest.mark.parametrize(("heading", "cls"), TABLES, ids=[heading for heading, _ in TABLES])
def test_a_default_is_what_a_missing_key_means(heading: str, cls: type[Any]) -> None:
    rows = recipe_keys.key_rows(cls)
    examples = tomllib.loads("\n".join(row["example"] for row in rows if not row["default"]))
    shown = [row for row in rows if row["default"] not in ("", "left out")]
    defaults = tomllib.loads("\n".join(f"{row['key']} = {row['default']}" for row in shown))
    assert bind(cls, examples, heading) == bind(cls, examples | defaults, heading)
