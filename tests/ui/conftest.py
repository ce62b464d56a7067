"""What tests of pages share: the newcomer's view of the demo county, and its first hot group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ui import queries
from ui.queries import hotspots as queries_hotspots


@pytest.fixture(scope="module")
def default(atlas_home):
    """Give the view that a newcomer sees, on this session's store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
        yield queries.choices("demo").default()


@pytest.fixture(scope="module")
def spots(default):
    """Give the hot spots of that view."""
    return queries_hotspots.found(default)


@pytest.fixture(scope="module")
def selection(default, spots):
    """Give that view with its first hot group chosen."""
    return replace(default, cluster=spots.groups["cluster"].iloc[0])
