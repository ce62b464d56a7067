"""What was done with today's parameters, in paragraphs made from the manifest."""

from __future__ import annotations

from html import escape

import streamlit as st

from analytics.hotspots.false_alarms import NullComparison
from data.panel import Panel
from data.views.districts import by_district
from data.views.hot_spots import DRAWS, MAX_DRAWS, SEED, SET_MAX_DRAWS
from ui import languages
from ui.drivers import downloads as driver_method
from ui.hotspots.words import MEANING
from ui.join.words import scale_sentence
from ui.languages import filed, mark, text
from ui.selection import METHODS, Selection
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural
from ui.words.standing import (
    AREA_RANGE,
    CHANGE_MEANING,
    COUNT_MEANING,
    JOIN_METHODS,
    MEASURE_NOTES,
    NULL_MEANING,
    SCHOOL_RANGE,
)

RELIABLE = (
    "A rate is shown only where the NCHS standard for proportions (2017) lets it: at least 30"
    " students and a Clopper-Pearson interval that is narrow enough, absolutely or against the rate"
    " itself."
)
CARRIES = mark("What a district's figure can carry")
CAN_CARRY = (
    "How many students of the district are chronically absent, by the publisher's count; how that"
    " compares with other districts of the place; how it moved from year to year; how far student"
    " groups and grades lie apart, where the publisher gives them; and what a goal asks of the"
    " district."
)
CARRIES_NOT = mark("What a district's figure cannot carry")
CANNOT_CARRY = (
    "Anything inside the district. Schools, neighbourhoods and families in one district differ, and"
    " a district in the middle can hold the places with most absence. No hot spots of tracts are"
    " claimed, and no school is named. What is true of districts need not be true of students: a"
    " comparison of districts (an ecological one) cannot say which students are absent. Large"
    " districts weigh most in the sums, and small ones move most by chance."
)
OF_OUTLINES = (
    "A district's students are taken to live inside its outline. Each tract counts for a district"
    " by the children of 5 to 17 years who live in the piece inside it: a tract's children are"
    " spread evenly over its area. Students who cross a border to another district, and units"
    " without a territory, are in no outline."
)
OF_MODEL = (
    "Absence in each district is modelled on the conditions of its tracts by the model for schools,"
    " with districts in their place: all conditions side by side, a spatial term that multiplier"
    " tests choose, and variance between districts beyond chance. With few districts no model is"
    " fitted, and the rank correlation stands alone."
)
OF_CONDITIONS = (
    "A district's condition is the mean over its tracts, weighted by their children. It describes"
    " everyone who lives there, not those who attend, and hides how unlike tracts inside are."
)
NO_CONDITIONS = (
    "This place has no file of tracts, so no condition is known and districts are not compared by"
    " what children live with."
)
_REFERENCES = (
    "Anselin L (1995). Local indicators of spatial association - LISA. Geogr Anal 27:93-115.",
    "Assuncao RM, Reis EA (1999). A new proposal to adjust Moran's I for population density."
    " Stat Med 18:2147-2162.",
    "Bullmore ET et al. (1999). Global, voxel, and cluster tests, by theory and permutation, for a"
    " difference between two groups of structural MR images of the brain. IEEE Trans Med Imaging"
    " 18:32-42.",
    "Maris E, Oostenveld R (2007). Nonparametric statistical testing of EEG- and MEG-data."
    " J Neurosci Methods 164:177-190.",
    "Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate."
    " J R Stat Soc B 57:289-300.",
    "Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits."
    " Biometrika 26:404-413.",
    "Deming WE, Stephan FF (1940). On a least squares adjustment of a sampled frequency table."
    " Ann Math Stat 11:427-444 (iterative proportional fitting).",
    "Gandy A, Hahn G (2014). MMCTest - a safe algorithm for implementing multiple Monte Carlo"
    " tests. Scand J Stat 41:1083-1101.",
    "Kulldorff M (1997). A spatial scan statistic. Commun Stat Theory Methods 26:1481-1496.",
    "Lott A, Reiter JP (2020). Wilson confidence intervals for binomial proportions with multiple"
    " imputation for missing data. Am Stat 74:109-115.",
    "Marshall RJ (1991). Mapping disease and mortality rates using empirical Bayes estimators."
    " Appl Stat 40:283-294.",
    "Ord JK, Getis A (1995). Local spatial autocorrelation statistics. Geogr Anal 27:286-306.",
    "Parker JD et al. (2017). National Center for Health Statistics data presentation standards for"
    " proportions. Vital Health Stat 2(175).",
    "Riebler A, Sorbye SH, Simpson D, Rue H (2016). An intuitive Bayesian spatial model for disease"
    " mapping that accounts for scaling. Stat Methods Med Res 25:1145-1165.",
    "Rubin DB (1987). Multiple imputation for nonresponse in surveys. Wiley, New York.",
    "Wilson EB (1927). Probable inference, the law of succession, and statistical inference."
    " J Am Stat Assoc 22:209-212.",
    "Wilson AG (1971). A family of spatial interaction models. Environ Plan A 3:1-32.",
)
REFERENCES = tuple(sorted({*_REFERENCES, *driver_method.REFERENCES}))


def null_answer(nulls: NullComparison | None) -> str:
    """Answer to "Why should anyone trust this map?"; None for a place by district."""
    if nulls is None:
        return text(
            "Each figure is a count that the publisher gives for a whole district. It is shown as"
            " it is, with its range for next year, and nothing is said of places inside a district."
        )
    return text(
        "Most hot-spot tools shuffle tracts. That would call {areas} of {tested} tracts hot or"
        " cold, for tracts that share schools look alike. We shuffle schools, and {schools} are"
        " left. That is by one test; the Hot spots page asks for more, so its count is another.",
        areas=count_text(nulls.areas_null),
        tested=count_text(nulls.tested),
        schools=count_text(nulls.schools_null),
    )


def null_figures(nulls: NullComparison | None) -> list[tuple[str, str]]:
    """Tracts called significant under each test, on the same data; none for None."""
    if nulls is None:
        return []
    return [
        (
            plural(nulls.areas_null, "tract"),
            text("hot or cold by Gi*, tracts rearranged (too many)"),
        ),
        (plural(nulls.schools_null, "tract"), text("hot or cold by Gi*, schools rearranged")),
        (count_text(nulls.tested), text("tracts tested")),
    ]


def draw(paragraph: str) -> None:
    """Draw a text on method, which is in English in every language."""
    st.html(f"<p lang='en'>{escape(paragraph)}</p>")


def note() -> None:
    """Say in another language that texts on method are in English."""
    if languages.spoken():
        st.caption(as_written(text("The texts on method are in English.")))


def paragraphs(panel: Panel, selection: Selection) -> dict[str, str]:
    """Explain each step, heading -> text in English, for the view that is open."""
    if by_district(panel):
        said = languages.in_english(lambda: _of_districts(panel, selection))
        return {text(heading): paragraph for heading, paragraph in said.items()}
    counted = languages.in_english(lambda: _counted(panel, selection))
    rest = languages.in_english(lambda: _rest(panel))
    return {
        **{text(heading): paragraph for heading, paragraph in counted.items()},
        **{
            text("Method: {name}", name=text(METHODS[name])): paragraph
            for name, paragraph in MEANING.items()
        },
        **{text(heading): paragraph for heading, paragraph in rest.items()},
    }


def _of_districts(panel: Panel, selection: Selection) -> dict[str, str]:
    """Explain each step of a place whose figures are by district."""
    rest = _rest(panel)
    together = mark("What absence goes together with")
    conditions = (
        {mark("Where students live"): OF_OUTLINES, together: f"{OF_MODEL} {OF_CONDITIONS}"}
        if len(panel.tracts)
        else {together: NO_CONDITIONS}
    )
    return {
        mark("What is counted"): panel.area.definition,
        CARRIES: CAN_CARRY,
        CARRIES_NOT: CANNOT_CARRY,
        **conditions,
        mark("The measure on the map"): filed(MEASURE_NOTES[selection.measure]),
        mark("How sure a rate is"): (
            f"{COUNT_MEANING} {filed(CHANGE_MEANING)} {filed(SCHOOL_RANGE)} {RELIABLE}"
            " The rules are those for schools: a small district is not shown."
        ),
        mark("What protects people"): rest["What protects people"],
        mark("Versions"): rest["Versions"],
    }


def _counted(panel: Panel, selection: Selection) -> dict[str, str]:
    """Explain what is counted, and how hot spots are looked for."""
    return {
        mark("What is counted"): panel.area.definition,
        mark("Where students live"): _join(panel, selection),
        mark("The measure on the map"): MEASURE_NOTES[selection.measure],
        mark("How sure a rate is"): (
            f"{COUNT_MEANING} {CHANGE_MEANING} {SCHOOL_RANGE} {AREA_RANGE} {RELIABLE}"
        ),
        mark("What counts as a hot spot"): (
            f"{NULL_MEANING} {count_text(DRAWS)} rearrangements, seed {SEED}, then more where the"
            f" decision on a tract is still open: up to {count_text(MAX_DRAWS)} for one test,"
            f" {count_text(SET_MAX_DRAWS)} for each of many; two-sided p = (M + 1) / (R + 1);"
            " Benjamini-Hochberg over the tracts tested; a tract counts at q up to"
            f" {selection.alpha}."
        ),
        mark("Groups tested as groups"): (
            "Touching tracts whose Gi* lies beyond two-sided p .05 of their own draws form a group."
            " Its mass is what they have beyond that threshold, in standard deviations. Its p is"
            " the share of maps whose heaviest group is as heavy. So the chance that any group"
            " passes where there is none stays at the level (Bullmore et al. 1999; Maris and"
            " Oostenveld 2007)."
        ),
    }


def _rest(panel: Panel) -> dict[str, str]:
    """Explain neighbours, conditions, protection and versions."""
    return {
        mark("Which neighbours"): (
            "Tracts that touch (queen), the 6 tracts with the nearest centres, or tracts within"
            " reach. A tract reaches as far as its tenth nearest centre, and two are neighbours"
            " when no farther apart than the mean of their reaches: short in a city, long in the"
            " country. The scan and the membership model use distances between centres."
        ),
        mark("What absence goes together with"): driver_method.IN_SHORT,
        mark("What protects people"): _gate(panel),
        mark("Versions"): ", ".join(f"{k} {v}" for k, v in panel.parameters["versions"].items())
        + ".",
    }


def _join(panel: Panel, selection: Selection) -> str:
    said = JOIN_METHODS[selection.catchment]
    stored = panel.parameters["catchment"]
    if selection.catchment != stored["method"]:
        return said
    barrier = (
        f" Students do not cross a {stored['barrier']} line unless the school's type draws across."
        if stored["barrier"]
        else ""
    )
    return (
        f"{said} Weight exp(-distance / scale) times resident children, nearest"
        f" {stored['k']} tracts, balanced by iterative proportional fitting.{barrier}"
        f" {scale_sentence(stored)} {stored['summary']}"
        f" Reference enrolment: {stored['reference_enrolment']}."
    )


def _gate(panel: Panel) -> str:
    policies = " and ".join(f"the policy “{name}”" for name in panel.parameters["policies"])
    return (
        f"Everything on screen comes from the protected copy of the panel, made under {policies}."
        " Cells withheld by a publisher stay withheld, and figures too unreliable to show are named"
        " with the reason. Four states are never mixed: reported, withheld, missing, unreliable."
    )
