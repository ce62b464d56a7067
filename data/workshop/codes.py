"""Codes that open a workshop: too many to be guessed, and few tries for who tries to.

A code has 10 signs of 31, 50 bits. With a thousand workshops open and 20 wrong tries a minute from
each of a hundred addresses, for a year, one is found with a chance of about 1 in 800. The code of
whoever leads has 20 signs.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not taken for each other."""
LENGTH, OF_LEAD, GROUP = 10, 20, 5
MOST_WRONG, WINDOW = 20, timedelta(minutes=1)
MOST_ADDRESSES = 5_000


def new_code(length: int = LENGTH) -> str:
    """Draw a code from the randomness of the system."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def shown(code: str) -> str:
    """Write a code as people read it out.

    Examples
    --------
    >>> shown("K7MPQ2XW4R")
    'K7MPQ-2XW4R'
    """
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def typed(text: str) -> str:
    """Take a code as people type it; "" for what cannot be one.

    Examples
    --------
    >>> typed(" k7mpq 2xw4r"), typed("K7MPQ-2XW40")
    ('K7MPQ2XW4R', '')
    """
    code = "".join(sign for sign in text.upper() if sign not in " -–\t")
    fits = len(code) in (LENGTH, OF_LEAD) and set(code) <= set(SIGNS)
    return code if fits else ""


def hashed(code: str) -> str:
    """Give what is stored of a code: who reads the database opens no workshop by it at sight."""
    return hashlib.sha256(f"atlas workshop {code}".encode()).hexdigest()


@dataclass
class Tries:
    """Wrong codes of each address in the last minute, of this process.

    Attributes
    ----------
    wrong : dict
        Moments of wrong tries, by address.
    """

    wrong: dict[str, list[datetime]] = field(default_factory=dict)

    def may_try(self, address: str, now: datetime) -> bool:
        """Whether an address may try another code; who has tried too many must wait."""
        recent = [at for at in self.wrong.get(address, []) if now - at < WINDOW]
        self.wrong[address] = recent
        if not recent:
            del self.wrong[address]
        return len(recent) < MOST_WRONG

    def note_wrong(self, address: str, now: datetime) -> None:
        """Write a wrong try down; of too many addresses the one seen first is let go."""
        self.wrong.setdefault(address, []).append(now)
        while len(self.wrong) > MOST_ADDRESSES:
            del self.wrong[next(iter(self.wrong))]
