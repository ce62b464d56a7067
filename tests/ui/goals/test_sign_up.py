"""Places take on a goal by an entry of the plan; the page Goals says who did."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import frame

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv("ATLAS_DATABASE_URL", raising=False)


def opened(page: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    test.session_state[frame.OPEN_ALL] = True
    for name, value in query.items():
        test.query_params[name] = value
    return test.run().switch_page(f"pages/{page}.py").run()


def captions(test: AppTest) -> str:
    return " ".join(each.value for each in test.caption).replace("\\", "")


@pytest.mark.usefixtures("home")
def test_a_district_signs_up_and_is_listed_so() -> None:
    test = opened("goals", area="demo", goals_of="district")
    assert not test.exception
    assert "No place has signed up here yet" in captions(test)
    row = next(button for button in test.button if str(button.key).startswith("row-"))
    name = str(row.key).removeprefix("row-")
    row.click().run()
    test.button(key="goal-sign-up").click().run()
    assert not test.exception
    test.switch_page("pages/plan.py").run()  # where a link leads
    test.selectbox(key="plan-role").select("school_district").run()
    strategies = [box.value for box in test.selectbox if box.label == "What is done"]
    assert strategies == ["Goal: Half in five years"]
    test.button(key="plan-save").click().run()
    assert not test.exception
    again = opened("goals", area="demo", goals_of="district")
    assert f"1 place has signed up here: {name}." in captions(again)
    label = next(button.label for button in again.button if button.key == f"row-{name}")
    assert "has signed up" in label
