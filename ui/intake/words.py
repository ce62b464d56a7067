"""Words of the page Add a place."""

from __future__ import annotations

from collections.abc import Mapping

from data.intake.check import Facts
from data.intake.interview import Question
from ui.intake.session import Handed
from ui.languages import mark, text
from ui.words.numbers import count_text, percent_text, plural

PROMISE = mark(
    "Files stay in a folder of this session until you press Build, and are deleted with the"
    " session. A file that describes single students is refused and deleted at once."
)
SURE = mark(
    "What is proposed comes from names and cells of the columns; the evidence stands beside it."
    " Sums by year are the best check: compare them with what the publisher says."
)
PLACE_ASKS: Mapping[str, str] = {
    "state": mark("Which state is it?"),
    "name": mark("What is the place called?"),
    "slug": mark("Short name in addresses"),
    "publisher": mark("Who publishes the attendance file?"),
    "url": mark("Which page was it taken from?"),
    "definition": mark("How does the publisher define chronic absence, and who is counted?"),
    "release": mark("Are these counts published?"),
    "licence": mark("Under which licence?"),
    "more": mark("Which more national files?"),
    "conditions": mark("Are census tracts, children and conditions added to the districts?"),
    "tract_vintage": mark("Tracts of which census?"),
    "default_year": mark("Which year is shown first?"),
    "crs": mark("Which projection?"),
    "totals": mark("The publisher's own totals, a year a line (2023-24 = 7,120 of 29,300)"),
    "breaks": mark("From which years on can figures not be compared? (year = what changed)"),
    "unusual_years": mark("Which years were measured in another way?"),
    "not_joined": mark("Which schools draw from the whole state? (ids)"),
    "joined": mark("Which schools called online are local? (ids)"),
    "neighbourhood": mark("What is a neighbourhood?"),
    "accept": mark("Which doubts are as they should be?"),
    "releases": mark("Which file is used for {name}?"),
}
FILE_ASKS: Mapping[str, str] = {
    "holds": mark("What does it hold?"),
    "columns": mark("Which column is it: {name}?"),
    "leave_out": mark("Which words of “{name}” are sums, and no single schools or districts?"),
    "keep": mark("Which rows of “{name}” count all students?"),
    "groups": mark("Which words of “{name}” are student groups to keep?"),
    "grades": mark("Which words of “{name}” are grades to keep?"),
    "names": mark("What do the codes of “{name}” stand for? (code = words)"),
    "years": mark("Which years of its columns are taken?"),
    "students": mark("Which file has the students of whom it gives a share?"),
    "by_name": mark("Schools have no ids here: how are they matched?"),
    "figures": mark("What does it say of absence?"),
    "bounds": mark("Bounds in place of numbers"),
    "tokens": mark("What does “{name}” mean where a number would stand?"),
    "school_year": mark("Which school year is it?"),
    "one_year": mark("Does the year written start or end the school year?"),
    "reason": mark("Why does the publisher withhold numbers?"),
    "levels": mark("Do levels follow from the rows of grades?"),
    "parts": mark("Which columns make up the id of a school?"),
    "ids": mark("How do its ids become those of the attendance file?"),
    "aliases": mark("Which outlines are of a district with another name?"),
    "same": mark("Which listed school is {name}?"),
}
TARGETS: Mapping[str, str] = {
    "school_id": mark("id of the school or district"),
    "name": mark("name of the school or district"),
    "district": mark("district"),
    "neighbourhood": mark("neighbourhood, town or county"),
    "school_type": mark("type of school"),
    "school_year": mark("school year"),
    "enrolled": mark("students counted"),
    "chronic_absent": mark("students chronically absent"),
    "rate": mark("share chronically absent"),
    "attending": mark("students who attend regularly"),
    "attending_rate": mark("share who attend regularly"),
    "numerator": mark("students of the measure"),
    "other_id": mark("id of the school in federal lists (NCES)"),
    "words": mark("words that say why a number is empty"),
    "students": mark("students enrolled"),
    "level": mark("level of the school"),
    "grades": mark("grades taught"),
    "x": mark("longitude"),
    "y": mark("latitude"),
    "geoid": mark("id of the tract"),
    "district_id": mark("id of the district"),
    "county_name": mark("county"),
}
VALUES: Mapping[str, str] = {
    "absence": mark("absence by school"),
    "schools": mark("a list of schools"),
    "tracts": mark("outlines of tracts"),
    "national": mark("a file in a form that is known"),
    "districts": mark("absence by district"),
    "outlines": mark("outlines of districts"),
    "yes": mark("yes"),
    "no": mark("no"),
    "nothing": mark("nothing that is needed"),
    "count": mark("a count of the absent"),
    "attending": mark("a count of those who attend regularly"),
    "rate": mark("a share of the absent"),
    "attending_rate": mark("a share of those who attend regularly"),
    "missing": mark("missing: not collected"),
    "withheld": mark("withheld, nothing is known of it"),
    "withheld <10": mark("withheld, fewer than 10"),
    "withheld <5": mark("withheld, fewer than 5"),
    "published": mark("published: anyone can have them"),
    "restricted": mark("restricted: shared under an agreement"),
    "starts": mark("it starts then"),
    "ends": mark("it ends then"),
    "kept": mark("kept as least and most"),
    "matched by name": mark("by name, within the district"),
    "as they are": mark("as they are"),
    "": mark("none"),
}


def asks(question: Question) -> str:
    """Write a question in the language of the reader."""
    if question.key[0] == "place":
        return text(PLACE_ASKS[question.key[1]], name=question.key[-1])
    name = question.key[-1]
    if question.key[2] == "columns":
        name = text(TARGETS[name])
    return text(FILE_ASKS[question.key[2]], name=name)


def value(answer: str) -> str:
    """Write an answer in the language of the reader; words of a file stay as they are."""
    return text(VALUES[answer]) if answer in VALUES else answer


def answer(handed: Handed) -> str:
    """Say in a sentence how far the place is."""
    if not handed.tables:
        return text(
            "Hand in the files as the publishers give them: what they are is found out, and what"
            " is doubtful is asked."
        )
    if handed.intake is None:
        return text("These files do not make a place yet.")
    if handed.interview.open:
        return text(
            "Before it can be built: {questions}.",
            questions=plural(len(handed.interview.open), "question"),
        )
    return text("All is answered: compare the sums, then build.")


def figures(handed: Handed) -> list[tuple[str, str]]:
    """Write how far the place is in numbers."""
    matches = handed.intake.matches if handed.intake is not None else ()
    best = max((each.share for each in matches), default=None)
    units = count_text(max(each.units for each in matches)) if matches else "–"
    what, share = text("schools with a figure"), text("of the schools are in the list")
    if handed.intake is not None and handed.intake.place.reports == "district":
        what, share = text("districts with a territory"), text("of them have an outline")
    return [
        (count_text(len({each.path for each in handed.tables})), text("files read")),
        (count_text(len(handed.interview.open)), text("questions open")),
        (units, what),
        ("–" if best is None else percent_text(best), share),
    ]


def fact_figures(facts: Facts, reports: str) -> list[tuple[str, str]]:
    """Write the facts of the checks of a place by school or by district in numbers."""
    if reports == "district":
        return [
            (count_text(facts.schools), text("districts")),
            (percent_text(facts.located), text("of them have an outline")),
            (percent_text(facts.withheld), text("of the rows withheld")),
        ]
    return [
        (count_text(facts.schools), text("schools")),
        (percent_text(facts.located), text("of them with a point")),
        (percent_text(facts.unknown_level), text("of them without a level")),
        (percent_text(facts.withheld), text("of the rows withheld")),
    ]
