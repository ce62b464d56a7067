"""The attacker's program against the published intervals of a suppressed table."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import attainable

pytestmark = pytest.mark.oracle


def pattern(cells):
    hidden = np.zeros((3, 3), dtype=bool)
    for row, column in cells:
        hidden[row, column] = True
    return hidden


def bounds(case):
    return {tuple(map(int, cell.split(","))): limits for cell, limits in case.items()}


def agree(table, wanted):
    found = attainable(table, pattern(wanted)).T.to_dict("list")
    assert found == {cell: pytest.approx(limits, abs=1e-9) for cell, limits in wanted.items()}


def test_intervals_of_fischetti_and_salazar(oracles):
    """Fischetti M, Salazar-Gonzalez JJ (2001) Manage Sci 47:1008-1027."""
    folder = oracles / "suppression_audit_lp"
    case = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "table.csv", index_col=0).apply(pd.to_numeric, errors="coerce")
    cells = table.to_numpy()[:3, :3]
    published = bounds(case["bounds"])
    assert {tuple(each) for each in case["pattern"]} == set(published)
    agree(cells, published)
    assert published[1, 2] == [5, 30]
    agree(cells, bounds(case["naive_single_suppressed"]))
    agree(cells, bounds(case["same_row_only"]))
    agree(np.array(case["zero_trap"]["table"]), bounds(case["zero_trap"]["bounds"]))
