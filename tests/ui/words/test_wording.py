import ast
import re
from pathlib import Path

import pytest

from geo.catchment import METHODS
from ui.words import standing as w

ROOT = Path(__file__).resolve().parents[3]
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


def test_standing_sentences():
    assert w.TRACT_MEANING == (
        "This map shows the schools that children of a tract attend; it does not measure each"
        " child there."
    )
    assert w.fictional_banner("Halcyon County").startswith("Halcyon County is fictional: ")
    assert set(w.JOIN_METHODS) >= {"gravity", "building"}
    assert "not cause" in w.ASSOCIATION


def test_each_range_says_what_it_is_for():
    assert "no range" in w.COUNT_MEANING
    assert "same schools" in w.CHANGE_MEANING
    assert "next year" in w.SCHOOL_RANGE
    assert "schools behind it differ" in w.AREA_RANGE
    words = "by chance alone"
    texts = [text for path in ROOT.glob("ui/**/*.py") for _, text in strings_of(path)]
    assert not [text for text in texts if words in text and "year to year" in text]


def test_every_join_method_is_described():
    assert set(w.JOIN_METHODS) == set(METHODS)
