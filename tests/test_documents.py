"""What the documents say can be called, opened and run."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "docs" / "library.md"
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NAMED = [LIBRARY, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "methods.md"]
NAME = re.compile(r"`((?:geo|analytics|data|ui)\.(?!toml)[\w.]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.mark.parametrize("document", NAMED, ids=lambda path: path.stem)
def test_every_name_can_be_imported(document: Path) -> None:
    names = sorted(set(NAME.findall(document.read_text(encoding="utf-8"))))
    assert names
    for name in names:
        assert importable(name), name


def importable(name: str) -> bool:
    """Whether a dotted name is a module, or what a module holds."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return bool(module) and hasattr(importlib.import_module(module), attribute)
    return True


def test_every_link_between_documents_leads_to_a_file() -> None:
    dead = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in DOCUMENTS
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert not dead


def test_the_example_of_the_library_runs(
    demo_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", LIBRARY.read_text(encoding="utf-8"), re.S)
    assert 'load_panel("panel")' in example
    program = example.replace('"panel"', repr(str(demo_path)))
    exec(compile(program, str(LIBRARY), "exec"), {"__name__": "example"})  # noqa: S102 - our own
    assert "hot 95" in capsys.readouterr().out
