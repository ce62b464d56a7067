"""A brief on paper: two tagged pages, and its GATHER appendix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ui.report.brief import Brief
from ui.report.faces import face
from ui.report.gather import REFERENCE
from ui.report.picture import map_image
from ui.report.story import Bars, Table
from ui.report.typeset import LANGUAGE, Sheet, typeset

ROWS = 8  # of a list; two pages hold no more
LONGEST = 90  # letters of a cell; the workbook has every name whole
SOURCE_LINES = 6
HOW_SURE, UNSAID = "How sure are we?", "What cannot be said?"
DEFINITION, SOURCES = "Who is counted", "Sources"


def brief_pdf(brief: Brief) -> bytes:
    """Set a brief on two pages, what a meeting decides on a third; the same bytes for the same."""
    shown = face(brief.story.view, brief.story.page, close=brief.story.close)
    words = {
        **_head(brief),
        "answer": brief.story.answer,
        "figures": [list(pair) for pair in brief.story.figures],
        "map": {
            "title": shown.title,
            "alt": shown.alt,
            "caveat": shown.caveat,
            "image": "map.png",
            "legend": [asdict(item) for item in shown.legend],
        },
        "tables": [
            _listed(brief.story.ranking, lengths(brief.story.bars)),
            *(_listed(table, []) for table in brief.story.tables),
        ],
        "meeting": [_listed(table, []) for table in brief.story.meeting],
        "parts": [
            {"title": title, "texts": [text for text in texts if text]}
            for title, texts in sections(brief)
        ],
    }
    image = map_image(brief.story.view, shown, "png")
    return typeset(Sheet("brief", words, {"map.png": image}), "pdf", brief.made)


def appendix_pdf(brief: Brief) -> bytes:
    """Set the GATHER items of a brief, as many pages as they take."""
    words = {
        **_head(brief),
        "title": f"{shortened(brief.story.name)}: how these figures were made",
        "reference": REFERENCE,
        "columns": ["No.", "GATHER item", "Answer"],
        "items": [list(item) for item in brief.gather],
    }
    return typeset(Sheet("appendix", words), "pdf", brief.made)


def sections(brief: Brief) -> tuple[tuple[str, Sequence[str]], ...]:
    """Give the paragraphs under a brief's lists, by their headings."""
    return (
        (HOW_SURE, brief.story.sure),
        (UNSAID, brief.story.unsaid),
        (DEFINITION, (brief.definition,)),
        (SOURCES, ("; ".join(brief.sources[:SOURCE_LINES]) + _and_more(brief.sources),)),
    )


def lengths(bars: Bars) -> list[float | None]:
    """Length of each bar, 0 to 1; none where nothing is shown."""
    longest = max((value for value in bars.values if value > 0), default=1.0)
    return [None if math.isnan(value) else max(value, 0.0) / longest for value in bars.values]


def shortened(text: str, longest: int = LONGEST) -> str:
    """Cut a text that is too long for its place, with a sign that it was cut."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _head(brief: Brief) -> Mapping[str, Any]:
    name = shortened(brief.story.name)
    return {
        "title": f"{name}: {brief.story.question}",
        "name": name,
        "question": brief.story.question,
        "place": brief.place,
        "notice": brief.notice,
        "lang": LANGUAGE,
        "bars": brief.story.bars.title,
        "footer": f"Attendance Atlas {brief.version} · {brief.made.isoformat()}",
    }


def _listed(table: Table, bars: list[float | None]) -> dict[str, Any]:
    left = len(table.rows) - ROWS
    return {
        "title": table.title,
        "columns": list(table.columns),
        "numeric": table.numeric(),
        "rows": [[shortened(cell) for cell in row] for row in table.rows[:ROWS]],
        "parts": bars[:ROWS],
        "more": f"{left} more in the workbook." if left > 0 else "",
    }


def _and_more(sources: Sequence[str]) -> str:
    left = len(sources) - SOURCE_LINES
    return f"; and {left} more, all in the workbook." if left > 0 else "."
