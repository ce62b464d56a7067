"""Words on what random groups of the same size show: what is this group's own, and what is not."""

from __future__ import annotations

import math

import pandas as pd

from data.views.random_groups import RandomGroups
from ui.words.numbers import count_text

RARE = 0.05
NO_GROUPS = "Random groups of this size cannot be made here, so it is not known how common that is."
MEANING = (
    "Conditions are alike in places that lie near, so many of them can be harder in any group of"
    " tracts. Random groups are made of tracts that touch, as many as here, and are compared in the"
    " same way. High absence: more than expected for the school levels."
)


def as_many(random: RandomGroups) -> str:
    """How common so many harder conditions are."""
    if not random.groups:
        return NO_GROUPS
    text = f"As many are harder in {_of_hundred(random.as_many)} random groups of this size"
    if math.isnan(random.as_many_high):
        return f"{text}; too few of them have high absence to say more."
    return f"{text}, and in {_of_hundred(random.as_many_high)} of those with high absence."


def its_own(harder: pd.DataFrame, random: RandomGroups) -> str:
    """Tell what is peculiar to a group from what groups with high absence show anyway.

    Parameters
    ----------
    harder : DataFrame
        Index driver: `label` of the conditions that are harder in the group.
    """
    part = random.drivers["as_far_high"].reindex(harder.index).dropna()
    if part.empty:
        return ""
    rare = part[part <= RARE]
    if rare.empty:
        return (
            "Each of these conditions is as far out in more than 5 of 100 random groups with high"
            " absence. They come with high absence anywhere, and single nothing out here."
        )
    named = "; ".join(
        f"{harder.loc[name, 'label']} ({_of_hundred(share)})" for name, share in rare.items()
    )
    return (
        f"Rarely as far out in random groups with high absence: {named}. About one condition in"
        " twenty would seem so by chance."
    )


def as_far(random: RandomGroups, driver: str) -> str:
    """How common so large a difference of one driver is, for a table."""
    row = random.drivers.loc[driver]
    if pd.isna(row["as_far"]):
        return "not known"
    text = f"{_of_hundred(row['as_far'])}"
    if pd.isna(row["as_far_high"]):
        return text
    return f"{text}; with high absence {_of_hundred(row['as_far_high'])}"


def _of_hundred(share: float) -> str:
    """Write a share of groups: "13 of 100"; "fewer than 1 of 100" where none or few had it."""
    whole = round(100 * share)
    return f"{count_text(whole)} of 100" if whole else "fewer than 1 of 100"
