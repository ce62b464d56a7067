"""The first screen of Voices: strengths beside needs by place, and the table of all themes."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from data.voices.agreement import Saying
from data.voices.codebook import AREAS, NATURES
from data.voices.release import WHOLE
from ui import queries, screen
from ui.languages import counted, mark, text
from ui.maps.view import HEIGHT
from ui.queries import voices as queries_voices
from ui.queries.voices import Heard
from ui.screen import Row
from ui.selection import Selection
from ui.tables import display, downloads
from ui.tables.exports import About
from ui.voices import words
from ui.words.as_written import as_written
from ui.workshop import page as workshop

FILTERS = ("area", "voices_area", "heard", "spoken_of")
OPTIONS = ("year", "level", "catchment")
SHOWN, MOST_WORDS = 3, 2
COLUMNS = {
    "place": "Place that is shown: what is too few for a smaller place stands with a larger one.",
    "nature": "A need or a strength.",
    "area": "Area of the theme.",
    "theme": "What is spoken of.",
    "voices": "Step that the number of voices reaches: 5, 10, 20, 50 and so on or more.",
    "who": "Roles that are told apart; few of a role stand together with others.",
    "years": "School years in which it was said.",
    "beside": "How it stands beside the place's own figures, by the rule on the page.",
    "words": "Paraphrases, in the order of the alphabet.",
}


def asked(heard: Heard, selection: Selection) -> pd.DataFrame:
    """Tabulate what the view asks for in the place that is in focus."""
    return heard.asked(selection, queries_voices.focused(selection))


def first_screen(heard: Heard, selection: Selection) -> None:
    """Draw places with their strengths and needs, and beside them the list of places."""
    place = queries_voices.focused(selection)
    left, right = st.columns(screen.WIDTHS, gap="small")
    table = asked(heard, selection)
    one = _brief if place == WHOLE else _full
    wall = [one(heard, own, key, selection) for key, own in _by_place(table, place)]
    name = escape(text("Strengths and needs by place"))
    with left, st.container(key="voices-wall"):
        st.html(
            f"<div role='region' tabindex='0' aria-label='{name}' style='height:{HEIGHT}px;"
            f"overflow:auto'>{''.join(wall) or _nothing(heard)}</div>"
        )
    with right, st.container(key="first-beside", height=HEIGHT, border=False, gap="xsmall"):
        st.html(_legend())
        if place != WHOLE:
            st.button(
                text("Back to the whole place"),
                key="back",
                type="tertiary",
                on_click=screen.choose,
                args=("focus", ""),
            )
        if rows := _rows(heard, selection):
            screen.listed(text("Places with voices"), rows)
        workshop.link()


def table(heard: Heard, selection: Selection) -> None:
    """Everything that is shown of voices as a table, and as a file."""
    rows = heard.asked(selection)
    if rows.empty:
        st.caption(as_written(text(words.EMPTY)))
        return
    laid = pd.DataFrame(
        {
            mark("Where"): [heard.names.get(each, each) for each in rows["place"]],
            mark("Need or strength"): [text(NATURES[each]) for each in rows["nature"]],
            mark("Theme"): [words.theme(each) for each in rows["theme"]],
            mark("Voices"): [words.voices(each) for each in rows["voices"]],
            mark("Who spoke"): [words.who(row) for _, row in rows.iterrows()],
            mark("Beside the numbers"): [_beside(row, selection) for _, row in rows.iterrows()],
            mark("What was said, in short"): [" · ".join(each) for each in rows["words"]],
        },
        dtype="str",
    )
    display.plain(laid, text("Themes that are shown"))
    panel = queries.panel(selection)
    caveat = f"{words.RULE} {words.NO_PERSONS}"
    told = About(
        display.dictionary(COLUMNS, COLUMNS), caveat, panel.sources, fictional=panel.area.fictional
    )
    downloads.offer(
        mark("voices"), ("voices", selection.area), lambda: _file(heard, rows, selection), told
    )


def _file(heard: Heard, rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Lay out for a file what the page shows, in English words."""
    return rows.assign(
        place=[heard.names.get(each, each) for each in rows["place"]],
        nature=[text(NATURES[each]) for each in rows["nature"]],
        area=[text(AREAS[each]) for each in rows["area"]],
        theme=[words.theme(each) for each in rows["theme"]],
        who=[words.who(row) for _, row in rows.iterrows()],
        years=[", ".join(each) for each in rows["years"]],
        beside=[_beside(row, selection) for _, row in rows.iterrows()],
        words=[" · ".join(each) for each in rows["words"]],
    )[list(COLUMNS)]


def _beside(row: pd.Series, selection: Selection) -> str:
    said, found = queries_voices.said_of(selection, row)
    return words.beside(said, found, str(row["place"]))


def _by_place(table: pd.DataFrame, first: str = "") -> list[tuple[str, pd.DataFrame]]:
    """Give the rows of each place: one named, then the place with most voices, and so on."""
    many = table.groupby("place")["voices"].sum().sort_values(ascending=False, kind="stable")
    order = sorted(many.index, key=lambda key: key != first)  # a stable sort
    return [(str(key), table[table["place"].eq(key)]) for key in order]


def _rows(heard: Heard, selection: Selection) -> list[Row]:
    """List the places that have anything to show, with what they have."""
    rows = []
    for key, own in _by_place(heard.asked(selection)):
        focus = queries_voices.focus_of(key)
        if not focus:
            continue
        many = own["nature"].value_counts()
        said = ", ".join(
            (
                counted("{count} strength", "{count} strengths", many.get("strength", 0)),
                counted("{count} need", "{count} needs", many.get("need", 0)),
            )
        )
        rows.append(Row(focus, "", heard.names.get(key, key), said))
    return rows


def _nothing(heard: Heard) -> str:
    """Say the next steps where nothing is shown."""
    if heard.blocks:
        return f"<p class='voices-empty'>{escape(text(words.EMPTY_ASKED))}</p>"
    steps = "".join(f"<li>{escape(text(each))}</li>" for each in words.STEPS)
    return f"<ol class='voices-empty'>{steps}</ol>"


def _legend() -> str:
    items = "".join(
        f'<span role="listitem"><b>{words.SIGNS[key]}</b> {escape(text(said))}</span>'
        for key, said in words.SAYINGS.items()
    )
    title = escape(text(words.LEGEND))
    return (
        f'<div class="legend"><strong aria-hidden="true">{title}</strong>'
        f'<div role="list" aria-label="{title}">{items}</div></div>'
    )


def _brief(heard: Heard, own: pd.DataFrame, place: str, selection: Selection) -> str:
    """One place in two columns: strengths beside needs, the themes of most voices."""
    columns = "".join(
        f"<div><h3>{escape(text(heading))}</h3>{_themes(own, nature, selection)}</div>"
        for nature, heading in HEADINGS.items()
    )
    name = escape(heard.names.get(place, place))
    return f"<section class='voices-place'><h2>{name}</h2><div>{columns}</div></section>"


HEADINGS = {"strength": mark("Strengths"), "need": mark("Needs")}


def _themes(own: pd.DataFrame, nature: str, selection: Selection) -> str:
    rows = own[own["nature"].eq(nature)]
    items = "".join(_line(row, selection) for _, row in rows.head(SHOWN).iterrows())
    if len(rows) > SHOWN:
        more = text("{count} more", count=len(rows) - SHOWN)
        items += f"<li><small>{escape(more)}</small></li>"
    return f"<ul>{items}</ul>" if items else f"<p>{escape(text('none shown yet'))}</p>"


def _line(row: pd.Series, selection: Selection) -> str:
    """One theme with its mark and how many said it, at least."""
    said, _ = queries_voices.said_of(selection, row)
    theme, count = escape(words.theme(row["theme"])), escape(words.short(row["voices"]))
    return f"<li>{_sign(said)} {theme} <small>{count}</small></li>"


def _full(heard: Heard, own: pd.DataFrame, place: str, selection: Selection) -> str:
    """One place with each theme beside its figures, and paraphrases."""
    columns = "".join(
        f"<div><h3>{escape(text(heading))}</h3>"
        + (
            "".join(_theme(row, selection) for _, row in own[own["nature"].eq(key)].iterrows())
            or f"<p>{escape(text('none shown yet'))}</p>"
        )
        + "</div>"
        for key, heading in HEADINGS.items()
    )
    name = escape(heard.names.get(place, place))
    absent = words.absence(queries_voices.absence(selection, place), selection.year)
    return (
        f"<section class='voices-place'><h2>{name}</h2><p>{escape(absent)}</p>"
        f"<div>{columns}</div></section>"
    )


def _theme(row: pd.Series, selection: Selection) -> str:
    said, found = queries_voices.said_of(selection, row)
    head = f"{words.theme(row['theme'])}"
    count = f"{words.voices(row['voices'])} · {words.who(row)} · {', '.join(row['years'])}"
    quoted = "".join(f"<q>{escape(each)}</q>" for each in row["words"][:MOST_WORDS])
    told = escape(words.beside(said, found, str(row["place"])))
    return (
        f"<article><b>{escape(head)}</b><small>{escape(count)}</small>{quoted}"
        f"<p>{_sign(said)} {told}</p></article>"
    )


def _sign(said: Saying) -> str:
    """Mark of how voices stand beside numbers, with its words for who does not see it."""
    words_of = escape(text(words.SAYINGS[said]))
    return f"<b role='img' aria-label='{words_of}' title='{words_of}'>{words.SIGNS[said]}</b>"
