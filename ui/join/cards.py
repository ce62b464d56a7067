"""Cards of the Join quality page: how one school or tract is joined, and how surely."""

from __future__ import annotations

import pandas as pd

from data.views.join_quality import WARNED, JoinQuality
from ui.join.words import (
    NAMES,
    decimal_text,
    km_text,
)
from ui.words.cards import card
from ui.words.numbers import (
    BY_SCHOOLS,
    count_text,
    interval_text,
    percent_text,
    plural,
    students_text,
)
from ui.words.standing import FLOW_MEANING

EMPTY = (
    "<div class='atlas-card'><p>The map shows how the students counted in each tract compare with"
    " the children who live there. Search above for a school to see the tracts it draws from, or"
    " for a tract to see the schools its children attend.</p></div>"
)


def focus_card(quality: JoinQuality, focus: str) -> str:
    """HTML card of the school or tract chosen, or what to do when there is none."""
    if focus in quality.schools.index:
        row = quality.schools.loc[focus]
        return card(row["name"], school_facts(row), FLOW_MEANING)
    if focus in quality.tracts.index:
        row = quality.tracts.loc[focus]
        place = f", {row['neighbourhood']}" if row["neighbourhood"] else ""
        return card(f"{row['name']}{place}", tract_facts(row), FLOW_MEANING)
    return EMPTY


def school_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a school's card."""
    if not row["tracts"] > 0:
        return [("Join", str(row["why"]))]
    return [
        ("Draws from", f"{plural(row['tracts'], 'tract')} that get a share"),
        ("As spread as", f"{decimal_text(row['effective_tracts'], 'tract')} of equal share"),
        ("Mean distance", km_text(row["mean_km"])),
        ("How it was joined", f"{NAMES.get(row['method'], row['method'])}: {row['why']}"),
    ]


def tract_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a tract's card."""
    facts = [
        ("Students counted", _coverage(row)),
        ("Schools behind the figure", _behind(row)),
    ]
    if not row["shown"]:
        return facts
    rate, n = percent_text(row["rate"], row["enrolled"]), row["enrolled"]
    worth = count_text(row["effective_n"])
    return [
        (
            "Rate of the schools its children attend",
            f"{rate} ({BY_SCHOOLS} {interval_text(row['low'], row['high'], n)})",
        ),
        (
            "By the doubt about the join",
            f"{rate} ({interval_text(row['join_low'], row['join_high'], n)});"
            f" {percent_text(row['between'], 0)} of the uncertainty comes from the choice of join",
        ),
        *facts,
        ("Effective n", f"{worth} students of its schools stand behind the rate"),
    ]


def _coverage(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return "none by this join"
    if not row["children"] > 0:
        return f"{students_text(row['enrolled'])}; no resident children known"
    care = " - read with care" if row["flag"] in WARNED else ""
    share = percent_text(row["coverage"], 0)
    children = count_text(row["children"])
    return f"{students_text(row['enrolled'])}, {share} of {children} resident children{care}"


def _behind(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return "none by this join"
    return (
        f"{plural(row['schools'], 'school')}, as varied as"
        f" {decimal_text(row['effective_schools'], 'school')} of one size; the largest gives"
        f" {percent_text(row['largest_share'], 0)}"
    )
