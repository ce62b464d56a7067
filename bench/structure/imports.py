"""Which modules a page needs, and the longest ways down."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from bench.structure.names import Chain, Imported, Names
from bench.structure.source import IMPORTS, Module, dotted, from_module, parents, running

Edges = Mapping[str, frozenset[str]]


def needed_edges(names: Names) -> Edges:
    """Link each module to those whose names it uses.

    Imports at the top and inside functions count, those for type checkers do not. A name that the
    `__init__` of a package passes on leads to the module that defines it, so that a package drags
    in nothing that is not used.

    Parameters
    ----------
    names : Names

    Returns
    -------
    mapping of str to frozenset of str
    """
    return {
        module.name: frozenset(_needed(names, module)) - {module.name}
        for module in names.modules.values()
    }


def loaded_edges(names: Names) -> Edges:
    """Link each module to those that Python loads with it, packages' `__init__` included.

    Parameters
    ----------
    names : Names

    Returns
    -------
    mapping of str to frozenset of str
    """
    found = {}
    for module in names.modules.values():
        loaded = set(parents(module.name))
        for node in running(module.tree):
            for name in imported_modules(names, module, node):
                loaded |= {name, *parents(name)}
        found[module.name] = frozenset(loaded & names.modules.keys()) - {module.name}
    return found


def imported_modules(names: Names, module: Module, node: ast.AST) -> set[str]:
    """Name the modules of the product that a statement imports by name.

    Where the name is computed it may be any that the module has in quotes.
    """
    found = set()
    if isinstance(node, ast.Import):
        found = {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
        source = from_module(module, node)
        bound = names.bindings.get(source, {})
        parts = {each.name: Imported(source, (each.name,)) for each in node.names}
        found = {source} | {
            f"{source}.{name}" for name, part in parts.items() if bound.get(name) in {None, part}
        }
    elif isinstance(node, ast.Call) and dotted(node.func)[-1:] == ("import_module",) and node.args:
        given = node.args[0]
        spoken = [given] if isinstance(given, ast.Constant) else ast.walk(module.tree)
        found = {str(each.value) for each in spoken if isinstance(each, ast.Constant)}
    return found & names.modules.keys()


def reached_from(edges: Edges, start: str) -> set[str]:
    """Collect the modules on any way from one, itself left out."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = edges[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found - {start}


def longest_chains(edges: Edges, starts: Iterable[str], most: int = 5) -> list[list[str]]:
    """Find the longest way down from each start.

    Parameters
    ----------
    edges : mapping of str to frozenset of str
    starts : iterable of str
        Pages, `app` and commands.
    most : int
        How many ways are kept.

    Returns
    -------
    list of list of str
        Names of modules, the longest way first. Where modules import one another in a circle, the
        import that closes it is left out.
    """
    best: dict[str, list[str]] = {}

    def longest(name: str, above: frozenset[str]) -> list[str]:
        if name not in best:
            inside = above | {name}
            ways = [longest(each, inside) for each in sorted(edges[name] - inside)]
            best[name] = [name, *max(ways, key=len, default=[])]
        return best[name]

    found = [longest(start, frozenset()) for start in starts]
    return sorted(found, key=lambda way: (-len(way), way))[:most]


def page_table(needed: Edges, loaded: Edges, starts: Iterable[str]) -> list[dict[str, Any]]:
    """Count the modules that each start reaches: those it needs, and those that Python loads."""
    return [
        {
            "page": start,
            "needed": len(reached_from(needed, start)),
            "loaded": len(reached_from(loaded, start)),
        }
        for start in starts
    ]


def _needed(names: Names, module: Module) -> Iterable[str]:
    uses = _uses(module)
    for node in running(module.tree):
        for source, chain, bound in _bound(module, node):
            if source in names.modules:
                for rest in uses.get(bound, {()}):
                    yield names.home(source, (*chain, *rest))
        if isinstance(node, ast.Call):
            yield from imported_modules(names, module, node)


def _uses(module: Module) -> dict[str, set[Chain]]:
    """Give by name what follows it: `("titles", "page")` for `words.titles.page`, whole only."""
    nodes = list(ast.walk(module.tree))
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    found: dict[str, set[Chain]] = {}
    for node in nodes:
        chain = dotted(node)
        if chain and id(node) not in inner:
            found.setdefault(chain[0], set()).add(chain[1:])
    return found


def _bound(module: Module, node: ast.AST) -> Iterable[tuple[str, Chain, str]]:
    """Give what an import names: the module, the name in it, and what it is called here."""
    if isinstance(node, ast.ImportFrom):
        source = from_module(module, node)
        return [(source, (each.name,), each.asname or each.name) for each in node.names]
    if isinstance(node, ast.Import):
        return [(each.name, (), each.asname or each.name) for each in node.names]
    assert not isinstance(node, IMPORTS)
    return []
