"""The reader of the source, on a product of a few lines."""

from pathlib import Path
from typing import Any

import pytest

from bench.structure.__main__ import main, measure

BODY = "\n".join(f"    total = total + {number} * value" for number in range(7))
FILES = {
    "app.py": "from ui import frame, slides\n\nframe.show(slides.show)\n",
    "pages/map.py": "from ui import frame\nfrom geo.joins import near\n\nframe.show(near)\n",
    "geo/__init__.py": '"""Places."""\n',
    "geo/joins/__init__.py": (
        "from geo.joins.far import far\nfrom geo.joins.near import Near, near\n"
        "from geo.joins import kinds\n\n__all__ = ['Near', 'far', 'kinds', 'near']\n"
    ),
    "geo/joins/near.py": (
        '"""Near.\n\nMore."""\n\nfrom dataclasses import dataclass\n\n\n'
        "@dataclass\nclass Near:\n    size: int = 0  # km\n\n"
        "    def __post_init__(self):\n        _check(self)\n\n"
        "    @property\n    def wide(self):\n        return 1\n\n"
        "    def unused(self):\n        return 2\n\n\n"
        "def near():\n    return Near().wide\n\n\n"
        "def _check(it: 'Hint'):\n    return it\n\n\nclass Hint:\n    pass\n"
    ),
    "geo/joins/far.py": f"def far(value, near):\n    total = near()\n{BODY}\n    return total\n",
    "geo/joins/kinds.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n",
    "data/__init__.py": "",
    "data/build.py": (
        "def main():\n    from geo import joins\n\n    return joins.kinds.one()\n\n\n"
        f"def idle(value):\n    total = 1\n{BODY}\n    return total\n\n\n"
        "if __name__ == '__main__':\n    main()\n"
    ),
    "ui/__init__.py": "",
    "ui/frame.py": "def show(*parts):\n    return [part() for part in parts]\n",
    "ui/slides.py": (
        "from importlib import import_module\n\nSLIDES = {'one': 'ui.slide'}\n\n\n"
        "def show(name):\n    return import_module(SLIDES[name]).SLIDE\n"
    ),
    "ui/slide.py": "def picture():\n    return 1\n\n\nSLIDE = (picture,)\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("product")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(root: Path) -> dict[str, Any]:
    return measure(root)


def test_lines_are_counted_by_folder(found: dict[str, Any]) -> None:
    rows = {row["folder"]: row for row in found["sizes"]}
    assert list(rows)[-1] == "product"
    assert {"app.py", "pages", "geo", "geo/joins", "data", "ui"} < rows.keys()
    assert rows["geo"]["modules"] == rows["geo/joins"]["modules"] == 3
    assert rows["geo"]["docstrings"] == 1 + rows["geo/joins"]["docstrings"] == 4
    assert (rows["ui"]["code"], rows["ui"]["total"]) == (9, 14)
    tops = ["app.py", "pages", "geo", "data", "ui"]
    assert rows["product"]["code"] == sum(rows[top]["code"] for top in tops)


def test_a_package_that_passes_names_on_drags_in_nothing(found: dict[str, Any]) -> None:
    row = next(row for row in found["pages"] if row["page"] == "pages.map")
    assert row["needed"] == 2  # ui.frame, geo.joins.near
    assert row["loaded"] == 7  # also far, kinds and three __init__


def test_what_nothing_comes_to_is_listed(found: dict[str, Any]) -> None:
    names = [row["name"] for row in found["unreached"]]
    assert names == [
        "data.build.idle",
        "geo.joins.far.far",
        "geo.joins.kinds.two",
        "geo.joins.near.Near.unused",
    ]
    assert found["commands"] == ["data.build"]
    assert found["unreached"][0]["lines"] == 10


def test_a_module_named_in_quotes_is_reached_where_names_of_modules_are_computed(
    found: dict[str, Any],
) -> None:
    assert not {"ui.slide"} & set(found["unreached modules"])
    row = next(row for row in found["pages"] if row["page"] == "app")
    assert row["functions"] == 3  # frame.show, slides.show and the slide's picture


def test_functions_are_counted_from_the_command(found: dict[str, Any]) -> None:
    assert found["reach"] == {"data.build": 2, "pages.hot_spots": 0, "product": 13}


def test_shared_lines_are_found_once(found: dict[str, Any]) -> None:
    assert found["duplicates"] == [
        {"lines": 8, "one": "geo/joins/far.py:3", "other": "data/build.py:9"}
    ]


def test_check_fails_on_unreached_code(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(root), "--check"]) == 1
    assert "geo.joins.far.far" in capsys.readouterr().out
    assert main(["--root", str(root), "--json"]) == 0
