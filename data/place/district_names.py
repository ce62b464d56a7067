"""Names of school districts: which of two lists are one district, by the words of their names."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

GENERAL = frozenset(
    {
        *("SCHOOL", "SCHOOLS", "DISTRICT", "DISTRICTS", "DIST", "DISTR", "SD", "PUBLIC"),
        *("THE", "OF", "AND", "NO", "NUMBER"),
    }
)
"""Words that say that it is a district, and not which."""
SHORT = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT", "COUNTY": "CO", "JOINT": "JT"}
SHORT |= {"REGIONAL": "REGION"}
PART = re.compile(r"[A-Z]+|[0-9]+")
LEAST_WORD = 4
LEAST_WORDS = 2
NO_TERRITORY = re.compile(
    r".*\b(?:bo[-\s]?ces|charter (?:school )?(?:institute|commission|authority|network)"
    r"|(?:schools?|institute|cent(?:er|re)) for (?:the )?(?:deaf|blind)"
    r"|deaf (?:and|&) (?:the )?blind"
    r"|youth services|juvenile|corrections?|correctional|detention"
    r"|department of (?:children|corrections|human)[a-z\s]*|state (?:board|department)"
    r"|achievement school district|virtual|on-?line|online)\b.*",
    re.IGNORECASE,
)

Names = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class NameMatch:
    """Outlines and districts by their names.

    Attributes
    ----------
    pairs : dict of str to str
        Outline to the one district of its name.
    unclear : tuple of str
        Outlines whose name is that of several districts or outlines.
    """

    pairs: dict[str, str]
    unclear: tuple[str, ...] = ()


def has_territory(name: str) -> bool:
    """Say whether a unit that reports absence has an area of its own, by its name.

    Examples
    --------
    >>> has_territory("Mapleton 1"), has_territory("Centennial BOCES")
    (True, False)
    >>> has_territory("Colorado School for the Deaf and Blind")
    False
    """
    return not NO_TERRITORY.fullmatch(" ".join(name.split()))


def words_of(name: str) -> tuple[str, ...]:
    """Give the words and numbers of a district's name, without those that all districts have.

    Examples
    --------
    >>> words_of("Huerfano RE-1 School District"), words_of("HUERFANO RE1")
    (('HUERFANO', 'RE', '1'), ('HUERFANO', 'RE', '1'))
    >>> words_of("SCHOOL DISTRICT 27J"), words_of("Wiggins RE-50(J)")
    (('27', 'J'), ('WIGGINS', 'RE', '50', 'J'))
    """
    plain = re.sub(r"\bS/D\b", " ", name.upper().replace("'", ""))
    parts = [SHORT.get(part, part).lstrip("0") or "0" for part in PART.findall(plain)]
    kept = tuple(part for part in parts if part not in GENERAL)
    return kept or tuple(parts)


def _joined(name: str) -> Hashable:
    return "".join(words_of(name))


def _as_a_set(name: str) -> Hashable:
    return frozenset(words_of(name))


def by_name(outlines: Names, districts: Names) -> NameMatch:
    """Match outlines to districts whose names have the same words.

    Parameters
    ----------
    outlines, districts : mapping of str to collection of str
        Ids to the names that each has gone by.

    Returns
    -------
    NameMatch
        Only pairs of one outline and one district: a name of two districts matches none.

    Examples
    --------
    >>> found = by_name({"1": ["Park (Estes Park) R-3 School District"], "2": ["Salem"]},
    ...                 {"1570": ["ESTES PARK R-3"], "a": ["Salem"], "b": ["SALEM"]})
    >>> found.pairs, found.unclear
    ({'1': '1570'}, ('2',))
    """
    pairs: dict[str, str] = {}
    unclear: set[str] = set()
    for key in (_joined, _as_a_set):
        found = _one_to_one(_open(outlines, pairs), _open(districts, pairs.values()), key)
        pairs |= found.pairs
        unclear |= set(found.unclear)
    return NameMatch(pairs, tuple(sorted(unclear - set(pairs))))


def alike(outlines: Names, districts: Names) -> dict[str, str]:
    """Propose pairs of which one name holds all words of the other; a person must confirm them.

    Examples
    --------
    >>> alike({"1": ["Westminster 50 School District"], "2": ["Weld County RE-8"]},
    ...       {"0070": ["WESTMINSTER PUBLIC SCHOOLS"], "3080": ["WELD COUNTY RE-1"]})
    {'1': '0070'}
    """
    near = {
        outline: {name for name, theirs in districts.items() if _holds(own, theirs)}
        for outline, own in outlines.items()
    }
    single = {outline: next(iter(found)) for outline, found in near.items() if len(found) == 1}
    times = [name for found in near.values() for name in found]
    return {outline: name for outline, name in single.items() if times.count(name) == 1}


def _holds(some: Iterable[str], others: Iterable[str]) -> bool:
    """Say whether any name of one has all words of any name of the other, enough to tell it."""
    for one in map(_words, some):
        for other in map(_words, others):
            less = min(one, other, key=len)
            telling = len(less) >= LEAST_WORDS or any(len(word) >= LEAST_WORD for word in less)
            if telling and (one <= other or other <= one):
                return True
    return False


def _words(name: str) -> frozenset[str]:
    return frozenset(words_of(name))


def _one_to_one(outlines: Names, districts: Names, key: Callable[[str], Hashable]) -> NameMatch:
    own, theirs = _by_key(outlines, key), _by_key(districts, key)
    found: dict[str, set[str]] = {outline: set() for outline in outlines}
    taken: dict[str, set[str]] = {name: set() for name in districts}
    for word, ids in own.items():
        for outline in ids:
            found[outline] |= theirs.get(word, set())
        for name in theirs.get(word, ()):
            taken[name] |= ids
    pairs, unclear = {}, []
    for outline, names in found.items():
        if len(names) == 1 and len(taken[next(iter(names))]) == 1:
            pairs[outline] = next(iter(names))
        elif names:
            unclear.append(outline)
    return NameMatch(pairs, tuple(unclear))


def _by_key(names: Names, key: Callable[[str], Hashable]) -> dict[Hashable, set[str]]:
    table: dict[Hashable, set[str]] = {}
    for each, words in names.items():
        for word in words:
            if word.strip():
                table.setdefault(key(word), set()).add(each)
    return table


def _open(names: Names, taken: Collection[str]) -> Names:
    return {each: words for each, words in names.items() if each not in set(taken)}
