"""Where does absence cluster? A map, and the areas that stand out by number."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui.hotspots.areas import stand_out
from ui.languages import mark, text
from ui.present import map as present_map
from ui.present import words
from ui.present.choice import choice
from ui.present.subject import Subject, leading
from ui.present.views import View
from ui.selection import NEIGHBOURHOOD
from ui.words import plain

LISTED = 4
MOST = mark("Most students beyond what is expected:")


def headline(subject: Subject) -> str:
    """Name the areas that stand out, and how many students it is about."""
    if subject.kind != "place":
        if not subject.enrolled > 0:
            return text("{name}: not shown, too few students.", name=subject.name)
        there = text(
            "{name}: {students} miss much of the year at the schools children here attend.",
            name=subject.name,
            students=plain.about(subject.rate),
        )
        return f"{there} {_whole(subject)}"
    place, selection = subject.place(), subject.selection
    return stand_out(subject.spots, selection.year, place.name, place.rate, selection.alpha)


def _whole(subject: Subject) -> str:
    place = subject.place()
    return text(
        "In all of {place}, it is {students}.",
        place=place.name,
        students=plain.about(place.rate),
    )


def picture(subject: Subject) -> None:
    """Draw the map, and beside it the areas that stand out: each can be chosen."""
    left, right = st.columns([64, 36], gap="small")
    with left:
        present_map.draw(subject)
    with right, st.container(key="room-list", gap="small"):
        st.html(present_map.legend(subject))
        if not present_map.by_group(subject):
            st.html(f"<p class='room-source'>{escape(text(MOST))}</p>")
        for rank, (cluster, name) in enumerate(_listed(subject), 1):
            _choice(f"{rank}  {name}", cluster, subject)
        if subject.kind != "place":
            _choice(subject.place().name, "", subject)


def _listed(subject: Subject) -> list[tuple[str, str]]:
    """Give the areas that stand out; else neighbourhoods with most students beyond expected."""
    if present_map.by_group(subject):
        groups = subject.spots.groups.head(LISTED)
        return list(zip(groups["cluster"], groups["name"], strict=True))
    names = leading(subject.selection).index[:LISTED]
    return [(f"{NEIGHBOURHOOD}{name}", str(name)) for name in names]


def _choice(label: str, cluster: str, subject: Subject) -> None:
    choice(label, cluster, _choose, chosen=subject.selection.cluster == cluster)


def _choose(cluster: str) -> None:
    in_focus = cluster if cluster.startswith(NEIGHBOURHOOD) else ""
    st.session_state["cluster"] = "" if in_focus else cluster
    st.session_state["focus"] = in_focus


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell how to read the map."""
    del subject
    first = text(
        "Each number marks an area: tracts that lie side by side, where the schools children"
        " attend have more absence than chance would give."
    )
    return (
        first,
        text("Click an area in the list. The next views are then about it."),
        text("The map shows schools that children attend. It does not follow any one child."),
        text("An area that is not marked may need help too: small groups are easily missed."),
    )


VIEW = View(mark("Where?"), headline, picture, words.source, notes)
