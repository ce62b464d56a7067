"""What the documents say can be called, opened and run."""

import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "docs" / "library.md"
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NAME = re.compile(
    r"`((?:geo|analytics|data|ui|bench)\.(?!toml)[\w.]+)`|python -m ((?:data|bench)\.\w+)"
)
PUBLIC = {
    "data.panel.load_panel",
    "geo.weights.Weights",
    "geo.catchment.build_catchment",
    "analytics.rates.wilson",
    "analytics.rates.clopper_pearson",
    "analytics.rates.reliability",
    "analytics.smoothing.empirical_bayes",
    "analytics.local.gi",
    "analytics.local.gi_star",
    "analytics.local.local_moran",
    "analytics.autocorrelation.moran",
    "analytics.hotspots.gi_star_schools",
    "analytics.scan.circular_scan",
    "analytics.membership.fit",
    "analytics.disclosure.attainable",
    "analytics.disclosure.audit",
    "analytics.disclosure.protect",
    "analytics.association.fit",
}
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_every_name_in_the_documents_can_be_imported() -> None:
    lost = [
        f"{document.relative_to(ROOT)}: {name}"
        for document in DOCUMENTS
        for name in {first or second for first, second in NAME.findall(document.read_text("utf-8"))}
        if not importable(name)
    ]
    assert not lost


def importable(name: str) -> bool:
    """Whether a dotted name is a module, or what a module holds."""
    module, _, attribute = name.rpartition(".")
    return hasattr(importlib.import_module(module), attribute) or find_spec(name) is not None


def test_the_library_lists_what_others_script_against() -> None:
    names = {first for first, _ in NAME.findall(LIBRARY.read_text(encoding="utf-8"))}
    assert names >= PUBLIC
    assert all(importable(name) for name in PUBLIC)


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
