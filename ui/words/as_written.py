"""Text of files, links and forms goes to the screen as it is written: nothing in it is markup."""

from __future__ import annotations

import re

from ui.languages import unbroken

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:&@^=-])")
# Between these, links, icons, emoji and arrows are made of text even where it is escaped.
_MADE = re.compile(
    r"(?<=:)(?=[\w/])|(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=[-<>=~])(?=[-<>=])", re.IGNORECASE
)
# Control characters, which no Office file can hold, and what turns the reading direction around.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]+"
)
_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")  # white space but for what holds words together
_JOINER = "\u2060"  # has no width and breaks no line
# What a spreadsheet would run; a signed number is none.
_RUN = re.compile(
    r"\s*[=@\uff1d\uff20]|[\t\r\n]|\s*[+\-\uff0b\uff0d](?!\s*[\d.,]+(?:[\s%–]|[\d.,])*$)"
)


def as_written(text: str) -> str:
    r"""Write text so that Markdown shows it as it is: no image, link, formula, colour or icon.

    Whatever is not a sentence of this program's own goes through here, or through `html.escape`.

    Examples
    --------
    >>> print(as_written("*not* ![i](x)"))
    \*not\* \!\[i\]\(x\)
    """
    words = _MADE.sub(_JOINER, unbroken(_BREAKS.sub(" ", text).strip(" ")))
    return _MARKUP.sub(r"\\\1", words)


def never_run(cell: str) -> str:
    r"""Write a cell of a table on screen so that no spreadsheet runs it; it looks the same.

    The button on Streamlit's tables writes cells to a CSV as they are.

    Examples
    --------
    >>> [never_run(cell)[:1] for cell in ("=1+1", "-2+3|x", "-2.5 %", "Oak")]
    ['\u2060', '\u2060', '-', 'O']
    """
    return f"{_JOINER}{cell}" if _RUN.match(cell) else cell


def one_line(text: str) -> str:
    r"""Write text on one line, without control characters and changes of reading direction.

    Examples
    --------
    >>> one_line("two\nlines\u202e")
    'two lines '
    """
    return _UNSEEN.sub(" ", text)
