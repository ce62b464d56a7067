"""Built places as if shared under an agreement, and their hidden counts drawn anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.disclosure import PRESETS, protect
from data.panel import Panel

STUDENTS = ["enrolled", "enrolled_lower", "enrolled_upper"]
COUNTS = ["chronic_absent", "lower", "upper"]


def restricted(raw: Panel) -> Panel:
    """The same panel, every source shared under an agreement."""
    return replace(raw, sources=tuple(replace(each, release="restricted") for each in raw.sources))


def hidden_alone(raw: Panel) -> pd.Series:
    """Reason for which each row is hidden by its own count; "" for the others."""
    alone = protect(raw.absence.drop(columns="school_id"), PRESETS["restricted"])
    return alone["reason"].where(alone["reason"].isin(["P1", "P2"]), "")


def redrawn(raw: Panel, seed: int) -> tuple[Panel, int]:
    """Draw the counts anew that are hidden for their own sake; the panel, and how many changed."""
    rng, absence = np.random.default_rng(seed), raw.absence.copy()
    reason = hidden_alone(raw)
    count, students = (absence[name].astype("Float64") for name in ("chronic_absent", "enrolled"))
    for row in np.flatnonzero(reason.ne("")):
        at = absence.index[row]
        if reason[at] == "P1":
            n = int(rng.integers(1, 11))
            absence.loc[at, STUDENTS] = n
            absence.loc[at, COUNTS] = int(rng.integers(0, n + 1))
        else:
            few = int(rng.integers(0, 10))
            absence.loc[at, COUNTS] = few if count[at] <= 9 else int(students[at]) - few
    changed = absence[[*STUDENTS, *COUNTS]].ne(raw.absence[[*STUDENTS, *COUNTS]])
    return replace(raw, absence=absence), int(changed.fillna(value=False).any(axis=1).sum())
