"""The 18 items of the GATHER statement, answered from the panel (Stevens et al. 2016).

Guidelines for Accurate and Transparent Health Estimates Reporting, Lancet 388:e19-e23. Items are
given in our own short words. What this project does not have is said so.
"""

from __future__ import annotations

from collections.abc import Mapping

from data.panel import Panel
from data.views.districts import by_district
from ui.languages import filed
from ui.report.story import Story
from ui.selection import CATCHMENTS, METHODS, Selection
from ui.words import methods as method_text
from ui.words.numbers import count_text, plural
from ui.words.standing import AREA_RANGE, COUNT_MEANING, LEVELS, SCHOOL_RANGE, TRACT_MEANING

RANGES = (COUNT_MEANING, SCHOOL_RANGE, AREA_RANGE)
NOT_APPLICABLE = "Not applicable"
HOT_SPOT = "What counts as a hot spot"
REFERENCE = "Stevens GA et al. (2016). Lancet 388:e19-e23 (GATHER)."


def items(panel: Panel, selection: Selection, story: Story) -> tuple[tuple[str, str, str], ...]:
    """Answer every item.

    Parameters
    ----------
    panel : Panel
    selection : Selection
    story : Story
        Of the brief: its limits are those of item 18.

    Returns
    -------
    tuple of (str, str, str)
        Number, item and answer, in the statement's order.
    """
    answers = (*_inputs(panel, selection), *_analysis(panel, selection), *_results(story))
    return tuple((str(at), item, text) for at, (item, text) in enumerate(answers, start=1))


def _inputs(panel: Panel, selection: Selection) -> tuple[tuple[str, str], ...]:
    level = "all levels" if selection.level == "all" else LEVELS[selection.level]
    counted = f"Students of schools of {level}"
    if by_district(panel):
        counted = "Students of all districts"
    dropped = [entry for entry in panel.ledger if entry.action == "dropped"]
    doubts = [entry.reason for entry in panel.ledger if entry.doubt]
    return (
        (
            "Indicator, population, time",
            f"{panel.area.definition} {counted} in {panel.area.name}, school"
            f" year {selection.year}; all ages and sexes together.",
        ),
        ("Funding", f"{NOT_APPLICABLE}: the app does not know who paid for its use."),
        ("How data were found and reached", _found(panel)),
        (
            "What is in, what is left out",
            f"All rows of these files but {count_text(sum(entry.rows for entry in dropped))}, left"
            " out for reasons that stand in the ledger of the page “How complete it is”.",
        ),
        ("Each source and what it holds", _sources(panel)),
        (
            "Data that may be biased",
            " ".join(doubts) if doubts else "The build found no doubt it could name.",
        ),
        (
            "Other data, not combined",
            f"{NOT_APPLICABLE}: every source is listed under item 5.",
        ),
        (
            "Data in a form a computer reads",
            "CSV, Excel, GeoPackage and Parquet files on each page hold the figures. Counts that a"
            " publisher withholds stay withheld: ask the publisher.",
        ),
    )


def _found(panel: Panel) -> str:
    addresses = "; ".join(f"{s.title}: {s.url or 'no address'}" for s in panel.sources)
    return f"Files that the place's own list names, read by recipes of the app: {addresses}."


def _sources(panel: Panel) -> str:
    texts = (
        f"{s.publisher}: {s.title}, {s.vintage}, licence {s.licence or 'not stated'}"
        for s in panel.sources
    )
    return f"{'; '.join(texts)}."


def _analysis(panel: Panel, selection: Selection) -> tuple[tuple[str, str], ...]:
    told = method_text.paragraphs(panel, selection)
    if by_district(panel):
        return _of_districts(told)
    method = told[f"Method: {METHODS[selection.method]}"]
    return (
        (
            "The analysis in short",
            f"Schools' counts are spread over tracts ({CATCHMENTS[selection.catchment]}); tracts"
            f" are looked at together ({METHODS[selection.method]}). {TRACT_MEANING}",
        ),
        (
            "Every step",
            f"{told['Where students live']} {method} {told['What counts as a hot spot']}",
        ),
        (
            "How the model was chosen",
            "The way of looking is the reader's choice and stands in the title of the map; the"
            " default asks for agreement of many ways.",
        ),
        (
            "How well it does",
            "The pages Methods and Hot spots plant clusters of known size and count how many are"
            " found, and how many are called where there is none.",
        ),
        (
            "Uncertainty: what is in, what is not",
            f"{told['How sure a rate is']} Not in it: which school each child attends.",
        ),
        (
            "Code",
            f"It comes with the app, whole. The panel was made by: {told['Versions']}",
        ),
    )


def _of_districts(told: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    carries = f"{told[method_text.CARRIES]} {told[method_text.CARRIES_NOT]}"
    return (
        ("The analysis in short", "Counts of districts, as published, put in order and compared."),
        ("Every step", f"{told['The measure on the map']} {carries}"),
        ("How the model was chosen", f"{NOT_APPLICABLE}: counts are shown, not modelled."),
        (
            "How well it does",
            "The page Goals tests its forecasts on the place's own last years.",
        ),
        (
            "Uncertainty: what is in, what is not",
            f"{told['How sure a rate is']} Not in it: how places inside a district differ.",
        ),
        ("Code", f"It comes with the app, whole. The panel was made by: {told['Versions']}"),
    )


def _results(story: Story) -> tuple[tuple[str, str], ...]:
    rows = plural(len(story.ranking.rows), "row")
    return (
        ("Estimates in a form a computer reads", f"The workbook beside this brief ({rows})."),
        ("Uncertainty of the estimates", " ".join(map(filed, RANGES))),
        (
            "In the light of other evidence",
            f"{NOT_APPLICABLE}: a brief describes one place and compares with no other study.",
        ),
        ("Limits", " ".join(filter(None, story.unsaid))),
    )
