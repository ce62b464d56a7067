"""Kept charts: in the language that is spoken, whatever a file made meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ui import languages
from ui.queries import charts, hotspots


@pytest.fixture
def spanish(default):
    languages.speak("es")
    yield replace(default, lang="es")
    languages.speak("")


@pytest.mark.parametrize("drawn", ["trend_chart", "profile_chart"])
def test_a_file_in_english_leaves_the_page_its_own_language(spanish, drawn):
    def make():
        if drawn == "trend_chart":
            return charts.trend_chart(spanish)
        found = hotspots.found(spanish)
        chosen = replace(spanish, cluster=found.groups["cluster"].iloc[0])
        return charts.profile_chart(found, chosen)

    in_file, on_page = languages.in_english(make), make()
    assert in_file["title"] != on_page["title"]
    assert in_file == languages.in_english(make)
