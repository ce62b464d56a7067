"""A place that cannot be shown is named with the reason, and the other places go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.panel import PanelError, load_panel
from data.store.folders import list_panels, unusable_panels
from data.views.schools_and_tracts import points
from ui.maps import geometry
from ui.maps.geometry import publish_geometry
from ui.words.as_written import as_written

ROOT = Path(__file__).parents[2]
NAME = "Second County"


@pytest.fixture
def second(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the demo and of a second place; gives the folder of the second."""
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    panels = tmp_path / "panels"
    shutil.copytree(demo_path, panels / "demo")
    shutil.copytree(demo_path, panels / "second")
    for folder in (panels / "second", panels / "second" / "protected"):
        change(folder, lambda record: record["area"].update(name=NAME))
    return panels / "second"


def change(folder: Path, edit: Callable[[dict[str, dict[str, str]]], object]) -> None:
    path = folder / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    edit(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def opened(**query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def shown(test: AppTest) -> str:
    """Head of the page, from its html."""
    return " ".join(element.proto.body for element in test.get("html"))


def other_place_goes_on(test: AppTest) -> None:
    test.selectbox(key="area").set_value("demo").run()
    assert not test.exception
    assert not test.error
    assert "Halcyon County" in shown(test)


def damage(folder: Path) -> None:
    path = folder / "protected" / "schools.parquet"
    path.write_bytes(path.read_bytes()[:-7])
    change(folder, lambda record: record["area"].update(name=NAME))  # as after a rebuild


def test_a_damaged_panel(second: Path) -> None:
    test = opened(area="second")
    assert NAME in shown(test)
    damage(second)
    test.run()
    (error,) = test.error
    for words in (f"“{NAME}” cannot be shown", "schools.parquet is damaged", "build it again"):
        assert as_written(words) in error.value
    assert str(second.parent) not in error.value
    assert not test.exception
    other_place_goes_on(test)
    linked = opened(area="second")
    assert as_written(f"“{NAME}” cannot be shown") in linked.error[0].value
    other_place_goes_on(linked)


def test_a_panel_that_is_deleted_while_it_is_open(second: Path) -> None:
    test = opened(area="second")
    shutil.rmtree(second)
    test.run()
    assert as_written(f"“{NAME}” is no longer in the store.") in test.warning[0].value
    assert not test.exception
    assert not test.error
    test.run()
    assert not test.warning


def test_raw_tables_in_the_protected_folder_are_not_shown(second: Path) -> None:
    test = opened(area="second")
    for path in second.glob("*.*"):
        shutil.copy(path, second / "protected" / path.name)
    assert list_panels().keys() == {"demo"}
    assert f"“{NAME}”: its tables did not go through" in unusable_panels()["second"]
    with pytest.raises(PanelError, match="did not go through the display gate"):
        load_panel(second / "protected")
    test.run()
    said = " ".join(warning.value for warning in test.warning)
    assert as_written(f"“{NAME}”: its tables did not go through the display gate") in said
    assert NAME not in shown(test)
    assert not test.exception


def test_outlines_that_cannot_be_written(
    second: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert second.is_dir()
    blocked = tmp_path / "static"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setattr(geometry, "STATIC", blocked)
    panel = load_panel(second / "protected")
    with pytest.raises(geometry.GeometryError, match="outlines could not be written"):
        publish_geometry(panel, points(panel))
    test = opened(area="second")
    assert as_written(f"“{NAME}” cannot be shown: its outlines") in test.error[0].value
    assert not test.exception


def test_a_store_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "store"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("ATLAS_HOME", str(blocked))
    test = opened()
    assert as_written("The demo county was not built") in test.error[0].value
    assert not test.exception
