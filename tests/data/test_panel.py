import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.assemble.match import MatchError
from data.assemble.panel import make_panel
from data.contracts.check import ContractError
from data.contracts.tables import TABLES
from data.errors import DataError
from data.panel import (
    Panel,
    PanelError,
    SourceTables,
    load_panel,
    reference_enrolment,
    save_panel,
)
from data.store.manifest import (
    FORMAT,
    DefinitionBreak,
    Manifest,
    ManifestError,
    StudyArea,
    TableFile,
    dumps,
    loads,
)
from data.store.provenance import (
    Ledger,
    LedgerEntry,
    Source,
    sha256_of,
)


@pytest.fixture
def panel(small_panel: Panel) -> Panel:
    return small_panel


@pytest.fixture
def stored(small_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_store, tmp_path / "small"))


def test_what_is_saved_is_loaded(panel: Panel, stored: Path) -> None:
    again = load_panel(stored)
    for name in TABLES:
        pd.testing.assert_frame_equal(again.table(name), panel.table(name))
    assert replace(again, **dict.fromkeys(TABLES)) == replace(panel, **dict.fromkeys(TABLES))


def test_saving_twice_gives_the_same_bytes(stored: Path, tmp_path: Path) -> None:
    save_panel(load_panel(stored), tmp_path / "again")
    for path in stored.iterdir():
        assert sha256_of(path) == sha256_of(tmp_path / "again" / path.name), path.name


def test_row_order_of_the_source_does_not_matter(small: SourceTables, stored: Path) -> None:
    names = ["tracts", "schools", "absence", "drivers", "school_drivers", "climate"]
    turned = replace(small, **{name: getattr(small, name)[::-1] for name in names})
    save_panel(make_panel(turned), stored.with_name("turned"))
    for name in TABLES:
        file = f"{name}.parquet"
        assert sha256_of(stored / file) == sha256_of(stored.with_name("turned") / file), name


def test_a_panel_is_never_written_over(panel: Panel, stored: Path) -> None:
    with pytest.raises(PanelError, match="already holds a panel"):
        save_panel(panel, stored)


def test_a_missing_panel_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(PanelError, match=r"no panel at .*nyc; build it: python -m data.build nyc"):
        load_panel(tmp_path / "nyc")
    with pytest.raises(PanelError, match=r"python -m data.build nyc$"):
        load_panel(tmp_path / "nyc" / "protected")


@pytest.mark.parametrize("name", [*(f"{table}.parquet" for table in TABLES), "manifest.json"])
def test_half_a_panel_is_refused(stored: Path, name: str) -> None:
    (stored / name).unlink()
    with pytest.raises(PanelError, match=rf"{name}.* is missing; build it again: .*build small"):
        load_panel(stored)


def test_a_damaged_table_is_refused(stored: Path) -> None:
    path = stored / "absence.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(PanelError, match=r"absence.parquet is damaged .* data.build small"):
        load_panel(stored)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: text.replace(f'"format": {FORMAT}', '"format": 99'), "format 99"),
        (lambda _: "[]", "format None"),
        (lambda text: text.replace('"crs"', '"krs"'), "missing or unknown"),
        (lambda text: text.replace('"published"', '"secret"'), "missing or unknown"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(stored: Path, change: Any, words: str) -> None:
    path = stored / "manifest.json"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(PanelError, match=rf"{words}.* build it again: python -m data.build small"):
        load_panel(stored)


words = st.text(max_size=20)
sources = st.builds(Source, *[words] * 8, release=st.sampled_from(["published", "restricted"]))
entries = st.builds(
    LedgerEntry,
    words,
    words,
    st.sampled_from(["dropped", "repaired", "kept", "matched"]),
    words,
    st.integers(0, 10**9),
    st.lists(words, max_size=5).map(tuple),
)
areas = st.builds(
    StudyArea,
    *[words] * 3,
    tract_vintage=st.sampled_from([2010, 2020]),
    crs=words,
    fictional=st.booleans(),
    default_year=words,
    definition=words,
    breaks=st.lists(st.builds(DefinitionBreak, words, words), max_size=2).map(tuple),
    unusual_years=st.lists(words, max_size=2).map(tuple),
)
manifests = st.builds(
    Manifest,
    areas,
    st.lists(sources, max_size=2).map(tuple),
    st.lists(entries, max_size=2).map(tuple),
    st.dictionaries(words, st.one_of(words, st.integers(), st.none(), st.booleans()), max_size=3),
    st.booleans(),
    st.dictionaries(words, st.builds(TableFile, st.integers(0), words), max_size=2),
)


@given(manifests)
def test_manifest_round_trip(manifest: Manifest) -> None:
    text = dumps(manifest)
    assert loads(text) == manifest
    assert dumps(loads(text)) == text


@given(st.text(max_size=60) | st.recursive(words, lambda each: st.lists(each)).map(json.dumps))
def test_any_other_text_is_not_a_manifest(text: str) -> None:
    with pytest.raises(ManifestError):
        loads(text)


def test_ledger_keeps_five_examples_and_no_empty_entry() -> None:
    ledger = Ledger()
    ledger.record("s", "absence", "dropped", "total row", range(100, 112))
    ledger.record("s", "absence", "dropped", "nothing", [])
    ledger.record("s", "absence", "matched", "counted", 3)
    first, second = ledger.entries
    assert first.rows == 12
    assert first.examples == ("100", "101", "102", "103", "104")
    assert (second.rows, second.examples) == (3, ())


def test_unknown_release_or_action_is_refused() -> None:
    with pytest.raises(ValueError, match="published, restricted"):
        Source("a", "", "", "", "", "", "", "", "public")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dropped, repaired"):
        LedgerEntry("a", "b", "lost", "c", 1)  # type: ignore[arg-type]


def test_the_join_of_a_small_place(panel: Panel) -> None:
    assert panel.schools["geoid"].tolist()[:2] == ["99001000100", "99001000200"]
    assert pd.isna(panel.schools.loc["C3", "geoid"])
    students = panel.catchment.groupby("school_id")["students"].sum()
    assert students.to_dict() == pytest.approx({"A1": 200, "B2": 400})
    reasons = {(entry.table, entry.action): entry.examples for entry in panel.ledger}
    assert reasons["schools", "kept"] == ("C3",)
    assert reasons["catchment", "dropped"] == ("C3",)
    assert panel.parameters["catchment"]["method"] == "gravity"
    assert panel.parameters["seed"] == 7
    assert panel.levels == ("elementary", "high", "unknown")


def test_a_printed_panel_tells_no_figures(panel: Panel) -> None:
    assert "Small County" in repr(panel)
    assert "chronic_absent" not in repr(panel)


def test_a_place_may_set_its_join(small: SourceTables) -> None:
    near = make_panel(replace(small, join={"scale_km": 0.2, "k": 1}))
    assert near.parameters["catchment"]["scale_km"] == 0.2
    assert near.catchment.groupby("school_id").size().eq(1).all()
    with pytest.raises(DataError, match="knows scale_km, k, barrier, grades, not radius"):
        make_panel(replace(small, join={"radius": 3.0}))
    apart = make_panel(replace(small, join={"grades": "apart"}))
    assert (apart.parameters["catchment"]["grades"], apart.parameters["catchment"]["k"]) == (
        "apart",
        120,
    )
    with pytest.raises(DataError, match="grades of the join must be together or apart"):
        make_panel(replace(small, join={"grades": "by year"}))


def test_reference_enrolment_is_the_latest_known(small: SourceTables) -> None:
    absence = small.absence.astype({"enrolled": "Int64"})
    latest = absence["school_year"].eq("2018-19")
    absence.loc[latest & absence["school_id"].eq("A1"), "enrolled"] = 210
    absence.loc[latest & absence["school_id"].eq("B2"), "enrolled"] = pd.NA
    assert reference_enrolment(absence).to_dict() == {"A1": 210, "B2": 400, "C3": 80}


def test_drivers_outside_the_area_are_dropped_and_counted(small: SourceTables) -> None:
    far = small.drivers.head(1).assign(geoid="99003000100")
    panel = make_panel(replace(small, drivers=pd.concat([small.drivers, far], ignore_index=True)))
    assert len(panel.drivers) == 4
    dropped = [each for each in panel.ledger if each.reason == "Tract outside the study area."]
    assert dropped[0].examples == ("99003000100",)


def test_drivers_of_another_vintage_are_refused(small: SourceTables) -> None:
    geoids = small.drivers["geoid"].replace("99001000400", "99001000499")
    with pytest.raises(
        MatchError, match=r"1 of 4 tracts .*99001000499.* another census year.* add a recipe"
    ):
        make_panel(replace(small, drivers=small.drivers.assign(geoid=geoids)))
    elsewhere = small.drivers["geoid"].str.replace("99001", "09110")
    with pytest.raises(MatchError, match=r"They are of state 09, wanted is 99\."):
        make_panel(replace(small, drivers=small.drivers.assign(geoid=elsewhere)))


def test_broken_relations_are_listed_together(small: SourceTables) -> None:
    absence = small.absence.replace({"school_id": {"C3": "D4"}}).assign(source="other")
    with pytest.raises(ContractError) as caught:
        make_panel(replace(small, absence=absence))
    assert len(caught.value.breaches) == 2
    assert "absence.school_id: 2 of 6 rows name an id that schools lacks: D4" in str(caught.value)
    assert "absence.source: 6 of 6 rows name an id that sources lacks: other" in str(caught.value)


def test_school_drivers_of_other_schools_are_dropped_and_counted(small: SourceTables) -> None:
    other = small.school_drivers.assign(school_id=["A1", "Z9"])
    panel = make_panel(replace(small, school_drivers=other))
    assert panel.school_drivers["school_id"].tolist() == ["A1"]
    assert [entry.examples for entry in panel.ledger if entry.table == "school_drivers"] == [
        ("Z9 2018-19",)
    ]


def test_a_measure_of_two_sources_is_refused_with_both_named(small: SourceTables) -> None:
    other = replace(small.sources[0], id="other")
    drivers = pd.concat([small.drivers, small.drivers.assign(source="other")], ignore_index=True)
    twice = replace(small, drivers=drivers, sources=(*small.sources, other))
    measure = small.drivers["measure"].iloc[0]
    with pytest.raises(MatchError, match=f"{measure} of Small County comes from made and other"):
        make_panel(twice)
