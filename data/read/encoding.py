"""Bytes that are not of the encoding of a text."""

import re
from dataclasses import dataclass
from functools import cache
from typing import IO

from data.errors import FileError

LONGEST_LINE = 1 << 20
MOST_BYTES = 16 << 20  # of the beginning: a packed text may have no end
FOREIGN = re.compile(r"[^\x00-\x7f]")
SELDOM = 0.25


@dataclass(frozen=True)
class Strays:
    """Bytes of a text that are not UTF-8.

    Attributes
    ----------
    letters : int
        Letters beyond ASCII that are UTF-8.
    strays : int
        Bytes that are not.
    line : int
        Line of the first of them, from 1.
    byte : str
        The first of them, in hexadecimal.
    """

    letters: int
    strays: int
    line: int
    byte: str


def strays_in(content: IO[bytes]) -> Strays:
    r"""Count the bytes of the beginning of a text that are not UTF-8.

    Examples
    --------
    >>> import io
    >>> strays_in(io.BytesIO("é\n".encode() + b"\xe9"))
    Strays(letters=1, strays=1, line=2, byte='e9')
    """
    letters = strays = first = 0
    byte = ""
    read = 0
    for number, line in enumerate(iter(lambda: content.readline(LONGEST_LINE), b""), start=1):
        read += len(line)
        if read > MOST_BYTES:
            break
        if line.isascii():
            continue
        foreign = FOREIGN.findall(line.decode("utf-8", errors="surrogateescape"))
        odd = [letter for letter in foreign if _is_stray(letter)]
        letters += sum(_is_utf_8(letter) for letter in foreign if not _is_stray(letter))
        strays += len(odd)
        if odd and not first:
            first, byte = number, odd[0].encode("utf-8", errors="surrogateescape").hex()
    return Strays(letters, strays, first, byte)


def refuse_mixed(content: IO[bytes], file: str, *, certain: bool = False) -> None:
    """Refuse a text that is not UTF-8 though many of its letters are: else names are garbled.

    Parameters
    ----------
    content : binary file
    file : str
        For errors.
    certain : bool
        Whether the recipe says that it is UTF-8.

    Raises
    ------
    FileError
        Naming the line and the byte.
    """
    count = strays_in(content)
    if count.strays and (certain or count.letters >= SELDOM * count.strays):
        raise FileError(
            file,
            f"byte {count.byte} is not UTF-8 ({count.strays:,} in all; {count.letters:,} letters "
            "of the file are)",
            "export it again as UTF-8, or name the encoding in [format] if all of it has another",
            row=count.line,
        )


def _is_stray(letter: str) -> bool:
    return "\udc80" <= letter <= "\udcff"


@cache
def _is_utf_8(letter: str) -> bool:
    """Say whether a letter beyond ASCII can hardly be a Windows-1252 capital and quote or dash."""
    code = letter.encode("utf-8")
    return len(code) > 2 or (len(code) == 2 and not (code[0] > 0xC6 and 0x90 < code[1] < 0x98))
