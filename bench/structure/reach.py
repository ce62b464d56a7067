"""Definitions that no page, no command and nobody's script can come to.

The rule leans towards "reached". Reached code reaches

* every name it loads, through imports and re-exports, also in annotations and decorators;
* for an attribute of anything but a module (`x.name`): every method, property or inner class of
  that name in any reached class;
* the code at the top of every module that Python loads with it.

A reached class reaches its bases, decorators, fields and dunder methods; with a base from another
library, all its methods. A module used as a value is treated like a class. In a module that takes
attributes by computed names, words in quotes count as attributes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bench.structure.lines import code_lines
from bench.structure.names import Names, public_names
from bench.structure.source import parents
from bench.structure.units import Unit

PUBLIC_NAMES = (
    "data.panel.load_panel",
    *(f"geo.weights.Weights.{name}" for name in ("queen", "knn", "distance_band", "from_edges")),
    "geo.catchment.build_catchment",
    *(f"analytics.rates.{name}" for name in ("wilson", "clopper_pearson", "reliability")),
    "analytics.smoothing.empirical_bayes",
    *(f"analytics.local.{name}" for name in ("gi", "gi_star", "local_moran")),
    "analytics.autocorrelation.moran",
    "analytics.hotspots.gi_star_schools",
    "analytics.scan.circular_scan",
    "analytics.membership.fit",
    *(f"analytics.disclosure.{name}" for name in ("attainable", "protect", "audit")),
    "analytics.association.fit",
    "analytics.inequality.*",
    "analytics.allocation.*",
    "analytics.targets.*",
    "analytics.evaluation.*",
)
"""What other people script against; a name that does not exist yet is passed over."""

KEPT: dict[str, str] = {
    **dict.fromkeys(
        (
            f"data.plan.migrations.versions.{step}.{name}"
            for step in ("step_0001_plan", "step_0002_voices")
            for name in ("upgrade", "downgrade")
        ),
        "alembic calls it by its name",
    ),
    **dict.fromkeys(
        (f"analytics.rates.definitions.{name}" for name in ("is_eligible", "is_chronic", "tier")),
        "published definitions of chronic absence, held against their oracle",
    ),
    "analytics.early.ears.upper_bound": "earsC, a published case of R surveillance",
    **dict.fromkeys(
        (
            "analytics.rates.intervals.rate_difference",
            "analytics.rates.intervals.poisson_limits",
            "analytics.rates.intervals.standardized_ratio",
        ),
        "published cases (Newcombe 1998, Garwood 1936, Selvin) state it",
    ),
    **dict.fromkeys(
        (f"analytics.membership.fields.{name}" for name in ("HalfNormal", "Beta")),
        "published BYM2 cases (Morris et al. 2019) need it",
    ),
    "analytics.smoothing.spatial_empirical_bayes": "EBlocal, a published case of R spdep",
    "analytics.smoothing.standardized_rates": "EBImoran, a published case of R spdep",
}
"""Qualified name -> why it is kept although nothing here reaches it."""


class Reach:
    """What some roots reach.

    Parameters
    ----------
    units : mapping of str to Unit
    roots : iterable of str
        Names of units.

    Attributes
    ----------
    found : set of str
        Names of the units reached.
    """

    def __init__(self, units: Mapping[str, Unit], roots: Iterable[str]) -> None:
        self._units = units
        self._attributes: set[str] = set()
        self._owners: set[str] = set()
        self._waiting = list(roots)
        self.found: set[str] = set()
        while self._waiting:
            self._visit(self._waiting.pop())

    def _visit(self, name: str) -> None:
        unit = self._units.get(name)
        if unit is None or name in self.found:
            return
        self.found.add(name)
        self._waiting += [unit.module, *parents(unit.module), *unit.definitions, *unit.modules]
        self._waiting += [*unit.escaped, *([unit.owner] if unit.owner else [])]
        fresh = unit.attributes - self._attributes
        self._attributes |= fresh
        for owner in self._owners:
            self._call(owner, fresh)
        for owner in [*unit.escaped, *([name] if unit.kind == "class" else [])]:
            if owner not in self._owners and owner in self._units:
                self._owners.add(owner)
                self._call(owner, self._attributes)
        if unit.kind != "module":
            # Overloads and setters of properties share a name.
            holder = self._units[unit.owner or unit.module]
            self._waiting += holder.members.get(name.rpartition(".")[2], [])

    def _call(self, owner: str, attributes: set[str]) -> None:
        """Reach the members of a class or module that have one of these names."""
        unit = self._units[owner]
        for name, members in unit.members.items():
            dunder = name.startswith(("__", "_repr_")) and name.endswith("_")
            if name in attributes or unit.hooks or (dunder and unit.kind == "class"):
                self._waiting += members


def commands(units: Mapping[str, Unit]) -> list[str]:
    """Name the modules that run: those guarded by `__main__` and those called so."""
    found = {unit.module for unit in units.values() if unit.kind == "command"}
    return sorted(found | {name for name in units if name.endswith(".__main__")})


def pages(units: Mapping[str, Unit]) -> list[str]:
    """Name `app` and the modules of pages."""
    found = [unit.name for unit in units.values() if unit.kind == "module"]
    return [name for name in found if name in ("app", "serve") or name.startswith("pages.")]


def public_units(names: Names, units: Mapping[str, Unit], pattern: str) -> list[str]:
    """Find the units that a public name, or all names of a module (`module.*`), stand for."""
    holders = [pattern, *parents(pattern)[::-1]]
    module = next((each for each in holders if each in names.modules), None)
    if module is None:
        return []
    if module == pattern:
        return [module]
    rest = tuple(pattern.removeprefix(f"{module}.").split("."))
    if rest == ("*",):
        offered = public_names(names, module)
        return [unit for each in offered for unit in public_units(names, units, f"{module}.{each}")]
    target = names.follow(module, rest)
    if target.kind == "definition":
        full = ".".join([target.name, *target.rest])
        return [name for name in (full, target.name) if name in units][:1]
    return [target.name] if target.kind == "module" else []


def unreached(units: Mapping[str, Unit], found: set[str], names: Names) -> list[dict[str, Any]]:
    """List what was not reached.

    Parameters
    ----------
    units : mapping of str to Unit
    found : set of str
        What was reached.
    names : Names

    Returns
    -------
    list of dict
        `name, kind, file, line, lines, code`, by file and line; of a class that was not reached
        only the class.
    """
    rows = []
    for unit in units.values():
        listed = unit.kind in {"function", "method", "class"} and unit.name not in found
        if listed and (not unit.owner or unit.owner in found):
            code = code_lines(names.modules[unit.module])
            span = range(unit.first, unit.last + 1)
            rows.append(
                {
                    "name": unit.name,
                    "kind": unit.kind,
                    "file": str(unit.path),
                    "line": unit.first,
                    "lines": len(span),
                    "code": sum(line in code for line in span),
                }
            )
    return sorted(rows, key=lambda row: (row["file"], row["line"]))
