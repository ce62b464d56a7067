"""The product's files, parsed once; nothing is imported or run."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PRODUCT = ("geo", "analytics", "data", "ui", "pages", "app.py", "serve.py")
IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, eq=False)
class Module:
    """A file of the product: its dotted name, its path below the root, its text and tree."""

    name: str
    path: PurePosixPath
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether this is the `__init__` of a folder."""
        return self.path.name == "__init__.py"


def read_modules(root: Path) -> dict[str, Module]:
    """Parse the product.

    Parameters
    ----------
    root : Path
        Folder of the repository.

    Returns
    -------
    dict of str to Module
        By dotted name; a package has the name of its folder.
    """
    found = {}
    for top in PRODUCT:
        start = root / top
        files = [start] if start.is_file() else sorted(start.rglob("*.py"))
        for file in files:
            path = PurePosixPath(file.relative_to(root).as_posix())
            parts = path.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = file.read_text(encoding="utf-8")
            found[name] = Module(name, path, text, ast.parse(text))
    return found


def parents(name: str) -> list[str]:
    """Name the packages that hold a module, the outermost first."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def from_module(module: Module, node: ast.ImportFrom) -> str:
    """Name the module that a `from` names, relative ones too."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    keep = len(parts) - node.level + module.is_package
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def for_types(node: ast.AST) -> bool:
    """Say whether this is an `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def main_guard(node: ast.AST) -> bool:
    """Say whether this is an `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements of a body, also those inside its `if`, `try`, `with` and loops."""
    for node in body:
        yield node
        if not isinstance(node, DEFINITIONS):
            for name in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, name, []))
            for handler in getattr(node, "handlers", []):
                yield from statements(handler.body)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without what only type checkers read."""
    yield node
    children: Sequence[ast.AST] = list(ast.iter_child_nodes(node))
    if for_types(node):
        assert isinstance(node, ast.If)
        children = node.orelse
    for child in children:
        yield from running(child)


def dotted(node: ast.AST) -> tuple[str, ...]:
    """Give the names of `a.b.c`; nothing for what does not start with a name."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        start = dotted(node.value)
        return (*start, node.attr) if start else ()
    return ()
