"""The grammar of counts in the ledger: one of a thing is not "1 things"."""

import re

NOUNS = (
    *("tract", "school", "student", "zone", "pair", "row", "count", "round", "id", "area"),
    *("source", "outline", "value", "year", "place", "piece", "point"),
)
_ONE = re.compile(rf"(?<![\d,.])1 ((?:[a-z]+ ){{0,2}})({'|'.join(NOUNS)})s\b")


def singular(text: str) -> str:
    """Write "1 tract" where a sentence made with a number says "1 tracts".

    Parameters
    ----------
    text : str
        A sentence; up to two words may stand between the number and the noun.

    Examples
    --------
    >>> singular("1 tracts met after 1 rounds, 21 schools, 1 source areas")
    '1 tract met after 1 round, 21 schools, 1 source area'
    """
    return _ONE.sub(r"1 \1\2", text)
