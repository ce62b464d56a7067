"""A paragraph on method with the items of STROBE and GATHER, made of the figures; in English."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.views.evaluation import DRAWS, WINDOW, Evaluation
from ui import languages, queries
from ui.evaluation import words
from ui.languages import text
from ui.queries.evaluation import Outcome
from ui.queries.goals import year_name
from ui.selection import Selection
from ui.words.as_written import as_written

REFERENCES = (
    "Callaway B, Sant'Anna PHC (2021) J Econometrics 225:200-230",
    "Conley TG, Taber CR (2011) Rev Econ Stat 93:113-125",
    "Stuart EA (2010) Statistical Science 25:1-21",
    "Barnett AG, van der Pols JC, Dobson AJ (2005) Int J Epidemiology 34:215-220",
    "von Elm E et al. (2007) STROBE statement, Lancet 370:1453-1457",
    "Stevens GA et al. (2016) GATHER statement, Lancet 388:e19-e23",
)


def draw(outcome: Outcome, selection: Selection) -> None:
    """Draw the text with a button to copy it."""
    if outcome.found is None:
        st.write(as_written(text(words.EMPTY)))
        return
    st.caption(as_written(text("In English, to copy. Read it before you send it.")))
    st.code(paragraph(outcome.found, selection), language=None, wrap_lines=True)


def paragraph(found: Evaluation, selection: Selection) -> str:
    """Write the methods of an evaluation, an item of the checklists a line."""
    return languages.in_english(lambda: _paragraph(found, selection))


def _paragraph(found: Evaluation, selection: Selection) -> str:
    items = (*_design(found, selection), *_methods(found), *_results(found), *_closing(found))
    lines = [f"{name}: {said}" for name, said in items]
    return "\n".join([*lines, "References: " + "; ".join(REFERENCES) + "."])


def _design(found: Evaluation, selection: Selection) -> tuple[tuple[str, str], ...]:
    panel = queries.panel(selection)
    years = [year_name(int(year)) for year in found.rates.index]
    starts = ", ".join(map(year_name, found.starts))
    unusual = ", ".join(panel.area.unusual_years) or "none"
    sources = "; ".join(f"{each.publisher}, {each.title}" for each in panel.sources[:3])
    return (
        (
            "Design (STROBE 4)",
            "controlled before-and-after comparison of schools with a programme and similar schools"
            f" without it; starts: {starts}.",
        ),
        ("Setting (STROBE 5)", f"{panel.area.name}; usual years {', '.join(years) or 'none'}."),
        (
            "Participants (STROBE 6)",
            f"{words.beside(found)} A school takes part that has a figure in every usual year"
            f" looked at, at most {WINDOW} before the first start.",
        ),
        (
            "Variables (STROBE 7; GATHER 1)",
            f"students chronically absent, of students counted. {panel.area.definition}",
        ),
        ("Data sources (STROBE 8; GATHER 3-5)", f"{sources}. Counts are published or gated."),
        ("Unusual years (GATHER 6)", f"neither base nor outcome: {unusual}."),
    )


def _methods(found: Evaluation) -> tuple[tuple[str, str], ...]:
    crossed = ", ".join(found.crossed) or "no"
    return (
        (
            "Bias (STROBE 9)",
            "similar schools were chosen on the mean rate, trend and size of all years before the"
            " first start, never on the last year alone; the change was also compared with what"
            " schools with such a past come to by themselves. Change of counting in between:"
            f" {crossed}.",
        ),
        (
            "Study size (STROBE 10)",
            f"an effect of {100 * found.least:.1f} points would be seen four times in five."
            if np.isfinite(found.least)
            else "too few years or schools to tell what would be seen.",
        ),
        (
            "Statistical methods (STROBE 12; GATHER 10-14)",
            "difference of changes of pooled rates since the last year before each start, weighted"
            f" by students; range and chance from {DRAWS:,} made-up programmes at similar schools;"
            " quasi-binomial model with effects of school and year, schools as clusters, where"
            " there is one start. Checks before any effect: changes before the start, made-up"
            " earlier starts, likeness in rate and trend, overlap.",
        ),
        (
            "Missing data (STROBE 12c; GATHER 9)",
            "schools without a figure in some year are left out.",
        ),
    )


def _results(found: Evaluation) -> tuple[tuple[str, str], ...]:
    if not found.design.carries or found.effects is None:
        return (("Main results (STROBE 16)", f"{words.descriptive(found)} {words.went(found)}"),)
    chance = words.chance_text(words.chance(found))
    leads = words.chance_text(found.effects.leads_p)
    return (
        ("Checks (STROBE 17)", f"changes before the start beyond chance: p {leads}."),
        ("Main results (STROBE 16; GATHER 16)", f"{words.effect(found)} p {chance}."),
    )


def _closing(found: Evaluation) -> tuple[tuple[str, str], ...]:
    del found
    return (
        ("Limitations (STROBE 19; GATHER 18)", languages.filed(words.ASSOCIATION)),
        ("Generalisability (STROBE 21)", "one place and one programme."),
        ("Funding (STROBE 22; GATHER 2)", "to be filled in."),
        ("Code (GATHER 7)", "Attendance Atlas, analytics.evaluation; docs/methods-evaluation.md."),
    )
