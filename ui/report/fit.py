"""How much room text takes on a slide, by a font wider than most, so that others fit too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PIL import ImageFont

from ui.report.typeset import FONTS

LEADING = 1.2  # height of a line by the size of its type
UNIT = 100  # points at which a width is measured


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line in points."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = ImageFont.truetype(str(FONTS / name), UNIT)
    return float(font.getlength(text)) * size / UNIT


def height(text: str, size: float, room: float) -> float:
    """Height in points of a text broken at spaces into lines of `room` points."""
    lines, line = 1, 0.0
    measure = partial(width, size=size)
    space = measure(" ")
    for word in text.split():
        long = measure(word)
        if line and line + space + long > room:
            lines, line = lines + 1, 0.0
        # A word longer than a line is broken inside.
        lines += int(long // room)
        line = (line + space if line else 0.0) + long % room
    return lines * size * LEADING


def pages(paragraphs: Sequence[str], size: float, room: tuple[float, float]) -> list[list[str]]:
    """Spread paragraphs over pages; those longer than a page are cut at sentences.

    Parameters
    ----------
    paragraphs : sequence of str
    size : float
        Of the type, points.
    room : (float, float)
        Width and height of a page, points.
    """
    across, down = room
    made: list[list[str]] = [[]]
    filled = 0.0
    for piece in _pieces(paragraphs, size, room):
        tall = height(piece, size, across) + size * LEADING / 2
        if made[-1] and filled + tall > down:
            made.append([])
            filled = 0.0
        made[-1].append(piece)
        filled += tall
    return made


def cut(text: str, size: float, room: tuple[float, float]) -> str:
    """Shorten a text to what fits, with a sign that it was cut."""
    if height(text, size, room[0]) <= room[1]:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = height(f"{text[:middle].rstrip()}…", size, room[0]) <= room[1]
        low, high = (middle, high) if fits else (low, middle - 1)
    return f"{text[:low].rstrip()}…"


def _pieces(paragraphs: Sequence[str], size: float, room: tuple[float, float]) -> list[str]:
    pieces: list[str] = []
    for text in paragraphs:
        if height(text, size, room[0]) <= room[1] / 2:
            pieces.append(text)
            continue
        for sentence in text.replace(". ", ".\n").split("\n"):
            joined = f"{pieces[-1]} {sentence}" if pieces and pieces[-1] in text else sentence
            if joined is not sentence and height(joined, size, room[0]) <= room[1] / 2:
                pieces[-1] = joined
            else:
                pieces.append(cut(sentence, size, (room[0], room[1] * 0.9)))
    return pieces
