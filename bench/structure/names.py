"""What a name in a module stands for, followed through imports and re-exports."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from bench.structure.source import DEFINITIONS, Module, dotted, from_module, statements

Chain = tuple[str, ...]


class Imported(NamedTuple):
    """A name bound by an import: a module, or what a chain of names in it stands for."""

    module: str
    chain: Chain


class Target(NamedTuple):
    """What a name stands for; `rest` are the attributes after it that were not followed."""

    kind: Literal["module", "definition", "variable", "external"]
    name: str
    rest: Chain


Binding = Imported | str | None  # imported, another name of a definition, something else


def bind_import(module: Module, node: ast.Import | ast.ImportFrom) -> dict[str, Binding]:
    """Give the names that an import statement binds."""
    if isinstance(node, ast.ImportFrom):
        source = from_module(module, node)
        return {each.asname or each.name: Imported(source, (each.name,)) for each in node.names}
    return {
        each.asname or each.name.partition(".")[0]: Imported(
            each.name if each.asname else each.name.partition(".")[0], ()
        )
        for each in node.names
    }


class Names:
    """The names bound at the top of every module.

    Attributes
    ----------
    modules : mapping of str to Module
    bindings : dict of str to dict
        By module: what its names are bound to. A later import or definition goes before an
        earlier one, either before an assignment.
    """

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules
        self.bindings = {name: _bindings(module) for name, module in modules.items()}

    def follow(self, module: str, chain: Chain, seen: frozenset[str] = frozenset()) -> Target:
        """Follow a chain of names.

        Parameters
        ----------
        module : str
            Where it is written.
        chain : tuple of str
            `("words", "TITLE")` for `words.TITLE`.
        seen : frozenset of str
            Names being followed already, against circles.

        Returns
        -------
        Target
        """
        if module not in self.modules:
            return Target("external", module, chain)
        if not chain:
            return Target("module", module, ())
        first, rest = chain[0], chain[1:]
        key = f"{module}.{first}"
        binding = self.bindings[module].get(first)
        if binding is not None and key not in seen:
            return self.follow_binding(module, binding, rest, seen | {key})
        # `from here import part` binds a part to itself: then it is the module.
        if (key in seen or first not in self.bindings[module]) and key in self.modules:
            return self.follow(key, rest, seen)
        return Target("variable", module, chain)

    def follow_binding(
        self, module: str, binding: Imported | str, rest: Chain, seen: frozenset[str] = frozenset()
    ) -> Target:
        """Follow attributes of what a name is bound to, as `follow` does."""
        if isinstance(binding, Imported):
            return self.follow(binding.module, (*binding.chain, *rest), seen)
        if binding.startswith("="):
            return self.follow(module, (*binding[1:].split("."), *rest), seen)
        return Target("definition", binding, rest)

    def home(self, module: str, chain: Chain) -> str:
        """Name the module that defines what a chain names, seen through `__init__` re-exports."""
        while chain and self.modules[module].is_package:
            binding = self.bindings[module].get(chain[0])
            inner = f"{module}.{chain[0]}"
            if isinstance(binding, Imported) and binding.module in self.modules:
                named = (*binding.chain, *chain[1:])
                if (binding.module, named) == (module, chain):  # from . import part
                    named, binding = chain[1:], Imported(inner, ())
                if binding.module not in self.modules:
                    break
                module, chain = binding.module, named
            elif binding is None and inner in self.modules:
                module, chain = inner, chain[1:]
            else:
                break
        return module


def public_names(names: Names, module: str) -> list[str]:
    """List what a module offers: its `__all__`, or what it defines (a package: also imports)."""
    listed = [
        str(item.value)
        for node in names.modules[module].tree.body
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == ("__all__",)
        for item in getattr(node.value, "elts", [])
        if isinstance(item, ast.Constant)
    ]
    own = names.modules[module].is_package
    return listed or [
        name
        for name, binding in names.bindings[module].items()
        if not name.startswith("_") and (isinstance(binding, str) or (own and binding))
    ]


def _bindings(module: Module) -> dict[str, Binding]:
    found: dict[str, Binding] = {}
    for node in statements(module.tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= bind_import(module, node)
        elif isinstance(node, DEFINITIONS):
            found[node.name] = f"{module.name}.{node.name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for name in _assigned(node):
                if found.get(name) is None:
                    found[name] = _other_name(node.value)
    return found


def _assigned(node: ast.Assign | ast.AnnAssign) -> Iterable[str]:
    targets: Sequence[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [item.id for each in targets for item in ast.walk(each) if isinstance(item, ast.Name)]


def _other_name(value: ast.expr | None) -> str | None:
    """Mark `word = other.word` as a second name; anything else is only a variable."""
    chain = dotted(value) if value is not None else ()
    return "=" + ".".join(chain) if chain else None
