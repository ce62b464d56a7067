"""A district's own counts: read with their bounds, never a single student, never kept exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.assemble.panel import make_panel
from data.build import main
from data.demo import tables as demo
from data.demo.truth import SEED, build_world
from data.errors import DataError
from data.panel import SourceTables, load_panel
from data.read.flows import TEMPLATE, flows_in_memory, with_flows

T1, T2 = "99001000100", "99001000200"
FILE = f"school_id,geoid,students\nA1,{T1},150\nA1,{T2},<10\nB2,{T2},7\n"


def test_withheld_and_small_counts_become_bounds() -> None:
    flows, _ = flows_in_memory(b"\xef\xbb\xbf" + FILE.encode(), "flows.csv")
    assert flows["students"].isna().tolist() == [False, True, True]
    assert flows[["lower", "upper"]].to_numpy().tolist() == [[150, 150], [0, 9], [1, 9]]


def test_the_template_is_readable() -> None:
    flows, _ = flows_in_memory(TEMPLATE.encode(), "template.csv")
    assert len(flows) == TEMPLATE.count("\n") - 1


def test_ids_mended_and_rows_without_a_tract_are_told() -> None:
    text = "school_id,geoid,students\nA1,1400000US36061000100,20\nA1,unknown,30\nA1,36061000200,\n"
    flows, ledger = flows_in_memory(text.encode(), "flows.csv")
    assert flows["geoid"].tolist() == ["36061000100"]
    assert {each.rows for each in ledger if each.action == "dropped"} == {1}
    assert "unknown address" in " ".join(each.reason for each in ledger)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student_id,school_id,geoid,students\n1,A1,x,1\n", "describes single students"),
        ("school_id,geoid\nA1,36061000100\n", "there is no such column"),
        (
            "school_id,geoid,students\nA1,36061000100,many\n",
            r"column 'students', row 2: 'many' is not a number; the columns are",
        ),
        ("school_id,geoid,students\nA1,36061000100,2.5\n", "2.5.* is not a whole number"),
        (
            "school_id,geoid,students\nA1,36061000100,20\nA1,36061000100,30\n",
            "1 ids have rows that differ: rows 2 and 3",
        ),
        ("school_id,geoid,students\n", "no rows below its header"),
        ('school_id,geoid,students\nA1,"36061', "near line"),
        ("school_id,geoid,students\n,36061000100,20\n", "row 2"),
        ("\0\1\2", "not a text"),
        ("", "ends before its header"),
    ],
)
def test_what_cannot_be_used_names_place_and_remedy(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        flows_in_memory(text.encode(), "flows.csv")


def test_a_register_too_large_for_counts_is_refused() -> None:
    with pytest.raises(DataError, match="hand in counts, not a register"):
        flows_in_memory(b"x" * (21 << 20), "flows.csv")


def placed(small: SourceTables, folder: Path, text: str = FILE) -> SourceTables:
    path = folder / "flows.csv"
    path.write_text(text, encoding="utf-8")
    return with_flows(small, path)


def test_the_join_is_the_districts_where_it_counted(small: SourceTables, tmp_path: Path) -> None:
    panel = make_panel(placed(small, tmp_path))
    stored = panel.parameters["catchment"]
    assert stored["method"] == "supplied"
    assert stored["by_gravity"] == []
    share = panel.catchment.set_index(["school_id", "geoid"])["share"]
    assert share["A1", T2] == pytest.approx(5 / 155)
    assert share["B2", T2] == 1
    assert panel.sources[-1].release == "restricted"
    told = [each.reason for each in panel.ledger if each.source == "own_counts"]
    assert any("2 withheld counts, 2 to 18 students together, taken as 10" in each for each in told)
    assert any("place the students of 2 schools" in each for each in told)


def test_schools_without_a_row_follow_by_distance(small: SourceTables, tmp_path: Path) -> None:
    text = f"school_id,geoid,students\nA1,{T1},90\n"
    panel = make_panel(placed(small, tmp_path, text))
    assert panel.parameters["catchment"]["by_gravity"] == ["B2"]
    sums = panel.catchment.groupby("school_id")[["share", "students"]].sum()
    assert sums["share"].to_dict() == pytest.approx({"A1": 1, "B2": 1})
    assert sums["students"].to_dict() == pytest.approx({"A1": 200, "B2": 400})
    # The children of tract 1 are taken: what is left lies in tract 2.
    mine = panel.catchment[panel.catchment["school_id"].eq("B2")].set_index("geoid")["share"]
    assert mine[T2] == pytest.approx(1)


def test_counts_of_another_place_are_refused(small: SourceTables, tmp_path: Path) -> None:
    text = "school_id,geoid,students\nA1,36061000100,90\n"
    with pytest.raises(DataError, match=r"small: the district's counts cannot .*1 unknown"):
        make_panel(placed(small, tmp_path, text))


@pytest.fixture(scope="module")
def counted() -> tuple[SourceTables, pd.DataFrame]:
    """The demo county, and where its students really live."""
    world = build_world(SEED)
    school, tract = np.nonzero(world.schools.homes)
    flows = pd.DataFrame(
        {
            "school_id": world.schools.table.index[school],
            "geoid": world.county.tracts.index[tract],
            "students": world.schools.homes[school, tract],
        }
    )
    return demo.make_tables(SEED), flows


def test_a_scale_told_by_counts_is_used_for_the_schools_that_lack_them(
    counted: tuple[SourceTables, pd.DataFrame],
) -> None:
    tables, flows = counted
    middle = tables.schools.index[tables.schools["level"].eq("middle")]
    told = flows[flows["school_id"].isin(middle[:20])].astype({"students": float})
    known = told.assign(lower=told["students"], upper=told["students"], source="demo_schools")
    stored = make_panel(replace(tables, flows=known)).parameters["catchment"]
    assert stored["scale_basis"]["middle"] == "estimated from the district's own counts"
    assert stored["scale_basis"]["high"] == "the documented default"
    assert stored["scale_km"]["high"] == 1.0
    assert 0.5 < stored["scale_km"]["middle"] < 5.0
    assert stored["scale_estimates"][0]["schools"] == 20


def test_bounds_tell_nearly_as_much_as_the_counts(
    counted: tuple[SourceTables, pd.DataFrame],
) -> None:
    from geo.join.supplied import fit_supplied

    tables, flows = counted
    total = flows.groupby("school_id")["students"].sum()
    schools = pd.DataFrame({"enrolled": total})
    text = flows.assign(
        students=flows["students"].astype(str).where(flows["students"] >= 10, "<10")
    )
    read, _ = flows_in_memory(text.to_csv(index=False).encode(), "flows.csv")
    fit = fit_supplied(schools, tables.tracts, read)
    both = fit.table.merge(flows, on=["school_id", "geoid"], suffixes=("", "_true"))
    moved = (both["students"] - both["students_true"]).abs().sum() / 2
    assert moved < 0.08 * total.sum()
    assert np.isclose(fit.table["students"].sum(), total.sum())


def test_the_command_takes_a_file_of_counts(
    counted: tuple[SourceTables, pd.DataFrame], tmp_path: Path
) -> None:
    path = tmp_path / "homes.csv"
    counted[1].to_csv(path, index=False)
    assert main(["demo", "--out", str(tmp_path / "panel"), "--flows", str(path)]) == 0
    assert load_panel(tmp_path / "panel").parameters["catchment"]["method"] == "supplied"
    path.write_text("school_id,geoid,students\nA1,99,x\n", encoding="utf-8")
    assert main(["demo", "--out", str(tmp_path / "other"), "--flows", str(path)]) == 2
