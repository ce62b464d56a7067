from pathlib import Path

import pytest

from data import dictionary
from data.contracts.tables import CONTRACTS, TABLES


def test_the_committed_copy_is_current() -> None:
    assert dictionary.DOCUMENT.read_text(encoding="utf-8") == dictionary.render()
    assert dictionary.main(["--check"]) == 0


def test_an_outdated_copy_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dictionary, "DOCUMENT", tmp_path / "docs" / "data-dictionary.md")
    assert dictionary.main(["--check"]) == 1
    assert "python -m data.dictionary" in capsys.readouterr().err
    assert dictionary.main([]) == 0
    assert dictionary.main(["--check"]) == 0


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_row(table: str) -> None:
    rows = dictionary.dictionary_rows(table)
    assert [row["column"] for row in rows] == list(CONTRACTS[table].columns)
    assert all(row["description"] and row["unit"] and row["type"] for row in rows)


def test_measures_are_listed() -> None:
    rows = dictionary.measure_rows()
    assert {row["id"] for row in rows} >= {"uninsured", "temporary_housing"}
    assert all(row["caveat"] in dictionary.render() for row in rows)


def test_cells_cannot_break_the_table() -> None:
    assert dictionary.markdown_table([{"said": "a | b\nc"}]).splitlines()[-1] == "| a \\| b c |"


def test_every_table_line_has_the_same_width() -> None:
    blocks = dictionary.render().split("\n\n")
    for block in blocks:
        widths = {line.replace("\\|", "").count("|") for line in block.splitlines()}
        assert not block.startswith("|") or len(widths - {0}) == 1
