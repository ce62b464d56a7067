"""The arrow geo <- analytics <- data <- ui <- pages <- app.py, read from the imports."""

import ast
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "geo": {"geo"},
    "analytics": {"geo", "analytics"},
    "data": {"geo", "analytics", "data"},
    "ui": {"geo", "analytics", "data", "ui"},
    "pages": {"ui"},
    "app": {"ui", "pages"},
    "serve": {"ui"},
}
OURS = {"geo", "analytics", "data", "ui", "pages", "app", "serve", "bench", "tests"}
SCREEN = {"streamlit", "altair", "pydeck"}
NETWORK = {"httpx", "requests", "urllib", "urllib3", "http", "socket", "ftplib", "aiohttp"}
DEVELOPMENT_ONLY = {
    *("access", "esda", "libpysal", "numpyro", "spreg", "statsmodels", "tobler"),
    *("hypothesis", "playwright", "pytest"),
}


def files_of(layer: str) -> list[Path]:
    if layer in ("app", "serve"):
        return [path for path in [ROOT / f"{layer}.py"] if path.is_file()]
    return sorted((ROOT / layer).rglob("*.py"))


FILES = [(layer, path) for layer in ALLOWED for path in files_of(layer)]


def imports_of(source: str) -> set[str]:
    """Dotted names a module imports anywhere, also inside functions and by import_module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            module = str(node.module)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = ast.unparse(node.func)
            if name.endswith(("import_module", "__import__")):
                found.add(str(node.args[0].value))
    return found


@cache
def imports_in(path: Path) -> set[str]:
    return imports_of(path.read_text(encoding="utf-8"))


def roots_of(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def breaches(of: Callable[[str, Path], set[str]], files: Sequence[tuple[str, Path]]) -> str:
    """What breaks a rule, one file a line; empty when all files keep it."""
    named = ((path.relative_to(ROOT).as_posix(), of(layer, path)) for layer, path in files)
    return "\n".join(f"{name}: {', '.join(sorted(what))}" for name, what in named if what)


def test_all_layers_have_files() -> None:
    assert {layer for layer, _ in FILES} == set(ALLOWED)
    assert len(FILES) > 100


def test_imports_go_one_way() -> None:
    assert not breaches(
        lambda layer, path: (roots_of(imports_in(path)) & OURS) - ALLOWED[layer], FILES
    )


def test_screen_libraries_stay_in_front() -> None:
    front = {"ui", "pages", "app", "serve"}
    behind = [(layer, path) for layer, path in FILES if layer not in front]
    assert not breaches(lambda _, path: roots_of(imports_in(path)) & SCREEN, behind)


def test_network_stays_in_data() -> None:
    def reached(_: str, path: Path) -> set[str]:
        names = imports_in(path) - {"urllib", "urllib.parse"}
        return roots_of({name for name in names if not name.startswith("urllib.parse.")}) & NETWORK

    assert not breaches(reached, [(layer, path) for layer, path in FILES if layer != "data"])


def test_development_libraries_are_not_needed_to_run() -> None:
    assert not breaches(lambda _, path: roots_of(imports_in(path)) & DEVELOPMENT_ONLY, FILES)


def test_a_page_only_composes() -> None:
    assert not breaches(logic_of, [(layer, path) for layer, path in FILES if layer == "pages"])


def logic_of(_: str, path: Path) -> set[str]:
    """What a page does beyond composing parts of `ui`."""
    source = path.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    logic = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try)
    lambdas = [node.body for node in nodes if isinstance(node, ast.Lambda)]
    what = {f"imports {name}" for name in roots_of(imports_in(path)) - {"ui", "streamlit"}}
    what |= {type(node).__name__ for node in nodes if isinstance(node, logic)}
    if not all(isinstance(body, ast.Call) for body in lambdas):
        what.add("a lambda that does more than pass on a call")
    if len(source.splitlines()) > 100:
        what.add("more than 100 lines")
    return what


def test_no_view_fits_a_join() -> None:
    """The build makes every join; the page on joins alone draws them again."""
    fits = ("geo.catchment", "geo.join", "data.assemble")
    judges = ROOT / "data" / "views" / "join_quality.py"
    views = [(layer, path) for layer, path in FILES if layer in {"analytics", "ui", "pages"}]
    views += [("data", path) for path in sorted((ROOT / "data" / "views").glob("*.py"))]

    def fitted(_: str, path: Path) -> set[str]:
        return {name for name in imports_in(path) if f"{name}.".startswith(fits)}

    assert fitted("data", judges)  # the rule sees what it looks for
    assert not breaches(fitted, [each for each in views if each[1] != judges])


def test_the_frame_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize(
    ("body", "breach"),
    [
        ("from ui import frame\n\nframe.show(lambda: frame.map())\n", set()),
        ("import pandas as pd\n", {"imports pandas"}),
        ("def late():\n    pass\n", {"FunctionDef"}),
        ("try:\n    pass\nexcept OSError:\n    pass\n", {"Try"}),
        ("late = lambda: 1 + 1\n", {"a lambda that does more than pass on a call"}),
        ("1\n" * 101, {"more than 100 lines"}),
    ],
    ids=["composes", "pandas", "function", "try", "lambda", "long"],
)
def test_logic_on_a_page_is_seen(tmp_path: Path, body: str, breach: set[str]) -> None:
    page = tmp_path / "page.py"
    page.write_text(body, encoding="utf-8")
    assert logic_of("pages", page) == breach


def test_no_screen_or_development_library_loads_with_data() -> None:
    """What imports say is what happens: a fresh process is asked."""

    code = (
        "import sys, data.build, data.panel, analytics.hotspots, geo.catchment;"
        f"print(sorted({(SCREEN | DEVELOPMENT_ONLY)!r} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_hot_spots_loads_no_fit_of_a_join_and_no_model_that_is_not_chosen() -> None:
    page = (ROOT / "pages" / "hot_spots.py").read_text(encoding="utf-8")
    needs = [name for name in imports_of(page) if (ROOT / f"{name.replace('.', '/')}.py").is_file()]
    assert {"ui.frame", "ui.queries.hotspots"} <= set(needs)
    unasked = ("geo.join", "geo.catchment", "analytics.scan", "analytics.membership", "numba")
    code = (
        f"import sys, {', '.join(sorted(needs))};"
        f"print(sorted(name for name in sys.modules if name.startswith({unasked!r})))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_the_reader_of_imports_sees_every_form() -> None:
    source = (
        "import ui.maps\n"
        "from data import panel\n"
        "def late():\n"
        "    import streamlit as st\n"
        "    importlib.import_module('esda.moran')\n"
    )
    found = imports_of(source)
    assert {"ui.maps", "data", "data.panel", "streamlit", "esda.moran"} <= found
