"""One fact has one number: what every page says of a place is walked and compared.

Sentences, tiles, legends, charts, tables and downloads of the default view are read as text; where
a number is another one the words must say how it differs, and the test knows both.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import group_rows
from ui.frame import OPEN_ALL
from ui.hotspots import power, simulation
from ui.tables import downloads
from ui.tables.exports import About, to_csv

ROOT = Path(__file__).parents[2]
PLACES = ("demo", *(pytest.param(each, marks=pytest.mark.mirror) for each in ("nyc", "oregon")))
PAGES = ("overview", "schools", "data_quality", "hot_spots", "why_here", "methods")


@dataclass
class Said:
    """What one page says: its text, its tables, its charts' descriptions, its files."""

    text: str
    legends: list[dict[str, int]]
    tables: list[pd.DataFrame]
    charts: str
    buttons: str
    focus: str
    files: dict[str, pd.DataFrame] = field(default_factory=dict)

    def number(self, pattern: str) -> int:
        """Give the number that a pattern finds, with the text where it finds none."""
        found = re.search(pattern, self.text)
        assert found, (pattern, self.text[:3000])
        return whole(found[1])

    def table(self, *headings: str) -> pd.DataFrame:
        """Give the first table with these headings."""
        return next(table for table in self.tables if set(headings) <= set(table.columns))

    def legend(self, words: str) -> int:
        """Give the count of the class whose words begin so; a legend leaves out empty classes."""
        counts = {
            count
            for legend in self.legends
            for label, count in legend.items()
            if label.startswith(words)
        }
        assert len(counts) <= 1, (words, counts)
        return next(iter(counts), 0)


def whole(text: str) -> int:
    return 0 if text in ("none", "no", "None") else int(text.replace(",", ""))


def plain(markup: str) -> str:
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.S)
    return re.sub(r"\s+", " ", bare)


def legend_counts(markup: str) -> dict[str, int]:
    items = re.findall(r'<span role="listitem">.*?</i>(.*?) \(([\d,]+)\)</span>', markup)
    # A line of several classes has a swatch for each.
    return {label.rpartition("</i>")[2]: whole(count) for label, count in items}


def read(test: AppTest) -> Said:
    html = [element.proto.body for element in test.get("html")]
    texts = [item.value for item in (*test.title, *test.markdown, *test.header, *test.caption)]
    text = plain(" ".join([*html, *(item.replace("\\", "") for item in texts)]))
    tables = [item.value for item in test.dataframe]
    specs = [json.loads(item.proto.spec) for item in test.get("vega_lite_chart")]
    charts = " ".join(spec.get("description", "") for spec in specs)
    buttons = " | ".join(item.label.replace("\\", "") for item in test.button)
    legends = [legend_counts(part) for part in html if "legend" in part]
    focus = test.session_state["focus"].removeprefix("in:")
    return Said(text, legends, tables, charts, buttons, focus)


@pytest.fixture
def site(
    atlas_home: Callable[[], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Callable[[str], dict[str, Said]]:
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
    offered: dict[str, pd.DataFrame] = {}
    buttons = downloads.buttons

    def noted(selection: object, topic: str, table: pd.DataFrame, *, place: str = "") -> None:
        offered[topic] = table
        buttons(selection, topic, table, place=place)

    monkeypatch.setattr(downloads, "buttons", noted)

    def walk(place: str) -> dict[str, Said]:
        if place != "demo":
            request.getfixturevalue(f"{place}_path")
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
        test.query_params["area"] = place
        test.session_state[OPEN_ALL] = True
        if place == "nyc":  # in its latest year no group stands out that could be counted
            test.query_params["year"] = "2018-19"
            for block, name in ((power, "power"), (simulation, "simulation")):  # made-up places
                monkeypatch.setattr(
                    block, name, lambda *_: None
                )  # places, with no fact of this one
        pages = {}

        def look(name: str) -> Said:
            offered.clear()
            test.run()
            assert not test.exception
            pages[name] = read(test)
            pages[name].files = {topic: as_sent(table) for topic, table in offered.items()}
            return pages[name]

        for page in PAGES:
            if page != "overview":
                test.switch_page(f"pages/{page}.py")
            look(page)
            if page == "hot_spots":  # the card of the first group stands where its list did
                test.button(key=group_rows(test)[0].key).click()
                look("group")
        test.switch_page("pages/schools.py")
        test.session_state["focus"] = pages["schools"].files["schools"]["school_id"].iloc[0]
        look("school")
        tracts = pages["overview"].files["tracts"]
        named = tracts.loc[tracts["neighbourhood"].ne("") & tracts["rate"].ne(""), "neighbourhood"]
        test.session_state["focus"] = f"in:{named.value_counts().index[0]}"
        look("neighbourhood")
        return pages

    return walk


def as_sent(table: pd.DataFrame) -> pd.DataFrame:
    """Read a download back as a spreadsheet would."""
    dictionary = pd.DataFrame(
        [(name, "", "") for name in [table.index.name, *table.columns]],
        columns=["column", "unit", "description"],
    )
    sent = to_csv(table, About(dictionary, "", (), fictional=False))
    rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"))))
    return pd.DataFrame(rows[1:], columns=rows[0])


def agree(what: str, numbers: dict[str, int]) -> None:
    assert len(set(numbers.values())) == 1, (what, numbers)


@pytest.mark.parametrize("place", PLACES)
def test_one_fact_has_one_number_on_all_pages(
    site: Callable[[str], dict[str, Said]], place: str
) -> None:
    pages = site(place)
    schools_agree(pages)
    students_agree(pages)
    bands_agree(pages["schools"])
    hot_tracts_agree(pages)
    tract_classes_agree(pages["overview"])
    the_first_school_agrees(pages["schools"], pages["school"])
    a_neighbourhood_agrees(pages["overview"], pages["neighbourhood"])


def schools_agree(pages: dict[str, Said]) -> None:
    """Schools of the view, those in the sums, those with a figure to show."""
    overview, schools, quality = pages["overview"], pages["schools"], pages["data_quality"]
    sent = schools.files["schools"]
    agree(
        "schools of the view",
        {
            "overview, tile": overview.number(r"of all ([\d,]+) have no figure of their own"),
            "schools, table title": schools.number(r"([\d,]+) schools, most students beyond"),
            "schools, table": len(schools.table("Name", "Level", "Ratio")),
            "schools, download": len(sent),
            "quality, sentence": quality.number(r"of ([\d,]+) schools have a figure reliable"),
        },
    )
    agree(
        "schools shown",
        {
            "schools, sentence": schools.number(r"of ([\d,]+) schools? ha(?:ve|s) 30 % or more"),
            "schools, download": int(sent["rate"].ne("").sum()),
            "quality, sentence": quality.number(r"([\d,]+) of [\d,]+ schools have a figure"),
        },
    )
    agree(
        "schools not shown",
        {
            "overview, tile": overview.number(r"; ([\d,]+) of all [\d,]+ have no figure"),
            "schools, sentence": schools.number(r"([\d,]+) schools? not shown, with the reason"),
            "schools, legend": schools.legend("not shown"),
            "schools, download": int(sent["rate"].eq("").sum()),
            "quality, tile": quality.number(r"([\d,]+) schools? not shown, each"),
        },
    )
    agree(
        "schools in the sums",
        {
            "overview, sentence": overview.number(r"students in ([\d,]+) schools? of"),
            "overview, tile": overview.number(r"([\d,]+) schools? in these sums"),
        },
    )


def students_agree(pages: dict[str, Said]) -> None:
    overview = pages["overview"]
    agree(
        "students",
        {
            "overview, sentence": overview.number(r"[\d,]+ of ([\d,]+) students in"),
            "overview, tile": overview.number(r"of ([\d,]+) students missed a tenth"),
        },
    )
    agree(
        "students chronically absent",
        {
            "overview, sentence": overview.number(r"([\d,]+) of [\d,]+ students in"),
            "overview, tile": overview.number(r"([\d,]+) of [\d,]+ students missed a tenth"),
        },
    )


def bands_agree(schools: Said) -> None:
    """Schools at 30 % or more, and every band between legend and chart."""
    sent = schools.files["schools"]
    rates = pd.to_numeric(sent["rate"])
    agree(
        "schools at 30 % or more",
        {
            "sentence": schools.number(r"In all, ([\d,]+|none) of [\d,]+ schools? ha"),
            "legend": schools.legend("30\xa0% or more"),
            "chart": whole(re.search(r"([\d,]+) 30\xa0% or more", schools.charts)[1]),
            "download, rate": int((rates >= 0.3).sum()),
            "download, band": int(sent["band"].eq("30 % or more").sum()),
        },
    )
    (legend,) = [one for one in schools.legends if any("30\xa0%" in label for label in one)]
    for label, count in legend.items():
        assert f"{count:,} {label}" in schools.charts, (label, count)


def hot_tracts_agree(pages: dict[str, Said]) -> None:
    """Hot tracts by the default analysis: sentence, tile, legend, tables, download, Why here."""
    hot, why = pages["hot_spots"], pages["why_here"]
    sent = hot.files["hot-spots"]
    groups = hot.table("Analyses", "Coverage")
    agree(
        "hot tracts",
        {
            "tile": hot.number(r"([\d,]+) tracts? in [\d,]+ groups?"),
            "legend": hot.legend("hot in half of the analyses or more"),
            "legend of Why here": why.legend("hot in half of the analyses or more"),
            "groups table": int(groups["Tracts"].map(whole).sum()),
            "download, class": int(sent["map_class"].eq("hot in most").sum()),
            "download, group": int(sent["group"].ne("").sum()),
        },
    )
    flagged = hot.number(r"([\d,]+) tracts? flagged by at least one analysis, hot or cold")
    both = ("hot in", "cold in", "cold: the darker")
    (legend,) = [one for one in hot.legends if any(label.startswith("hot") for label in one)]
    agree(
        "tracts flagged by any analysis",
        {
            "title": flagged,
            "legend": sum(n for label, n in legend.items() if label.startswith(both)),
            "download": int(pd.to_numeric(sent["flagged"]).gt(0).sum()),
        },
    )
    agree(
        "tracts that one analysis alone flags",
        {
            "marks": hot.legend("with lines: one analysis alone flags it"),
            "download": int(sent["hatched"].eq("True").sum()),
        },
    )
    agree(
        "tracts hot in one analysis alone",
        {
            "legend": hot.legend("hot in one alone"),
            "download": int(sent["map_class"].eq("hot in one only").sum()),
        },
    )
    agree(
        "tracts tested by one analysis",
        {
            "methods, sentence": pages["methods"].number(r"of ([\d,]+) tracts hot or cold"),
            "methods, tile": pages["methods"].number(r"([\d,]+) tracts tested"),
        },
    )
    # A tract that no school reaches by one join can be reached by another.
    by_any = hot.number(r"([\d,]+) tracts looked at, each in up to")
    assert pages["methods"].number(r"([\d,]+) tracts tested") <= by_any <= len(sent)
    agree(
        "students chronically absent of the first group",
        {
            "hot spots, card": pages["group"].number(r"([\d,]+) of [\d,]+ students Compared"),
            "hot spots, table": whole(groups["Chronically absent"].iloc[0]),
            "why here, tile": why.number(r"([\d,]+) of about [\d,]+ students there"),
            "why here, sentence": why.number(r"about ([\d,]+) of [\d,]+ students \("),
        },
    )


def tract_classes_agree(overview: Said) -> None:
    """Classes of the map: legend, table and download."""
    sent, table = overview.files["tracts"], overview.table("On the map", "Tracts")
    (legend,) = [one for one in overview.legends if any("expected" in label for label in one)]
    counted = dict(zip(table["On the map"], table["Tracts"].map(whole), strict=True))
    assert {label: count for label, count in counted.items() if count} == legend
    marked = int(table["Of these by schools alone"].map(whole).sum())
    assert marked == overview.number(r"differences between schools alone:? \(?([\d,]+)")
    assert int(sent["rate"].eq("").sum()) == legend.get("not shown", 0)
    assert marked <= int(sent["by_schools"].eq("True").sum())


def the_first_school_agrees(schools: Said, school: Said) -> None:
    """The school that stands first: list, table, download, and its own card."""
    sent = schools.files["schools"].iloc[0]
    row = schools.table("Beyond expected", "Level").iloc[0]
    first = r"\*\*1\*\* (.+?) :gray\[\+([\d,]+) students · ([\d.]+\xa0%) ·"
    listed = re.search(first, schools.buttons)
    assert listed, schools.buttons
    assert sent["name"] == row["Name"] == listed[1]
    assert re.search(rf" {re.escape(sent['name'])}.* stands? first", schools.text)
    beyond = {
        "list": whole(listed[2]),
        "table": whole(row["Beyond expected"].strip()),
        "download": round(float(sent["excess"])),
    }
    agree("students beyond expected of the first school", beyond)
    agree(
        "students chronically absent of the first school",
        {
            "card": school.number(r"likely next year: [^)]+\), ([\d,]+) of [\d,]+ students"),
            "table": whole(row["Chronically absent"].strip()),
            "download": round(float(sent["chronic_absent"])),
        },
    )
    rates = {
        plain(row["Rate"]).strip(),
        plain(listed[3]),
        re.search(r"([\d.]+ %) \(likely next", school.text)[1],
    }
    assert len(rates) == 1, rates


def a_neighbourhood_agrees(overview: Said, opened: Said) -> None:
    """A neighbourhood's card and the tracts it is the sum of."""
    tracts = overview.files["tracts"]
    rows = tracts[tracts["neighbourhood"].eq(opened.focus)]
    assert opened.number(r"resident children[^,]*, in ([\d,]+) tracts?") == len(rows)
    sums = {each: pd.to_numeric(rows[each]).sum() for each in ("enrolled", "chronic_absent")}
    counted = r"as its schools differ: [^)]+\), ([\d,]+) of ([\d,]+) students"
    absent, students = (whole(each) for each in re.search(counted, opened.text).groups())
    # Tracts that are not shown are in the sum, and their counts in no file.
    if rows["rate"].ne("").all():
        agree(
            "absent of a neighbourhood", {"card": absent, "tracts": round(sums["chronic_absent"])}
        )
    agree("students of a neighbourhood", {"card": students, "tracts": round(sums["enrolled"])})
