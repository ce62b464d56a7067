"""Print the shape of the product: `python -m bench.structure [--root DIR] [--json] [--check]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.structure import imports, reach
from bench.structure.duplicates import SHORTEST, shared_runs
from bench.structure.lines import size_table
from bench.structure.names import Names
from bench.structure.source import read_modules
from bench.structure.units import Unit, read_units

ROOT = Path(__file__).resolve().parent.parent.parent
CHAINS, PAIRS = 5, 10


def measure(root: Path) -> dict[str, Any]:
    """Measure a product.

    Parameters
    ----------
    root : Path
        Folder that holds geo, analytics, data, ui, pages and app.py, as far as they exist.

    Returns
    -------
    dict
        `sizes`, `pages`, `chains`, `reach`, `unreached`, `public`, `kept` and `duplicates`, all
        of them fit for JSON.
    """
    modules = read_modules(root)
    names = Names(modules)
    units = read_units(names)
    needed = imports.needed_edges(names)
    starts, runs = reach.pages(units), reach.commands(units)
    table = imports.page_table(needed, imports.loaded_edges(names), starts)
    for row in table:
        row["functions"] = _functions(units, [row["page"]])
    return {
        "sizes": size_table(modules.values()),
        "pages": table,
        "chains": imports.longest_chains(needed, [*starts, *runs], CHAINS),
        "commands": runs,
        "reach": {
            "data.build": _functions(units, _builders(units)),
            "pages.hot_spots": _functions(units, ["pages.hot_spots"]),
            "product": sum(_is_function(unit) for unit in units.values()),
        },
        **_idle(names, units),
        "duplicates": shared_runs(modules.values()),
    }


def _idle(names: Names, units: dict[str, Unit]) -> dict[str, Any]:
    """List what is not reached, public names that are missing, and what is kept on purpose."""
    named = {name: reach.public_units(names, units, name) for name in reach.PUBLIC_NAMES}
    runs = reach.commands(units)
    roots = [*reach.pages(units), *runs, *(f"{name}#main" for name in runs)]
    roots += [unit for found in named.values() for unit in found]
    plain = reach.Reach(units, roots).found
    found = reach.Reach(units, [*roots, *reach.KEPT]).found
    return {
        "unreached": reach.unreached(units, found, names),
        "unreached modules": sorted(names.modules.keys() - found),
        "public": {"missing": [name for name, found in named.items() if not found]},
        "kept": {
            name: reason if name in units and name not in plain else f"NO LONGER NEEDED: {reason}"
            for name, reason in reach.KEPT.items()
        },
    }


def render(found: dict[str, Any]) -> str:
    """Write what was measured as Markdown."""
    counts, missing = found["reach"], found["public"]["missing"]
    kept = [{"name": name, "why": why} for name, why in found["kept"].items()]
    lines, code = (sum(row[key] for row in found["unreached"]) for key in ("lines", "code"))
    idle = found["unreached modules"]
    chains = [{"modules": len(each), "chain": " > ".join(each)} for each in found["chains"]]
    pairs = found["duplicates"]
    where = [
        {"from": name, "functions": counts[name]} for name in ("data.build", "pages.hot_spots")
    ]
    parts = [
        ("Sizes, in lines", _table(found["sizes"]), ""),
        (
            "Modules and functions that each page reaches",
            _table(found["pages"]),
            "`needed` looks through re-exports; `loaded` is what Python loads, with `__init__`.",
        ),
        ("Longest ways down", _table(chains), "The longest of each page and command; top 5."),
        ("Functions reached", _table(where), f"Of {counts['product']:,} in the product."),
        (
            "Not reached by a page, a command or a public name",
            _table(found["unreached"]),
            f"{len(found['unreached'])} definitions, {lines:,} lines, {code:,} of them code. "
            f"Commands: {', '.join(found['commands']) or 'none'}. "
            f"Modules never loaded: {', '.join(idle) or 'none'}. "
            f"Public names that do not exist: {', '.join(missing) or 'none'}.",
        ),
        ("Kept on purpose", _table(kept), ""),
        (
            f"Places that share {SHORTEST} lines or more",
            _table(pairs[:PAIRS]),
            f"{len(pairs)} pairs, {sum(pair['lines'] for pair in pairs):,} lines.",
        ),
    ]
    return "\n".join(
        f"## {title}\n\n{table}\n{note}\n".rstrip() + "\n" for title, table, note in parts
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables.

    Returns
    -------
    int
        With `--check` 1 when something is not reached; otherwise 0.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.structure", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the repository")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--check", action="store_true", help="exit 1 when code is not reached")
    options = parser.parse_args(arguments)
    found = measure(options.root.resolve())
    print(json.dumps(found, indent=2) if options.json else render(found))
    return int(options.check and bool(found["unreached"]))


def _functions(units: dict[str, Unit], roots: Sequence[str]) -> int:
    """Count the functions and methods that some roots reach."""
    return sum(_is_function(units[name]) for name in reach.Reach(units, roots).found)


def _is_function(unit: Unit) -> bool:
    return unit.kind in {"function", "method"}


def _builders(units: dict[str, Unit]) -> list[str]:
    """Name the units of the command that builds a place, a module or a package."""
    found = [name for name in reach.commands(units) if f"{name}.".startswith("data.build.")]
    return [*found, *(f"{name}#main" for name in found)]


def _table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "None.\n"
    heads = list(rows[0])
    right = [isinstance(rows[0][head], int) for head in heads]
    lines = [heads, ["---:" if each else "---" for each in right]]
    lines += [
        [f"{row[h]:,}" if n else str(row[h]) for h, n in zip(heads, right, strict=True)]
        for row in rows
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
