from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.disclosure import PRESETS
from data.rollup.made_district import MadeDistrict
from data.rollup.run import Resources, roll_up
from data.rollup.settings import load_settings

MADE = MadeDistrict(students=1_200, schools=4, days=60, part=600, moves=0.08, late=0.1)
SETTINGS = """
school_year = "2024-25"
district = "one"
[attendance]
path = "attendance"
[enrolment]
path = "enrolment.{form}"
groups = ["sex", "low_income"]
[calendar]
path = "calendar.{form}"
"""
Rolled = Callable[..., dict[str, Any]]


def rolled(settings: Path, out: Path, **resources: Any) -> dict[str, Any]:
    """Roll up by a file of settings."""
    return roll_up(
        load_settings(settings),
        settings.parent,
        out,
        PRESETS["restricted"],
        Resources(**resources),
        say=lambda _: None,
    )


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made district as Parquet, with its settings: `settings.toml`."""
    folder = MADE.write(tmp_path_factory.mktemp("district"))
    (folder / "settings.toml").write_text(SETTINGS.format(form="parquet"))
    return folder


@pytest.fixture(scope="session")
def written(district: Path) -> Path:
    """Its roll-up."""
    rolled(district / "settings.toml", district / "out")
    return district / "out"
