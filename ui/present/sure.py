"""How sure is it? Areas by how many checks agree, or the range of the chosen area's rate."""

from __future__ import annotations

import math

import streamlit as st

from ui.languages import counted, mark, text
from ui.maps.decks import hot_spot_classes
from ui.present import words
from ui.present.bars import GREY, Bar, Range, bars, plain, ranges
from ui.present.map import told
from ui.present.subject import Subject
from ui.present.views import View
from ui.words import plain as plain_words
from ui.words.numbers import count_text, interval_text, percent_text

HOT = "#b2182b"
STEP = 0.2
"""The scale of rates ends at a multiple of it."""


def headline(subject: Subject) -> str:
    """Say what the checks say."""
    if subject.kind != "place":
        return _group(subject)
    spots, agree = subject.spots, int(subject.spots.groups["tracts"].sum())
    if spots.kind == "consensus":
        how = counted("We looked in one way.", "We looked in {count} ways.", spots.ways)
        found = counted(
            "One small area shows up in half of them or more.",
            "{count} small areas show up in half of them or more.",
            agree,
        )
    else:
        how = text("We used one check.")
        found = counted("It marks one small area.", "It marks {count} small areas.", agree)
    if not agree:
        found = text("No group of areas holds up.")
    return f"{how} {found} {_steady(agree, spots.ways)}"


def _steady(agree: int, ways: int) -> str:
    if agree and ways == 1:
        return text("Other checks may mark other areas.")
    if agree:
        return text("All of them use the same data: that makes it steady, not proven.")
    return text("That does not mean that all is well: a map can miss small groups.")


def _group(subject: Subject) -> str:
    if not subject.enrolled > 0:
        return text("{name}: not shown, too few students.", name=subject.name)
    low, high = (percent_text(value, 0) for value in (subject.low, subject.high))
    said = text(
        "In {name} the rate lies between {low} and {high}.", name=subject.name, low=low, high=high
    )
    place = subject.place()
    if subject.low > place.rate:
        return f"{said} " + text(
            "All of that is above {place}: {rate}.",
            place=place.name,
            rate=percent_text(place.rate, 0),
        )
    return f"{said} " + text("So we cannot tell it from {place}.", place=place.name)


def picture(subject: Subject) -> None:
    """Draw how many checks agree, or the range of the rate."""
    st.html(_ranges(subject) if subject.kind != "place" else _classes(subject))


def _classes(subject: Subject) -> str:
    classes = hot_spot_classes(subject.spots)
    scale, counts = classes.scale, classes.scale.counts(classes.codes)
    shown = told(scale, counts)
    most = max((count for *_, count in shown), default=1)
    rows = [
        Bar(plain_words.capital(said), count_text(count), count / most, colours[-1])
        for said, colours, count in shown
    ]
    return bars(rows, text("Small areas (census tracts) by what the checks say"))


def _ranges(subject: Subject) -> str:
    place = subject.place()
    if not subject.enrolled > 0:
        return plain(text("Too few students to say more."))
    end = min(1.0, STEP * math.ceil(max(subject.high, place.rate) / STEP + 1e-9))
    nothing = float("nan")
    rows = [
        Range(
            subject.name,
            percent_text(subject.rate, subject.enrolled),
            subject.rate / end,
            subject.low / end,
            subject.high / end,
            HOT,
        ),
        Range(
            place.name,
            percent_text(place.rate, place.enrolled),
            place.rate / end,
            nothing,
            nothing,
            GREY,
        ),
    ]
    heading = text("Students chronically absent, with the range as schools differ")
    return ranges(rows, heading, percent_text(end, 0))


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what the checks are."""
    if subject.kind != "place":
        ends = interval_text(subject.low, subject.high, subject.enrolled)
        return (
            text("The range, {ends} %, comes from how much the schools here differ.", ends=ends),
            text("The area was picked because it is high. Next year it may be less so."),
        )
    return (
        text(
            "Each way counts in its own manner: which areas touch, where students live, which test."
        ),
        text("All ways use the same data. That they agree means steady, not proven."),
        text("Chance: we moved schools around many times, and looked at what the map then shows."),
    )


VIEW = View(mark("How sure?"), headline, picture, words.source, notes)
