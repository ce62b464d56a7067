"""Text of files, links and forms goes to the screen as it is written: nothing in it is markup."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:&@^=-])")
# Between these, links, icons, emoji and arrows are made of text even where it is escaped.
_MADE = re.compile(
    r"(?<=:)(?=[\w/])|(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=[-<>=~])(?=[-<>=])", re.IGNORECASE
)
_JOINER = "\u2060"  # has no width and breaks no line


def as_written(text: str) -> str:
    r"""Write text so that Markdown shows it as it is: no image, link, formula, colour or icon.

    Whatever is not a sentence of this program's own goes through here, or through `html.escape`.

    Examples
    --------
    >>> print(as_written("*not* ![i](x)"))
    \*not\* \!\[i\]\(x\)
    """
    words = _MADE.sub(_JOINER, " ".join(text.split()))
    return _MARKUP.sub(r"\\\1", words)
