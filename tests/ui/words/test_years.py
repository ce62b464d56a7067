"""The sentence on the year tells what is newer, and why it is not shown first."""

from __future__ import annotations

import pytest

from data.store.manifest import DefinitionBreak
from ui.words.years import why_this_year

KNOWN = ("2018-19", "2020-21", "2021-22", "2022-23", "2023-24")
BREAKS = (DefinitionBreak("2022-23", "Half days count."),)


@pytest.mark.parametrize(
    ("chosen", "default", "known", "text"),
    [
        (
            "2023-24", "2023-24", KNOWN,
            "2023-24 is the latest year with counts of absence here; none is newer.",
        ),
        (
            "2020-21", "2020-21", KNOWN[:2],
            "2020-21 is the latest year with counts of absence here, though an unusual one;"
            " none is newer.",
        ),
        (
            "2021-22", "2021-22", KNOWN,
            "2021-22 is shown first, though 2022-23 and 2023-24 have counts too: from 2022-23 on"
            " absence is counted in another way.",
        ),
        (
            "2018-19", "2018-19", KNOWN[:2],
            "2018-19 is shown first, though 2020-21 has counts too: unusual, cut short or remote.",
        ),
        (
            "2018-19", "2018-19", ("2018-19", "2021-22"),
            "2018-19 is shown first, though 2021-22 has counts too: the place's settings say so.",
        ),
        (
            "2018-19", "2021-22", KNOWN,
            "2020-21 to 2023-24 are newer than 2018-19; 2021-22 is shown first.",
        ),
        ("2018-19", "2018-19", (), ""),
    ],
)  # fmt: skip
def test_why_this_year(chosen: str, default: str, known: tuple[str, ...], text: str) -> None:
    assert why_this_year(chosen, default, known, {"2020-21"}, BREAKS) == text
