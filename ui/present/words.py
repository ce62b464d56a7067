"""The source line that several views of coalition mode share."""

from __future__ import annotations

from data.store.manifest import StudyArea
from ui import queries
from ui.languages import text
from ui.present.subject import Subject
from ui.words.answers import TENTH


def source(subject: Subject) -> str:
    """Who published the figures of absence, of which year, and what they count."""
    panel = queries.panel(subject.selection)
    return text(
        "{publisher}, {year}. {definition} Shows the schools children attend.",
        publisher=_publisher(subject),
        year=subject.selection.year,
        definition=_definition(panel.area),
    )


def _publisher(subject: Subject) -> str:
    panel = queries.panel(subject.selection)
    if panel.area.fictional:
        return text("{name} is made up", name=panel.area.name)
    used = queries.schools(subject.selection)["source"].mode()
    names = {item.id: item.publisher for item in panel.sources}
    return names.get(used.iloc[0], panel.area.name) if len(used) else panel.area.name


def _definition(area: StudyArea) -> str:
    if TENTH.search(area.definition):
        return text("Counted: students who missed 1 in 10 school days or more.")
    return text("Counted: students who are chronically absent, as the publisher defines it.")
