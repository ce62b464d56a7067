"""Runs of equal lines in different files."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from bench.structure.lines import code_lines
from bench.structure.source import IMPORTS, Module

SHORTEST = 6
_Line = tuple[int, str]
_Spot = tuple[int, int]  # file, line of it that is compared


def shared_runs(modules: Iterable[Module], shortest: int = SHORTEST) -> list[dict[str, Any]]:
    """Find the pairs of places that share lines of code.

    Comments, docstrings, imports, blank lines and the width of white space do not count.

    Parameters
    ----------
    modules : iterable of Module
    shortest : int
        Fewest lines in a row.

    Returns
    -------
    list of dict
        `lines, one, other`, places as `file:line`; the longest first.
    """
    files = [(module, _comparable(module)) for module in modules]
    places: dict[tuple[str, ...], list[_Spot]] = {}
    for number, (_, lines) in enumerate(files):
        for start in range(len(lines) - shortest + 1):
            window = tuple(text for _, text in lines[start : start + shortest])
            places.setdefault(window, []).append((number, start))
    pairs = {
        (one, other)
        for found in places.values()
        for one in found
        for other in found
        if one[0] < other[0]
    }
    return sorted(_runs(files, pairs, shortest), key=lambda row: (-row["lines"], row["one"]))


def _runs(
    files: list[tuple[Module, list[_Line]]], pairs: set[tuple[_Spot, _Spot]], shortest: int
) -> Iterator[dict[str, Any]]:
    """Join windows that follow one another in both files."""
    for (first, start), (second, begin) in sorted(pairs):
        if ((first, start - 1), (second, begin - 1)) in pairs:
            continue  # inside a run that began earlier
        more = 1
        while ((first, start + more), (second, begin + more)) in pairs:
            more += 1
        one, other = _words(*files[first], start), _words(*files[second], begin)
        yield {"lines": shortest + more - 1, "one": one, "other": other}


def _comparable(module: Module) -> list[_Line]:
    imports = {
        line
        for node in ast.walk(module.tree)
        if isinstance(node, IMPORTS)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return [(line, text) for line, text in code_lines(module).items() if line not in imports]


def _words(module: Module, lines: list[_Line], start: int) -> str:
    return f"{module.path}:{lines[start][0]}"
