"""A share link says exactly what was chosen, and nothing a place does not have."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ui.selection import (
    ADDED,
    ALPHAS,
    CATCHMENTS,
    MEASURES,
    METHODS,
    NEIGHBOURS,
    NULLS,
    RANKS,
    SINGLE_TESTS,
    SITE_COUNTS,
    SITE_FLOORS,
    SITE_QUESTIONS,
    SITE_REACHES,
    SURVEYS,
    VIEWS,
    Choices,
    Selection,
    from_query,
    from_values,
)

CHOICES = Choices(
    area="demo",
    years=("2018-19", "2019-20", "2020-21"),
    levels=("elementary", "high"),
    drivers=("uninsured", "crowding"),
    places=frozenset({"99001000100", "H001"}),
    default_year="2018-19",
    withins=("Bronx", "District 7"),
    kinds=("Charter",),
    services=("school_clinic", "pharmacy"),
    schools=frozenset({f"H{at:03d}" for at in range(1, 15)}),
)
SELECTIONS = st.builds(
    Selection,
    area=st.just("demo"),
    year=st.sampled_from(CHOICES.years),
    level=st.sampled_from(("all", *CHOICES.levels)),
    measure=st.sampled_from(tuple(MEASURES)),
    catchment=st.sampled_from(tuple(CATCHMENTS)),
    alpha=st.sampled_from(tuple(ALPHAS)),
    focus=st.sampled_from(("", *sorted(CHOICES.places))),
    driver=st.sampled_from(CHOICES.drivers),
    versus=st.sampled_from(("", *CATCHMENTS)),
    method=st.sampled_from(tuple(METHODS)),
    null=st.sampled_from(tuple(NULLS)),
    neighbours=st.sampled_from(tuple(NEIGHBOURS)),
    beside=st.sampled_from(CHOICES.allowed()["beside"]),
    cluster=st.sampled_from(("", *sorted(CHOICES.places))),
    view=st.sampled_from(tuple(VIEWS)),
    within=st.sampled_from(("", *CHOICES.withins)),
    kind=st.sampled_from(("", *CHOICES.kinds)),
    rank=st.sampled_from(tuple(RANKS)),
    survey=st.sampled_from(("", *SURVEYS)),
    service=st.sampled_from(("", *CHOICES.services)),
    site_count=st.sampled_from(SITE_COUNTS),
    site_reach=st.sampled_from(SITE_REACHES),
    site_floor=st.sampled_from(SITE_FLOORS),
    site_question=st.sampled_from(tuple(SITE_QUESTIONS)),
    site_among=st.sampled_from(("", *CHOICES.services, ADDED)),
    fixed=st.lists(st.sampled_from(sorted(CHOICES.schools)), max_size=10, unique=True).map(
        ",".join
    ),
)


@given(SELECTIONS)
def test_a_link_read_back_is_the_same_view_without_notices(selection: Selection) -> None:
    assert from_query(selection.to_query(), CHOICES) == (selection, ())


@given(st.dictionaries(st.sampled_from((*CHOICES.allowed(), "other")), st.text(max_size=60)))
def test_any_query_gives_a_valid_view_and_a_notice_for_each_fallback(query: dict[str, str]) -> None:
    selection, notices = from_query(query, CHOICES)
    allowed = CHOICES.allowed()
    assert all(getattr(selection, name) in allowed[name] for name in allowed)
    refused = [
        name
        for name, value in query.items()
        if name in allowed and value not in map(str, allowed[name])
    ]
    assert len(notices) == len(refused)


def test_a_list_is_allowed_value_by_value_and_up_to_ten() -> None:
    schools = sorted(CHOICES.schools)
    ten, eleven = ",".join(schools[:10]), ",".join(schools[:11])
    assert from_query({"fixed": ten}, CHOICES)[0].fixed == ten
    for bad in (eleven, "H001,H001", "H001,", ",", "H001,X", "99001000100"):
        selection, notices = from_query({"fixed": bad}, CHOICES)
        assert (selection.fixed, len(notices)) == ("", 1)
    assert from_values({"fixed": ten}, CHOICES).fixed == ten
    assert from_values({"fixed": eleven}, CHOICES).fixed == ""


def test_a_notice_names_the_control_and_what_is_shown_instead() -> None:
    _, notices = from_query({"year": "1999-00"}, CHOICES)
    assert len(notices) == 1
    assert "year" in notices[0]
    assert "1999-00" in notices[0]
    assert "2018-19" in notices[0]


def test_a_notice_never_repeats_markup_from_a_link() -> None:
    _, notices = from_query({"year": "[here](http://x.example)", "focus": "<b>x</b>"}, CHOICES)
    assert len(notices) == 2
    assert not any(sign in notice for notice in notices for sign in "[]()<>")


@given(SELECTIONS)
def test_what_can_stand_beside_a_map_may_stand_in_a_link(selection: Selection) -> None:
    offered = selection.besides(CHOICES.years)
    assert set(offered) <= set(CHOICES.allowed()["beside"])
    assert len(set(offered.values())) == len(offered)
    assert "" in offered


@given(SELECTIONS)
def test_a_second_map_differs_in_the_one_choice_named(selection: Selection) -> None:
    for beside in selection.besides(CHOICES.years):
        second = replace(selection, beside=beside).second()
        if beside in ("", "scatter"):
            assert second is None
            continue
        assert second is not None
        name, value = beside.split(":")
        assert getattr(second, name) == value != getattr(selection, name)
        assert replace(second, **{name: getattr(selection, name)}) == replace(selection, beside="")


@given(SELECTIONS)
def test_a_null_is_offered_only_where_the_method_makes_that_test(selection: Selection) -> None:
    nulls = selection.nulls()
    assert set(nulls) <= set(NULLS)
    assert ("areas" in nulls) == (selection.method in SINGLE_TESTS)
    assert (nulls == {}) == (selection.method == "membership")
    assert not nulls or next(iter(nulls)) == "schools"


def test_a_newcomer_sees_many_analyses_under_the_school_level_null() -> None:
    default = CHOICES.default()
    assert (default.method, default.null, default.beside) == ("consensus", "schools", "")
