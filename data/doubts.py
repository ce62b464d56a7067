"""What a build doubts: what may be wrong in files that can be read, and what to do about it.

A doubt is printed apart from facts. One that would change the map stops the build, until the files
are put right or the place file accepts it by name (`accept`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data.errors import DataError
from data.store.provenance import LedgerEntry


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt.

    Attributes
    ----------
    meaning : str
        What may be wrong, for docs and the Data quality page.
    remedy : str
        What to do about it, as it ends a sentence.
    blocks : bool
        It changes the map: the build stops unless the place accepts it.
    """

    meaning: str
    remedy: str
    blocks: bool


DOUBTS: Mapping[str, Doubt] = MappingProxyType(
    {
        "total_rows": Doubt(
            "A row is the sum of others: a district, state or total row among the schools.",
            "filter it out in the recipe ([[filters]])",
            blocks=True,
        ),
        "percent_for_count": Doubt(
            "A column of counts looks like percents.",
            'name the column of counts, or write unit = "percent" in the recipe',
            blocks=True,
        ),
        "count_for_percent": Doubt(
            "A column of percents looks like counts of students.",
            'name the column of percents, or write unit = "count" in the recipe',
            blocks=True,
        ),
        "rate_contradicts": Doubt(
            "Counts and rates of a file do not fit one another.",
            "check the columns of chronic_absent, enrolled and rate, and whether one of them is of"
            " those who attend (complement)",
            blocks=True,
        ),
        "fraction_for_percent": Doubt(
            "A column of percents looks like fractions from 0 to 1.",
            'write unit = "fraction" in the recipe if the file holds 0 to 1',
            blocks=True,
        ),
        "rows_refused": Doubt(
            "Many rows of a file hold impossible figures and were left out.",
            "look at the rows named, and correct columns and units in the recipe",
            blocks=True,
        ),
        "nobody_present": Doubt(
            "A school has 0 % of its students present on a day: no school there, or no figure.",
            "ask the publisher; such a day is kept as not reported",
            blocks=False,
        ),
        "below_nothing": Doubt(
            "A share present is negative: a code for a figure that was not submitted.",
            "ask the publisher what the code means; such a day is kept as not reported",
            blocks=False,
        ),
        "above_all": Doubt(
            "A share present is above 100 %, or more students are absent than there are.",
            "ask the publisher; such a day is kept as not reported",
            blocks=False,
        ),
        "edition_unreadable": Doubt(
            "A file of daily figures is cut short, empty or not as its recipe says.",
            "fetch it again; its day is missing until then",
            blocks=False,
        ),
        "days_ahead": Doubt(
            "Rows bear a day after the one on which they were read.",
            "correct the date in the file; such rows are left out",
            blocks=False,
        ),
        "rows_limit": Doubt(
            "A file has just as many rows as servers give at most in one answer: it may be a part.",
            "export the whole table, or ask for all rows ($limit, resultOffset)",
            blocks=True,
        ),
        "attending_counted": Doubt(
            "Nearly everybody is absent: the column may count those who attend.",
            "take the column of absent students, or those enrolled less those who attend",
            blocks=True,
        ),
        "hardly_absent": Doubt(
            "Hardly anybody is absent: the column may count something else, such as the absent of"
            " an average day.",
            "take the column of students absent on 10 % or more of their days, and write rates of"
            " all rows in one unit",
            blocks=True,
        ),
        "words_unseen": Doubt(
            "Figures are missing, and the recipe's words for withheld occur nowhere: they may stand"
            " in a column of their own.",
            "name that column as words in columns.enrolled and columns.chronic_absent",
            blocks=False,
        ),
        "rates_alike": Doubt(
            "Most schools have one and the same rate: the column may be that of the district or the"
            " state.",
            "name the column of the school's own figures",
            blocks=True,
        ),
        "sizes": Doubt(
            "A school has more students than a school can have, or all have the same number.",
            "correct the column, its scale or its marks in the recipe, or leave the row out",
            blocks=True,
        ),
        "zeros": Doubt(
            "Schools of a hundred students or more have nobody absent: the publisher may write 0"
            " for what it withholds.",
            'write "0" under tokens, suppressed, of columns.chronic_absent if it hides small'
            " counts",
            blocks=True,
        ),
        "children_column": Doubt(
            "The resident children are no number of children that tracts can have.",
            "map columns.children (ages 5 to 17) to the right column, and its unit",
            blocks=True,
        ),
        "years_alike": Doubt(
            "Two school years hold the same figures: one file may stand for both.",
            "take the file of each year",
            blocks=True,
        ),
        "year_change": Doubt(
            "Figures change more from one year to the next than schools do.",
            "compare the files of both years; name a year measured in another way in"
            " unusual_years or [[breaks]]",
            blocks=False,
        ),
        "publishers_total": Doubt(
            "The schools do not add up to the publisher's own total row.",
            "look for schools that are lacking, withheld or counted twice",
            blocks=False,
        ),
        "children_lacking": Doubt(
            "Many tracts have no number of resident children: no student is placed there.",
            "take the file of children of the whole place and of the census year of its tracts",
            blocks=True,
        ),
        "students_children": Doubt(
            "Students and resident children of school age do not fit one another.",
            "check the column of children (ages 5 to 17), and whether all schools are in the file",
            blocks=False,
        ),
        "school_ids": Doubt(
            "Many schools of the absence files are not in the list of schools.",
            "bring both to one form with identifier.pad, pattern and replace, or identifier.ids",
            blocks=True,
        ),
        "idle_schools": Doubt(
            "Most schools listed in this area have no figure.",
            "check the ids of both files, and the filters of the recipe",
            blocks=False,
        ),
        "school_driver_ids": Doubt(
            "Figures by school name schools that have no attendance figure.",
            "bring the ids of both files to one form in the recipe",
            blocks=False,
        ),
        "twins_disagree": Doubt(
            "A figure of a survey and the words beside it say different things.",
            "ask the publisher which is right; neither is taken",
            blocks=False,
        ),
        "answers_disagree": Doubt(
            "Two rows of a survey give a school and year different figures.",
            "filter one of them out in the recipe ([[filters]]); neither is taken",
            blocks=False,
        ),
        "zone_ids": Doubt(
            "Attendance zones name schools that have no attendance figure.",
            "bring the ids of both files to one form in the recipe",
            blocks=False,
        ),
        "flow_ids": Doubt(
            "Counts by school and tract name schools or tracts that are not here.",
            "bring the ids of both files to one form in the recipe",
            blocks=True,
        ),
        "counties_renamed": Doubt(
            "Files of tracts use the old and the new code of a county.",
            "take the edition of the file for these tracts, or add a crosswalk to the place",
            blocks=True,
        ),
        "tract_edition": Doubt(
            "Tract ids of a file do not fit the tracts of a county: another census year.",
            "take the edition of the file for these tracts, or add a crosswalk to the place",
            blocks=True,
        ),
        "crosswalk_lacking": Doubt(
            "The crosswalk of the place does not know many tracts of a file of another census year:"
            " their figures are lost, and the tracts they became are empty.",
            "add a relationship file from that census year, or take the edition of the file for"
            " the place's tracts",
            blocks=True,
        ),
        "drivers_lacking": Doubt(
            "A file of drivers has no row for many tracts.",
            "check that the file covers the whole place, and its ids",
            blocks=False,
        ),
        "points_wrong": Doubt(
            "Points of schools cannot be right.",
            "correct [points] in the recipe, or the coordinates",
            blocks=False,
        ),
        "points_outside": Doubt(
            "Many schools stand in no tract: they are in no figure of the map.",
            "check that the tracts cover the place, and [points] in the recipe",
            blocks=True,
        ),
        "points_alike": Doubt(
            "Many schools stand at one point: perhaps the middle of a town or an office.",
            "take points of the buildings, or leave these empty",
            blocks=True,
        ),
        "points_coarse": Doubt(
            "Points of schools are rounded to a kilometre or more.",
            "take coordinates with 4 decimals or more",
            blocks=True,
        ),
        "online_schools": Doubt(
            "Online schools teach children of the whole state: left out of the map, counted in"
            " totals.",
            "if one of them does draw from the tracts around it, name it in [catchment] joined;"
            " name others in not_joined",
            blocks=False,
        ),
        "perhaps_online": Doubt(
            "A school has far more students than the others around it, and a large part of the"
            " children of its county: its students may live anywhere in the state.",
            "name it in [catchment] not_joined, or in joined if they do live around it",
            blocks=True,
        ),
        "levels_unknown": Doubt(
            "No school has a known level: what is expected cannot go by level.",
            "map columns.level in the recipe of the schools",
            blocks=True,
        ),
        "district_outlines": Doubt(
            "Many districts that report absence have no outline: they are not on the map.",
            "take the outlines of this state and year, or give outlines to districts by id under"
            " [aliases]",
            blocks=True,
        ),
        "outlines_lost": Doubt(
            "Tracts where children live have no usable outline.",
            "take a sound copy of the file",
            blocks=True,
        ),
        "outlines_changed": Doubt(
            "Mending an outline changed its area.",
            "take a sound copy of the file",
            blocks=True,
        ),
        "outlines_overlap": Doubt(
            "Outlines of tracts or districts cover one another.",
            "take a file of one census year, each tract once",
            blocks=True,
        ),
        "outlines_apart": Doubt(
            "Most tracts touch no other: neighbours cannot be found by outlines.",
            "take outlines that were thinned together, or not thinned at all",
            blocks=True,
        ),
        "other_state": Doubt(
            "Outlines lie outside the state that their ids name.",
            "check the coordinate system of the file, and that ids and outlines are of one place",
            blocks=True,
        ),
    }
)
"""Doubts by the name under which a place file accepts them."""


class DoubtError(DataError):
    """Doubts that change the map and that the place file does not accept."""


def refuse_open(entries: Iterable[LedgerEntry], accepted: Iterable[str], place: str) -> None:
    """Stop when a doubt that changes the map is not accepted; all doubts are listed.

    Parameters
    ----------
    entries : iterable of LedgerEntry
    accepted : iterable of str
        Names of doubts that the place file accepts.
    place : str
        Short name of the place.

    Raises
    ------
    DoubtError
        Naming each doubt, its rows, the remedy, and how to accept it.
    """
    known = set(accepted)
    if strange := sorted(known - set(DOUBTS)):
        raise DoubtError(
            f"{place}.toml: accept names {strange[0]!r}, which is no doubt; write one of"
            f" {', '.join(DOUBTS)}"
        )
    doubted = [entry for entry in entries if entry.doubt and entry.doubt not in known]
    blocking = [entry for entry in doubted if DOUBTS[entry.doubt].blocks]
    if blocking:
        names = ", ".join(f'"{name}"' for name in dict.fromkeys(e.doubt for e in blocking))
        others = [doubt_line(entry) for entry in doubted if not DOUBTS[entry.doubt].blocks]
        also = ["doubted too, but no reason to stop:", *others] if others else []
        raise DoubtError(
            "\n".join(["these doubts would change the map:", *map(doubt_line, blocking), *also])
            + f"\nPut them right, or, if all is as it should be, write accept = [{names}] in"
            f" {place}.toml"
        )


def doubt_line(entry: LedgerEntry) -> str:
    """Say one doubt in a line: where, what, whom it concerns, what to do."""
    some = f" ({', '.join(entry.examples)})" if entry.examples else ""
    what = entry.reason.removesuffix(".")
    return f"  * {entry.source}, {entry.table}: {what}{some}; {DOUBTS[entry.doubt].remedy}"
