"""The page in light and in dark: contrast of its text, and of what can be pressed, for all eyes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.colours import MACHADO, contrast, delta_e
from ui.charts import style
from ui.maps.scales import TEXT, rgb

ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
CSS = (ROOT / "static" / "style.css").read_text(encoding="utf-8")
SEEN = dict(re.findall(r"--(\w+):#(\w+)", CSS))  # --ring and the like
QUIET = {float(part) for part in re.findall(r"opacity:([.\d]+)", CSS)}


def over(colour: str, ground: str, part: float) -> str:
    """Colour that shows where one lies over another, partly transparent."""
    mixed = (part * a + (1 - part) * b for a, b in zip(rgb(colour), rgb(ground), strict=True))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def tile(ground: str) -> str:
    """Ground of a figure's tile."""
    return over(f"#{SEEN['tile'][:6]}", ground, int(SEEN["tile"][6:], 16) / 255)


@pytest.fixture(params=["light", "dark"])
def look(request: pytest.FixtureRequest) -> dict[str, str]:
    return THEME[request.param]


def grounds(look: dict[str, str]) -> tuple[str, ...]:
    page, beside = look["backgroundColor"], look["secondaryBackgroundColor"]
    return page, beside, tile(page)


def test_no_look_is_forced_on_the_reader() -> None:
    assert "base" not in THEME
    assert set(THEME["light"]) == set(THEME["dark"])
    assert THEME["light"]["backgroundColor"] != THEME["dark"]["backgroundColor"]


def test_text_and_links_are_read_on_every_ground(look: dict[str, str]) -> None:
    assert QUIET
    for ground in grounds(look):
        assert contrast(look["textColor"], ground) >= 7
        assert contrast(look["linkColor"], ground) >= 4.5
        assert contrast(look["grayTextColor"], ground) >= 4.5
        for part in QUIET:
            assert contrast(over(look["textColor"], ground, part), ground) >= 4.5
    assert contrast(look["primaryColor"], "#ffffff") >= 4.5  # words of a chosen button


def test_focus_and_what_can_be_pressed_stand_out(look: dict[str, str]) -> None:
    for ground in grounds(look):
        assert contrast(f"#{SEEN['ring']}", ground) >= 3
        assert contrast(look["primaryColor"], ground) >= 3


@pytest.mark.parametrize("viewer", MACHADO)
def test_focus_is_not_told_by_a_hue_that_a_viewer_lacks(look: dict[str, str], viewer: str) -> None:
    assert all(delta_e(f"#{SEEN['ring']}", ground, viewer) > 30 for ground in grounds(look))


def test_charts_keep_the_ground_their_colours_are_checked_on() -> None:
    chart = style.styled([], "How many?", "A chart.").to_dict()
    assert chart["background"] == style.GROUND
    assert contrast(TEXT, style.GROUND) >= 7
    assert contrast(style.MUTED, style.GROUND) >= 4.5
    assert contrast(style.LINE, style.GROUND) >= 4.5
