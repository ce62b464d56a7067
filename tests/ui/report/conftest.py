"""What tests of reports share: briefs of the demo county, and names that try to be more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ui import queries
from ui.queries import neighbourhoods
from ui.report.brief import Brief, brief
from ui.selection import NEIGHBOURHOOD

DAY = date(2026, 11, 29)
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    '#import "/etc/passwd": *',
    "<script>alert(1)</script> & </a:t>",
    "#sys.version $x^2$ *b* _i_ `c` @label",
    "\u202eשלום עולם\u202c مدرسة",
    "[x](javascript:alert(1)) \\input{/etc/passwd}",
    "École " + "very long name " * 30,
)


@pytest.fixture(scope="module")
def school(selection):
    """Give the view with a school in focus whose figures are shown."""
    schools = queries.schools(selection)
    return replace(selection, focus=str(schools.index[schools["shown"]][0]))


@pytest.fixture(scope="module")
def views(selection, school):
    """Give a view by scope of a brief."""
    first = neighbourhoods.ranks(selection).index[0]
    there = replace(selection, focus=f"{NEIGHBOURHOOD}{first}")
    return {"area": selection, "neighbourhood": there, "group": selection, "school": school}


@pytest.fixture(scope="module")
def area_brief(selection):
    """Give the brief of the demo county."""
    return brief(selection, "area", DAY)


@pytest.fixture(scope="module")
def hostile_brief(area_brief: Brief) -> Brief:
    """Give that brief with hostile words wherever a file may put some."""
    story = area_brief.story
    rows = tuple(
        (str(at), name, *story.ranking.rows[0][2:]) for at, name in enumerate(HOSTILE, start=1)
    )
    return replace(
        area_brief,
        story=replace(
            story,
            name=HOSTILE[1],
            answer=" / ".join(HOSTILE[:6]),
            ranking=replace(story.ranking, rows=rows),
            bars=replace(story.bars, names=HOSTILE, values=tuple(range(7, 0, -1))),
            unsaid=HOSTILE,
        ),
        sources=HOSTILE,
    )
