"""The display gate for school counts: what may be shown, what not, and why.

Privacy comes first (P codes, for counts shared under an agreement), reliability second (Q codes,
for every source). A published source keeps its agency's own suppression.

How the small-count rules fit together. Were "0 of 100" shown as "at most 2 %" while 1 and 2 are
hidden as small counts, the label would give the zero away. So all counts that could be told apart
get one and the same treatment: 0 and 1-9 are hidden together without bounds (P2), and a coded
bottom or top (P4) is used only where its range is wider than the range of small counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.inputs import Bools, Floats, counts, whole_numbers
from analytics.rates.reliability import REASONS as RELIABILITY_REASONS
from analytics.rates.reliability import reliability

Release = Literal["published", "restricted"]

REASONS = {
    "P1": "Too few students enrolled: hidden to protect them.",
    "P2": "A small number of students, or all but a small number: hidden to protect them.",
    "P4": "Close to 0 % or 100 %: only the range is given, to protect students.",
    **{code: text for code, text in RELIABILITY_REASONS.items() if code.startswith("Q")},
}
"""Plain words for each reason code that `protect` writes."""

ENROLMENT = ("enrolled", "enrolled_lower", "enrolled_upper")
CODING_STEPS = ((60, 5), (300, 2))
CODING_ABOVE = 1
"""P4: up to this many students, this percent from either end; above all steps, this percent."""


@dataclass(frozen=True)
class Policy:
    """How one release is protected.

    Attributes
    ----------
    name : str
        Shown in the data-quality page and in exports.
    release : {"published", "restricted"}
        "published": the agency has released the counts, only reliability applies. "restricted":
        counts shared under an agreement, P1, P2 and P4 apply before reliability.
    hide_enrolled_up_to : int
        P1: rows with at most this many students are hidden, enrolment included.
    hide_counts_up_to : int
        P2: counts from 0 to this, and counts that leave at most this many students, are hidden.
    code_percent : int
        P4: rates within this many percent of 0 or 100 are given as a range whatever the number of
        students; the steps 5, 2 and 1 percent by number of students apply besides.
    """

    name: str
    release: Release
    hide_enrolled_up_to: int = 10
    hide_counts_up_to: int = 9
    code_percent: int = 0

    def __post_init__(self) -> None:
        if self.release not in ("published", "restricted"):
            raise ValueError(f"policy {self.name}: release {self.release!r} is not known")
        if min(self.hide_enrolled_up_to, self.hide_counts_up_to, self.code_percent) < 0:
            raise ValueError(f"policy {self.name}: limits must not be negative")
        if self.code_percent > 20:
            raise ValueError(f"policy {self.name}: code_percent above 20 would hide ordinary rates")

    def tighten(self, other: Policy) -> Self:
        """Give the stricter of two policies, rule by rule; never looser than either.

        Examples
        --------
        >>> PRESETS["restricted"].tighten(PRESETS["20"]).hide_counts_up_to
        19
        >>> PRESETS["restricted"].tighten(PRESETS["5"]).hide_counts_up_to
        9
        """
        if other == self:
            return self
        either = "restricted" in (self.release, other.release)
        return replace(
            self,
            name=f"{self.name} + {other.name}",
            release="restricted" if either else "published",
            hide_enrolled_up_to=max(self.hide_enrolled_up_to, other.hide_enrolled_up_to),
            hide_counts_up_to=max(self.hide_counts_up_to, other.hide_counts_up_to),
            code_percent=max(self.code_percent, other.code_percent),
        )


PRESETS = {
    "published": Policy("published", "published"),
    "restricted": Policy("restricted", "restricted"),
    "CT": Policy("CT", "restricted", hide_enrolled_up_to=19, hide_counts_up_to=5),
    "WA": Policy("WA", "restricted", hide_enrolled_up_to=9),
    "DE": Policy("DE", "restricted", hide_enrolled_up_to=15, code_percent=5),
    "CA": Policy("CA", "restricted", hide_enrolled_up_to=10),
    **{
        str(size): Policy(
            str(size), "restricted", hide_enrolled_up_to=size - 1, hide_counts_up_to=size - 1
        )
        for size in (5, 10, 15, 20, 30)
    },
}
"""Ready policies, to be used as `PRESETS["restricted"].tighten(PRESETS[name])` in shared mode.

"published" and "restricted" are the defaults of privacy.md. CT: fewer than 20 students or counts
under 6 (Connecticut State Department of Education). WA: fewer than 10 students (OSPI). DE: 15
students or fewer, rates under 5 % or over 95 % as a range (Delaware Department of Education). CA:
10 students or fewer (California Department of Education). A number N: fewer than N students, and
counts under N. Rules a state does not name keep the defaults.
"""


def protect(absence: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Apply a policy to a table of school counts.

    Parameters
    ----------
    absence : DataFrame
        Rows with `enrolled`, `chronic_absent`, `lower`, `upper` (nullable integers), `status`
        ("reported", "suppressed", "missing", "unreliable") and `reason`; other columns pass.
    policy : Policy
        Rows of published and restricted sources are protected apart.

    Returns
    -------
    DataFrame
        Same index, columns and order. A suppressed row has no count, and bounds only for P4 or
        where the publisher gave them; P1 hides enrolment too. An unreliable row keeps its counts,
        so that sums still add up, and its status says that its own rate is not shown. Rows that
        come suppressed or missing stay so. `reason` holds the code, see `REASONS`.

    Raises
    ------
    ValueError
        Missing columns, an unknown status, text or a fraction among the counts, a count below 0 or
        above its enrolment; the message names the row.

    References
    ----------
    Privacy Technical Assistance Center (2012) Frequently Asked Questions - Disclosure Avoidance.
    Parker JD et al. (2017) Vital Health Stat 2(175). Seastrom M (2010) NCES 2011-603 (coding of
    tops and bottoms by number of students).

    Examples
    --------
    >>> rows = pd.DataFrame({"enrolled": [400, 400, 12], "chronic_absent": [90, 4, 6],
    ...     "lower": [90, 4, 6], "upper": [90, 4, 6], "status": "reported", "reason": ""})
    >>> protect(rows, PRESETS["restricted"])[["chronic_absent", "reason"]].values.tolist()
    [[90, ''], [<NA>, 'P2'], [<NA>, 'P2']]
    >>> protect(rows, PRESETS["published"])["reason"].tolist()
    ['', '', 'Q1']
    """
    _check(absence)
    out = absence.copy()
    for column in ("enrolled", "chronic_absent", "lower", "upper"):
        out[column] = whole_numbers(out[column], column)
    checked = counts(out["chronic_absent"], out["enrolled"])
    absent, enrolled = checked.x, checked.n
    open_rows = out["status"].isin(["reported", "unreliable"]).to_numpy()
    out.loc[~open_rows, "chronic_absent"] = pd.NA
    hidden = np.zeros(len(out), dtype=np.bool_)
    if policy.release == "restricted":
        code, bounds = _privacy(absent, enrolled, policy)
        hidden = open_rows & (code != "")
        _hide(out, hidden, code, bounds)
    _mark_unreliable(out, open_rows & ~hidden)
    return out


def _check(absence: pd.DataFrame) -> None:
    """Refuse a table that does not keep the contract this module relies on."""
    needed = {"enrolled", "chronic_absent", "lower", "upper", "status", "reason"}
    if lacking := sorted(needed - set(absence.columns)):
        raise ValueError(f"absence table lacks the columns {', '.join(lacking)}")
    valid = absence["status"].isin(["reported", "suppressed", "missing", "unreliable"])
    if not valid.all():
        row = absence.index[~valid.to_numpy()][0]
        raise ValueError(f"absence row {row!r}: status {absence['status'][row]!r} is not known")


def _privacy(
    absent: Floats, enrolled: Floats, policy: Policy
) -> tuple[NDArray[np.str_], tuple[Floats, Floats]]:
    """Give the privacy code of each row and the bounds that may be told; NaN = none."""
    small = float(policy.hide_counts_up_to)
    percent = np.full(enrolled.shape, float(CODING_ABOVE))
    for size, step in reversed(CODING_STEPS):
        percent = np.where(enrolled <= size, float(step), percent)
    edge = np.floor(np.maximum(percent, policy.code_percent) * enrolled / 100)
    low_end = absent <= np.maximum(small, edge)
    high_end = enrolled - absent <= np.maximum(small, edge)
    # Both the code and the bounds depend on the enrolment and the end only, not on the count.
    coded = edge > small
    few = ~(enrolled > policy.hide_enrolled_up_to) | np.isnan(absent)
    rules = [few, (low_end | high_end) & ~coded, low_end | high_end]
    code = np.select(rules, ["P1", "P2", "P4"], default="")
    lower = np.where(high_end, enrolled - edge, 0.0)
    upper = np.where(high_end, enrolled, edge)
    ranged = code == "P4"
    return code, (np.where(ranged, lower, np.nan), np.where(ranged, upper, np.nan))


def _hide(
    out: pd.DataFrame, hidden: Bools, code: NDArray[np.str_], bounds: tuple[Floats, Floats]
) -> None:
    """Withhold counts of hidden rows, writing into the copy."""
    out.loc[hidden, ["chronic_absent", "lower", "upper"]] = pd.NA
    bounds_too = [name for name in ENROLMENT if name in out.columns]
    out.loc[hidden & (code == "P1"), bounds_too] = pd.NA
    ranged = hidden & (code == "P4")
    for column, bound in zip(["lower", "upper"], bounds, strict=True):
        out.loc[ranged, column] = bound[ranged].astype(np.int64)
    out.loc[hidden, "status"] = "suppressed"
    out.loc[hidden, "reason"] = code[hidden]


def _mark_unreliable(out: pd.DataFrame, rows: Bools) -> None:
    """Mark rows whose rate is too uncertain to show; a publisher's own mark stays."""
    judged = rows & out["enrolled"].notna().to_numpy() & out["chronic_absent"].notna().to_numpy()
    part = out.loc[judged]
    code = np.zeros(len(out), dtype="<U2")
    code[judged] = reliability(part["chronic_absent"], part["enrolled"])["code"].to_numpy(dtype=str)
    out.loc[code != "", "status"] = "unreliable"
    out.loc[code != "", "reason"] = code[code != ""]
