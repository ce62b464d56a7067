"""What may stand in a note, and the prompts that a workshop goes through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from data.plan.entry import plain
from data.plan.persons import suspect_anyone

PROMPTS: Mapping[str, str] = MappingProxyType(
    {
        "see": "What do you see?",
        "surprise": "What surprises you?",
        "strengths": "What strengths do we have?",
        "needs": "What is needed?",
        "know": "What else do we need to know?",
        "do": "What will we do?",
    }
)
"""In the order of WestEd's peer data workshops."""
LAST = "do"
LONGEST, LONGEST_HEAP = 200, 60
MOST_NOTES = 1_000
KEY = re.compile(r"[0-9a-f-]{32,40}")
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "empty": "The note is empty.",
        "too_long": "Use at most {most} letters.",
        "names": "This may name a person. Nothing was kept. Say it without a name.",
        "student_id": "This looks like the number of a person. Nothing was kept. Take it out.",
        "birth_date": "This looks like dates of persons. Nothing was kept. Take them out.",
        "contact": "This looks like an e-mail or telephone number. Nothing was kept. Take it out.",
        "closed": "The workshop is closed: notes are no longer taken.",
        "full": "The workshop has 1,000 notes and takes no more.",
        "unreadable": "The note cannot be read. Write it again.",
    }
)
"""Why a note is not taken, and what to do, by a short name."""


def problem(words: str, most: int = LONGEST) -> str:
    """Say what is wrong with a note: a key of `PROBLEMS`, "" for nothing.

    Examples
    --------
    >>> problem("The bus is late"), problem("Ms. Lopez is kind"), problem("  ")
    ('', 'names', 'empty')
    """
    words = plain(words)
    if not words:
        return "empty"
    return "too_long" if len(words) > most else suspect_anyone(words)
