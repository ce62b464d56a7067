"""How hard a text is to read."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyphen

EIGHT = 8.0
"""Highest grade of what stands on a first screen."""
SYLLABLES = pyphen.Pyphen(lang="en_US")


def grade(text: str, names: Iterable[str] = ()) -> float:
    """Flesch-Kincaid grade; a name of a place or school counts as one short word."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "Ada")
    sentences = [part for part in re.split(r"[.!?:]+(?:\s|$)", text) if part.strip()]
    found = re.findall(r"[A-Za-z0-9][\w'.,-]*", text)
    syllables = sum(SYLLABLES.inserted(word).count("-") + 1 for word in found)
    return 0.39 * len(found) / len(sentences) + 11.8 * syllables / len(found) - 15.59
