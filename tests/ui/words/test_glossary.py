"""The glossary: plain, in order, and without a gap for the words that "How sure?" uses."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tests.reading import grade
from ui import glossary, queries
from ui.drivers import together as together_words
from ui.drivers import words as driver_words
from ui.hotspots import words as hotspot_words
from ui.join import words as join_words
from ui.queries import drivers as queries_drivers
from ui.queries import why as queries_why
from ui.why import downloads as why_downloads
from ui.why import group as why_block
from ui.why import strengths as strength_words
from ui.why import words as why_words
from ui.words import answers, methods, standing
from ui.words.glossary import TERMS

NINE = 9.0


@pytest.mark.parametrize("term", TERMS)
def test_an_entry_is_short_and_plain(term: str) -> None:
    text = TERMS[term]
    assert len(re.findall(r"[.?](?:\s|$)", text)) <= 3
    assert grade(text) <= NINE, round(grade(text), 1)


def test_terms_stand_in_the_order_of_the_alphabet() -> None:
    assert list(TERMS) == sorted(TERMS, key=str.lower)


@pytest.mark.parametrize("is_open", [False, True])
def test_the_glossary_sends_its_words_once_opened(monkeypatch, is_open: bool) -> None:
    sent: list[str] = []
    button = SimpleNamespace(open=is_open, html=sent.append)
    monkeypatch.setattr(glossary.st, "popover", lambda _label, **_how: button)
    glossary.popover()
    assert [text.count("<dt>") for text in sent] == [len(TERMS)] * is_open


STATISTICS = {
    r"\bGi\*": "Gi*",
    r"\bLocal Moran\b": "Local Moran",
    r"\bMoran's I\b": "Moran's I",
    r"\bLee's L\b": "Lee's L",
    r"\bq (?:of|up|=|<|\.)": "False discoveries (q)",
    r"false[- ]discover": "False discoveries (q)",
    r"\bp (?:of|=|<|\.)": "p",
    r"\btwo-sided\b": "Two-sided",
    r"\bodds\b": "Odds ratio",
    r"\bstandard deviations?\b": "Standard deviation",
    r"\bpercentiles?\b": "Percentile",
    r"\bcoefficient of variation\b": "Coefficient of variation",
    r"\bmargins? of error\b": "Margin of error",
    r"\bcorrelation\b": "Rank correlation",
    r"\bintervals?\b": "Range (interval)",
    r"\brearrang": "Rearranged",
    r"\bempirical Bayes\b": "Steadied",
    r"\bbootstrap\b": "Bootstrap",
    r"\bvariance\b": "Variance",
    r"\brandom groups\b": "Random groups",
    r"\bfunnel\b": "Funnel",
    r"\bthe scan\b": "Scan",
    r"\bmembership model\b": "Membership model",
    r"\bcomparable tracts\b": "Comparable tracts",
    r"\bcoverage\b": "Coverage",
    r"\bjoins?\b": "Join",
    r"\bindex\b": "Index",
    r"\bdraws of chance\b": "Chance",
    r"\beffective n\b": "Effective n",
}
"""Words of statistics as they stand in texts, and the entry that explains each."""


@pytest.fixture(scope="module")
def how_sure(default, spots, selection) -> str:
    """Give what "How sure?" and Method say on the pages of the demo."""
    comparison = queries_drivers.under_all_joins(default)
    measure, link = queries_drivers.measure(default), queries_drivers.correlation(default)
    schools = queries_why.strengths(spots, selection)
    said = [
        *(standing.COUNT_MEANING, standing.CHANGE_MEANING, standing.SCHOOL_RANGE),
        *(standing.AREA_RANGE, standing.COVERAGE_MEANING, standing.SURENESS),
        *standing.MEASURE_NOTES.values(),
        *hotspot_words.NULL_WORDS.values(),
        *hotspot_words.MEANING.values(),
        answers.draws_note(spots, 0.05),
        hotspot_words.groups_tested(spots, 0.05),
        hotspot_words.scatter_words(0.4, 0),
        *(driver_words.ODDS_MEANING, driver_words.JOINS_MEANING, driver_words.INDEX),
        driver_words.figures(comparison, measure, link),
        driver_words.sureness(comparison),
        driver_words.correlation_text(link),
        driver_words.theme_sentence(comparison.shares),
        *together_words.tested_sentences(queries_drivers.tested(default), measure, 0.05),
        *(why_words.PROFILE_MEANING, why_block.meaning(spots, selection)),
        strength_words.basis(schools),
        strength_words.sentence(schools),
        *(join_words.UNCERTAINTY_MEANING, join_words.CHANGE_MEANING),
        answers.year_basis(queries.dispersion(default)),
        "Effective n",
        why_downloads.paragraph(spots, selection),
        *methods.paragraphs(queries.panel(default), default).values(),
    ]
    return "\n".join(said)


@pytest.mark.parametrize("pattern", STATISTICS)
def test_every_word_of_statistics_that_is_used_has_an_entry(pattern: str, how_sure: str) -> None:
    assert re.search(pattern, how_sure, re.IGNORECASE), "the pages no longer say it"
    assert STATISTICS[pattern] in TERMS
