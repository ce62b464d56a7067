import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.manifest import DefinitionBreak
from ui.words import answers


def test_overview():
    assert answers.overview_sentence("Testville", "2018-19", 265_700, 908_421, 1_530) == (
        "About 3 in 10 students were chronically absent in 2018-19: 265,700 of 908,421 students in"
        " 1,530 schools of Testville (29.2\xa0%). They missed at least a tenth of their school"
        " days."
    )
    assert "1 school of" in answers.overview_sentence("T", "2018-19", 1, 20, 1)
    empty = answers.overview_sentence("T", "2018-19", 0, 0, 0)
    assert "Choose another" in empty
    assert "0" not in empty.replace("2018-19", "")


def test_a_publishers_total_is_said_where_it_is_another_number():
    sums = SimpleNamespace(chronic_absent=107_275, enrolled=534_279)
    assert answers.publishers_text(sums, None) == ""
    assert answers.publishers_text(sums, (107_275, 534_279)) == ""
    said = answers.publishers_text(sums, (112_588, 551_477))
    assert said.startswith("The publisher's own total is 112,588 of 551,477 students (20.4\xa0%).")


def test_breaks_are_told_in_words():
    assert answers.breaks_text(()) == ""
    breaks = [DefinitionBreak("2017-18", "Ten days."), DefinitionBreak("2019-20", "Cut short.")]
    assert answers.breaks_text(breaks) == (
        "The line is cut where figures stop being comparable. 2017-18: Ten days."
        " 2019-20: Cut short."
    )


def test_draws_too_few_for_one_tract_are_said():
    few = answers.draws_sentence(999, 300, 0.05)
    assert "11,999" in few
    assert "300 tested tracts" in few
    assert few.startswith("This check can find groups of neighbourhoods. It is not fine enough")


@given(st.integers(1, 3000), st.sampled_from([0.01, 0.05, 0.1]))
def test_the_draws_needed_are_the_draws_that_suffice(n_tested, alpha):
    needed = math.ceil(round(2 * n_tested / alpha, 6)) - 1
    assert answers.draws_sentence(needed, n_tested, alpha) == ""
    assert answers.draws_sentence(needed - 1, n_tested, alpha) != ""
    # The smallest two-sided p is 2/(R+1); alone among m its q is m times that.
    assert n_tested * 2 / (needed + 1) <= alpha + 1e-9


def test_drivers_are_associations():
    text = answers.drivers_sentence("poverty", 0.41, 0.36, 0.46, 1_530)
    assert "clearly more absence across 1,530 schools" in text
    assert text.endswith(answers.GO_TOGETHER)
    assert "correlation" not in text
    assert "no clear link" in answers.drivers_sentence("poverty", 0.02, -0.03, 0.07, 1_530)
    assert "Too few" in answers.drivers_sentence("poverty", math.nan, math.nan, math.nan, 2)
    assert "clearly less absence" in answers.drivers_sentence("income", -0.3, -0.4, -0.2, 50)


@pytest.mark.parametrize(
    ("definition", "tenth"),
    [
        ("Absent on 10 % or more of the days enrolled.", True),
        ("A student who attends 90% or fewer of the days enrolled.", True),
        ("Missed ten percent of possible days.", True),
        ("Regular attendance is fewer than two absences a month.", False),
        ("Absent for 18 days or more; enrolled for 10 days at least.", False),
    ],
)
def test_a_tenth_is_said_only_where_the_definition_says_it(definition: str, tenth: bool) -> None:
    sentence = answers.overview_sentence("T", "2018-19", 10, 100, 2, definition)
    assert ("at least a tenth of their school days" in sentence) == tenth
    assert ("says how they are counted" in sentence) != tenth
