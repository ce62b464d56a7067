"""Worksheets, read by a process of their own so that a bad one harms nobody."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.read.file_error import FileError

CHILD = Path(__file__).with_name("sheet_child.py")
LONGEST_SECONDS = 300


def sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Read the rows of a worksheet.

    Parameters
    ----------
    path : Path
        A workbook that `data.read.file_check.check_file` has let pass.
    sheet : str
        Its name; "" for the only one.

    Yields
    ------
    (int, sequence of str)
        Number of the row, the first is 1, and its cells as text.

    Raises
    ------
    FileError
        The workbook cannot be read, takes too much memory or time, or lacks the sheet.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as rows:
        command = [sys.executable, "-I", str(CHILD), str(path.resolve()), sheet]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, a list, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=rows,
                stderr=subprocess.PIPE,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FileError(
                path.name, "reading takes longer than 5 minutes", "save the sheet as csv"
            ) from error
        if done.returncode:
            raise FileError(path.name, *_words(done.returncode, done.stderr))
        rows.seek(0)
        for number, line in enumerate(rows, start=1):
            yield number, json.loads(line)


def _words(code: int, said: bytes) -> tuple[str, str]:
    """Give what the child said, or that it was ended from outside."""
    if code == 1 and said.startswith(b"["):
        what, remedy = json.loads(said)
        return str(what), str(remedy)
    return (
        "the workbook cannot be read: it takes too much memory",
        "save the sheet that is needed as csv",
    )
