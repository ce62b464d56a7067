"""The workbook of a brief, read back."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from tests.ui.report.conftest import HOSTILE
from ui.report.book import brief_workbook


def sheets(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_lists_bars_limits_and_gather_are_whole(area_brief, spots):
    book = sheets(brief_workbook(area_brief))
    first = next(iter(book.values()))
    assert first[0] == list(area_brief.story.ranking.columns)
    assert [tuple(row) for row in first[1:]] == list(area_brief.story.ranking.rows)
    values = [row[1] for row in book["Bars"][1:]]
    assert values == pytest.approx(list(spots.groups["excess"]), rel=1e-14)  # Excel's 15 digits
    topics = {row[0] for row in book["About"][1:]}
    assert {"Answer", "How sure", "What cannot be said", "Source", "Notice"} <= topics
    assert len(book["GATHER"]) == 19


def test_the_same_brief_gives_the_same_bytes(area_brief):
    assert brief_workbook(area_brief) == brief_workbook(area_brief)


def test_hostile_names_are_words(hostile_brief):
    first = next(iter(sheets(brief_workbook(hostile_brief)).values()))
    assert [row[1] for row in first[1:]] == list(HOSTILE)
