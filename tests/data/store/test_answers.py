"""Surveys at the gate: few answers are shown nowhere, others under an agreement as counts are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.assemble.panel import make_panel
from data.audit import audit_panel
from data.contracts.check import ContractError, empty_table, validate
from data.panel import SourceTables, load_panel, save_panel
from data.store.answers import BESIDE, FEW, UNCOUNTED
from data.store.protected import protect_panel

FIGURES = ["value", "respondents", "response_rate"]


def surveys(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    """Rows of school, scale, share and respondents."""
    table = pd.DataFrame(
        [
            (school, "2018-19", "student", scale, share, people, 0.8, "reported", "", "made")
            for school, scale, share, people in rows
        ],
        columns=list(empty_table("climate").columns),
    )
    return validate("climate", table.astype({"respondents": float}))


ASKED = surveys(
    ("A1", "safety", 0.75, 120),
    ("A1", "trust", 0.50, 8),
    ("B2", "safety", 0.90, 40),
    ("B2", "trust", 0.60, None),
)


def protected(tables: SourceTables) -> pd.DataFrame:
    panel = protect_panel(make_panel(replace(tables, climate=ASKED)))
    return panel.climate.set_index(["school_id", "scale"])


def test_few_answers_are_hidden_whoever_publishes_them(small: SourceTables) -> None:
    shown = protected(small)
    assert shown["status"].to_dict() == {
        ("A1", "safety"): "reported",
        ("A1", "trust"): "suppressed",
        ("B2", "safety"): "reported",
        ("B2", "trust"): "reported",
    }
    assert shown["reason"]["A1", "trust"] == FEW
    assert shown.loc[[("A1", "trust")], FIGURES].isna().all(axis=None)
    assert shown["value"]["B2", "trust"] == 0.60


def test_answers_under_an_agreement_are_hidden_as_counts_are(restricted: SourceTables) -> None:
    shown = protected(restricted)
    assert shown["status"]["A1", "safety"] == "reported"
    assert shown["status"]["B2", "safety"] == "suppressed"  # four of forty say no
    assert shown["reason"]["B2", "trust"] == UNCOUNTED
    hidden = shown["status"].eq("suppressed")
    assert shown.loc[hidden, ["value", "response_rate"]].isna().all(axis=None)


def test_hidden_students_are_not_given_back_by_who_answered(restricted: SourceTables) -> None:
    rows = surveys(("A1", "safety", 0.5, 20), ("B2", "safety", 0.6, 100))
    absence = restricted.absence.copy()
    own = absence["school_id"].eq("A1") & absence["school_year"].eq("2018-19")
    absence.loc[own, ["enrolled", "enrolled_lower", "enrolled_upper"]] = 10
    absence.loc[own, ["chronic_absent", "lower", "upper"]] = 5
    raw = make_panel(replace(restricted, climate=rows, absence=absence))
    shown = protect_panel(raw)
    seen = shown.absence.set_index(["school_id", "school_year"])["enrolled"]
    assert pd.isna(seen["A1", "2018-19"])
    first = shown.climate.set_index("school_id").loc["A1"]
    assert (first["status"], first["reason"]) == ("suppressed", BESIDE)
    assert first[FIGURES].isna().all()


def test_audit_knows_of_surveys(restricted: SourceTables) -> None:
    raw, without = (
        make_panel(replace(restricted, climate=each)) for each in (ASKED, empty_table("climate"))
    )
    found = audit_panel(raw, protect_panel(raw))
    assert found.passed
    before = audit_panel(without, protect_panel(without))
    assert (found.hidden, found.totals) > (before.hidden, before.totals)


def test_surveys_of_unknown_schools_are_dropped_and_counted(small: SourceTables) -> None:
    panel = make_panel(replace(small, climate=ASKED.assign(school_id=["A1", "A1", "Z9", "Z9"])))
    assert panel.climate["school_id"].unique().tolist() == ["A1"]
    told = [each for each in panel.ledger if each.table == "climate"]
    assert [(each.action, each.rows) for each in told] == [("dropped", 2)]


def test_a_panel_without_surveys_has_no_file_of_them(small: SourceTables, tmp_path: Path) -> None:
    save_panel(make_panel(replace(small, climate=empty_table("climate"))), tmp_path / "without")
    assert not (tmp_path / "without" / "climate.parquet").exists()
    assert load_panel(tmp_path / "without").climate.equals(empty_table("climate"))


def test_a_panel_with_surveys_keeps_them(small: SourceTables, tmp_path: Path) -> None:
    panel = make_panel(replace(small, climate=ASKED))
    save_panel(panel, tmp_path / "with")
    pd.testing.assert_frame_equal(load_panel(tmp_path / "with").climate, panel.climate)


def test_a_share_above_one_breaks_the_contract() -> None:
    with pytest.raises(ContractError, match="outside 0 to 1"):
        validate("climate", ASKED.assign(value=75.0))
