"""Pictures of maps and charts, opened again."""

from __future__ import annotations

import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.ui.report.conftest import DAY
from ui import queries
from ui.charts.style import LINE
from ui.maps.decks import PARK, ROAD, WATER
from ui.maps.scales import SELECTION, rgb
from ui.queries import neighbourhoods
from ui.report.charts import CHARTS, OF_THIS_YEAR, chart
from ui.report.faces import PAGES, face
from ui.report.picture import picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_picture_has_the_colours_of_its_classes(selection, page):
    if page == "difference":
        selection = replace(selection, beside="method:gi_star")
    if page == "goals":  # of districts all go one way
        selection = replace(selection, goals_of="neighbourhood")
    image = Image.open(io.BytesIO(picture(selection, page, "png", DAY))).convert("RGB")
    assert image.width == 2 * 960
    seen = {colour for count, colour in image.getcolors(1 << 24) if count > 100}
    legend = [item for item in face(selection, page).legend if item.mark == "fill"]
    assert len(legend) > (1 if page == "goals" else 2)
    assert [item.words for item in legend if rgb(item.colour) not in seen] == []


def test_a_drawing_has_title_description_and_no_address(selection):
    content = picture(selection, "hot_spots", "svg", DAY)
    root = ElementTree.fromstring(content)  # noqa: S314 - our own
    shown = face(selection, "hot_spots")
    assert root.find(f"{SVG}title").text == shown.title
    assert root.find(f"{SVG}desc").text == shown.alt
    assert root.get("role") == "img"
    links = [value for each in root.iter() for name, value in each.items() if "href" in name]
    assert [link for link in links if not link.startswith("#")] == []
    colours = {item.colour for item in shown.legend if item.mark == "fill"}
    assert [colour for colour in colours if colour not in content.decode()] == []


def test_the_same_view_gives_the_same_bytes(selection):
    for form in ("png", "svg"):
        assert picture(selection, "overview", form, DAY) == picture(
            selection, "overview", form, DAY
        )


def test_the_group_is_outlined_on_why_here_and_numbered_on_hot_spots(selection, spots):
    members = spots.tracts.index[spots.tracts["cluster"].eq(selection.cluster).fillna(value=False)]
    assert face(selection, "why_here").outlined == tuple(members)
    assert [number for number, _ in face(selection, "hot_spots").numbers] == [
        str(rank) for rank in spots.groups.index
    ]


def test_a_close_view_shows_what_is_outlined_larger(selection):
    def black(content):
        image = Image.open(io.BytesIO(content)).convert("RGB")
        return dict(map(reversed, image.getcolors(1 << 24)))[rgb(SELECTION)]

    whole, near = (
        black(picture(selection, "why_here", "png", DAY, close=close)) for close in (False, True)
    )
    assert near > 1.5 * whole


@pytest.mark.parametrize("page", ["overview", "social_drivers"])
def test_a_map_of_neighbourhoods_counts_neighbourhoods(selection, page):
    view = replace(selection, unit="neighbourhood")
    shown = face(view, page)
    assert "Number of neighbourhoods" in shown.alt
    counted = sum(
        int(item.words.rpartition("(")[2].rstrip(")"))
        for item in shown.legend
        if "(" in item.words and item.mark in ("fill", "dots")
    )
    assert counted == len(neighbourhoods.table(view))
    assert picture(view, page, "png", DAY) != picture(selection, page, "png", DAY)


def test_water_parks_and_roads_are_on_the_printed_map(selection):
    assert {"water", "parks", "roads"} <= set(queries.geometry(selection).layers)
    content = picture(selection, "hot_spots", "svg", DAY).decode()
    assert [colour for colour in (WATER, PARK, ROAD) if colour not in content] == []


@pytest.mark.parametrize("name", sorted(set(CHARTS) - set(OF_THIS_YEAR)))
def test_a_chart_is_a_picture_too(school, name):
    if name == "programme":
        twelve = ",".join(f"HC{number:04d}" for number in range(1, 13))
        school = replace(school, programme=f"2023:{twelve}")
    root = ElementTree.fromstring(chart(school, name, "svg", DAY))  # noqa: S314 - our own
    assert root.find(f"{SVG}title").text.count("?") == 1
    assert len(root.find(f"{SVG}desc").text) > 40
    links = [value for each in root.iter() for at, value in each.items() if "href" in at]
    assert [link for link in links if not link.startswith("#")] == []


def test_a_chart_has_the_marks_of_its_view(selection):
    content = chart(selection, "trend", "png", DAY)
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.width == 2 * 960
    assert rgb(LINE) in {colour for count, colour in image.getcolors(1 << 24) if count > 100}
    assert chart(selection, "trend", "png", DAY) == content
