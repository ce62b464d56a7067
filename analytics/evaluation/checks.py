"""What a comparison can carry: checks that come before any estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.evaluation.group_time import Effects
from analytics.evaluation.histories import Histories
from analytics.evaluation.similar import BALANCED, Similar

BEFORE, AFTER, OTHERS = 3, 1, 2
LEADS = 0.05

Reason = Literal["few years before", "no year after", "few others", "moved apart before", "unlike"]


@dataclass(frozen=True)
class Design:
    """Whether a change can be compared, and why not.

    Attributes
    ----------
    reasons : tuple of str
        Empty when the comparison carries a statement; otherwise the figures are descriptive only.
    """

    reasons: tuple[Reason, ...]

    @property
    def carries(self) -> bool:
        """Whether a statement about the programme may be made."""
        return not self.reasons


def design(given: Histories, found: Effects | None, matched: Similar | None) -> Design:
    """Judge a comparison before its estimate is read.

    Parameters
    ----------
    given : Histories
        The units that are compared.
    found : Effects, optional
        For its changes before the start; None where nothing could be estimated.
    matched : Similar, optional
        For how far the comparison units resemble those with the programme.

    Notes
    -----
    At least three years before each start, one year after it and two comparison units; no changes
    before the start beyond chance; mean rates and trends within a quarter of a standard deviation.
    """
    reasons: list[Reason] = []
    if not given.cohorts or any(len(given.before(start)) < BEFORE for start in given.cohorts):
        reasons.append("few years before")
    if not any(year >= start for start in given.cohorts for year in given.years):
        reasons.append("no year after")
    if int(given.never.sum()) < OTHERS:
        reasons.append("few others")
    if found is not None and found.leads_p < LEADS:
        reasons.append("moved apart before")
    if matched is not None:
        apart = matched.balance.loc[["rate", "trend"], "apart_similar"].abs()
        if (apart > BALANCED).any():
            reasons.append("unlike")
    return Design(tuple(reasons))
