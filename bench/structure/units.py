"""The product's functions, methods and classes, and the names each of them loads."""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bench.structure.imports import imported_modules
from bench.structure.names import Binding, Chain, Names, bind_import
from bench.structure.source import (
    DEFINITIONS,
    Module,
    dotted,
    for_types,
    main_guard,
    statements,
)

_LOOKED_UP = {"getattr", "hasattr", "setattr", "attrgetter", "methodcaller"}
_PLAIN_BASES = {"object", "Protocol", "NamedTuple", "TypedDict", "Generic", "ABC"}
_TROUBLE = ("Error", "Exception", "Warning")
_SCOPES = (*DEFINITIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NAMED = (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(eq=False)
class Unit:
    """A function, method, class, the code at the top of a module, or a module's command.

    Attributes
    ----------
    name : str
        `module.function`, `module.Class.method`, `module`, or `module#main`.
    kind : str
        "function", "method", "class", "module" or "command".
    owner : str
        The class of a method or inner class; otherwise "".
    first, last : int
        Lines, decorators included.
    definitions, modules, attributes, escaped : set of str
        What it loads: definitions; modules it imports or takes a variable of; attributes of
        things unknown; modules used as values, whose functions may be called by any name.
    members : dict
        Methods and inner classes by their own name.
    hooks : bool
        Whether a class has a base from elsewhere, which may call any of its methods.
    """

    name: str
    kind: str
    module: str
    path: PurePosixPath
    owner: str
    first: int
    last: int
    definitions: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    escaped: set[str] = field(default_factory=set)
    members: dict[str, list[str]] = field(default_factory=dict)
    hooks: bool = False


def read_units(names: Names) -> dict[str, Unit]:
    """Find every definition of the product and what it loads.

    Parameters
    ----------
    names : Names

    Returns
    -------
    dict of str to Unit
        By name. Of definitions with one name, the later ones have their line after it.
    """
    units: dict[str, Unit] = {}
    for module in names.modules.values():
        strings = any(_looks_up(node) for node in ast.walk(module.tree))
        top = Unit(module.name, "module", module.name, module.path, "", 1, 0)
        units[module.name] = top
        reader = _Reader(names, module, top, strings)
        for node in statements(module.tree.body):
            if main_guard(node):
                name = f"{module.name}#main"
                units[name] = Unit(name, "command", module.name, module.path, "", node.lineno, 0)
                _Reader(names, module, units[name], strings).visit_all(ast.iter_child_nodes(node))
        reader.visit_all(module.tree.body)
        _add(units, names, module, top, module.tree.body, strings)
    return units


def _add(
    units: dict[str, Unit],
    names: Names,
    module: Module,
    parent: Unit,
    body: Sequence[ast.stmt],
    strings: bool,
) -> None:
    """Add what a body defines, and what its classes define."""
    for node in statements(body):
        if not isinstance(node, DEFINITIONS):
            continue
        name = f"{parent.name}.{node.name}"
        if name in units:
            name = f"{name}@{node.lineno}"
        owner = parent.name if parent.kind == "class" else ""
        kind = "class" if isinstance(node, ast.ClassDef) else "method" if owner else "function"
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        last = node.end_lineno or node.lineno
        unit = Unit(name, kind, module.name, module.path, owner, first, last)
        units[name] = unit
        parent.members.setdefault(node.name, []).append(name)
        reader = _Reader(names, module, unit, strings)
        if isinstance(node, ast.ClassDef):
            _add(units, names, module, unit, node.body, strings)
            unit.hooks = any(_foreign(names, module, base) for base in node.bases)
            reader.visit_class(node)
        else:
            reader.visit_function(node)


class _Reader(ast.NodeVisitor):
    """Collects what one unit loads; names that are local to its functions are not looked up."""

    def __init__(self, names: Names, module: Module, unit: Unit, strings: bool) -> None:
        self.names, self.module, self.unit, self.strings = names, module, unit, strings
        self.scopes: list[Mapping[str, Binding]] = []

    def visit_all(self, nodes: Iterator[ast.AST] | Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def load(self, chain: Chain) -> None:
        """Note what a chain of names stands for."""
        first, rest = chain[0], chain[1:]
        scope = next((each for each in reversed(self.scopes) if first in each), None)
        own = self.unit.kind == "class" and first in self.unit.members
        if own or (scope is not None and scope[first] is None):
            self.unit.attributes.update(chain if own else rest)
            return
        if scope is not None:
            target = self.names.follow_binding(self.module.name, scope[first] or "", rest)
        elif hasattr(builtins, first) and first not in self.names.bindings[self.module.name]:
            return
        else:
            target = self.names.follow(self.module.name, chain)
        if target.kind == "external":  # its own function, then what may be a thing of ours
            self.unit.attributes.update(target.rest[1:])
        elif target.kind == "definition":
            self.unit.definitions.add(target.name)
            self.unit.attributes.update(target.rest)
        elif target.kind == "module":
            self.unit.escaped.add(target.name)
        else:
            self.unit.modules.add(target.name)
            self.unit.attributes.update(target.rest)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain = dotted(node)
        if chain:
            self.load(chain)
        else:
            self.unit.attributes.add(node.attr)
            self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if self.strings and isinstance(node.value, str) and node.value.isidentifier():
            self.unit.attributes.add(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        self.unit.modules |= imported_modules(self.names, self.module, node)
        if dotted(node.func)[-1:] == ("getattr",) and len(node.args) > 1:
            chain, name = dotted(node.args[0]), getattr(node.args[1], "value", None)
            if chain and isinstance(name, str):
                self.load((*chain, name))
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.unit.modules |= imported_modules(self.names, self.module, node)

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_If(self, node: ast.If) -> None:
        if self.unit.kind == "module" and not self.scopes and main_guard(node):
            return
        if for_types(node):
            self.visit_all(node.orelse)
        else:
            self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        self.unit.attributes.update(node.kwd_attrs)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: _Function) -> None:
        if self.scopes or self.unit.kind == "command":  # otherwise a unit of its own
            self.visit_function(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if self.scopes or self.unit.kind == "command":
            self.visit_class(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.annotation(node.annotation)
        self.generic_visit(node)

    def visit_class(self, node: ast.ClassDef) -> None:
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords, *node.body])

    def visit_function(self, node: _Function) -> None:
        self.visit_all(node.decorator_list)
        self.annotation(node.returns)
        self.body(node.args, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.body(node.args, [node.body])

    def body(self, arguments: ast.arguments, body: Sequence[ast.AST]) -> None:
        """Visit defaults outside, then the body where arguments and local names are known."""
        self.visit_all([*arguments.defaults, *(each for each in arguments.kw_defaults if each)])
        known = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        known += [each for each in (arguments.vararg, arguments.kwarg) if each]
        for each in known:
            self.annotation(each.annotation)
        local: dict[str, Binding] = dict.fromkeys(each.arg for each in known)
        self.scopes.append(local | _local(self.module, body))
        self.visit_all(body)
        self.scopes.pop()

    def comprehension(self, node: _Comprehension) -> None:
        """Visit the first iterable outside, the rest where the loops' names are known."""
        first = node.generators[0].iter
        self.visit(first)
        self.scopes.append(_local(self.module, [each.target for each in node.generators]))
        for each in node.generators:
            self.visit_all([*([] if each.iter is first else [each.iter]), each.target, *each.ifs])
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.visit_all(made)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension  # noqa: N815

    def annotation(self, node: ast.expr | None) -> None:
        """Visit an annotation; words in it may be names written early."""
        for each in ast.walk(node) if node is not None else ():
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                try:
                    self.visit(ast.parse(each.value, mode="eval").body)
                except SyntaxError:
                    continue
        if node is not None:
            self.visit(node)


def _local(module: Module, body: Sequence[ast.AST]) -> dict[str, Binding]:
    """Give the names bound in a function's body; what an import binds goes before the rest."""
    found: dict[str, Binding] = {}
    outer: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= bind_import(module, node)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outer |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, None)
        elif isinstance(node, _NAMED) and node.name:
            found.setdefault(node.name, None)
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)
    return {name: binding for name, binding in found.items() if name not in outer}


def _looks_up(node: ast.AST) -> bool:
    """Say whether attributes are taken by names that are not written in the call itself."""
    if not isinstance(node, ast.Call) or dotted(node.func)[-1:] not in {(n,) for n in _LOOKED_UP}:
        return False
    return not (dotted(node.func) == ("getattr",) and isinstance(node.args[1], ast.Constant))


def _foreign(names: Names, module: Module, base: ast.expr) -> bool:
    chain = dotted(base.value if isinstance(base, ast.Subscript) else base)
    if not chain or chain[-1] in _PLAIN_BASES or chain[-1].endswith(_TROUBLE):
        return not chain
    return names.follow(module.name, chain).kind != "definition"
