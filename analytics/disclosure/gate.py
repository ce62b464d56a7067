"""The display gate for school counts: what may be shown, what not, and why.

Privacy comes first (P codes, for counts shared under an agreement), reliability second (Q codes,
for every source). A published source keeps its agency's own suppression.

How the small-count rules fit together. Were "0 of 100" shown as "at most 2 %" while 1 and 2 are
hidden as small counts, the label would give the zero away. So all counts that could be told apart
get one and the same treatment: 0 and 1-9 are hidden together without bounds (P2), and a coded
bottom or top (P4) is used only where its range is wider than the range of small counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.disclosure.complementary import complement
from analytics.disclosure.policy import Policy, privacy_code
from analytics.disclosure.problem import Problem
from analytics.disclosure.relations import COLUMNS, Relations, problem_of, reader_groups
from analytics.inputs import Bools, Floats, counts, whole_numbers
from analytics.rates.reliability import REASONS as RELIABILITY_REASONS
from analytics.rates.reliability import reliability

REASONS = {
    "P1": "Too few students enrolled: hidden to protect them.",
    "P2": "A small number of students, or all but a small number: hidden to protect them.",
    "P3": "Hidden, so that a small number here or elsewhere cannot be worked out from totals.",
    "P4": "Close to 0 % or 100 %: only the range is given, to protect students.",
    **{code: text for code, text in RELIABILITY_REASONS.items() if code.startswith("Q")},
}
"""Plain words for each reason code that `protect` writes."""

ENROLMENT = ("enrolled", "enrolled_lower", "enrolled_upper")


@dataclass(frozen=True, eq=False)
class Protected:
    """A table that may be shown, and what may not be published beside it.

    Attributes
    ----------
    table : DataFrame
    withheld : tuple of str
        Totals that would give a hidden count away, by their names in `Relations`.
    """

    table: pd.DataFrame
    withheld: tuple[str, ...] = ()


def protect(
    absence: pd.DataFrame,
    policy: Policy,
    *,
    schools: pd.DataFrame | None = None,
    released: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Apply a policy to a table of school counts.

    Parameters
    ----------
    absence : DataFrame
        Rows with `enrolled`, `chronic_absent`, `lower`, `upper` (nullable integers), `status`
        ("reported", "suppressed", "missing", "unreliable") and `reason`; other columns pass.
    policy : Policy
        Rows of published and restricted sources are protected apart.
    schools : DataFrame, optional
        Places and levels whose totals a reader may know, see `Relations.of`. Grades and groups are
        taken to add up whether or not this is given.
    released : DataFrame, optional
        On the rows of `absence`: `enrolled`, `chronic_absent`, True where an earlier release gave
        the figure. It protects nothing any more.

    Returns
    -------
    DataFrame
        Same index, columns and order. A suppressed row has no count, and bounds only for P4 or
        where the publisher gave them; P1 hides enrolment too. An unreliable row keeps its counts,
        so that sums still add up, and its status says that its own rate is not shown. Rows that
        come suppressed or missing stay so. `reason` holds the code, see `REASONS`. P3 stands for
        rows hidden for the sake of others, and for those others: which is which is not told.

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
    >>> from analytics.disclosure import PRESETS
    >>> rows = pd.DataFrame({"enrolled": [400, 400, 12], "chronic_absent": [90, 4, 6],
    ...     "lower": [90, 4, 6], "upper": [90, 4, 6], "status": "reported", "reason": ""})
    >>> protect(rows, PRESETS["restricted"])[["chronic_absent", "reason"]].values.tolist()
    [[90, ''], [<NA>, 'P2'], [<NA>, 'P2']]
    >>> protect(rows, PRESETS["published"])["reason"].tolist()
    ['', '', 'Q1']
    """
    return release(absence, policy, schools=schools, released=released).table


def release(
    absence: pd.DataFrame,
    policy: Policy,
    *,
    schools: pd.DataFrame | None = None,
    released: pd.DataFrame | None = None,
) -> Protected:
    """Apply a policy as `protect` does, and say which totals may not be published beside."""
    _check(absence)
    out = absence.copy()
    withheld: tuple[str, ...] = ()
    for column in ("enrolled", "chronic_absent", "lower", "upper"):
        out[column] = whole_numbers(out[column], column)
    checked = counts(out["chronic_absent"], out["enrolled"])
    absent, enrolled = checked.x, checked.n
    open_rows = out["status"].isin(["reported", "unreliable"]).to_numpy()
    out.loc[~open_rows, "chronic_absent"] = pd.NA
    hidden = np.zeros(len(out), dtype=np.bool_)
    if policy.release == "restricted":
        code, bounds = privacy_code(absent, enrolled, policy)
        code = np.where(open_rows, code, "")
        relations = Relations.of(out, schools)
        fixed = np.tile(~open_rows, 2)
        if released is not None:
            fixed |= np.concatenate([released[name].to_numpy(bool) for name in COLUMNS])
        truth = relations.truth(out)
        cells = (truth, relations.sensitive_rests(truth, policy))
        problem = problem_of(relations, cells, policy, (code, bounds), fixed)
        begin = None
        if relations.only_totals():
            # Chosen as if every hidden count were at its end: the choice tells nothing of it.
            ends = relations.at_ends(truth, problem.primary, policy.hide_counts_up_to)
            blind = problem_of(relations, (ends, cells[1]), policy, (code, bounds), fixed)
            begin, _ = complement(blind)
        secret, _ = complement(problem, begin)
        withheld = relations.totals(secret)
        _without_students(out, secret[: len(out)] | (code == "P1"))
        code = _with_others(problem, secret, code)
        hidden = code != ""
        _hide(out, hidden, code, bounds)
    _mark_unreliable(out, open_rows & ~hidden)
    return Protected(out, withheld)


def _check(absence: pd.DataFrame) -> None:
    """Refuse a table that does not keep the contract this module relies on."""
    needed = {"enrolled", "chronic_absent", "lower", "upper", "status", "reason"}
    if lacking := sorted(needed - set(absence.columns)):
        raise ValueError(f"absence table lacks the columns {', '.join(lacking)}")
    valid = absence["status"].isin(["reported", "suppressed", "missing", "unreliable"])
    if not valid.all():
        row = absence.index[~valid.to_numpy()][0]
        raise ValueError(f"absence row {row!r}: status {absence['status'][row]!r} is not known")


def _hide(
    out: pd.DataFrame, hidden: Bools, code: NDArray[np.str_], bounds: tuple[Floats, Floats]
) -> None:
    """Withhold counts of hidden rows, writing into the copy."""
    out.loc[hidden, ["chronic_absent", "lower", "upper"]] = pd.NA
    ranged = hidden & (code == "P4")
    for column, bound in zip(["lower", "upper"], bounds, strict=True):
        out.loc[ranged, column] = bound[ranged].astype(np.int64)
    out.loc[hidden, "status"] = "suppressed"
    out.loc[hidden, "reason"] = code[hidden]


def _with_others(problem: Problem, secret: Bools, code: NDArray[np.str_]) -> NDArray[np.str_]:
    """Give one and the same code to rows hidden for others' sake and to those others."""
    cells = reader_groups(problem, secret)[: 2 * code.size].reshape(2, code.size)
    other = secret[: 2 * code.size].reshape(2, code.size).any(axis=0) & (code == "")
    return np.where(other | cells.any(axis=0) & np.isin(code, ["P1", "P2"]), "P3", code)


def _without_students(out: pd.DataFrame, rows: Bools) -> None:
    """Withhold enrolments, writing into the copy."""
    out.loc[rows, [name for name in ENROLMENT if name in out.columns]] = pd.NA


def _mark_unreliable(out: pd.DataFrame, rows: Bools) -> None:
    """Mark rows whose rate is too uncertain to show; a publisher's own mark stays."""
    judged = rows & out["enrolled"].notna().to_numpy() & out["chronic_absent"].notna().to_numpy()
    part = out.loc[judged]
    code = np.zeros(len(out), dtype="<U2")
    code[judged] = reliability(part["chronic_absent"], part["enrolled"])["code"].to_numpy(dtype=str)
    out.loc[code != "", "status"] = "unreliable"
    out.loc[code != "", "reason"] = code[code != ""]
