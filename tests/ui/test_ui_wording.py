import ast
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import wording as w

ROOT = Path(__file__).resolve().parents[2]
BANNED = re.compile(
    r"\b(truan(t|ts|cy)|problem schools?|problem famil\w+|bad (neighbou?rhoods?|schools?|areas?)"
    r"|failing|failed schools?|failures?|worst|delinquen\w*|dropouts?|at-risk (kids|youth)|ghetto"
    r"|slums?|inner[- ]city|broken homes?|irresponsible|neglectful|lazy|offenders?|hooky"
    r"|skip(s|ping)? (school|class\w*)|cut class\w*|to blame|caused by|because of poverty)\b",
    re.IGNORECASE,
)


def strings_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def screen_files():
    return sorted([*ROOT.glob("ui/*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("app.py")])


@pytest.mark.parametrize("path", screen_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_words_never_blame(path):
    found = [(line, match[0]) for line, text in strings_of(path) for match in BANNED.finditer(text)]
    assert found == []


def test_the_list_of_banned_words_bites():
    for text in ("Truant children", "a problem school", "bad neighborhood", "the worst", "failing"):
        assert BANNED.search(text)


def test_the_figure_as_agreed():
    assert w.rate_text(0.2925, 0.29156, 0.29344, 265_700, 908_421) == (
        "29.3 % (29.2–29.3), 265,700 of 908,421 students"
    )


@pytest.mark.parametrize(
    ("rate", "students", "text"),
    [
        (0.2925, None, "29.3 %"),
        (0.20, 100, "20 %"),
        (0.126_7, 299, "13 %"),
        (0.126_7, 300, "12.7 %"),
        (0.125, 100, "13 %"),
        (0, 500, "0.0 %"),
        (1, 500, "100.0 %"),
        (-0.021, None, "\N{MINUS SIGN}2.1 %"),
    ],
)
def test_percent(rate, students, text):
    assert w.percent_text(rate, students) == text


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_percent_is_within_half_a_unit_of_the_rate(rate, students):
    text = w.percent_text(rate, students)
    room = 0.5 if students < 300 else 0.05
    assert abs(float(text.removesuffix(" %")) - 100 * rate) <= room + 1e-6
    assert ("." in text) == (students >= 300)


@pytest.mark.parametrize("status", ["suppressed", "missing", "unreliable"])
@pytest.mark.parametrize(
    "reason",
    ["", "P1", "P2", "P3", "P4", "P5", "P6", "Q1", "Q2", "Q3", "Q4", "X9", "Withheld here."],
)
def test_a_withheld_figure_always_has_words(status, reason):
    text = w.not_shown_text(status, reason)
    assert text.startswith(("not shown: ", "shown as a limit"))
    assert re.search(r"[a-z]{4}", text.removeprefix("not shown: "))
    assert "{" not in text


def test_reasons_in_words():
    assert w.not_shown_text("suppressed", "") == "not shown: fewer than 10 students"
    assert w.not_shown_text("suppressed", "P2") == "not shown: fewer than 10 students"
    assert w.not_shown_text("suppressed", "P2", 20) == "not shown: fewer than 20 students"
    assert w.not_shown_text("suppressed", "P1") == "not shown: 10 or fewer students enrolled"
    assert w.not_shown_text("missing", "no students") == w.NO_CATCHMENT
    assert w.not_shown_text("suppressed", "Withheld by the publisher.") == (
        "not shown: withheld by the publisher"
    )
    assert w.not_shown_text("reported", "") == ""


def test_a_reason_code_with_details_never_shows_them():
    assert "7" not in w.not_shown_text("suppressed", "P2: count 7")


@given(st.integers(10, 5000), st.integers(1, 20), st.booleans())
def test_limits_hold_for_every_count_within_the_bounds(enrolled, percent, nearly_all):
    edge = enrolled * percent // 100
    bounds = (enrolled - edge, enrolled) if nearly_all else (0, edge)
    text = w.coded_rate_text(*bounds, enrolled)
    told = int(text.split()[0])
    if nearly_all:
        assert text.endswith("% or more")
        assert 100 * bounds[0] >= told * enrolled
    else:
        assert text.endswith("% or less")
        assert 100 * bounds[1] <= told * enrolled
    if enrolled >= 100:
        assert told == (100 - percent if nearly_all else percent)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.214, "fraction", "21.4 %"),
        (0.85, "percentile", "85th percentile"),
        (0.01, "percentile", "1st percentile"),
        (0.12, "percentile", "12th percentile"),
        (0.29, "percentile", "29th percentile"),
        (52_345.6, "usd", "$52,346"),
        (1234, "count", "1,234"),
        (0.25, "count", "0.25"),
        (78.25, "years", "78.2 years"),
    ],
)
def test_values_in_their_unit(value, unit, text):
    assert w.value_text(value, unit) == text


def test_margins():
    assert w.with_margin(0.214, 0.031, "fraction") == "21.4 % (± 3.1 %)"
    assert w.with_margin(0.214, math.nan, "fraction") == "21.4 %"
    assert w.with_margin(0.85, 0.03, "percentile") == "85th percentile (± 3)"


def test_q_is_never_nothing():
    assert w.q_text(0.0002) == "q < .001"
    assert w.q_text(0.05) == "q = .050"
    assert w.q_text(1.0) == "q = 1.000"


def test_overview():
    assert w.overview_sentence("Testville", "2018-19", 265_700, 908_421, 1_530) == (
        "In 2018-19, 265,700 of 908,421 students in 1,530 schools of Testville (29.2 %) were"
        " chronically absent: they missed at least a tenth of their school days."
    )
    assert "1 school of" in w.overview_sentence("T", "2018-19", 1, 20, 1)
    empty = w.overview_sentence("T", "2018-19", 0, 0, 0)
    assert "Choose another" in empty
    assert "0" not in empty.replace("2018-19", "")


def test_change_is_signed_with_a_real_minus():
    assert w.points_text(0.024) == "+2.4"
    assert w.points_text(-0.01) == "\N{MINUS SIGN}1.0"
    assert w.points_text(0.0) == "+0.0"


def test_hot_spots_in_one_and_in_many():
    many = w.hot_spot_sentence(2, 160, 41_200, 0.318, 999, 0.05)
    assert many.startswith("Two groups of tracts (160 tracts) stand out beyond chance")
    assert "About 41,200 students there attend schools where 31.8 % are chronically absent." in many
    one = w.hot_spot_sentence(1, 1, 250, 0.318, 999, 0.05)
    assert one.startswith("One group of tracts (1 tract) stands out")
    assert "32 %" in one
    assert w.hot_spot_sentence(12, 30, 1, 0.3, 999, 0.05).startswith("12 groups")


def test_hot_spots_without_a_figure_show_none():
    text = w.hot_spot_sentence(1, 3, 900, math.nan, 999, 0.05)
    assert "not shown" in text
    assert "nan" not in text


def test_no_hot_spot_says_so_and_when_draws_are_too_few():
    enough = w.hot_spot_sentence(0, 0, 0, math.nan, 99_999, 0.05, n_tested=300)
    assert "No group of tracts stands out" in enough
    assert "Schools page" in enough
    few = w.hot_spot_sentence(0, 0, 0, math.nan, 999, 0.05, n_tested=300)
    assert "11,999" in few
    assert "300 tested tracts" in few
    nothing = w.hot_spot_sentence(0, 0, 0, math.nan, 999, 0.05, n_tested=0)
    assert "Choose another" in nothing


@given(st.integers(1, 3000), st.sampled_from([0.01, 0.05, 0.1]))
def test_the_draws_needed_are_the_draws_that_suffice(n_tested, alpha):
    needed = math.ceil(round(2 * n_tested / alpha, 6)) - 1
    assert w.draws_sentence(needed, n_tested, alpha) == ""
    assert w.draws_sentence(needed - 1, n_tested, alpha) != ""
    # The smallest two-sided p is 2/(R+1); alone among m its q is m times that.
    assert n_tested * 2 / (needed + 1) <= alpha + 1e-9


def test_schools():
    text = w.schools_sentence(118, 120, 1, "2023-24")
    assert "1 of 118 schools has 30 % or more" in text
    assert "2 schools not shown" in text
    assert "none of 5 schools" in w.schools_sentence(5, 5, 0, "2023-24")
    assert "None of 5 schools has a figure" in w.schools_sentence(0, 5, 0, "2023-24")
    assert "Clear the search" in w.schools_sentence(0, 0, 0, "2023-24")


def test_drivers_are_associations():
    text = w.drivers_sentence("poverty", 0.41, 0.36, 0.46, 1_530)
    assert "clearly higher" in text
    assert "+0.41" in text
    assert "association, not a cause" in text
    assert "no clear link" in w.drivers_sentence("poverty", 0.02, -0.03, 0.07, 1_530)
    assert "Too few" in w.drivers_sentence("poverty", math.nan, math.nan, math.nan, 2)
    assert "\N{MINUS SIGN}0.30" in w.drivers_sentence("income", -0.3, -0.4, -0.2, 50)


def test_standing_sentences():
    assert w.TRACT_MEANING == (
        "This map shows the schools that children of a tract attend; it does not measure each"
        " child there."
    )
    assert w.fictional_banner("Halcyon County").startswith("Halcyon County is fictional: ")
    assert set(w.JOIN_METHODS) >= {"gravity", "building"}
    assert "interval" in w.INTERVAL_MEANING
    assert "not cause" in w.ASSOCIATION
