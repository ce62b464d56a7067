"""What goes wrong for reasons that the person at the keyboard can put right."""

from collections.abc import Sequence


class DataError(ValueError):
    """Input, a file or a folder is not as needed; the message says what, where and what to do."""


class SeveralError(DataError):
    """Several things are wrong at once, each a line.

    Attributes
    ----------
    errors : tuple of DataError
    """

    def __init__(self, errors: Sequence[DataError]) -> None:
        self.errors = tuple(errors)
        lines = "".join(f"\n  * {_indented(str(each))}" for each in self.errors)
        super().__init__(f"{len(self.errors)} things are to be put right:{lines}")


class FileError(DataError):
    """A file from outside cannot be used.

    Parameters
    ----------
    file : str
        Name of the file, without the folders of this machine.
    what : str
        What is wrong.
    remedy : str
        What to do about it.
    column : str
        Header of the column concerned; "" for the whole file.
    row : int or None
        Row of the file, counted as a spreadsheet does: the first row is 1.
    """

    def __init__(
        self, file: str, what: str, remedy: str, *, column: str = "", row: int | None = None
    ) -> None:
        self.file = file
        self.what = what
        self.remedy = remedy
        self.column = column
        self.row = row
        where = file
        where += f", column {column!r}" if column else ""
        where += f", row {row:,}" if row is not None else ""
        super().__init__(f"{where}: {what}; {remedy}")


def raise_together(errors: Sequence[DataError]) -> None:
    """Raise what was collected: nothing, the one error, or all of them in one list, each once.

    Raises
    ------
    DataError
    """
    distinct = list({str(error): error for error in errors}.values())
    if len(distinct) > 1:
        raise SeveralError(distinct)
    for error in distinct:
        raise error


def _indented(text: str) -> str:
    """Set the further lines of a message under its first."""
    return text.replace("\n", "\n    ")
