"""A brief as plain words and figures, made once; paper, slides and workbook only lay it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ui import queries
from ui.languages import in_english
from ui.queries import in_year
from ui.report import gather, stories
from ui.report.code import version
from ui.report.picture import notice, where
from ui.report.stories.this_year import this_year
from ui.report.story import Story
from ui.selection import Selection
from ui.words.standing import source_text


@dataclass(frozen=True)
class Brief:
    """All that a brief says.

    Attributes
    ----------
    scope : str
        A key of `stories.SCOPES`.
    story : Story
        What is said of the place, neighbourhood, group or school.
    place : str
        Place, school year and level.
    notice : str
        That the place is made up; "" where it is not.
    definition : str
        Who counts as chronically absent.
    sources : tuple of str
        Publisher, title and years of each.
    gather : tuple of (str, str, str)
        Number, question and answer of each item of the GATHER statement.
    made : date
        Day that stands on it.
    version : str
        Of the app and its code.
    """

    scope: str
    story: Story
    place: str
    notice: str
    definition: str
    sources: tuple[str, ...]
    gather: tuple[tuple[str, str, str], ...]
    made: date
    version: str


def brief(selection: Selection, scope: str, when: date) -> Brief:
    """Put a brief together from what the pages ask.

    Parameters
    ----------
    selection : Selection
        `focus` names the neighbourhood or school, `cluster` the group.
    scope : str
        A key of `stories.SCOPES`.
    when : date

    Raises
    ------
    DataError
        The selection names no such neighbourhood, group or school.
    """
    noun = queries.panel(selection).area.reports
    return in_english(lambda: _brief(selection, scope, when), noun)


def _brief(selection: Selection, scope: str, when: date) -> Brief:
    panel = queries.panel(selection)
    story = stories.SCOPES[scope](selection)
    published = panel.sources
    if scope != "group" and in_year.here(selection):
        story = replace(story, tables=(*story.tables, *this_year(selection)))
        published = (*published, *in_year.figures(selection).sources)
    return Brief(
        scope,
        story,
        where(selection),
        notice(panel),
        panel.area.definition,
        tuple(source_text(s.publisher, s.title, s.vintage) for s in published),
        gather.items(panel, selection, story),
        when,
        version(panel),
    )
