"""Policies as files: each key said, nothing unknown, and never looser than the defaults."""

from pathlib import Path

import pytest

from analytics.disclosure import PRESETS
from data.errors import FileError
from data.store.policies import KEYS, VARIABLE, policies, policy_names, read_policy

SECURITY = Path(__file__).parents[3] / "docs" / "security.md"


def test_the_presets_are_those_of_the_agencies() -> None:
    assert policy_names() == ["10", "15", "20", "30", "5", "CA", "CT", "DE", "WA"]
    assert read_policy("CT").hide_enrolled_up_to == 19
    assert read_policy("DE").code_percent == 5
    assert read_policy("30").hide_counts_up_to == 29


def test_a_policy_only_tightens(tmp_path: Path) -> None:
    base = PRESETS["restricted"]
    loose = tmp_path / "loose.toml"
    loose.write_text('authority = "Nobody"\nrule = "Show everything."\nhide_enrolled_up_to = 1\n')
    for name in [*policy_names(), str(loose)]:
        made = policies(name)["restricted"]
        assert made.release == "restricted"
        assert made.hide_enrolled_up_to >= base.hide_enrolled_up_to
        assert made.hide_counts_up_to >= base.hide_counts_up_to
        assert policies(name)["published"] == PRESETS["published"]


def test_the_environment_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "CT")
    assert policies()["restricted"].hide_enrolled_up_to == 19
    both = policies("30")["restricted"]
    assert both.hide_counts_up_to == 29
    assert policies("DE")["restricted"].hide_enrolled_up_to == 19, "a flag loosens nothing"
    assert policies("DE")["restricted"].code_percent == 5, "both hold"
    monkeypatch.delenv(VARIABLE)
    assert policies() == PRESETS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hide = 3", "'hide' is no key; use authority, rule"),
        ("hide_counts_up_to = '3'", "hide_counts_up_to is '3'; write a whole number"),
        ("hide_counts_up_to = true", "hide_counts_up_to is True; write a whole number"),
        ("authority = 3", "authority is 3; write a text"),
        ('authority = "a"', "rule is missing; say who asks for what"),
        ('authority = "a"\nrule = "b"\ncode_percent = 30', "code_percent above 20"),
        ('authority = "a"\nrule = "b"\nhide_counts_up_to = -1', "must not be negative"),
        ("authority", "cannot be read"),
    ],
)
def test_what_is_no_policy_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_policy(str(path))


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(FileError, match="no such policy; use one of 10, 15"):
        read_policy("atlantis")


def test_every_key_is_documented() -> None:
    text = SECURITY.read_text(encoding="utf-8")
    assert [name for name, key in KEYS.items() if f"| `{name}` | {key.meaning} |" not in text] == []
