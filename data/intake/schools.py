"""From a list of schools to its recipe: names, points, levels, students."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from data.intake import tokens
from data.intake.content import MOSTLY, is_whole, number_share, plain_ids
from data.intake.draft import About, Draft, choose, identifier_of, parts_of
from data.intake.ids import STATE_PARTS
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, strength, words_of, year_in
from data.intake.rows import conflicting_ids, latest_rows, passes
from data.intake.states import word_for
from data.read.grades import UNKNOWN, grades_in
from data.recipe.parts import Column, Tokens
from data.recipe.rows import GRADES, Filter, Grades, Points

RULES = {
    r"(?i).*\b(?:pre-?k|pre-?kindergarten|preschool)\b.*(?:center|centre|only)?": "prek",
    r"(?i).*early childhood.*": "early",
    r"(?i)(?:k|pk)-? ?12.*|.*\b(?:combined|all grades|k-12|unit)\b.*": "k12",
    r"(?i)(?:k|pk)-? ?8.*|.*\b(?:k-8|elementary[ /-]+middle|elem[ /-]+mid)\b.*": "k8",
    r"(?i).*(?:middle[ /-]+(?:senior )?high|junior[ /-]+senior|secondary|[67]-12).*": "secondary",
    r"(?i).*(?:elem|primary|intermediate elementary|grade school).*": "elementary",
    r"(?i).*(?:middle|junior|intermediate|jr).*": "middle",
    r"(?i).*(?:high|senior).*": "high",
    r"(?i).*ungraded.*|.*collaborative or multi.*": "ungraded",
}
"""Words of levels, the first that fits counts."""
HALF = 0.5
MOST_LEVELS = 25
LEAST_GRADES = 6
LEAST_ROWS = 4
LEAST_OVERLAP = 0.5
STRAY = re.compile(r"na|n/a|null|none|#n/a|-|no data|not available|", re.IGNORECASE)
OTHER_STATE = "A school of another state."
MOST_STATES = 70
NCES = re.compile(r"nces ?(?:sch(?:ool)? ?)?(?:id|code|number|no)?|ncessch|nces id school")
DIFFER = "Rows of this id differ: no row tells all of the school."
NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
NUMBERS |= {"seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12"}


def schools_draft(
    table: RawTable, interview: Interview, about: About, wanted: Sequence[str], year: str
) -> Draft:
    """Draft the recipe of a list of schools.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    about : About
    wanted : sequence of str
        Ids of the files of absence: the column that shares most of them holds the ids.
    year : str
        Latest school year of the absence, for columns and rows that have one.
    """
    headers = list(table.cells.columns)
    ids = _ids(table, interview, wanted)
    texts = _texts(table, interview, ids)
    numeric = [name for name in headers if name != ids and number_share(table.words(name)) > HALF]
    points = _points(table, interview, numeric)
    students = _students(table, interview, numeric, year)
    levels, grades = _levels(table, interview, ids)
    columns = {"school_id": Column(column=ids), **texts, **levels, **students}
    columns |= _other_id(table, interview, ids)
    parts = parts_of(interview, table, ids, table.cells)
    filters, cells = _filters(table, interview, columns, parts, about.state)
    columns = {**columns, "school_id": Column(column=parts[0])}
    read = [table.words(each.column) for each in students.values()]
    stray = _stray(table, [each.column for each in texts.values()] + [*points.values()])
    settled = tokens.settled(table, interview, read, harmless=True) if read else Tokens()
    missing = tuple(dict.fromkeys([*settled.missing, *stray]))
    settings: dict[str, object] = {
        "columns": columns,
        "identifier": identifier_of(cells, parts),
        "tokens": Tokens(missing=missing, suppressed=settled.suppressed, censored=settled.censored),
        "filters": tuple(filters),
        "points": Points(x=points["x"], y=points["y"]) if points else None,
        "grades": grades,
        "vintage": year,
        "release": "published",
        "definition": f"List of schools, {table.path.name}.",
    }
    return Draft(about.recipe(table, "schools", settings), table, cells)


def grades_draft(absence: Draft, interview: Interview, about: About) -> Draft | None:
    """Draft a list of schools from a file of absence with a row a grade: None when it has none."""
    table, dimensions = absence.table, absence.dimensions
    if absence.part:
        return None
    for own in dimensions:
        header, named = own.header, list(own.grades)
        if len(named) < LEAST_ROWS:
            continue
        asked = Question(
            ("files", table.name, "levels"),
            f"Do the levels of schools follow from the rows of {header!r}?",
            header,
            f"It has a row a grade: {', '.join(named[:LEAST_ROWS])} and more.",
            ("",),
        )
        if not interview.text(asked):
            return None
        texts = {name: absence.recipe.columns[name] for name in ("school_id", "name")}
        district = _named(table, "district")
        columns = {**texts, **({"district": Column(column=district)} if district else {})}
        plain = [replace(each, totals=False) for each in absence.recipe.filters]
        shared = [each for each in plain if each.column not in {one.header for one in dimensions}]
        whole = [each.whole() for each in dimensions if each is not own]
        reason = "All students, or a student group: tells no grade."
        rows = Filter(column=header, one_of=tuple(sorted(named)), reason=reason)
        kept = table.cells
        for each in (*shared, *whole, rows):
            kept = kept[passes(each, kept[each.column].str.strip())]
        parts: dict[str, object] = {
            "columns": columns,
            "identifier": absence.recipe.identifier,
            "filters": (*shared, *whole, rows),
            "grades": Grades(offered=header, a_row_each=True),
            "vintage": absence.recipe.vintage,
            "definition": "Grades that each school has a row for, withheld or not.",
        }
        return Draft(about.recipe(table, "schools", parts), table, kept)
    return None


def _ids(table: RawTable, interview: Interview, wanted: Sequence[str]) -> str:
    """Choose the column whose ids the absence knows best; zeros in front are no difference."""
    known = {each.lstrip("0") for each in wanted}
    shares = {str(header): _overlap(table, str(header), known) for header in table.cells.columns}
    named = best(list(table.cells.columns), "school_id")
    most = sorted(shares, key=lambda name: (-round(shares[name], 2), -strength(name, "school_id")))
    likely = [name for name in most if shares[name] > LEAST_OVERLAP] or named
    why = f"It holds {shares[likely[0]]:.0%} of the ids with a figure of absence." if likely else ""
    return choose(interview, table, "school_id", tuple(likely), why.replace("%", " %"))


def _overlap(table: RawTable, header: str, known: set[str]) -> float:
    """Say how many of the ids with a figure a column holds, in whole or as parts of its ids."""
    words = pd.Series(table.distinct(header), dtype="str")
    forms = [plain_ids(words)]
    if words.str.contains("-", regex=False).mean() > HALF:
        forms += [each.of(words) for each in STATE_PARTS]
    found = [{each.lstrip("0") for each in form} - {""} for form in forms]
    return max(len(own & known) for own in found) / max(len(known), 1)


def _other_id(table: RawTable, interview: Interview, ids: str) -> dict[str, Column]:
    """Choose a column of the ids that the National Center for Education Statistics gives."""
    headers = [
        header
        for header in map(str, table.cells.columns)
        if header != ids
        and NCES.fullmatch(words_of(header))
        and pd.Series(table.distinct(header)).str.fullmatch(r"[0-9]{11,12}").mean() > HALF
    ]
    if not headers:
        return {}
    why = "Federal lists of schools, which have points, know a school by it."
    header = choose(interview, table, "other_id", tuple(headers), why)
    return {"other_id": Column(column=header)} if header else {}


def _named(table: RawTable, target: str, taken: Sequence[str] = ()) -> str:
    """Give the text column that a header names best; "" when none does."""
    cells = table.cells
    fitting = [
        name
        for name in best([each for each in cells.columns if each not in taken], target)
        if number_share(table.words(name)) < HALF and set(table.distinct(name)) - {""}
    ]
    return fitting[0] if fitting else ""


def _texts(table: RawTable, interview: Interview, ids: str) -> dict[str, Column]:
    taken, columns = [ids], {}
    for target in ("name", "district", "neighbourhood", "school_type"):
        header = _named(table, target, taken)
        header = choose(interview, table, target, (header,) if header else (), "By its header.")
        if header:
            taken.append(header)
            columns[target] = Column(column=header)
    columns.setdefault("name", Column(column=ids))
    return columns


def _points(table: RawTable, interview: Interview, numeric: Sequence[str]) -> dict[str, str]:
    """Choose columns of longitude and latitude, by header and by where the numbers lie."""
    both = {}
    for axis, (low, high) in {"x": (-180.0, -60.0), "y": (13.0, 72.0)}.items():
        values = {name: table.numbers(name).dropna() for name in best(list(numeric), axis)}
        fits = [name for name, each in values.items() if each.between(low, high).mean() > MOSTLY]
        header = choose(
            interview, table, axis, tuple(fits), "By its header, and degrees of the United States."
        )
        if header:
            both[axis] = header
    return both if len(both) == 2 else {}


def _students(
    table: RawTable, interview: Interview, numeric: Sequence[str], year: str
) -> dict[str, Column]:
    named = [name for name in numeric if strength(name, "enrolled") and is_whole(table.words(name))]
    named.sort(
        key=lambda name: (year_in(name.replace("x20", "20")) != year, -strength(name, "enrolled"))
    )
    why = f"Its header names students, of {len(named)} such columns the one of {year}."
    header = choose(interview, table, "students", tuple(named), why)
    return {"students": Column(column=header, unit="count")} if header else {}


def _levels(
    table: RawTable, interview: Interview, ids: str
) -> tuple[dict[str, Column], Grades | None]:
    """Choose where levels come from: a column of words, or grades."""
    column = level_column(table, interview, ids)
    return ({"level": column}, None) if column else ({}, _grades(table, interview))


def level_column(table: RawTable, interview: Interview, ids: str) -> Column | None:
    """Choose a column whose words are levels; None when no column is.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    ids : str
        Column of the ids.
    """
    cells = table.cells
    for header in best([name for name in cells.columns if name != ids], "level"):
        words = pd.Series([word for word in table.distinct(header) if word], dtype="str")
        if 1 < len(words) <= MOST_LEVELS:
            ours = words.map(level_of)
            if ours.ne("").mean() > HALF and len(set(ours)) > 1:
                named = zip(words, ours, strict=True)
                pairs = ", ".join(f"{a} is {b or UNKNOWN}" for a, b in named)
                header = choose(interview, table, "level", (header,), f"{pairs}.")
                if header:
                    found = {a: b for a, b in zip(words, ours, strict=True) if b}
                    return Column(column=header, map=found, default=UNKNOWN)
    return None


def _grades(table: RawTable, interview: Interview) -> Grades | None:
    headers = list(table.cells.columns)
    low, high = best(headers, "lowest")[:1], best(headers, "highest")[:1]
    if low and high:
        if choose(
            interview, table, "grades", (low[0],), f"Lowest grade; {high[0]!r} is the highest."
        ):
            return Grades(lowest=low[0], highest=high[0])
        return None
    for header in best(headers, "grades"):
        read = [grades_in(word) for word in table.distinct(header) if not STRAY.fullmatch(word)]
        fits = sum(each is not None for each in read)
        if read and fits == len(read):
            chosen = choose(interview, table, "grades", (header,), "Every cell of it names grades.")
            return Grades(offered=chosen) if chosen else None
    each = {grade: name for name in headers if (grade := _grade_of(name))}
    first = tuple(each.values())[:1] if len(each) >= LEAST_GRADES else ()
    if first and choose(interview, table, "grades", first, "There is a column a grade."):
        return Grades(each={grade: each[grade] for grade in GRADES if grade in each})
    return None


def _grade_of(header: str) -> str:
    words = words_of(header)
    words = " ".join(NUMBERS.get(word, word) for word in words.split())
    if re.fullmatch(r"(?:grade )?(?:pk|pre ?k(?:indergarten)?)(?: .*)?", words):
        return "PK"
    if re.fullmatch(r"(?:grade )?(?:k|kg|kindergarten)", words):
        return "K"
    match = re.fullmatch(r"(?:grade|gr|g) ?0?([0-9]{1,2})", words)
    return match[1] if match and match[1] in GRADES else ""


def level_of(word: str) -> str:
    """Give our word of a level for a publisher's; "" for one that is not known."""
    return next((ours for rule, ours in RULES.items() if re.fullmatch(rule, word)), "")


def _stray(table: RawTable, headers: Sequence[str]) -> list[str]:
    """Give the words for "nothing" that stand in some columns."""
    words = {word for name in headers for word in table.distinct(name) if STRAY.fullmatch(word)}
    return sorted(words)


def _of_state(table: RawTable, interview: Interview, state: str) -> Filter | None:
    """Leave out the schools of other states of a national list."""
    for header in map(str, table.cells.columns):
        words = table.distinct(header) if table.words(header).size <= MOST_STATES else []
        if word := word_for(state, words):
            asked = Question(
                ("files", table.name, "keep", header),
                f"{table.name} lists schools of {len(words)} states. Which one is kept?",
                word,
                f"{header!r} holds states; the place is in {state}.",
                (*(each for each in words if each != word), ""),
            )
            word = interview.text(asked)
            return Filter(column=header, equals=word, reason=OTHER_STATE) if word else None
    return None


def _filters(
    table: RawTable,
    interview: Interview,
    columns: dict[str, Column],
    parts: Sequence[str],
    state: str,
) -> tuple[list[Filter], pd.DataFrame]:
    """Leave out other years of the list, empty ids, and ids whose rows differ."""
    cells, filters = table.cells, []
    ids = columns["school_id"].column
    own = _of_state(table, interview, state)
    if own is not None:
        filters.append(own)
        cells = cells[cells[own.column].str.strip().eq(own.equals)]
    for header in best(list(cells.columns), "school_year")[:1]:
        latest = latest_rows(table, interview, header, cells)
        if latest is not None:
            filters.append(latest)
            cells = cells[cells[header].str.strip().eq(latest.equals)]
    if cells[ids].str.strip().eq("").any():
        filters.append(Filter(column=ids, none_of=("",), reason="No id of a school."))
        cells = cells[cells[ids].str.strip().ne("")]
    read = [each.column for each in columns.values()]
    differ = conflicting_ids(cells, ids, read) if len(parts) == 1 else ()
    if differ:
        asked = Question(
            ("files", table.name, "leave_out", ids),
            f"{len(differ)} ids of {table.name} have rows that differ. Which are left out?",
            differ,
            f"Rows of {', '.join(differ[:5])} differ in what is read.",
        )
        left_out = interview.texts(asked)
        if left_out:
            filters.append(Filter(column=ids, none_of=left_out, reason=DIFFER))
            cells = cells[~cells[ids].str.strip().isin(left_out)]
    return filters, cells
