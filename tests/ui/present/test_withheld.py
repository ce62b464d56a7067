"""Coalition mode keeps and shows nothing that the gate withholds."""

from __future__ import annotations

import gc
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.build import store_panel
from data.panel import load_panel
from data.store.protected import protect_panel
from ui import queries
from ui.present.views import NAMES

ROOT = Path(__file__).parents[3]
ENROLLED, ABSENT = 70_003, 70_001
"""No other count of the county is near: two students present are too few to tell."""


@pytest.fixture(scope="module")
def planted(demo_path, tmp_path_factory):
    """Give a store whose demo county has a school whose count of absent students is withheld."""
    raw = load_panel(demo_path)
    year, school = raw.area.default_year, raw.schools.index[0]
    row = raw.absence["school_id"].eq(school) & raw.absence["school_year"].eq(year)
    own = raw.absence.copy()
    own.loc[row, ["enrolled", "enrolled_lower", "enrolled_upper"]] = ENROLLED
    own.loc[row, ["chronic_absent", "lower", "upper"]] = ABSENT
    raw = replace(
        raw,
        absence=own,
        sources=tuple(replace(source, release="restricted") for source in raw.sources),
    )
    home = tmp_path_factory.mktemp("withheld")
    store_panel(raw, protect_panel(raw), home / "panels" / "demo")
    return home


def test_no_view_says_or_keeps_a_withheld_count(planted, monkeypatch) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(planted))
    assert load_panel(planted / "panels" / "demo").absence["chronic_absent"].eq(ABSENT).any()
    said = ""
    for name in NAMES:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        test.query_params.update({"area": "demo", "present": "1", "slide": name})
        test.run()
        assert not test.exception
        bodies = [element.proto.body for element in test.get("html")]
        assert any("room-head" in body for body in bodies), name
        said += " ".join(bodies) + " ".join(button.label for button in test.button)
    figures = {int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\d", said)}
    assert len(figures) > 20
    assert ABSENT not in figures
    assert queries.panel(queries.choices("demo").default()).protected
    gc.collect()
    # By type: `isinstance` would ask a proxy for the object it stands for, which may be gone.
    tables = [item for item in gc.get_objects() if issubclass(type(item), pd.DataFrame)]
    assert any(
        len(table) == len(queries.schools(queries.choices("demo").default())) for table in tables
    )
    assert [name for table in tables for name in holding(table)] == []


def holding(table: pd.DataFrame) -> list[str]:
    """Columns of a table that hold the withheld count."""
    numbers = table.select_dtypes("number")
    return [
        str(name)
        for name in numbers
        if np.isclose(numbers[name].to_numpy(float, na_value=np.nan), ABSENT, atol=0.4).any()
    ]
