"""Files of counts made to do harm, or to tell of children: refused, and nothing is written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError
from data.read.flows import flows_in_memory

HEAD = "school_id,geoid,students\n"


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    try:
        flows, _ = flows_in_memory(HEAD.encode() + content, "upload.csv")
    except DataError:
        return
    exact = flows["students"].dropna()
    assert (exact.ge(10) | exact.eq(0)).all()


@pytest.mark.parametrize(
    "header", ["Student ID", "first_name", "Date of Birth", "home address", "OSIS", "SSID"]
)
def test_columns_of_single_students_are_refused_before_a_cell_is_read(header: str) -> None:
    text = f"school_id,geoid,students,{header}\nA1,36061000100,20,secret\n"
    with pytest.raises(DataError, match="describes single students") as refused:
        flows_in_memory(text.encode(), "upload.csv")
    assert "secret" not in str(refused.value)


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    flows_in_memory(f"{HEAD}A1,36061000100,20\n".encode(), "../../etc/passwd")
    assert list(tmp_path.iterdir()) == []


def test_a_formula_stays_text() -> None:
    flows, _ = flows_in_memory(f"{HEAD}=cmd|x,36061000100,20\n".encode(), "upload.csv")
    assert flows["school_id"].tolist() == ["=cmd|x"]
    with pytest.raises(DataError, match="is not a number"):
        flows_in_memory(f"{HEAD}A1,36061000100,=1+1\n".encode(), "upload.csv")
