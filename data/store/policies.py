"""Policies of states and agencies, as TOML: what they ask besides the defaults.

A file may only tighten: whatever it says, the defaults of the gate hold as well.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from analytics.disclosure import PRESETS, Policy
from data.errors import FileError

FOLDER = Path(__file__).parents[1] / "policies"
VARIABLE = "ATLAS_POLICY"


@dataclass(frozen=True)
class Key:
    """One key of a policy file."""

    kind: type
    meaning: str


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "authority": Key(str, "Who asks for it."),
        "rule": Key(str, "What it asks, in a sentence."),
        "hide_enrolled_up_to": Key(
            int, "Rows of at most this many students are hidden, with their students (P1)."
        ),
        "hide_counts_up_to": Key(
            int, "Counts from 0 to this, and counts that leave at most this many, are hidden (P2)."
        ),
        "code_percent": Key(
            int, "Rates within this many percent of 0 or 100 are given as a range (P4); up to 20."
        ),
    }
)
"""Keys of a policy file; authority and rule are asked for, numbers that are left out are 0."""


def policy_names() -> list[str]:
    """Name the policies that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_policy(named: str) -> Policy:
    """Read one policy as its file has it, before the defaults are put beside it.

    Parameters
    ----------
    named : str
        A name in `data/policies`, or the path of a TOML file.

    Raises
    ------
    FileError
        No such policy, or a file that is none.
    """
    path = FOLDER / f"{named}.toml" if named in policy_names() else Path(named)
    if path.suffix != ".toml" or not path.is_file():
        known = ", ".join(policy_names())
        raise FileError(
            path.name, "there is no such policy", f"use one of {known}, or a .toml file"
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise FileError(path.name, f"it cannot be read ({error})", "write it as TOML") from error
    _check(path.name, table)
    numbers = {name: table.get(name, 0) for name, key in KEYS.items() if key.kind is int}
    try:
        return Policy(path.stem, "restricted", **numbers)
    except ValueError as error:
        raise FileError(path.name, str(error), "put the number right") from error


def policies(named: str = "") -> Mapping[str, Policy]:
    """Give the policy of each release kind, tightened by what `ATLAS_POLICY` names and by `named`.

    Parameters
    ----------
    named : str
        As of `read_policy`; "" for none. It cannot loosen what the deployment asks.
    """
    restricted = PRESETS["restricted"]
    for each in filter(None, (os.environ.get(VARIABLE, "").strip(), named)):
        restricted = restricted.tighten(read_policy(each))
    return {**PRESETS, "restricted": restricted}


def _check(file: str, table: Mapping[str, Any]) -> None:
    """Refuse unknown keys, values of another kind, and a file that does not say whose it is."""
    for name, value in table.items():
        if name not in KEYS:
            raise FileError(file, f"{name!r} is no key", f"use {', '.join(KEYS)}")
        if type(value) is not KEYS[name].kind:
            kind = "a whole number" if KEYS[name].kind is int else "a text"
            raise FileError(file, f"{name} is {value!r}", f"write {kind}")
    for name in ("authority", "rule"):
        if not table.get(name, ""):
            raise FileError(file, f"{name} is missing", "say who asks for what")
