"""Finds places and schools by what people type: names, numbers, ids, abbreviations, near misses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from types import MappingProxyType

import pandas as pd

SAME: Mapping[str, str] = MappingProxyType(
    {
        **{"es": "elementary", "elem": "elementary", "ms": "middle", "hs": "high", "sr": "senior"},
        **{"saint": "st", "mount": "mt", "fort": "ft", "avenue": "ave", "street": "st"},
        **{
            "jr": "junior",
            "jhs": "junior high",
            "n": "north",
            "s": "south",
            "e": "east",
            "w": "west",
            "&": "and",
        },
    }
)
"""Words that are written in more than one way, by one of them."""
LETTERS = ("jhs", "ps", "is", "ms", "hs", "es")
"""Abbreviations of kinds of schools, whose letters are often written apart."""
PASSED_OVER = frozenset({"school", "schools", "no", "number", "the"})
"""Words that tell no place from another."""
KINDS = ("neighbourhood", "county", "district", "school", "tract")
"""Of what is found equally well, the earlier kind stands first."""
EXACT, BEGINS, BEGINS_SO, WORDS, PREFIXES, HOLDS, NEAR = range(7)
CLOSE = 0.72  # of a word's letters in common order, for it to be a near miss
SHORTEST = 4  # letters of a word that may be misspelt
TRIED = 24  # words compared letter by letter
_GLUED = re.compile(r"(jhs|ps|is|ms|hs|es)(\d.*)")
_PIECES = re.compile(r"\d+(?:\.\d+)?[^\W\d_]*|[^\W\d_]+\d*[^\W_]*|&")


@dataclass(frozen=True)
class Named:
    """Something that can be found.

    Attributes
    ----------
    id : str
        Tract geoid, school id, or "in:" and a neighbourhood.
    name : str
    kind : str
        One of `KINDS`.
    where : str
        Neighbourhood it lies in, or "".
    """

    id: str
    name: str
    kind: str
    where: str = ""


@dataclass(frozen=True)
class Found:
    """What a search finds, best first; `sure` when the first is clearly meant."""

    hits: tuple[Named, ...] = ()
    sure: bool = False


@dataclass(frozen=True, eq=False)
class Index:
    """Places with their words, laid out for search; shared and never written to."""

    places: tuple[Named, ...]
    words: tuple[tuple[str, ...], ...]
    flat: tuple[str, ...]
    ids: Mapping[str, int]
    vocabulary: tuple[str, ...]
    holders: Mapping[str, frozenset[int]]
    pairs: Mapping[str, frozenset[str]] = field(repr=False)

    def named(self, id_: str) -> Named | None:
        """Give the place with an id, or None."""
        at = self.ids.get(_bare(id_))
        return None if at is None else self.places[at]


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a name as they are compared.

    Case, accents, punctuation, zeros before numbers and the usual abbreviations make no
    difference.

    Examples
    --------
    >>> words_of("P.S. 049"), words_of("ps49"), words_of("St. Mary's Elem. School")
    (('ps', '49'), ('ps', '49'), ('st', 'marys', 'elementary'))
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    pieces = _PIECES.findall(re.sub(r"['\u2019\u2018`\u02bc]", "", bare))
    split: list[str] = []
    for piece in _spelt(pieces):
        glued = _GLUED.fullmatch(piece)
        split += glued.groups() if glued else [piece]
    words = " ".join(SAME.get(word, word) for word in map(_without_zeros, split)).split()
    telling = tuple(word for word in words if word not in PASSED_OVER)
    return telling or tuple(words)


def index_of(places: Iterable[Named]) -> Index:
    """Lay places out for search."""
    ordered = tuple(places)
    words = tuple(words_of(place.name) for place in ordered)
    holders: dict[str, set[int]] = defaultdict(set)
    for at, place in enumerate(ordered):
        for word in (*words[at], *words_of(place.where)):
            holders[word].add(at)
    pairs: dict[str, set[str]] = defaultdict(set)
    for word in holders:
        if len(word) >= SHORTEST and word.isalpha():
            for pair in _pairs(word):
                pairs[pair].add(word)
    return Index(
        ordered,
        words,
        tuple(
            "".join(each) + "|" + _bare(place.id)
            for each, place in zip(words, ordered, strict=True)
        ),
        {_bare(place.id): at for at, place in enumerate(ordered)},
        tuple(sorted(holders)),
        {word: frozenset(found) for word, found in holders.items()},
        {pair: frozenset(found) for pair, found in pairs.items()},
    )


def find(index: Index, text: str, limit: int = 6) -> Found:
    """Find places by what was typed, the best first.

    A name written in full stands before names that begin with the words, names that have them,
    names that have words beginning so, names that hold the letters, and names nearly alike. A
    number is never taken for another.
    """
    asked = words_of(text)
    if not asked or not any(map(str.isalnum, text)):
        return Found()
    scores = {at: _score(index, at, asked) for at in _having(index, asked)}
    named = index.ids.get(_bare(text))
    if named is not None:
        scores[named] = (EXACT, 0.0)
    letters = "".join(asked)
    if len(letters) > 2:
        for at, flat in enumerate(index.flat):
            if at not in scores and letters in flat:
                scores[at] = (HOLDS, flat.index(letters))
    if not scores:
        scores = _near(index, asked)
    order = sorted(scores, key=lambda at: (*scores[at], *_by_kind(index, at)))
    return Found(tuple(index.places[at] for at in order[:limit]), _sure(scores, order))


def _sure(scores: Mapping[int, tuple[int, float]], order: Sequence[int]) -> bool:
    """Whether the first is meant: the only one, or one of its class and no near miss."""
    if not order:
        return False
    best = scores[order[0]][0]
    if len(order) == 1:
        return best != NEAR
    return best <= BEGINS and scores[order[1]][0] > best


def _by_kind(index: Index, at: int) -> tuple[int, int, str, str]:
    place = index.places[at]
    return KINDS.index(place.kind), len(index.words[at]), place.name, place.id


def _having(index: Index, asked: Sequence[str]) -> set[int]:
    """Give the places that have, in name or neighbourhood, a word beginning with each asked."""
    found: set[int] | None = None
    for word in asked:
        have: set[int] = set()
        for known in _beginning(index, word):
            have |= index.holders[known]
        found = have if found is None else found & have
        if not found:
            return set()
    return found or set()


def _beginning(index: Index, word: str) -> Sequence[str]:
    """List the known words that begin with one."""
    start = bisect_left(index.vocabulary, word)
    stop = bisect_left(index.vocabulary, word + "\U0010ffff", lo=start)
    return index.vocabulary[start:stop]


def _score(index: Index, at: int, asked: Sequence[str]) -> tuple[int, float]:
    """Give the class of a place that has all words asked for, and how far down in it it stands."""
    own, size, last = index.words[at], len(asked), len(asked) - 1
    if own == tuple(asked):
        return EXACT, 0.0
    if own[:size] == tuple(asked):
        return BEGINS, 0.0
    begun = own[:last] == tuple(asked[:last]) and len(own) > last
    if begun and own[last].startswith(asked[last]):
        return BEGINS_SO, len(own[last])
    in_name = sum(any(word.startswith(each) for word in own) for each in asked)
    whole = sum(each in own for each in asked)
    if whole == size:
        return WORDS, float(own.index(asked[0]))
    return PREFIXES, float(2 * (size - in_name) + size - whole)


def _near(index: Index, asked: Sequence[str]) -> dict[int, tuple[int, float]]:
    """Score places whose words are nearly those asked for; numbers must be the same."""
    found: dict[int, float] | None = None
    for word in asked:
        have: dict[int, float] = {}
        for known, far in _alike(index, word).items():
            for at in index.holders[known]:
                have[at] = min(far, have.get(at, far))
        if found is None:
            found = have
        else:
            found = {at: far + have[at] for at, far in found.items() if at in have}
    return {at: (NEAR, far) for at, far in (found or {}).items()}


def _alike(index: Index, word: str) -> dict[str, float]:
    """Give known words that begin with a word or nearly are it, and how far they are from it."""
    close = dict.fromkeys(_beginning(index, word), 0.0)
    if len(word) < SHORTEST or not word.isalpha():
        return close
    common = Counter(known for pair in _pairs(word) for known in index.pairs.get(pair, ()))
    for known, _shared in common.most_common(TRIED):
        likeness = SequenceMatcher(None, word, known, autojunk=False).ratio()
        begun = SequenceMatcher(None, word, known[: len(word)], autojunk=False).ratio()
        if max(likeness, begun) >= CLOSE:
            close.setdefault(known, 1 - max(likeness, begun - 0.05))
    return close


def _pairs(word: str) -> set[str]:
    """Give the pairs of letters that stand beside each other, its first letter being one too."""
    return {word[:1] + "^", *(word[i : i + 2] for i in range(len(word) - 1))}


def _spelt(pieces: Sequence[str]) -> list[str]:
    """Put together the letters of abbreviations that are written apart: "p", "s" is "ps"."""
    whole: list[str] = []
    at = 0
    while at < len(pieces):
        for short in LETTERS:
            letters = pieces[at : at + len(short)]
            last = letters[-1] if letters else ""
            apart = [*letters[:-1], last[:1]] == list(short)
            if apart and (len(last) == 1 or last[1:].isdigit()):
                whole.append(short + last[1:])
                at += len(short)
                break
        else:
            whole.append(pieces[at])
            at += 1
    return whole


def _without_zeros(word: str) -> str:
    return (word.lstrip("0") or "0") if word[0] == "0" and word[-1].isalnum() else word


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def places_of(
    tracts: pd.DataFrame,
    schools: pd.DataFrame,
    units: Mapping[str, str],
    reports: str = "school",
) -> tuple[Named, ...]:
    """List what can be found in a place.

    Parameters
    ----------
    tracts, schools : DataFrame
        Index id: name, neighbourhood.
    units : mapping of str to str
        Kind of each neighbourhood or county, by name.
    reports : str
        What a row of `schools` is: "school" or "district".
    """
    areas = [Named(f"in:{name}", name, kind) for name, kind in units.items()]
    rows = [
        Named(str(id_), name, kind, where)
        for table, kind in ((schools, reports), (tracts, "tract"))
        for id_, name, where in zip(
            table.index, table["name"].astype(str), table["neighbourhood"].astype(str), strict=True
        )
    ]
    return (*areas, *rows)
