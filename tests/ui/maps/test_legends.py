import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ui.drivers.together import bivariate_scale, square_legend
from ui.maps import scales as legends
from ui.maps.scales import (
    HATCH,
    HOT_COLD,
    NOT_SHOWN_MARK,
    ClassScale,
    agreement_scale,
    hot_cold_scale,
    rate_scale,
)

STYLE = (Path(legends.__file__).parents[2] / "static" / "style.css").read_text(encoding="utf-8")


class Outline(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.roles, self.open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        self.roles += [value for name, value in attrs if name == "role"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_class_has_its_swatch_and_words():
    html = legends.class_legend(hot_cold_scale(), "Hot spots, 2018-19")
    assert all(colour in html for colour in list(HOT_COLD.values())[:-1])
    assert all(f"</i>{label}</span>" in html for label in HOT_COLD)
    outline = Outline(html)
    assert outline.roles == ["list"] + ["listitem"] * 8
    assert outline.open == []
    assert 'aria-label="Hot spots, 2018-19"' in html


def test_order_is_the_order_of_the_classes():
    html = legends.class_legend(rate_scale(), "Rate")
    places = [html.index(f"</i>{label}</span>") for label in rate_scale().labels]
    assert places == sorted(places)


def test_not_shown_is_a_pattern_not_only_white():
    html = legends.class_legend(hot_cold_scale(), "Hot spots")
    last = html[html.rindex('role="listitem"') :]
    assert 'class="box dots"' in last
    dots = re.search(r"\.legend \.dots\{(.*?)\}", STYLE)
    assert dots is not None
    assert "radial-gradient" in dots[1]
    assert NOT_SHOWN_MARK in dots[1]


def test_counts_and_words():
    scale = rate_scale()
    html = legends.class_legend(
        scale, "Rate", counts=dict.fromkeys(scale.labels, 1234), use_words=True
    )
    assert "30\xa0% or more (1,234)" in html


def test_a_class_that_holds_nothing_is_left_out():
    scale = rate_scale()
    counts = {label: int(label == scale.labels[1]) for label in scale.labels}
    html = legends.class_legend(scale, "Rate", counts=counts)
    assert html.count('role="listitem"') == 1
    assert f"{scale.labels[1]} (1)" in html


def test_cold_classes_share_a_line_where_there_would_be_more_than_five():
    scale = agreement_scale()
    counts = {label: index + 1 for index, label in enumerate(scale.labels)}
    html = legends.class_legend(scale, "Hot spots", counts={**counts, "hot and cold": 0})
    outline = Outline(html)
    assert outline.roles.count("listitem") == legends.MOST_CLASSES + 1
    assert f"{legends.COLD_TOGETHER} ({5 + 6 + 7})" in html
    cold = html[: html.index(legends.COLD_TOGETHER)].rsplit('role="listitem"', 1)[1]
    assert [colour in cold for colour in scale.colours[4:7]] == [True] * 3
    few = {**counts, "hot and cold": 0, "hot in one only": 0, "cold in some": 0}
    assert legends.COLD_TOGETHER not in legends.class_legend(scale, "Hot spots", counts=few)


def test_letters_are_large_enough_for_a_projector():
    html = legends.class_legend(hot_cold_scale(), "Hot spots") + legends.size_legend("S", {"1": 4})
    assert "font-size" not in html
    sizes = re.findall(r"\.legend[^{]*\{[^}]*font-size:(\d+)px", STYLE)
    assert sizes
    assert min(map(int, sizes)) >= 18


def test_hostile_names_stay_text():
    evil = '<script>alert(1)</script>"><img src=x onerror=1>'
    scale = ClassScale((evil,), ("#000000",), ("0",), (evil,))
    for html in (
        legends.class_legend(scale, evil),
        legends.size_legend(evil, {evil: 10}),
        legends.marks_legend(selected=evil),
    ):
        assert "<script" not in html
        assert "<img" not in html
        assert set(Outline(html).tags) <= {"div", "i", "span", "strong"}


def test_sizes_keep_to_a_readable_range():
    html = legends.size_legend("Students", {"few": 0.5, "many": 900})
    assert "width:4px" in html
    assert "width:48px" in html


def test_marks_only_when_there_are_any():
    assert legends.marks_legend() == ""
    assert "with lines" not in legends.marks_legend(selected="Tract 1", hatched=0, lines="x")


def test_lines_are_explained_counted_and_drawn_as_lines():
    html = legends.marks_legend(hatched=1_204, lines="low reliability")
    assert "with lines: low reliability (1,204)" in html
    assert 'class="box hatch"' in html
    assert Outline(html).roles == ["list", "listitem"]
    lines = re.search(r"\.legend \.hatch\{(.*?)\}", STYLE)
    assert lines is not None
    assert "repeating-linear-gradient" in lines[1]
    assert HATCH in lines[1]


def test_dots_are_counted_by_reason():
    html = legends.marks_legend(hidden={"low reliability": 1_771, "no figure": 2})
    assert "not shown: low reliability (1,771)" in html
    assert "not shown: no figure (2)" in html
    assert html.count('class="box dots"') == 2


def nine(hard="high-high", name="Uninsured"):
    scale = bivariate_scale(flipped=hard == "high-low")
    counts = {label: 1_000 + at for at, label in enumerate(scale.labels)}
    thirds = ("few", "some", "many")
    return square_legend(scale, counts, ("Absence", thirds), (name, thirds), hard)


def test_the_square_legend_names_both_axes_and_counts_every_class():
    html = nine()
    assert "↑ Absence" in html
    assert "Uninsured →" in html
    assert all(f">{1_000 + at:,}</b>" in html for at in range(9))
    outline = Outline(html)
    assert outline.open == []
    assert outline.tags.count("th") == 6
    assert html.count('scope="row"') == html.count('scope="col"') == 3


@pytest.mark.parametrize(
    ("hard", "across"),
    [
        ("high-high", ["few", "some", "many"]),
        ("high-low", ["many", "some", "few"]),
        ("", ["few", "some", "many"]),
    ],
)
def test_the_condition_runs_towards_where_it_is_harder_and_the_corner_has_lines(hard, across):
    html = nine(hard)
    foot = html[html.index('scope="col"') :]
    assert sorted(across, key=lambda word: foot.index(f">{word}</th>")) == across
    crossed = [cell for cell in html.split("<td") if "repeating-linear-gradient" in cell]
    assert len(crossed) == bool(hard)
    assert all("#000000" in cell for cell in crossed)


def test_hostile_names_stay_text_in_the_square_legend():
    html = nine(name="<img src=x onerror=1>")
    assert "<img" not in html


def test_the_legend_of_agreement_says_every_class_in_words():
    scale = agreement_scale()
    html = legends.class_legend(scale, "Hot spots", use_words=True)
    assert all(f"</i>{words}</span>" in html for words in scale.words)
    assert Outline(html).roles == ["list"] + ["listitem"] * 9


def test_text_alternative_counts_the_classes_that_occur():
    scale = hot_cold_scale()
    text = legends.alt_text(scale, "hot spots", scale.counts("0003333377"))
    assert text.startswith("Map of hot spots.")
    assert "3 hot, false discoveries 1\xa0%" in text
    assert "5 no clear cluster" in text
    assert "2 not shown" in text
    assert "cold" not in text
