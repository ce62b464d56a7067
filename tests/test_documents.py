"""What the documents say can be called, opened and run."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "docs" / "library.md"
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NAME = re.compile(r"`((?:geo|analytics|data)\.[\w.]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_every_name_of_the_library_can_be_imported() -> None:
    names = sorted(set(NAME.findall(LIBRARY.read_text(encoding="utf-8"))))
    assert len(names) >= 15
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


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
