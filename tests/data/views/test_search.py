"""Search finds what people mean, however they write it, and never one number for another."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.views.neighbourhoods import areas_of
from data.views.search import Named, find, index_of, places_of, words_of

PLACES = (
    Named("in:Mott Haven", "Mott Haven", "neighbourhood"),
    Named("in:East New York", "East New York", "neighbourhood"),
    Named("in:Bronx", "Bronx", "county"),
    Named("07X049", "P.S. 049 Willis Avenue", "school", "Mott Haven"),
    Named("07X149", "P.S. 149 Danny Kaye", "school", "East New York"),
    Named("31R049", "I.S. 49 Berta A. Dreyfus", "school"),
    Named("13K430", "Brooklyn Technical High School", "school"),
    Named("S1", "St. Mary's Elementary School", "school"),
    Named("S2", "École José Martí", "school"),
    Named("S3", "Tillamook Junior High School", "school"),
    Named("S4", "P.S./I.S. 123 Marie-Anne", "school"),
    Named("36005001901", "Tract 19.01, Bronx", "tract", "Mott Haven"),
    Named("36005001902", "Tract 19.02, Bronx", "tract", "Mott Haven"),
    Named("36005001900", "Tract 19, Bronx", "tract", "Mott Haven"),
)
INDEX = index_of(PLACES)


def first(text: str) -> str:
    found = find(INDEX, text)
    return found.hits[0].id if found.hits else ""


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        *((text, "07X049") for text in ("PS 49", "p.s. 49", "P.S. 049", "ps049", "P S 49")),
        *((text, "07X049") for text in ("PS49", "ps #49", "P.S. No. 49", "07x049", "07X-049")),
        *((text, "31R049") for text in ("is 49", "I.S. 049", "i s49")),
        *((text, "13K430") for text in ("brooklyn tech", "Brooklyn Technical HS", "tech high")),
        *((text, "S1") for text in ("saint marys elem", "ST MARY'S", "st. mary’s", "St Mary es")),
        *((text, "S2") for text in ("ecole jose marti", "JOSÉ", "marti")),
        *((text, "S3") for text in ("tillamook jhs", "tilamook junior", "TILLAMOOK J.H.S.")),
        *((text, "S4") for text in ("ps is 123", "PS/IS 123", "p.s./i.s. 0123", "marie anne")),
        *((text, "36005001901") for text in ("tract 19.01", "19.01", "36005001901")),
        *((text, "36005001900") for text in ("tract 19", "Tract 0019")),
        *((text, "in:Mott Haven") for text in ("mott haven", "MOTT-HAVEN", "motthaven")),
        *((text, "in:Mott Haven") for text in ("mott", "mot haven", "mott havn", "Mott Heaven")),
        *((text, "in:East New York") for text in ("e. new york", "east new yrok")),
        *((text, "in:Bronx") for text in ("the bronx", "Bronx", "bronks")),
        *((text, "") for text in ("", "  ", "...", "xyzzy", "ps 48", "tract 77")),
    ],
)
def test_what_is_typed_finds_what_is_meant(text: str, id_: str) -> None:
    assert first(text) == id_


def test_one_clear_best_is_sure_and_several_are_not() -> None:
    assert find(INDEX, "ps 49").sure
    assert find(INDEX, "Bronx").sure
    assert not find(INDEX, "tract").sure
    assert not find(INDEX, "mot hven").sure


def test_the_better_match_stands_first() -> None:
    hits = [hit.id for hit in find(INDEX, "bronx").hits]
    assert hits[0] == "in:Bronx"
    assert set(hits[1:]) == {"36005001900", "36005001901", "36005001902"}
    assert [hit.kind for hit in find(INDEX, "mott haven").hits][:2] == ["neighbourhood", "school"]


@given(st.sampled_from(PLACES), st.randoms(use_true_random=False))
def test_case_punctuation_and_zeros_never_change_the_first_hit(
    place: Named, random: st.DataObject
) -> None:
    text = "".join(random.choice((sign.upper(), sign.lower())) for sign in place.name)
    for sign, others in ((" ", (" ", "  ", " - ")), ("'", ("", "’")), (",", ("", " ,"))):
        text = text.replace(sign, random.choice(others))
    words = [
        random.choice(("", "0", "00")) + word if word[:1].isdigit() else word
        for word in text.split(" ")
    ]
    assert first(" ".join(words)) == place.id


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    found = find(INDEX, text)
    assert len(found.hits) == len({hit.id for hit in found.hits}) <= 6


@given(st.integers(1, 999), st.integers(0, 3))
def test_a_school_number_is_the_same_number_however_it_is_written(number: int, zeros: int) -> None:
    padded = "0" * zeros + str(number)
    written = [f"P.S. {padded}", f"ps{padded}", f"PS {number}", f"p s {padded}", f"P. S. {number}"]
    assert {words_of(text) for text in written} == {("ps", str(number))}


@pytest.mark.mirror
def test_new_york_city_is_searched_in_a_blink(nyc_protected) -> None:
    tracts, schools = nyc_protected.tracts, nyc_protected.schools
    index = index_of(places_of(tracts, schools, areas_of(tracts)))
    assert len(index.places) > 4000
    asked = ("PS 49", "bronx", "t", "brownsvile", "xyzzy", "tract 19", "school", "mott havn")
    start = time.perf_counter()
    for text in asked:
        find(index, text)
    assert (time.perf_counter() - start) / len(asked) < 0.03
    names = {"PS 49": "P.S. 049", "brownsvile": "Brownsville", "stuyvesant hs": "Stuyvesant High"}
    for text, name in names.items():
        assert find(index, text).hits[0].name.startswith(name)
