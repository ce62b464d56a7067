"""The arrow geo <- analytics <- data <- ui <- pages <- app.py, read from the imports."""

import ast
import subprocess
import sys
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
}
OURS = {"geo", "analytics", "data", "ui", "pages", "app", "bench", "tests"}
SCREEN = {"streamlit", "altair", "pydeck"}
NETWORK = {"httpx", "requests", "urllib", "urllib3", "http", "socket", "ftplib", "aiohttp"}
DEVELOPMENT_ONLY = {
    *("access", "esda", "libpysal", "numpyro", "spreg", "statsmodels", "tobler"),
    *("hypothesis", "playwright", "pytest"),
}


def files_of(layer: str) -> list[Path]:
    if layer == "app":
        return [path for path in [ROOT / "app.py"] if path.is_file()]
    return sorted((ROOT / layer).rglob("*.py"))


RUN_TIME = [(layer, path) for layer in ALLOWED for path in files_of(layer)]
RUN_TIME_IDS = [path.relative_to(ROOT).as_posix() for _, path in RUN_TIME]
every_file = pytest.mark.parametrize(("layer", "path"), RUN_TIME, ids=RUN_TIME_IDS)
every_page = pytest.mark.parametrize("path", files_of("pages"), ids=lambda path: path.stem)


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


def roots_of(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path.read_text(encoding="utf-8"))}


def test_all_layers_have_files() -> None:
    assert {layer for layer, _ in RUN_TIME} >= {"geo", "analytics", "data", "ui"}


@every_file
def test_imports_go_one_way(layer: str, path: Path) -> None:
    assert not (roots_of(path) & OURS) - ALLOWED[layer]


@every_file
def test_screen_libraries_stay_in_front(layer: str, path: Path) -> None:
    if layer not in {"ui", "pages", "app"}:
        assert not roots_of(path) & SCREEN


@every_file
def test_network_stays_in_data(layer: str, path: Path) -> None:
    names = imports_of(path.read_text(encoding="utf-8"))
    harmless = {name for name in names if name == "urllib" or name.startswith("urllib.parse")}
    if layer != "data":
        assert not {name.partition(".")[0] for name in names - harmless} & NETWORK


@every_file
def test_development_libraries_are_not_needed_to_run(layer: str, path: Path) -> None:
    assert layer
    assert not roots_of(path) & DEVELOPMENT_ONLY


@every_page
def test_a_page_only_composes(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert roots_of(path) <= {"ui", "streamlit"}
    assert len(source.splitlines()) <= 100
    nodes = list(ast.walk(ast.parse(source)))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try)
    assert not [node for node in nodes if isinstance(node, kinds)]
    handed_on = [node.body for node in nodes if isinstance(node, ast.Lambda)]
    assert all(isinstance(body, ast.Call) for body in handed_on), "a lambda may only pass on a call"


@pytest.mark.parametrize("path", files_of("app"), ids=lambda path: path.name)
def test_the_frame_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


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
