"""The registry of columns: one entry gives heading, format and row of the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data.contracts.vocabulary import LEVEL_LABELS, RELIABILITY_LABELS, STATUS_LABELS
from ui.selection import CATCHMENTS, CRITERIA


@dataclass(frozen=True)
class Column:
    """One column: how it is headed, written and explained.

    Parameters
    ----------
    heading : str
        On screen.
    kind : str
        "text", "level", "status", "reliability", "count", "rate", "interval", "ratio", "share",
        "q", "value" (in the unit of the row) or "margin".
    unit : str
        In the export, for the data dictionary.
    description : str
        One plain sentence.
    guarded : bool
        True for figures withheld unless the row is reported.
    """

    heading: str
    kind: str
    unit: str
    description: str
    guarded: bool = False


def _rate(heading: str, description: str) -> Column:
    return Column(heading, "rate", "fraction", description, guarded=True)


def _served(heading: str, description: str) -> Column:
    return Column(heading, "count", "students", description, guarded=True)


_RANGE = "School: for its next year. Tract, group: as the schools behind it differ."
_EXCESS = "95 % range. School: for its next year. Neighbourhood, group: as schools differ."
_SHRUNKEN = "drawn back towards none: the group was picked because it is high."
_SAME = "The same schools in both years, paired."

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "school_id": Column("School id", "text", "text", "The publisher's id of the school."),
        "geoid": Column("Tract", "text", "text", "Census tract GEOID, 11 digits, as text."),
        "name": Column("Name", "text", "text", "Name of the place or school."),
        "neighbourhood": Column("Neighbourhood", "text", "text", "Neighbourhood or borough."),
        "county": Column("County", "text", "text", "County GEOID, 5 digits, as text."),
        "district": Column("District", "text", "text", "School district."),
        "part_of": Column("Part of", "text", "text", "Place that the county is part of."),
        "compared_here": Column(
            "Compared",
            "text",
            "text",
            "Whether it is compared with other places, or why it is not.",
        ),
        "latest": Column("Last year", "text", "text", "Last school year of the place."),
        "standing": Column("Standing", "text", "text", "Whether the place is compared this year."),
        "definition": Column(
            "Definition", "text", "text", "How the place defines chronic absence, in its words."
        ),
        "level": Column("Level", "level", "text", "School level."),
        "school_type": Column("Type", "text", "text", "School type in the publisher's words."),
        "school": Column("School", "text", "text", "Name of the school."),
        "tract": Column("Tract", "text", "text", "Name of the tract."),
        "date": Column("Day", "text", "text", "Day of school, such as 2015-10-05."),
        "month": Column("Up to the end of", "text", "text", "Month, such as 2025-10."),
        "attended": _rate("At school", "Part of the students who were at school."),
        "published": _rate("Publisher's own", "The publisher's own figure of the whole place."),
        "attended_now": _rate("At school so far", "Part at school from the first day to the last."),
        "attended_last": _rate("Year before", "The same, by the same school day of that year."),
        "attended_change": Column(
            "Change since", "points", "fraction", f"Now less the year before. {_SAME}", guarded=True
        ),
        "attended_low": Column(
            "Change since, low", "points", "fraction", "Low end of its 95 % range.", guarded=True
        ),
        "attended_high": Column(
            "Change since, high", "points", "fraction", "High end of its 95 % range.", guarded=True
        ),
        "weeks": Column("Weeks", "count", "weeks", "Blocks of 5 school days with both years."),
        "beside_middle": Column(
            "Beside the middle school",
            "points",
            "fraction",
            "The change less that of the middle school in the same weeks.",
        ),
        "drawn_in": Column(
            "Drawn in",
            "points",
            "fraction",
            "The same, drawn towards none: most schools stand still.",
        ),
        "drawn_low": Column("Drawn in, low", "points", "fraction", "Low end, 90 %."),
        "drawn_high": Column("Drawn in, high", "points", "fraction", "High end, 90 %."),
        "moved": Column("Beyond noise", "text", "text", "5 % of those marked may be so by chance."),
        "moved_up": Column("Schools up", "count", "schools", "Higher, beyond noise."),
        "moved_down": Column("Schools down", "count", "schools", "Lower, beyond noise."),
        "days_missed": Column("Days missed", "text", "days", "Up to the end of the first month."),
        "became": Column("Became so before", "portion", "fraction", "Part of the band, earlier."),
        "ahead": Column("Expected at the end", "count", "students", "Chronically absent students."),
        "ahead_low": Column("At the end, low", "count", "students", "Low end, 90 %."),
        "ahead_high": Column("At the end, high", "count", "students", "High end, 90 %."),
        "to_date": Column("To date", "portion", "fraction", "Figure to date that it rests on."),
        "reach": Column("To reach", "count", "students", "Missed 2 days or more in month one."),
        "reach_share": Column("Part to reach", "portion", "fraction", "Of students with a band."),
        "first_day": Column("First day", "text", "text", "First day of the run, as 2015-12-01."),
        "last_day": Column("Last day", "text", "text", "Last day of the run."),
        "absent_then": Column("Absent", "portion", "fraction", "Part absent on these days."),
        "expected_then": Column("Expected then", "portion", "fraction", "By the area's own past."),
        "range_high": Column("Range up to", "portion", "fraction", "Upper end of the range."),
        "extra_days": Column("Days beyond", "count", "student-days", "Beyond expected."),
        "whole_place": Column("Whole place, too", "text", "text", "A shared cause is likely."),
        "students_so_far": Column(
            "Students so far", "count", "students", "Students with the least days of enrolment."
        ),
        "on_track": Column(
            "On track",
            "count",
            "students",
            "Absent on 10 % or more of their days so far: on track to be chronically absent.",
            guarded=True,
        ),
        "on_track_rate": _rate("Share on track", "on_track / students_so_far."),
        "tier_0_5": Column("Missed under 5 %", "count", "students", "Of their days so far."),
        "tier_5_10": Column("Missed 5 to 10 %", "count", "students", "Of their days so far."),
        "tier_10_20": Column("Missed 10 to 20 %", "count", "students", "Of their days so far."),
        "tier_20": Column("Missed 20 % or more", "count", "students", "Of their days so far."),
        "school_year": Column("School year", "text", "text", "School year, such as 2018-19."),
        "children": Column("Resident children", "count", "children", "Children aged 5-17."),
        "enrolled": Column(
            "Students", "count", "students", "Students enrolled or allocated (denominator)."
        ),
        "enrolled_lower": Column(
            "Students at least",
            "count",
            "students",
            "Fewest students that the published figures allow: below the number of students where"
            " it is derived from a rounded rate.",
        ),
        "enrolled_upper": Column(
            "Students at most",
            "count",
            "students",
            "Most students that the published figures allow.",
        ),
        "students": Column("Students", "count", "students", "Students allocated by the join."),
        "chronic_absent": Column(
            "Chronically absent",
            "count",
            "students",
            "Students absent on 10 % or more of their days (numerator).",
            guarded=True,
        ),
        "rate": _rate("Rate", "chronic_absent / enrolled."),
        "eb_rate": _rate("Steadied rate", "Empirical-Bayes rate (Marshall 1991)."),
        "low": _rate("Low end", f"Lower end of the 95 % range. {_RANGE}"),
        "high": _rate("High end", f"Upper end of the 95 % range. {_RANGE}"),
        "interval": Column(
            "As its schools differ",
            "interval",
            "fraction",
            "95 % range by how much the schools behind the rate differ.",
            guarded=True,
        ),
        "next_year": Column(
            "Likely next year",
            "next_year",
            "fraction",
            "Where 95 of 100 schools have their next rate, should the whole place stand still.",
            guarded=True,
        ),
        "expected": Column(
            "Expected", "count", "students", "Count expected for the school levels.", guarded=True
        ),
        "ratio": Column("Ratio", "ratio", "ratio", "Observed over expected.", guarded=True),
        "ratio_low": Column("Ratio, low", "ratio", "ratio", f"Low end. {_RANGE}", guarded=True),
        "ratio_high": Column("Ratio, high", "ratio", "ratio", f"High end. {_RANGE}", guarded=True),
        "band": Column("Band", "text", "text", "Band of the unrounded rate.", guarded=True),
        "hot_class": Column("Class", "text", "text", "Hot-spot class; the gate's own 'not shown'."),
        "q": Column("q", "q", "probability", "Benjamini-Hochberg q of the class.", guarded=True),
        "p": Column("p", "p", "probability", "Chance of such a circle anywhere.", guarded=True),
        "group_p": Column(
            "Group p",
            "p",
            "probability",
            "Chance of so heavy a group of touching tracts anywhere; missing outside groups.",
            guarded=True,
        ),
        "probability": Column(
            "Probability",
            "decimal2",
            "probability",
            "That the tract lies a quarter or more above the whole place.",
            guarded=True,
        ),
        "rate_mean": _rate("Rate by the model", "Posterior mean of the tract's rate."),
        "rate_low": _rate("Low by the model", "Lower end of the 95 % credible interval."),
        "rate_high": _rate("High by the model", "Upper end of the 95 % credible interval."),
        "model_interval": Column(
            "95 % by the model",
            "model_interval",
            "fraction",
            "95 % credible interval of the rate.",
            guarded=True,
        ),
        "coverage": Column(
            "Coverage", "share", "fraction", "Students allocated / resident children 5-17."
        ),
        "schools": Column("Schools", "count", "schools", "Schools behind the figure."),
        "withheld": Column(
            "Not counted", "count", "schools", "Schools whose count is withheld or missing."
        ),
        "largest_share": Column(
            "Largest school", "share", "fraction", "Share of students from the largest school."
        ),
        "effective_n": Column(
            "Effective n", "count", "students", "Students, less what few schools or shares cost."
        ),
        "effective_schools": Column(
            "Effective schools", "decimal", "schools", "Schools, were all equally large."
        ),
        "share": Column(
            "Of the school", "portion", "fraction", "Part of the school's students in the tract."
        ),
        "tract_share": Column(
            "Of the tract", "portion", "fraction", "Part of the tract's students at the school."
        ),
        "km": Column("Distance", "km", "km", "From the school to the centroid of the tract."),
        "mean_km": Column("Mean distance", "km", "km", "From tract to school, over students."),
        "effective_tracts": Column(
            "Effective tracts", "decimal", "tracts", "Tracts, were all shares equal."
        ),
        "method": Column("Joined by", "join", "text", "Method that placed the school's students."),
        "why": Column("Why", "text", "text", "Why the school was joined that way."),
        "flag": Column("Coverage class", "text", "text", "Coverage under 50 % or over 150 %."),
        "join_low": _rate("Low, join in doubt", "Lower end of the 95 % interval over joins."),
        "join_high": _rate("High, join in doubt", "Upper end of the 95 % interval over joins."),
        "join_interval": Column(
            "95 % with join in doubt",
            "join_interval",
            "fraction",
            "Wilson's interval with the variance between joins (Rubin 1987; Lott, Reiter 2020).",
            guarded=True,
        ),
        "between": Column(
            "From the join", "share", "fraction", "Part of the variance from the choice of join."
        ),
        "other_rate": _rate("Rate by the other", "Rate under the join compared with."),
        "change": Column(
            "Change, points", "points", "fraction", "Rate by the other join less the rate.", True
        ),
        "compared": Column("Compared with", "text", "text", "The usual year before, or why none."),
        "paired": Column("Change, points", "points", "fraction", f"{_SAME} Rate less that before."),
        "paired_low": Column("Change, low", "points", "fraction", f"{_SAME} 95 % range, low."),
        "paired_high": Column("Change, high", "points", "fraction", f"{_SAME} 95 % range, high."),
        "composition": Column(
            "Other schools, points", "points", "fraction", "What opened and closed schools add."
        ),
        "same_schools": Column("Same schools", "count", "schools", "Schools of both years."),
        "sides": Column("Hot spots", "text", "text", "Hot in both joins, one or neither."),
        "other_class": Column(
            "Class by the other", "text", "text", "Hot-spot class under the join compared with."
        ),
        "code": Column("Code", "text", "text", "Reason code of the display gate."),
        "tracts": Column(
            "Tracts", "count", "tracts", "Tracts in the group, or with a share of the school."
        ),
        "districts": Column("Districts", "count", "districts", "Districts of the class."),
        "rank": Column(
            "Rank", "rank", "rank", "Most beyond expected first; equal figures share a rank."
        ),
        "could_be": Column("Could be", "text", "rank", "Ranks that overlapping ranges leave open."),
        "rank_first": Column("Rank, best", "rank", "rank", "First rank its range leaves open."),
        "rank_last": Column("Rank, last", "rank", "rank", "Last rank its range leaves open."),
        "like_first": Column(
            "Like the first", "text", "true or false", "Its range overlaps that of the first."
        ),
        "excess": Column(
            "Beyond expected",
            "count",
            "students",
            "Chronically absent less expected at the rates of the same levels elsewhere.",
            guarded=True,
        ),
        "excess_low": Column("Beyond, low", "count", "students", f"Low end. {_EXCESS}", True),
        "excess_high": Column("Beyond, high", "count", "students", f"High end. {_EXCESS}", True),
        "excess_se": Column(
            "Beyond, SE", "count", "students", "Standard error between schools.", True
        ),
        "shrunken": Column(
            "Allowing for picking", "count", "students", f"Beyond expected, {_SHRUNKEN}", True
        ),
        "shrunken_low": Column(
            "Allowing, low", "count", "students", f"95 % low end, {_SHRUNKEN}", True
        ),
        "shrunken_high": Column(
            "Allowing, high", "count", "students", f"95 % high end, {_SHRUNKEN}", True
        ),
        "goal": _rate("Goal", "Share of students chronically absent that the goal sets."),
        "goal_school_year": Column("By", "text", "text", "School year of the goal."),
        "base_rate": _rate("From", "Rate of the year that the goal starts from."),
        "progress": Column("On the way?", "text", "text", "As far as the forecast's range says."),
        "chance": Column(
            "Chance", "share", "probability", "Chance to meet the goal, should years go on so."
        ),
        "middle": _rate("Forecast", "Middle of the forecast for the goal's year."),
        "goal_low": _rate("Forecast, low", "Low end of the 90 % range."),
        "goal_high": _rate("Forecast, high", "High end of the 90 % range."),
        "needed": Column("Fewer in all", "count", "students", "Fewer chronically absent.", True),
        "needed_a_year": Column("Fewer a year", "count", "students", "Of these a year.", True),
        "needed_a_class": Column(
            "Fewer in a class", "decimal", "students", "Of these in a class of 25.", True
        ),
        "status_class": Column("This year", "text", "text", "Class of the rate."),
        "change_class": Column("Change", "text", "text", "Class of the change."),
        "change_points": Column("Points", "points", "fraction", "Change of the same schools."),
        "sure": Column("How sure", "text", "text", "Sure: the whole range lies in the class."),
        "said": Column("Stated chance", "text", "text", "Range of stated chances."),
        "cases": Column("Cases", "count", "cases", "Units and years with such a chance."),
        "happened": Column("Came true", "share", "fraction", "Share of these that met the goal."),
        "came_low": Column("Came true, low", "share", "fraction", "Low end, were cases apart."),
        "came_high": Column("Came true, high", "share", "fraction", "High end, were cases apart."),
        "p_top": Column(
            "Among the first",
            "share",
            "probability",
            "Share of 2,000 redraws in which the place is among the first of the list.",
            guarded=True,
        ),
        "rank_low": Column("Rank, lowest", "rank", "rank", "First rank in 95 % of the redraws."),
        "rank_high": Column("Rank, highest", "rank", "rank", "Last rank in 95 % of the redraws."),
        "part": Column("First part", "share", "fraction", "Part of the places, the first ones."),
        "places": Column("Places", "count", "places", "How many places these are."),
        "of_students": Column(
            "Of all students", "share", "fraction", "Share of all students in these places."
        ),
        "of_excess": Column(
            "Of those beyond", "share", "fraction", "Share of the students beyond the reference."
        ),
        "of_excess_low": Column("From", "share", "fraction", "Low end, 95 % of the redraws."),
        "of_excess_high": Column("To", "share", "fraction", "High end, 95 % of the redraws."),
        "drawn_first": Column(
            "With full knowledge",
            "share",
            "fraction",
            "The same, should each redraw pick its own first places.",
        ),
        "score": Column("Score", "decimal2", "0 to 1", "Weighted sum of the reasons."),
        "top_share": Column(
            "Of the lists", "share", "fraction", "Share of 1,000 lists that have it at the top."
        ),
        "missing": Column("Lacks", "text", "text", "Reasons without a figure: not ranked."),
        **{
            f"part_{name}": Column(
                label, "decimal2", "score", "What this reason adds to the score."
            )
            for name, label in CRITERIA.items()
        },
        "se": Column("SE", "rate", "fraction", "Standard error between schools.", guarded=True),
        "difference": Column(
            "Points apart", "points", "fraction", "Rate less that of the rest.", guarded=True
        ),
        "difference_low": Column(
            "Apart, low", "points", "fraction", "Low end of the 95 % range.", guarded=True
        ),
        "difference_high": Column(
            "Apart, high", "points", "fraction", "High end of the 95 % range.", guarded=True
        ),
        "gap_ratio": Column(
            "Times the rest", "ratio", "ratio", "Rate over that of the rest.", guarded=True
        ),
        "gap_ratio_low": Column(
            "Times, low", "ratio", "ratio", "Low end of the 95 % range.", guarded=True
        ),
        "gap_ratio_high": Column(
            "Times, high", "ratio", "ratio", "High end of the 95 % range.", guarded=True
        ),
        "trend": Column(
            "Apart, change a year",
            "points",
            "fraction",
            "Change of the gap to the rest a year, usual years of the latest definition.",
            guarded=True,
        ),
        "trend_low": Column(
            "Change, low", "points", "fraction", "Low end of the 95 % range.", guarded=True
        ),
        "trend_high": Column(
            "Change, high", "points", "fraction", "High end of the 95 % range.", guarded=True
        ),
        "agree": Column(
            "Analyses", "text", "text", "Analyses that flag it, of those that test it."
        ),
        "flagged": Column("Flagged by", "count", "analyses", "Analyses that flag the tract."),
        "of": Column("Tested by", "count", "analyses", "Analyses that tested the tract."),
        "analyses": Column("Which", "text", "text", "Method, neighbours, join of those that flag."),
        "map_class": Column("On the map", "text", "text", "Class of the map."),
        "hatched": Column("One alone", "text", "true or false", "One analysis alone flags it."),
        "by_schools": Column(
            "By schools alone",
            "text",
            "true or false",
            "Inside the 95 % range of schools of its levels dealt at random.",
        ),
        "by_schools_tracts": Column(
            "Of these by schools alone",
            "count",
            "tracts",
            "Tracts whose class schools of their levels, dealt at random, could give.",
        ),
        "draws": Column("Rearrangements", "count", "draws", "Rearrangements behind the q."),
        "cluster": Column("Hot group id", "text", "text", "Smallest GEOID of the hot group."),
        "group": Column("Hot group", "count", "number", "Group of touching hot tracts."),
        "measure": Column("Measure", "text", "text", "Social driver of health."),
        "value": Column("Value", "value", "see unit", "Estimate, in the row's unit.", guarded=True),
        "moe": Column("Margin (90 %)", "margin", "see unit", "90 % margin of error.", guarded=True),
        "unit": Column("Unit", "text", "text", "Unit of value and margin."),
        "exposure": Column(
            "Exposure", "value", "see unit", "Driver over the tracts served.", guarded=True
        ),
        "exposure_moe": Column(
            "Exposure margin", "margin", "see unit", "90 % margin of error.", guarded=True
        ),
        "exposure_covered": Column(
            "Exposure known", "share", "fraction", "Share of the school's tracts with a value."
        ),
        "cv": Column(
            "CV", "cv", "fraction", "Coefficient of variation: margin / 1.645 / value.", True
        ),
        "absence_class": Column(
            "Third of absence", "text", "text", "Third by observed / expected."
        ),
        "driver_class": Column("Third of the condition", "text", "text", "Third of the place."),
        "pair": Column("Both", "text", "text", "Thirds of absence and of the condition."),
        "reliability": Column("Reliability", "reliability", "text", "From the margin of error."),
        "status": Column("State", "status", "text", "reported, suppressed, missing or unreliable."),
        "reason": Column("Reason", "text", "text", "Why a figure is not plainly reported."),
        "student_group": Column(
            "Students counted", "text", "text", 'Student group; "all" for all.'
        ),
        "grade": Column("Grade", "text", "text", 'Grade; "all" for all.'),
        "lower": Column("Least", "count", "students", "Least the numerator can be."),
        "upper": Column("Most", "count", "students", "Most the numerator can be."),
        "shown": Column("Shown", "text", "true or false", "Whether the figure may be shown."),
        "is_unusual": Column("Unusual year", "text", "true or false", "Cut short or remote."),
        "break_note": Column("New definition", "text", "text", "What changed from this year on."),
        "within": _served("Within reach", "Students who live within reach of one."),
        "in_house": _served("In their school", "Students whose school has one."),
        "without": _served("Neither", "Students without one near home or in their school."),
        "without_share": Column(
            "Neither, share", "portion", "fraction", "without / students.", guarded=True
        ),
        "double": _served("Two or more near", "Students who live within reach of two or more."),
        "above": _served(
            "Above the reference",
            "Chronically absent beyond the place's rate for their level: mean of the draws.",
        ),
        "above_within": _served("Of these, within reach", "Above the reference, within reach."),
        "reached_before": _served("Within reach now", "Above the reference, within reach now."),
        "reached_after": _served("With the new sites", "Above the reference, within reach then."),
        "services_here": Column("In the school", "count", "services", "Services for this school."),
        "services_near": Column("Near the school", "count", "services", "Services within reach."),
        "source": Column("Source", "text", "text", "Source id."),
        "vintage": Column("Years", "text", "text", "Years the estimate describes."),
    }
)


LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "level": LEVEL_LABELS,
        "status": STATUS_LABELS,
        "reliability": RELIABILITY_LABELS,
        "join": {**CATCHMENTS, "none": "Not joined"},
    }
)


INTERVALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "interval": ("low", "high"),
        "next_year": ("low", "high"),
        "join_interval": ("join_low", "join_high"),
        "model_interval": ("rate_low", "rate_high"),
    }
)
"""Ends of each kind of interval."""


NUMERIC_KINDS = frozenset(
    {"count", "rank", "rate", *INTERVALS, "ratio", "share", "q", "value", "margin"}
    | {"portion", "km", "decimal", "decimal2", "points", "p", "cv"}
)
