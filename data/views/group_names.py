"""Names that people say for groups of tracts: those of their neighbourhoods, no two alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

MOST = 2 / 3
"""Part of a group's students from which one neighbourhood names it alone."""
LEAST = 1 / 4
"""Part of the students of its neighbourhoods below which a group lies somewhere in them."""
Sums = Mapping[str, float]
"""Students of each part."""


def group_names(
    ids: pd.Series, parts: pd.Series, students: pd.Series, near: pd.Series
) -> pd.Series:
    """Name each group after the one or two neighbourhoods with most of its students.

    Parameters
    ----------
    ids : Series of str
        Group of each tract, missing outside groups.
    parts : Series of str
        Neighbourhood of each tract, "" where none is known.
    students : Series
        Students of each tract.
    near : Series of str
        By group: the school with most students from there, which tells groups apart that have the
        same neighbourhoods, or none.

    Returns
    -------
    Series of str
        By group, each another. "A (East)" and "A (West)" are one part, A. A group that is a
        corner of its neighbourhoods has the school in its name.

    Examples
    --------
    >>> ids = pd.Series(["g", "g", "h"])
    >>> parts = pd.Series(["Mott Haven", "Melrose", "Harlem (North)"])
    >>> names = group_names(ids, parts, pd.Series([60, 40, 9]), pd.Series({"g": "", "h": ""}))
    >>> names.tolist()
    ['Mott Haven–Melrose', 'Harlem']
    """
    table = pd.DataFrame({"id": ids, "part": parts.fillna(""), "students": students.fillna(0.0)})
    table["short"] = table["part"].map(_short)
    whole = table.groupby("short")["students"].sum().to_dict()
    known = table[table["part"] != ""]
    short, full = (_largest_first(known, name) for name in ("short", "part"))
    choices = {
        str(group): _choices(short.get(group), full.get(group), str(near.get(group, "")), whole)
        for group in sorted(table["id"].dropna().unique())
    }
    return pd.Series(_apart(choices), dtype="str")


def _largest_first(table: pd.DataFrame, name: str) -> dict[object, Sums]:
    """Add up the students of each part of each group, parts with most students first."""
    found: dict[object, list[tuple[str, float]]] = {}
    for (group, part), students in table.groupby(["id", name])["students"].sum().items():
        found.setdefault(group, []).append((part, students))
    return {
        group: dict(sorted(sums, key=lambda each: each[1], reverse=True))
        for group, sums in found.items()
    }


def _choices(short: Sums | None, full: Sums | None, school: str, whole: Sums) -> list[str]:
    """List the names a group may have, the shortest first."""
    around = f"around {school}" if school else "no neighbourhood"
    if not short or not full:
        return [around[0].upper() + around[1:]]
    most, alike = _leading(short), _leading(full)
    longer = list(short)[: len(most) + 1]
    names = [_joined(parts) for parts in (most, alike, longer)]
    placed = f"{names[0]}, {around}"
    own, all_students = (sum(sums[part] for part in most) for sums in (short, whole))
    corner = own < LEAST * all_students
    return [placed] if corner and school else [*dict.fromkeys(names), placed]


def _leading(sums: Sums) -> list[str]:
    """Give the part with most students, and the next where the first has less than `MOST`."""
    total = sum(sums.values())
    alone = len(sums) == 1 or (total > 0 and max(sums.values()) / total >= MOST)
    return list(sums)[: 1 if alone else 2]


def _short(name: str) -> str:
    """Leave out what stands in brackets at the end: "Harlem (North)" is Harlem."""
    return re.sub(r"(?<=\S)\s*\([^()]*\)$", "", name)


def _joined(parts: Sequence[str]) -> str:
    """Join parts by a dash that is longer than their own."""
    dash = " \N{EN DASH} " if any("-" in part for part in parts) else "\N{EN DASH}"
    return dash.join(parts)


def _apart(choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give each group the first of its names that no other has, or at last a number."""
    step = dict.fromkeys(choices, 0)
    while True:
        names = {group: choices[group][at] for group, at in step.items()}
        often = Counter(names.values())
        alike = [
            group
            for group, name in names.items()
            if often[name] > 1 and step[group] + 1 < len(choices[group])
        ]
        if not alike:
            break
        for group in alike:
            step[group] += 1
    seen: Counter[str] = Counter()
    for group, name in names.items():
        seen[name] += 1
        if often[name] > 1:
            names[group] = f"{name} ({seen[name]})"
    return names
