"""Lines that hold code, lines of docstrings, lines of files."""

import ast
import io
import tokenize
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from bench.structure.source import Module

TOTAL = "product"
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


@cache
def doc_lines(module: Module) -> frozenset[int]:
    """Give the lines of strings that stand alone: docstrings, with their blank lines."""
    return frozenset(
        line
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in _span(node)
    )


@cache
def code_lines(module: Module) -> Mapping[int, str]:
    """Give the lines that hold code.

    Parameters
    ----------
    module : Module

    Returns
    -------
    mapping of int to str
        By number, the first line is 1: its text without comment, white space folded.
    """
    docs, texts = doc_lines(module), module.text.splitlines()
    numbers: set[int] = set()
    comments = {}
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.start[1]
        elif token.type not in _NO_CODE:
            numbers |= set(range(token.start[0], token.end[0] + 1))
    # A blank line inside a string holds no code anyone reads.
    kept = {line: texts[line - 1][: comments.get(line)] for line in sorted(numbers - docs)}
    return {line: " ".join(text.split()) for line, text in kept.items() if text.strip()}


def size_table(modules: Iterable[Module]) -> list[dict[str, Any]]:
    """Count by folder.

    Parameters
    ----------
    modules : iterable of Module

    Returns
    -------
    list of dict
        `folder, modules, code, docstrings, total`; a folder includes those below it, modules do
        not include `__init__`, the last row is the product.
    """
    rows: dict[PurePosixPath, dict[str, Any]] = {}
    for module in sorted(modules, key=_place):
        for place in (*_folders(module), PurePosixPath(TOTAL)):
            row = rows.setdefault(place, _empty(place))
            row["modules"] += not module.is_package
            row["code"] += len(code_lines(module))
            row["docstrings"] += len(doc_lines(module))
            row["total"] += len(module.text.splitlines())
    total = rows.pop(PurePosixPath(TOTAL), _empty(PurePosixPath(TOTAL)))
    return [*rows.values(), total]


def _empty(place: PurePosixPath) -> dict[str, Any]:
    return {"folder": str(place), "modules": 0, "code": 0, "docstrings": 0, "total": 0}


def _folders(module: Module) -> list[PurePosixPath]:
    """List the folders that hold a module; a file at the top stands for itself."""
    inside = [folder for folder in module.path.parents if folder.parts]
    return inside[::-1] or [module.path]


def _place(module: Module) -> tuple[PurePosixPath, bool, PurePosixPath]:
    """Order files so that every folder comes before those inside it."""
    return module.path.parent, not module.is_package, module.path


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
