"""What goes wrong for reasons that the person at the keyboard can put right."""


class DataError(ValueError):
    """Input, a file or a folder is not as needed; the message says what, where and what to do."""


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
