"""What comes from files is escaped wherever Markdown is drawn."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.words.as_written import as_written

ROOT = Path(__file__).parents[3]
DRAWN = {"write", "markdown", "caption", "info", "warning", "error", "success", "title", "header"}
TABLE = "words.rename(columns=text).set_index(text('Why'))"
DRAWN |= {"subheader", "progress", "table", "metric", "toast", "badge"}


def drawn_texts() -> Iterator[tuple[str, ast.expr]]:
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "st" and node.func.attr in DRAWN:
                    for each in node.args:
                        yield f"{path.name}:{node.lineno}", each


def is_own(text: ast.expr) -> bool:
    """Whether a text is this program's own, or goes through `as_written`."""
    if isinstance(text, ast.Constant):
        return True
    if isinstance(text, ast.Call):
        called, inner = ast.unparse(text.func), ast.unparse(text)
        if called in ("text", "languages.text"):  # without values it is of the catalogue
            return not text.keywords and is_own(text.args[0])
        return called == "as_written" or inner == TABLE
    name = text.attr if isinstance(text, ast.Attribute) else getattr(text, "id", "")
    return bool(name) and name.isupper()


def test_no_page_draws_text_of_others_as_markdown() -> None:
    texts = list(drawn_texts())
    assert len(texts) > 30
    assert [where for where, text in texts if not is_own(text)] == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12.5 % of (all)", "12\\.5\xa0% of \\(all\\)"),
        ("<b>[a](b)</b>", r"\<b\>\[a\]\(b\)\</b\>"),
        ("a\n\n    b", "a b"),
        ("http://x", "http\\:\u2060//x"),
        (":smile:", "\\:\u2060smile\\:"),
        ("www.x", "www\u2060\\.x"),
        ("a@b", "a\\@\u2060b"),
        ("->", "\\-\u2060\\>"),
    ],
)
def test_as_written(text: str, written: str) -> None:
    assert as_written(text) == written
