"""Programmes of the past that come with the app, to be opened as examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from data.panel import Panel
from data.plan.programme_file import names_of, programme_in_memory
from data.views.programmes import Programme

FOLDER = Path(__file__).resolve().parent.parent / "programmes"


@dataclass(frozen=True)
class Example:
    """A programme of the past.

    Attributes
    ----------
    name : str
        What people call it.
    file : str
        In `data/programmes`: a list as one that is handed in.
    service : str
        Compared with are the schools that a service of this kind serves, those of one service
        together; "" for all.
    about : str
        Where it is told.
    """

    name: str
    file: str
    service: str
    about: str


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "nyc": Example(
            "Nine school health centres that closed",
            "nyc_health_centres.csv",
            "school_clinic",
            "docs/examples/health-centres.md",
        )
    }
)
"""Example of a place, by its slug."""


def example(panel: Panel) -> Programme | None:
    """Give the example of a place; None where it has none, or lacks the services it needs."""
    known = EXAMPLES.get(panel.area.slug)
    if known is None:
        return None
    content = (FOLDER / known.file).read_bytes()
    names = names_of((str(school), str(school)) for school in panel.schools.index)
    programme = programme_in_memory(content, known.file, names)
    if not known.service:
        return replace(programme, name=known.name)
    kinds = panel.served["provider_id"].map(panel.providers["kind"])
    served = panel.served[kinds.eq(known.service)].drop_duplicates("school_id")
    if served.empty:
        return None
    others = zip(served["school_id"].astype(str), served["provider_id"].astype(str), strict=True)
    return replace(programme, others=tuple(sorted(others)), name=known.name)
