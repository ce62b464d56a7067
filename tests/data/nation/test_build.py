"""A nation of three made states, built by its command: killed, resumed, with a part that fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.audit import audit_panel
from data.errors import DataError
from data.nation.assemble import assemble
from data.nation.file import NationFile
from data.nation.summary import summarise
from data.nation.tables import Nation, load_nation
from data.panel import PROTECTED, Panel, PanelError, load_panel
from data.store.folders import list_panels
from data.store.protected import protect_panel
from data.views.counties import FIGURES, county_figures
from data.views.joins import joined, usual
from data.views.neighbourhoods import counties, neighbourhood_view
from data.views.schools_and_tracts import school_view, totals, tract_view
from geo.weights.weights import Weights
from tests import district_places
from tests import nation_places as made
from tests.restricted_places import redrawn

KEY = ["county", "school_year"]


def opened(home: Path, slug: str, *, protected: bool = True) -> Panel:
    folder = home / "panels" / slug
    return load_panel(folder / PROTECTED if protected else folder)


def figures(home: Path) -> Nation:
    folder = home / "panels" / made.NATION / PROTECTED
    return load_nation(load_panel(folder), folder)


def manifests(home: Path) -> dict[str, int]:
    folders = (home / "panels").iterdir()
    return {
        each.name: (each / "manifest.json").stat().st_mtime_ns
        for each in folders
        if not each.name.startswith(".")
    }


def copied(store: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copy the raw files and the store, for a test that changes them."""
    shutil.copytree(store.parent, tmp_path / "own")
    return tmp_path / "own" / "files", tmp_path / "own" / "home"


def test_a_build_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    folder, home = tmp_path / "files", tmp_path / "home"
    made.write_all(folder)
    run = subprocess.Popen(
        made.command(folder),
        cwd=made.ROOT,
        env=made.environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith("part 2 of 3"):
            break
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    before = manifests(home)
    assert set(before) == {"alpha"}
    again = made.build(folder, home)
    assert again.returncode == 0, again.stderr
    assert "part 1 of 3  alpha: built already, unchanged" in again.stdout
    assert "part 2 of 3  beta: done" in again.stdout
    after = manifests(home)
    assert after["alpha"] == before["alpha"]
    assert set(after) == {*made.STATES, made.NATION}


def test_what_is_unchanged_stays_and_what_changed_is_built(
    nation_store: Path, tmp_path: Path
) -> None:
    folder, home = copied(nation_store, tmp_path)
    before, table = manifests(home), folder / "alpha" / "files" / "absence.csv"
    assert made.build(folder, home).stdout.count("built already, unchanged") == 3
    unchanged = manifests(home)
    assert {each for each in before if before[each] != unchanged[each]} == {made.NATION}
    rows = pd.read_csv(table, dtype=str)
    rows.loc[0, "absent"] = str(int(rows.loc[0, "absent"]) + 1)
    rows.to_csv(table, index=False)
    said = made.build(folder, home).stdout
    assert "alpha: done" in said
    assert said.count("built already, unchanged") == 2
    was, now = figures(nation_store), figures(home)
    moved = was.states.set_index(["part", "school_year"])["chronic_absent"].compare(
        now.states.set_index(["part", "school_year"])["chronic_absent"]
    )
    assert moved.index.get_level_values("part").unique().tolist() == ["alpha"]
    assert (moved["other"] - moved["self"]).tolist() == [1]


def test_a_part_that_fails_is_named_and_the_others_go_on(
    nation_store: Path, tmp_path: Path
) -> None:
    folder, home = copied(nation_store, tmp_path)
    table = folder / "alpha" / "files" / "schools.csv"
    table.write_text(table.read_text("utf-8").replace("level", "stage"), encoding="utf-8")
    for there in (True, False):
        if not there:
            shutil.rmtree(home / "panels" / "alpha")
        done = made.build(folder, home)
        assert done.returncode == 1
        assert "alpha was not built: " in done.stderr
        assert "schools.csv" in done.stderr
        panel, parts = opened(home, made.NATION), figures(home).states["part"]
        assert "schools.csv" in panel.parameters["failed"]["alpha"]
        # What was built before is still shown, and shown as it was.
        assert set(parts) == ({*made.STATES} if there else {"beta", "gamma"})
        told = [each.reason for each in panel.ledger if "Could not be built" in each.reason]
        assert len(told) == 1


def test_a_nation_of_nothing_is_not_made(tmp_path: Path) -> None:
    folder, home = tmp_path / "files", tmp_path / "home"
    made.write_nation(folder)
    done = made.build(folder, home)
    assert done.returncode == 2
    assert "none of its parts could be built" in done.stderr
    assert not (home / "panels" / made.NATION).exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('alike = ["delta"]', "alike names 'delta', which is not among the parts"),
        ('default_year = "2022"', "write it as 2022-23"),
        ('colour = "red"', "unknown key 'colour'"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, change: str, said: str) -> None:
    made.write_nation(tmp_path, more=change)
    done = made.build(tmp_path, tmp_path / "home")
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("slug", made.STATES)
def test_a_county_has_the_figure_of_its_own_place(nation_store: Path, slug: str) -> None:
    panel, nation = opened(nation_store, slug), figures(nation_store)
    units, join = counties(panel.tracts), joined(panel, usual(panel))
    none = Weights.from_edges(panel.tracts.index, [], [])
    ids = panel.tracts["county"].groupby(units).first()
    years = sorted(panel.absence["school_year"].unique())
    own = nation.counties[nation.counties["part"].eq(slug)].set_index(KEY)
    assert len(own) == len(years) * len(ids)
    for year in years:
        schools = school_view(panel, year, "all")
        shares = join.shares(schools.index)
        tracts = tract_view(panel, schools, shares)
        shown = neighbourhood_view(
            tracts, units, schools, shares, none, restricted=panel.restricted
        )
        for name, row in shown.iterrows():
            ours = own.loc[(ids[name], year)]
            assert (ours["status"], ours["reason"]) == (row["status"], row["reason"])
            values = ours[list(FIGURES)].astype(float).to_numpy()
            if row["shown"]:
                np.testing.assert_array_equal(values, row[list(FIGURES)].astype(float))
            else:
                assert np.isnan(values).all()
        of_place, sums = totals(schools), nation.states.set_index(["part", "school_year"])
        assert sums.loc[(slug, year), "chronic_absent"] == of_place.chronic_absent
        assert sums.loc[(slug, year), "enrolled"] == of_place.enrolled


def test_a_county_that_its_place_hides_has_no_figure(nation_store: Path) -> None:
    table = figures(nation_store).counties.set_index("county")
    hidden = table.loc["24001"]
    assert hidden["status"].eq("suppressed").all()
    assert hidden["reason"].eq("P5").all()
    assert hidden[list(FIGURES)].isna().all(axis=None)
    assert table.loc["24003", "status"].eq("reported").all()


def test_hidden_counts_leave_no_trace_in_the_nation(nation_store: Path) -> None:
    raw, shown = (opened(nation_store, "beta", protected=each) for each in (False, True))
    assert audit_panel(raw, shown).passed
    assert shown.absence["status"].eq("suppressed").sum() >= 6
    first = summarise(shown, "")
    for seed in range(3):
        other, changed = redrawn(raw, seed)
        assert changed
        again = summarise(protect_panel(other), "")
        pd.testing.assert_frame_equal(first.figures, again.figures, check_exact=True)
        pd.testing.assert_frame_equal(first.totals, again.totals, check_exact=True)


def test_a_county_less_its_shown_schools_leaves_nothing(nation_store: Path) -> None:
    """An attacker takes the shown schools from a county's figure: no hidden school is left over."""
    shown = opened(nation_store, "beta")
    table = county_figures(shown).set_index(KEY)
    of = counties(shown.tracts).map({"Beta West": "24001", "Beta East": "24003"})
    shares = joined(shown, usual(shown)).table
    part = shares.assign(county=shares["geoid"].map(of)).groupby(["school_id", "county"])["share"]
    for year in made.YEARS:
        rows = shown.absence[shown.absence["school_year"].eq(year)].set_index("school_id")
        known = rows[rows["status"].isin(["reported", "unreliable"])]
        own = part.sum().xs("24003", level="county").reindex(known.index).fillna(0)
        for name in ("chronic_absent", "enrolled"):
            rest = table.loc[("24003", year), name] - (own * known[name].astype(float)).sum()
            assert abs(rest) < 1e-6


def test_only_a_protected_panel_gives_figures(nation_store: Path) -> None:
    with pytest.raises(ValueError, match="protected panels alone"):
        summarise(opened(nation_store, "beta", protected=False), "")


def test_what_is_counted_otherwise_stands_apart(nation_store: Path) -> None:
    nation = figures(nation_store)
    apart = nation.states.groupby("part")["apart"].unique()
    assert {part: list(each) for part, each in apart.items()} == {
        "alpha": [""],
        "beta": [""],
        "gamma": ["definition"],
    }
    assert nation.states.loc[nation.states["part"].eq("gamma"), "school_year"].tolist() == [
        "2021-22"
    ]


def test_a_place_without_tracts_has_totals_and_no_county(demo_panel: Panel) -> None:
    whole, bare = demo_panel, district_places.panel(demo_panel, tracts=False)
    summaries = [summarise(protect_panel(each), "") for each in (whole, bare)]
    file = NationFile(
        slug="two",
        name="Two",
        parts=tuple(each.area.slug for each in summaries),
        definition=whole.area.definition,
        default_year="2022-23",
    )
    panel, nation = assemble(file, summaries, {})
    assert set(nation.counties["part"]) == {"demo"}
    assert set(nation.states["part"]) == set(file.parts)
    assert "No tracts, and so no counties." in {each.reason for each in panel.ledger}
    with pytest.raises(DataError, match="none of its parts has tracts"):
        assemble(file, summaries[1:], {})
    with pytest.raises(DataError, match="is in demo and in demo"):
        assemble(file, [summaries[0], summaries[0]], {})


def test_borders_stay_shared_across_states(nation_store: Path) -> None:
    shapes = np.asarray(opened(nation_store, made.NATION).zones.geometry.array)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).geom_type == "Polygon"


def test_a_damaged_table_is_noticed(nation_store: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(nation_store / "panels" / made.NATION, tmp_path / "union"))
    table = folder / PROTECTED / "counties.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    with pytest.raises(PanelError, match=r"counties\.parquet is damaged"):
        load_nation(load_panel(folder / PROTECTED), folder / PROTECTED)


def test_the_store_lists_the_nation(nation_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(nation_store))
    assert list_panels()[made.NATION] == "Union of three"
