"""The answers of all pages, on the made-up place and the real ones: plain, true and short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from data.recipe.measures import measures
from tests.reading import EIGHT, grade
from tests.ui.words.test_wording import BANNED
from ui import queries
from ui.drivers import words as driver_words
from ui.join import words as join_words
from ui.priorities import words as priority_words
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import joins as queries_join
from ui.queries import methods as queries_methods
from ui.queries import priorities as queries_priorities
from ui.queries import school_lists, units
from ui.queries import why as queries_why
from ui.schools import words as school_words
from ui.selection import Selection
from ui.why import care
from ui.why import group as why_block
from ui.why import strengths as strength_words
from ui.why import words as why_words
from ui.words import answers, completeness, methods
from ui.words.meaning import meaning

LONGEST = 330
"""Characters: three lines of the first screen."""
STATISTICS = ("q .", "q of", "odds", "correlation", "percentile", "Gi*", "interval")
VIEWS = [("demo", ""), ("nyc", "2018-19"), ("oregon", "")]


def said(view: Selection) -> Iterator[tuple[str, str]]:
    """Give each page's answer, and the sentences right under it."""
    area, totals = queries.panel(view).area, queries.totals(view)
    spots, listed = queries_hotspots.found(view), school_lists.listed(view)
    sums = (totals.chronic_absent, totals.enrolled, totals.schools)
    yield "overview", answers.overview_sentence(area.name, view.year, *sums, area.definition)
    yield "hot_spots", answers.hot_spot_answer(spots, view)
    yield "why_here", why_block.answer(spots, replace(view, cluster=first_group(spots)))
    yield "schools", school_words.answer(listed, school_lists.totals(listed), view.year)
    for unit in ("", "school"):
        own = replace(view, list_of=unit)
        found, kind = queries_priorities.found(own), units.unit_of(own)
        yield "priorities", priority_words.answer(found, unit_names(own), kind, own)
    yield "join_quality", join_words.answer(queries_join.quality(view), "", view.catchment)
    yield "data_quality", completeness.answer(queries_methods.quality(view))
    if area.fictional:
        yield "methods", methods.null_answer(queries_methods.null_comparison(view))
    yield "strengths", strength_words.sentence(queries_why.strengths(spots, view))
    # Each driver of a large place takes a model of its own: one stands for all.
    for driver in queries.choices(view.area).drivers if area.fictional else [view.driver]:
        own = replace(view, driver=driver)
        measure, link = queries_drivers.measure(own), queries_drivers.correlation(own)
        comparison = queries_drivers.comparison(own)
        yield driver, driver_words.answer(comparison, measure, link, view.year)
    if not spots.groups.empty:
        chosen = replace(view, cluster=first_group(spots))
        profile = queries_why.profile(spots, chosen)
        yield "care", care.answer(care.ways(profile))
        for text in why_words.sentences(spots.groups.iloc[0], profile, view.year):
            yield "why_here, below", text


def unit_names(view: Selection) -> pd.Series:
    kind = units.unit_of(view)
    return units.names(view, kind, queries_priorities.found(view).table.index)


def first_group(spots) -> str:
    return "" if spots.groups.empty else str(spots.groups["cluster"].iloc[0])


def names(view: Selection) -> list[str]:
    spots = queries_hotspots.found(view)
    broad = [] if spots.broad is None else list(spots.broad["name"])
    labels = [item.label for item in measures().values()]
    schools = list(queries.schools(view)["name"])
    return [
        *unit_names(view),
        *spots.groups["name"],
        *broad,
        *labels,
        *schools,
        queries.panel(view).area.name,
    ]


@pytest.fixture(scope="module", params=VIEWS, ids=lambda item: " ".join(filter(None, item)))
def texts(request, default) -> tuple[Selection, list[tuple[str, str]]]:
    del default
    slug, year = request.param
    if slug not in queries.places():
        pytest.skip(f"{slug} is not in the store")
    view = queries.choices(slug).default()
    view = replace(view, year=year or view.year)
    return view, list(said(view))


def test_what_stands_on_a_first_screen_reads_at_grade_eight(texts) -> None:
    view, every = texts
    known = names(view)
    hard = {text: round(grade(text, known), 1) for _, text in every}
    assert {text: reads for text, reads in hard.items() if reads > EIGHT} == {}


def test_an_answer_is_short_and_without_words_of_statistics(texts) -> None:
    for page, text in texts[1]:
        if page != "why_here, below":
            assert len(text) <= LONGEST, (page, len(text), text)
        assert not [word for word in STATISTICS if word in text], (page, text)
        assert not BANNED.search(text), text
        assert "extreme" not in text
        assert "nan" not in text.replace("finance", "")


def test_what_it_means_reads_at_grade_eight_too(texts) -> None:
    view, _ = texts
    for page in ("overview", "hot_spots", "why_here", "schools", "priorities", "join_quality"):
        text = meaning(page, view)
        assert grade(text, names(view)) <= EIGHT if text else page == "why_here", (page, text)
