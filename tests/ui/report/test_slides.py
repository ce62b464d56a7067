"""The brief as slides, opened again."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile

import pypdf
import pytest
from pptx import Presentation
from pptx.util import Inches, Pt

from tests.ui.report.conftest import DAY, HOSTILE
from ui.report.brief import brief
from ui.report.fit import height
from ui.report.slides import brief_slides
from ui.words.as_written import one_line


@pytest.fixture(scope="module")
def made(area_brief):
    return brief_slides(area_brief)


@pytest.fixture(scope="module")
def slides(made):
    return Presentation(io.BytesIO(made))


def shapes(slides, kind):
    return [
        shape for slide in slides.slides for shape in slide.shapes if getattr(shape, f"has_{kind}")
    ]


def legend_ends_above_the_source(slides):
    """The legend stands beside the map, and ends above the foot with room for a wider font."""
    slide = slides.slides[1]
    (legend,) = (shape for shape in slide.shapes if shape.has_table)
    (picture,) = (shape for shape in slide.shapes if hasattr(shape, "image"))
    bottom = legend.top + sum(row.height for row in legend.table.rows)
    foot = max(shape.top for shape in slide.shapes)
    return bottom <= foot - Inches(0.3) and picture.left + picture.width <= legend.left


def test_every_slide_is_wide_titled_and_has_notes(slides, area_brief):
    assert slides.slide_width / slides.slide_height == pytest.approx(16 / 9, rel=1e-3)
    for slide in slides.slides:
        assert slide.shapes.title.text.strip()
        notes = slide.notes_slide.notes_text_frame.text
        assert area_brief.sources[0] in notes
        assert area_brief.place in notes
        assert "fictional" in notes
    assert area_brief.story.answer in slides.slides[0].placeholders[1].text
    assert legend_ends_above_the_source(slides)


def test_the_ranked_list_is_a_table_and_a_chart_of_its_own(slides, area_brief, spots):
    ranked = area_brief.story.ranking
    table = next(
        shape.table
        for shape in shapes(slides, "table")
        if shape.table.cell(0, 0).text == ranked.columns[0]
    )
    heads = [cell.text for cell in table.rows[0].cells]
    columns = [ranked.columns.index(head) for head in heads]
    read = [[cell.text for cell in row.cells] for row in list(table.rows)[1:]]
    assert read == [[row[at] for at in columns] for row in ranked.rows]
    (chart,) = (shape.chart for shape in shapes(slides, "chart"))
    assert list(chart.plots[0].series[0].values) == list(spots.groups["excess"])
    assert list(chart.plots[0].categories) == list(spots.groups["name"])


def test_pictures_tables_and_charts_have_words(slides):
    for slide in slides.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                described = shape._element.xpath(".//p:cNvPr")[0].get("descr")
                assert described, slide.shapes.title.text


@pytest.mark.parametrize("fixture", ["area_brief", "hostile_brief"])
def test_type_is_18_points_or_more_and_stays_on_the_slide(request, fixture):
    slides = Presentation(io.BytesIO(brief_slides(request.getfixturevalue(fixture))))
    for slide in slides.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= slides.slide_width
            if shape.has_text_frame:
                assert shape.top + tall(shape.text_frame, shape.width) <= slides.slide_height
            if shape.has_table:
                rows = sum(row_height(shape.table, row) for row in shape.table.rows)
                assert shape.top + rows <= slides.slide_height


def row_height(table, row):
    cells = zip(row.cells, table.columns, strict=True)
    return max(row.height, *(tall(cell.text_frame, column.width) for cell, column in cells))


def tall(frame, across):
    """Height of a text in the units of a slide, by a wide font."""
    inside = (across - frame.margin_left - frame.margin_right) / Pt(1)
    total = 0.0
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            assert run.font.size >= Pt(18), run.text
            total += height(run.text, run.font.size.pt, inside)
    return Pt(total)


def test_the_same_brief_gives_the_same_bytes_and_no_clock(made, area_brief):
    assert brief_slides(area_brief) == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode()
    assert f"{DAY.isoformat()}T00:00:00Z" in core


def test_hostile_names_are_words(hostile_brief):
    slides = Presentation(io.BytesIO(brief_slides(hostile_brief)))
    texts = [cell.text for shape in shapes(slides, "table") for cell in shape.table.iter_cells()]
    assert [name for name in HOSTILE[:4] if name not in texts] == []
    written = [
        shape.text for slide in slides.slides for shape in slide.shapes if shape.has_text_frame
    ]
    words = " ".join(text for text in written if text)
    assert [name for name in HOSTILE[:6] if one_line(name) not in words] == []
    assert "\u202e" not in words
    (chart,) = (shape.chart for shape in shapes(slides, "chart"))
    assert HOSTILE[2] in list(chart.plots[0].categories)


@pytest.mark.parametrize("fixture", ["area_brief", "hostile_brief"])
def test_an_office_program_draws_every_slide_inside_its_page(request, tmp_path, fixture):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here, nor on CI: the fit is checked by measure")
    path = tmp_path / "brief.pptx"
    path.write_bytes(brief_slides(request.getfixturevalue(fixture)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    paper = pypdf.PdfReader(tmp_path / "brief.pdf")
    assert len(paper.pages) == len(Presentation(path).slides)
    outside: list[str] = []
    for page in paper.pages:
        across, down = float(page.mediabox.width), float(page.mediabox.height)

        def note(text, _, matrix, *__, across=across, down=down):
            x, y = matrix[4], matrix[5]
            if text.strip() and not (0 <= x <= across and 0 <= y <= down):
                outside.append(text)

        page.extract_text(visitor_text=note)
    assert outside == []


@pytest.mark.parametrize("scope", ["group", "neighbourhood", "school"])
def test_other_briefs_have_slides_too(views, scope):
    story = brief(views[scope], scope, DAY)
    slides = Presentation(io.BytesIO(brief_slides(story)))
    titles = [slide.shapes.title.text for slide in slides.slides]
    assert titles[0].startswith(story.story.name)
    assert "Sources" in titles
    assert legend_ends_above_the_source(slides)
