"""The brief on paper, opened again."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pypdf
import pytest

from tests.ui.report.conftest import DAY, HOSTILE
from ui import queries
from ui.report.brief import brief
from ui.report.pdf import appendix_pdf, brief_pdf


def opened(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    return reader, squeezed(" ".join(page.extract_text() for page in reader.pages))


def squeezed(text):
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def paper(area_brief):
    return brief_pdf(area_brief)


def test_letter_pages_with_answer_and_figures_and_what_a_meeting_decides(paper, area_brief):
    reader, text = opened(paper)
    assert [(float(p.mediabox.width), float(p.mediabox.height)) for p in reader.pages] == [
        (612, 792),
        (612, 792),
        (612, 792),
    ]
    story = area_brief.story
    wanted = [story.answer, area_brief.definition, area_brief.notice, area_brief.version]
    wanted += [number for number, _ in story.figures]
    wanted += [cell for row in story.ranking.rows for cell in row]
    assert len(story.meeting) >= 2  # priorities and goals; a plan once there is one
    wanted += [cell for table in story.meeting for row in table.rows[:8] for cell in row]
    wanted += [*story.sure, *story.unsaid, DAY.isoformat()]
    assert [each for each in wanted if squeezed(each) not in text] == []


def test_it_is_tagged_titled_and_its_map_has_words(paper, area_brief):
    reader, _ = opened(paper)
    root = reader.trailer["/Root"]
    assert reader.metadata.title == f"{area_brief.story.name}: {area_brief.story.question}"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    described = [str(each["/Alt"]) for each in elements(root["/StructTreeRoot"]) if "/Alt" in each]
    assert any(each.startswith("Map of") for each in described)
    kinds = {str(each.get("/S")) for each in elements(root["/StructTreeRoot"])}
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure"} <= kinds


def elements(node):
    node = node.get_object()
    yield node
    below = node.get("/K", [])
    for each in below if isinstance(below, list) else [below]:
        if isinstance(each.get_object(), dict):
            yield from elements(each)


def test_the_same_brief_gives_the_same_bytes(paper, area_brief):
    assert brief_pdf(area_brief) == paper


@pytest.mark.parametrize(("scope", "pages"), [("group", 3), ("neighbourhood", 3), ("school", 2)])
def test_other_briefs_take_as_many_pages(views, scope, pages):
    made = brief(views[scope], scope, DAY)
    reader, text = opened(brief_pdf(made))
    assert len(reader.pages) == pages
    assert squeezed(made.story.answer) in text


@pytest.mark.mirror
@pytest.mark.usefixtures("default", "nyc_path")
@pytest.mark.parametrize("year", ["2018-19", "2024-25"])
def test_a_city_with_groups_and_one_without_take_three_pages(year):
    made = brief(replace(queries.choices("nyc").default(), year=year), "area", DAY)
    reader, text = opened(brief_pdf(made))
    assert len(reader.pages) == 3
    assert squeezed(made.story.answer) in text
    ranked = [row[1] for row in made.story.ranking.rows[:8]]
    assert ranked
    assert [name for name in ranked if squeezed(name) not in text] == []


def test_hostile_names_are_words_and_the_pages_hold_them(hostile_brief):
    reader, text = opened(brief_pdf(hostile_brief))
    assert len(reader.pages) == 2 + bool(hostile_brief.story.meeting)
    wanted = [name for at, name in enumerate(HOSTILE) if at not in (4, 6)]  # RTL, very long
    assert [name for name in wanted if squeezed(name) not in text] == []
    assert "root:" not in text


def test_the_appendix_answers_every_item(area_brief):
    _, text = opened(appendix_pdf(area_brief))
    assert [item for _, item, _ in area_brief.gather if squeezed(item) not in text] == []
