"""The workbook of a brief: all that two pages and a few slides have no room for."""

from __future__ import annotations

from collections.abc import Mapping

from ui.report.brief import Brief
from ui.report.story import Table
from ui.report.workbook import Sheet, written


def brief_workbook(brief: Brief) -> bytes:
    """Workbook of a brief: every list whole, the values of its bars, limits, sources and GATHER."""
    story = brief.story
    figures = Table("In figures", ("Figure", "What it counts"), story.figures)
    bars = list(zip(story.bars.names, story.bars.values, strict=True))
    texts = [
        ("Answer", story.answer),
        ("Place", brief.place),
        *(("Notice", text) for text in (brief.notice,) if text),
        *(("How sure", text) for text in story.sure if text),
        *(("What cannot be said", text) for text in story.unsaid if text),
        ("Who is counted", brief.definition),
        *(("Source", text) for text in brief.sources),
        ("Made", f"Attendance Atlas {brief.version}, {brief.made.isoformat()}"),
    ]
    lists = {
        f"{at} {table.title}": (table.columns, table.rows)
        for at, table in enumerate((story.ranking, figures, *story.tables, *story.meeting), start=1)
    }
    sheets: Mapping[str, Sheet] = {
        **lists,
        "Bars": (("Name", f"{story.bars.title} ({story.bars.unit})"), bars),
        "About": (("Topic", "Text"), texts),
        "GATHER": (("No.", "Item", "Answer"), brief.gather),
    }
    return written(sheets, brief.made)
