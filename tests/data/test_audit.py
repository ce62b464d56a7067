"""The audit of what a build would show, in the build and as a command."""

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.disclosure import protect
from data import audit, build
from data.assemble.panel import make_panel
from data.audit import DisclosedError, audit_panel, refuse_disclosed
from data.panel import Panel, SourceTables, load_panel
from data.store.policies import policies
from data.store.protected import protect_panel


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    return tmp_path


def restricted_with(tables: SourceTables, absent: int) -> Panel:
    """A place whose school B2 has few absent students in the second of two years."""
    absence = tables.absence.copy()
    few = absence["school_id"].eq("B2") & absence["school_year"].eq("2018-19")
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = absent
    return make_panel(replace(tables, absence=absence))


def test_a_panel_that_gives_a_count_away_is_named_by_place(restricted: SourceTables) -> None:
    raw = restricted_with(restricted, 4)
    shown = protect_panel(raw)
    assert audit_panel(raw, shown).passed
    open_rows = raw.absence["school_id"].ne("B2")
    columns = ["enrolled", "chronic_absent", "lower", "upper", "status", "reason"]
    naive = shown.absence.copy()
    naive.loc[open_rows, columns] = raw.absence.loc[open_rows, columns]
    found = audit_panel(raw, replace(shown, absence=naive))
    assert found.disclosed == ("school B2, 2018-19, absent",)
    with pytest.raises(DisclosedError, match=r"1 hidden counts .*: school B2, 2018-19, absent\."):
        refuse_disclosed(found)


def read(tables: SourceTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a build read these tables: no files are behind them that it could take the hash of."""
    monkeypatch.setattr(build, "read_tables", lambda *_, **__: tables)
    monkeypatch.setattr(build, "_inputs", lambda *_: "")


def test_a_build_of_restricted_counts_is_audited_with_the_earlier_release(
    restricted: SourceTables, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = restricted
    read(tables, monkeypatch)
    said: list[str] = []
    folder = build.build_panel("small", out=home / "small", say=said.append)
    assert not any(" audit " in line and " 0 hidden cells" not in line for line in said)
    absence = restricted.absence.copy()
    few = absence["school_id"].eq("B2") & absence["school_year"].eq("2018-19")
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = 4
    tables = replace(restricted, absence=absence)
    read(tables, monkeypatch)
    # The other two schools of that year were given by the build before: nothing hides B2 but the
    # totals, which are then not to be published.
    build.build_panel("small", out=folder, say=said.append)
    shown = load_panel(folder / "protected").absence
    assert shown["status"].eq("suppressed").sum() == 1
    assert load_panel(folder / "protected").parameters["withheld"]
    assert any(" audit " in line and "0 can be worked out" in line for line in said)
    fresh = build.build_panel("small", out=home / "fresh", say=said.append)
    assert load_panel(fresh / "protected").absence["status"].eq("suppressed").sum() > 1


def test_a_build_that_would_give_a_count_away_fails(
    restricted: SourceTables, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absence = restricted.absence.copy()
    few = absence["school_id"].eq("B2")
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = 4
    tables = replace(restricted, absence=absence)
    read(tables, monkeypatch)
    raw = make_panel(tables)
    own = protect(raw.absence.drop(columns=["school_year"]), policies()["restricted"])
    leaky = replace(
        protect_panel(raw),
        absence=own.assign(school_year=raw.absence["school_year"])[list(raw.absence)],
    )
    monkeypatch.setattr(build, "protect_panel", lambda *_, **__: leaky)
    with pytest.raises(DisclosedError, match="school B2, 2017-18, absent; school B2, 2018-19"):
        build.build_panel("small", out=home / "small", say=lambda _line: None)
    assert not (home / "small").exists()


def test_the_command_audits_what_is_stored(
    restricted: SourceTables, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = restricted_with(restricted, 4)
    build.store_panel(raw, protect_panel(raw), home / "good")
    assert audit.main(["small", "--panel", str(home / "good")]) == 0
    assert "0 can be worked out" in capsys.readouterr().out
    leaky = protect(raw.absence.drop(columns=["school_id"]), policies()["restricted"])
    leaky = leaky.assign(school_id=raw.absence["school_id"])[list(raw.absence)]
    build.store_panel(raw, replace(protect_panel(raw), absence=leaky), home / "bad")
    assert audit.main(["small", "--panel", str(home / "bad")]) == 1
    assert "school B2, 2018-19, absent" in capsys.readouterr().err
    assert audit.main(["small", "--panel", str(home / "none")]) == 2
    assert "was not audited" in capsys.readouterr().err


def test_the_commands_take_a_policy_that_holds_beside_the_deployment(
    restricted: SourceTables,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    read(restricted, monkeypatch)
    monkeypatch.setenv("ATLAS_POLICY", "DE")
    assert build.main(["small", "--out", str(home / "small")]) == 0
    assert build.main(["small", "--out", str(home / "strict"), "--policy", "30"]) == 0
    hidden = []
    for name in ("small", "strict"):
        shown = load_panel(home / name / "protected")
        assert shown.parameters["policies"]["restricted"]["code_percent"] == 5, "DE holds"
        hidden.append(shown.absence["status"].eq("suppressed").sum())
    assert hidden[0] < hidden[1]
    capsys.readouterr()
    assert audit.main(["small", "--panel", str(home / "small")]) == 0
    assert audit.main(["small", "--panel", str(home / "small"), "--policy", "30"]) == 1
    assert "rows are shown that the policy hides" in capsys.readouterr().err
    assert audit.main(["small", "--panel", str(home / "strict"), "--policy", "30"]) == 0
    assert build.main(["small", "--policy", "none such"]) == 2
    assert "there is no such policy" in capsys.readouterr().err


def test_what_any_earlier_release_gave_is_known_for_good(
    restricted: SourceTables, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three builds: the first shows all, the second hides more, the third has a small count."""
    absence = restricted.absence.copy()
    few = absence["school_id"].eq("B2") & absence["school_year"].eq("2018-19")
    tables = restricted
    read(tables, monkeypatch)
    said: list[str] = []
    folder = build.build_panel("small", out=home / "small", say=said.append)
    first = load_panel(folder / "protected").absence
    strict = build.Asked(policy="30")
    build.build_panel("small", out=folder, asked=strict, say=said.append)
    second = load_panel(folder / "protected").absence
    gone = first["chronic_absent"].notna() & second["chronic_absent"].isna()
    assert gone.any()
    remembered = load_panel(folder).parameters["given"]
    assert {row[0] for row in remembered} == set(first.loc[gone, "school_id"])
    assert "given" not in load_panel(folder / "protected").parameters
    absence.loc[few, ["chronic_absent", "lower", "upper"]] = 4
    tables = replace(restricted, absence=absence)
    read(tables, monkeypatch)
    build.build_panel("small", out=folder, say=said.append)
    third = load_panel(folder / "protected")
    # What the first gave protects B2 no more than if it stood there today: totals are withheld.
    assert third.absence["status"].eq("suppressed").sum() == 1
    assert third.parameters["withheld"]
    assert audit.main(["small", "--panel", str(folder)]) == 0
    assert sum(" audit " in line and "0 can be worked out" in line for line in said) == 3
