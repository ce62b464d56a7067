"""A brief as slides that can be edited: titles, native tables and charts, notes, type of 18 pt."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from ui.maps.scales import TEXT
from ui.report.brief import Brief
from ui.report.faces import Face, Swatch, face
from ui.report.fit import cut, height, pages, width
from ui.report.packed import without_clock
from ui.report.pdf import sections, shortened
from ui.report.picture import map_image
from ui.report.story import Bars, Table
from ui.report.typeset import LANGUAGE
from ui.words.as_written import one_line
from ui.words.numbers import plural

WIDE, HIGH = 13.333, 7.5  # inches, 16:9
SMALLEST = 18  # points; the back row reads no smaller type
TITLE, LEAD = 28, 24
SIDE, TOP, FOOT = 0.6, 1.55, 0.75
BODY = (WIDE - 2 * SIDE, HIGH - TOP - FOOT)
LEGENDS = (4.3, 5.2, 6.2)  # inches of a map slide, the narrowest that is not too long
SWATCH = 0.55
MOST_BARS = 8
INSET = 0.06
SQUEEZED = 150  # points to which a column of long words may be narrowed
LONGEST_PROPERTY = 255
BLUE = RGBColor(0x21, 0x66, 0xAC)
LAYOUTS = {"title": 0, "text": 1, "plain": 5}
FORMATS = {"students": "#,##0", "share": "0.0%", "percent": "0"}
NO_STYLE = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # "No Style, Table Grid"


def brief_slides(brief: Brief) -> bytes:
    """Lay a brief out as a PowerPoint file; the same bytes for the same brief."""
    deck = _deck(brief)
    story, shown = brief.story, face(brief.story.view, brief.story.page, close=brief.story.close)
    _opening(deck, brief)
    _map(deck, brief, shown)
    figures = Table("In figures", ("Figure", "What it counts"), story.figures)
    for table in (figures, story.ranking):
        _table(deck, brief, table)
    _bars(deck, brief, story.bars)
    for table in (*story.tables, *story.meeting):
        _table(deck, brief, table)
    for title, texts in sections(brief):
        _text(deck, brief, title, [text for text in texts if text])
    file = io.BytesIO()
    deck.save(file)
    return without_clock(file.getvalue(), brief.made)


def _deck(brief: Brief) -> Any:
    """Open an empty deck of 16:9 whose layouts are as wide as it is."""
    deck = Presentation()
    stretch = Inches(WIDE) / deck.slide_width
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    for sheet in (deck.slide_master, *deck.slide_layouts):
        for holder in sheet.placeholders:
            left, across = holder.left, holder.width
            holder.left, holder.width = Emu(int(left * stretch)), Emu(int(across * stretch))
    core = deck.core_properties
    core.title = _property(f"{brief.story.name}: {brief.story.question}")
    core.author = core.last_modified_by = "Attendance Atlas"
    core.subject, core.comments = _property(brief.place), _property(brief.story.answer)
    core.language, core.revision = LANGUAGE, 1
    return deck


def _slide(deck: Any, brief: Brief, layout: str, title: str, notes: Sequence[str]) -> Any:
    """Add a slide with its title and its notes."""
    slide = deck.slides.add_slide(deck.slide_layouts[LAYOUTS[layout]])
    holder = slide.shapes.title
    _placed(holder, SIDE, 0.35, BODY[0], TOP - 0.45)
    size = _size(title, (TITLE, LEAD, 20), BODY[0], TOP - 0.45)
    _write(holder, [_cut(title, size, BODY[0], TOP - 0.45)], size, bold=True)
    holder.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    told = [*notes, brief.notice, brief.place, _sources(brief), _made(brief)]
    slide.notes_slide.notes_text_frame.text = "\n".join(one_line(text) for text in told if text)
    return slide


def _opening(deck: Any, brief: Brief) -> None:
    story = brief.story
    title = f"{shortened(story.name)}: {story.question}"
    slide = _slide(deck, brief, "title", title, [story.answer])
    holder = slide.placeholders[1]
    _placed(holder, SIDE, TOP, BODY[0], BODY[1])
    texts = [*filter(None, (brief.notice,)), story.answer, brief.place, brief.made.isoformat()]
    size = _size(" ".join(texts), (LEAD, 20, SMALLEST), BODY[0], BODY[1] - 1)
    _write(holder, [_cut(text, size, BODY[0], BODY[1] - 1.5) for text in texts], size)
    _foot(slide, brief)


def _map(deck: Any, brief: Brief, shown: Face) -> None:
    slide = _slide(deck, brief, "plain", shown.title, [shown.alt, shown.caveat])
    image = io.BytesIO(map_image(brief.story.view, shown, "png"))
    picture = slide.shapes.add_picture(image, 0, 0)
    beside = _legend_width(shown)
    across, down = Inches(BODY[0] - beside - 0.3), Inches(BODY[1])
    scale = min(across / picture.width, down / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = Inches(SIDE) + (across - picture.width) // 2
    picture.top = Inches(TOP) + (down - picture.height) // 2
    _describe(picture, shown.alt)
    _legend(slide, shown, beside)
    _foot(slide, brief)


def _legend_width(shown: Face) -> float:
    """Give the width at which the legend ends above the foot; a tenth is left for other fonts."""
    fits = (
        across
        for across in LEGENDS
        if sum(_line(item.words, across) for item in shown.legend) <= 0.9 * 72 * BODY[1]
    )
    return next(fits, LEGENDS[-1])


def _line(words: str, across: float) -> float:
    """Height in points of a line of a legend of so many inches."""
    return height(words, SMALLEST, 72 * (across - SWATCH - 2 * INSET)) + 6


def _legend(slide: Any, shown: Face, wide: float) -> None:
    """Lay the legend out as a table: its swatches are filled cells."""
    left, across = WIDE - SIDE - wide, (SWATCH, wide - SWATCH)
    grid = _grid(slide, (left, TOP), across, len(shown.legend))
    _describe(grid, f"Legend of the map: {'; '.join(item.words for item in shown.legend)}")
    for row, item in zip(grid.table.rows, shown.legend, strict=True):
        _fill(row.cells[0], item)
        _cell(row.cells[1], item.words, SMALLEST)
        row.height = Pt(_line(item.words, wide))


def _fill(cell: Any, item: Swatch) -> None:
    """Fill a cell as the map fills its areas."""
    _cell(cell, "•" if item.mark == "dots" else "", SMALLEST)
    if item.mark == "fill":
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(item.colour.removeprefix("#"))
    if item.mark == "lines":
        cell.fill.patterned()
        cell.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        cell.fill.fore_color.rgb = RGBColor.from_string(TEXT.removeprefix("#"))
        cell.fill.back_color.rgb = RGBColor.from_string("D9D9D9")


def _table(deck: Any, brief: Brief, table: Table) -> None:
    """Lay a list out as a native table: as many columns and rows as fit at 18 points."""
    if not table.rows:
        return
    columns, widths = _columns(table)
    rows = [[row[at] for at in columns] for row in table.rows]
    heads = [table.columns[at] for at in columns]
    numeric = [table.numeric()[at] for at in columns]
    kept, tall = [heads], [_tall(heads, widths)]
    for row in rows:
        cells = [
            _cut(text, SMALLEST, across - 2 * INSET, 1.3)
            for text, across in zip(row, widths, strict=True)
        ]
        if sum(tall) + _tall(cells, widths) > 72 * BODY[1]:
            break
        kept.append(cells)
        tall.append(_tall(cells, widths))
    left = len(rows) - len(kept) + 1
    more = f"{plural(left, 'more row')} in the workbook." if left else ""
    dropped = [name for at, name in enumerate(table.columns) if at not in columns]
    also = f"In the workbook also: {', '.join(dropped)}." if dropped else ""
    slide = _slide(deck, brief, "plain", table.title, [more, also])
    grid = _grid(slide, (SIDE, TOP), widths, len(kept))
    _describe(grid, table.title)
    for at, (line, cells) in enumerate(zip(grid.table.rows, kept, strict=True)):
        line.height = Pt(tall[at])
        for cell, text, right in zip(line.cells, cells, numeric, strict=True):
            _cell(cell, text, SMALLEST, bold=at == 0)
            if right:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    _foot(slide, brief, more)


def _columns(table: Table) -> tuple[list[int], list[float]]:
    """Choose the columns that fit, and give their widths in inches; long ones take what is left."""
    needs, wants = [], []
    for at, head in enumerate(table.columns):
        words = max((width(word, SMALLEST, bold=True) for word in head.split()), default=0)
        longest = max((width(row[at], SMALLEST) for row in table.rows), default=0)
        needs.append(max(words, min(longest, SQUEEZED)) / 72 + 2 * INSET + 0.1)
        wants.append(max(words, longest) / 72 + 2 * INSET + 0.1)
    columns: list[int] = []
    for at, need in enumerate(needs):
        if sum(needs[i] for i in columns) + need <= BODY[0]:
            columns.append(at)
    room = BODY[0] - sum(needs[at] for at in columns)
    lacking = [min(wants[at] - needs[at], BODY[0]) for at in columns]
    part = min(1.0, room / sum(lacking)) if sum(lacking) else 0.0
    widths = [needs[at] + part * lack for at, lack in zip(columns, lacking, strict=True)]
    rest = (BODY[0] - sum(widths)) / len(widths)
    return columns, [across + rest for across in widths]


def _tall(cells: Sequence[str], widths: Sequence[float]) -> float:
    """Height of a row in points."""
    pairs = zip(cells, widths, strict=True)
    return max(height(text, SMALLEST, 72 * (across - 2 * INSET)) for text, across in pairs) + 7


def _bars(deck: Any, brief: Brief, bars: Bars) -> None:
    """Draw the ranked list as a native bar chart, the first on top."""
    shown = [
        (name, value)
        for name, value in zip(bars.names, bars.values, strict=True)
        if not math.isnan(value)
    ][:MOST_BARS]
    if not shown:
        return
    data = CategoryChartData(number_format=FORMATS[bars.unit])
    data.categories = [one_line(shortened(name, 34)) for name, _ in shown]
    data.add_series(bars.title, [value for _, value in shown])
    told = "; ".join(f"{name}: {_number(value, bars.unit)}" for name, value in shown)
    slide = _slide(deck, brief, "plain", bars.title, [told])
    place = (Inches(SIDE), Inches(TOP), Inches(BODY[0]), Inches(BODY[1]))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    _describe(frame, f"{bars.title}. {told}")
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(SMALLEST)
    chart.category_axis.reverse_order = True
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = min(0, *(value for _, value in shown))
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories, plot.has_data_labels = 40, False, True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = FORMATS[bars.unit], False
    labels.position, labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, Pt(SMALLEST)
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = BLUE
    _foot(slide, brief)


def _text(deck: Any, brief: Brief, title: str, texts: Sequence[str]) -> None:
    """Write paragraphs on as many slides as they take."""
    room = (72 * (BODY[0] - 0.9), 72 * BODY[1])
    parts = pages([one_line(text) for text in texts], SMALLEST, room)
    for at, paragraphs in enumerate(parts, start=1):
        count = f" ({at} of {len(parts)})" if len(parts) > 1 else ""
        slide = _slide(deck, brief, "text", title + count, [])
        holder = slide.placeholders[1]
        _placed(holder, SIDE, TOP, *BODY)
        _write(holder, paragraphs, SMALLEST)


def _foot(slide: Any, brief: Brief, more: str = "") -> None:
    """Write the source and the year at the foot."""
    text = " ".join(filter(None, (more, brief.notice, f"Source: {brief.sources[0]}.")))
    box = slide.shapes.add_textbox(*map(Inches, (SIDE, HIGH - FOOT + 0.1, BODY[0], 0.5)))
    _write(box, [_cut(text, SMALLEST, BODY[0] - 0.3, 0.42)], SMALLEST)


def _grid(slide: Any, at: tuple[float, float], widths: Sequence[float], rows: int) -> Any:
    """Add an empty table without colours of its own."""
    size = (Inches(sum(widths)), Pt(SMALLEST * 2 * rows))
    frame = slide.shapes.add_table(rows, len(widths), Inches(at[0]), Inches(at[1]), *size)
    frame._element.graphic.graphicData.tbl[0][-1].text = NO_STYLE
    frame.table.horz_banding = False
    for column, across in zip(frame.table.columns, widths, strict=True):
        column.width = Inches(across)
    return frame


def _cell(cell: Any, text: str, size: int, *, bold: bool = False) -> None:
    cell.margin_left = cell.margin_right = Inches(INSET)
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(cell, [text], size, bold=bold)


def _write(shape: Any, paragraphs: Sequence[str], size: int, *, bold: bool = False) -> None:
    """Write paragraphs of one size; text that no file can hold is left out."""
    frame = shape.text_frame
    frame.word_wrap = True
    for at, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = one_line(text)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(TEXT.removeprefix("#"))


def _placed(shape: Any, left: float, top: float, across: float, down: float) -> None:
    shape.left, shape.top = Inches(left), Inches(top)
    shape.width, shape.height = Inches(across), Inches(down)


def _describe(shape: Any, text: str) -> None:
    """Give a picture, table or chart its text alternative."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", one_line(text))


def _size(text: str, sizes: Sequence[int], across: float, down: float) -> int:
    """Give the largest size at which a text fits in a box of inches, or the smallest."""
    fits = (size for size in sizes if height(text, size, 72 * (across - 0.3)) <= 72 * down)
    return next(fits, sizes[-1])


def _cut(text: str, size: int, across: float, down: float) -> str:
    return cut(text, size, (72 * across, 72 * down))


def _property(text: str) -> str:
    return one_line(shortened(text, LONGEST_PROPERTY))


def _number(value: float, unit: str) -> str:
    return {"students": f"{value:,.0f}", "share": f"{value:.1%}", "percent": f"{value:.0f}"}[unit]


def _sources(brief: Brief) -> str:
    return f"Sources: {'; '.join(brief.sources)}."


def _made(brief: Brief) -> str:
    return f"Attendance Atlas {brief.version}, {brief.made.isoformat()}."
