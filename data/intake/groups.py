"""Student groups and grades: which columns part the students of a school, and by which words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, strength
from data.read.grades import grades_in
from data.recipe.parts import Column
from data.recipe.rows import GRADES, Filter

MOST_WORDS = 80
WORDS_SHOWN = 8
ALL = re.compile(
    r"\[?(?:all|all[-_ ]?(?:students?|grades?|groups?|pupils|levels|subgroups?|races?|genders?"
    r"|students? group)(?: \(.*\))?|total(?: population| students?| enrol+ment)?|overall|tot"
    r"|school total|aggregate|ta|all students total|(?:pk|k|kg|0k) ?-? ?12 total|everyone"
    r"|total \(all students\)|schoolwide|school-wide)\]?",
    re.IGNORECASE,
)
FLAG = re.compile(r"y|n|yes|no|true|false|[01]", re.IGNORECASE)
CODE = re.compile(r"[A-Z0-9_]{1,6}")
GRADE = re.compile(r"grade|kindergarten|^(?:k|kg|kn|pk|tk|ug)$|^[0-9]{1,2}(?:st|nd|rd|th)?$")
DAY = re.compile(r"(?:half|full)[- ]day ", re.IGNORECASE)
NOT_ALL = "A student group or grade: its students are counted under all students."
REST = "Not kept, or counted in another recipe of this file."


@dataclass(frozen=True)
class Dimension:
    """A column that parts the students of each school.

    Attributes
    ----------
    header : str
    everyone : str
        Its word for all students.
    groups : tuple of str
        Words kept as student groups.
    grades : mapping
        Words kept as grades, to ours.
    names : mapping
        Words to what people read, where the file writes codes.
    """

    header: str
    everyone: str
    groups: tuple[str, ...] = ()
    grades: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, ...]:
        """Words of parts that are kept."""
        return (*self.groups, *self.grades)

    def whole(self) -> Filter:
        """Keep the rows of all students."""
        return Filter(column=self.header, equals=self.everyone, reason=NOT_ALL)

    def parts(self, *, whole: bool) -> Filter:
        """Keep the rows of parts, and those of all students too when `whole`."""
        words = (self.everyone, *self.kept) if whole else self.kept
        return Filter(column=self.header, one_of=words, reason=REST)

    def columns(self) -> dict[str, Column]:
        """Say in a recipe which word is which group or grade."""
        plain = {word: " ".join(word.split()) for word in (self.everyone, *self.kept)}
        groups = {plain[word]: "all" for word in (self.everyone, *self.grades)}
        groups |= {plain[word]: self.names.get(word, plain[word]) for word in self.groups}
        grades = {plain[word]: "all" for word in (self.everyone, *self.groups)}
        grades |= {plain[word]: grade for word, grade in self.grades.items()}
        columns = {}
        if self.groups:
            columns["student_group"] = Column(column=self.header, map=groups)
        if self.grades:
            columns["grade"] = Column(column=self.header, map=grades)
        return columns


def recipes_of(
    dimensions: Sequence[Dimension],
) -> Iterator[tuple[tuple[Filter, ...], dict[str, Column]]]:
    """Give the filters and columns of each recipe that a file needs: one a column of parts.

    Rows that are a part in two columns (women of grade 3) are in none of them; the rows of all
    students are in the first.
    """
    parted = [each for each in dimensions if each.kept]
    if not parted:
        yield tuple(each.whole() for each in dimensions), {}
    for at, one in enumerate(parted):
        yield (
            tuple(one.parts(whole=at == 0) if each is one else each.whole() for each in dimensions),
            one.columns(),
        )


def dimensions_of(
    table: RawTable, interview: Interview, cells: pd.DataFrame, ids: str, used: Sequence[str]
) -> tuple[Dimension, ...]:
    """Find the columns of groups and grades of the rows of schools, and ask what is kept.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    cells : DataFrame of str
        Rows of schools.
    ids : str
        Header of the ids of schools.
    used : sequence of str
        Headers that are read for something else.
    """
    words = {
        str(header): cells[header].str.strip()
        for header in cells.columns
        if header not in used and 1 < len(set(table.distinct(header))) <= MOST_WORDS
    }
    words = {header: each for header, each in words.items() if len(each.unique()) > 1}
    everyone = {header: _everyone(each) for header, each in words.items()}
    twins = _twins({header: each for header, each in words.items() if everyone[header]}, everyone)
    found = [
        _dimension(table, interview, words[header], everyone[header], twins[header], words)
        for header in twins
    ]
    dimensions = [each for each in found if each is not None]
    if not _is_single(cells, dimensions, ids):
        found = [
            _asked(table, interview, each) for each in words.values() if each.name not in twins
        ]
        dimensions += [each for each in found if each is not None]
    return tuple(dimensions)


def everyone_of(cells: pd.DataFrame, dimensions: Sequence[Dimension]) -> pd.DataFrame:
    """Give the rows of all students."""
    for each in dimensions:
        cells = cells[cells[each.header].str.strip().eq(each.everyone)]
    return cells


def grade_of(word: str, kind: str = "") -> str:
    """Give the one grade that a word names, as ours; "" when it names none or several.

    Examples
    --------
    >>> grade_of("3rd Grade"), grade_of("KG"), grade_of("05", "Grade Level"), grade_of("Female")
    ('3', 'K', '5', '')
    """
    text = DAY.sub("", word.strip())
    if not (GRADE.search(text.lower()) or GRADE.search(kind.lower())):
        return ""
    taught = grades_in(text)
    return GRADES[taught[0]] if taught is not None and len(taught) == 1 else ""


def counted(counts: pd.Series) -> str:
    """List words with their rows, the most frequent first."""
    some = [f"{word!r} ({rows:,} rows)" for word, rows in counts.iloc[:WORDS_SHOWN].items()]
    more = f" and {len(counts) - WORDS_SHOWN} more" if len(counts) > WORDS_SHOWN else ""
    return ", ".join(some) + more


def _everyone(words: pd.Series) -> str:
    counts = words.value_counts()
    return next((str(word) for word in counts.index if ALL.fullmatch(str(word))), "")


def _twins(words: Mapping[str, pd.Series], everyone: Mapping[str, str]) -> dict[str, list[str]]:
    """Put columns together that say "all" in the same rows: kind, code and name of one group.

    The one with most words stands for them, of equal ones that with the longest.
    """
    by_rows: dict[bytes, list[str]] = {}
    for header, each in words.items():
        by_rows.setdefault(each.eq(everyone[header]).to_numpy().tobytes(), []).append(header)
    twins = {}
    for headers in by_rows.values():
        sizes = {header: words[header].nunique() for header in headers}
        long = {header: words[header].drop_duplicates().str.len().mean() for header in headers}
        first = max(headers, key=lambda header: (sizes[header], long[header]))
        twins[first] = [header for header in headers if header != first]
    return twins


def _dimension(
    table: RawTable,
    interview: Interview,
    words: pd.Series,
    everyone: str,
    kinds: Sequence[str],
    others: Mapping[str, pd.Series],
) -> Dimension | None:
    """Ask which word is all students, which words are groups, and which grades."""
    header, counts = str(words.name), words.value_counts()
    asked = Question(
        ("files", table.name, "keep", header),
        f"Which rows of {table.name} count all students of a school?",
        everyone,
        f"{header!r} holds {counted(counts)}.",
        (*(str(word) for word in counts.index if word != everyone), ""),
        sure=sum(bool(ALL.fullmatch(str(word))) for word in counts.index) == 1,
    )
    everyone = interview.text(asked)
    if not everyone:
        return None
    kind = _kinds(words, [others[each] for each in kinds])
    parts = [str(word) for word in counts.index if word not in ("", everyone)]
    single = [word for word in parts if len(kind[word]) < 2]
    if all(FLAG.fullmatch(word) for word in parts):
        single = []
    by_grade = strength(header, "grade") > 0
    grades = {
        word: grade_of(word, "grade" if by_grade else kind[word][0] if kind[word] else "")
        for word in single
    }
    return _kept(table, interview, Dimension(header, everyone), parts, grades)


def _kept(
    table: RawTable,
    interview: Interview,
    bare: Dimension,
    parts: Sequence[str],
    grades: Mapping[str, str],
) -> Dimension:
    """Ask which words are kept as groups and as grades."""
    graded = tuple(
        sorted((word for word in grades if grades[word]), key=lambda w: _order(grades[w]))
    )
    groups = tuple(word for word in grades if not grades[word])
    several = [word for word in parts if word not in grades]
    why = f"{len(parts)} other words. They never count in totals; Priorities shows their gaps."
    if several and grades:
        why += f" Left out: {', '.join(several[:WORDS_SHOWN])}, which stand for several groups."
    chosen = interview.texts(
        Question(
            ("files", table.name, "groups", bare.header),
            f"Which words of {bare.header!r} in {table.name} are student groups to keep?",
            groups,
            why,
            tuple(parts),
        )
    )
    taken = interview.texts(
        Question(
            ("files", table.name, "grades", bare.header),
            f"Which words of {bare.header!r} in {table.name} are grades to keep?",
            graded,
            "They name one grade each." if graded else "None names a single grade.",
            tuple(parts),
        )
    )
    ours = {word: grades.get(word, "") or word for word in taken if word not in chosen}
    repeated = {each for each in ours.values() if list(ours.values()).count(each) > 1}
    ours = {word: word if each in repeated else each for word, each in ours.items()}
    names = _names(table, interview, bare.header, chosen)
    return Dimension(bare.header, bare.everyone, chosen, ours, names)


def _names(
    table: RawTable, interview: Interview, header: str, groups: Sequence[str]
) -> dict[str, str]:
    """Ask what codes of groups mean: people read words."""
    if not groups or not all(CODE.fullmatch(word) for word in groups):
        return {}
    said = interview.texts(
        Question(
            ("files", table.name, "names", header),
            f"What do the codes of {header!r} in {table.name} stand for?",
            tuple(f"{word} = {word}" for word in groups),
            "Write the words people read behind each =, as the publisher's page explains them.",
        )
    )
    pairs = (each.split("=", 1) for each in said if "=" in each)
    named = {code.strip(): words.strip() for code, words in pairs}
    return {word: named[word] for word in groups if named.get(word)}


def _asked(table: RawTable, interview: Interview, words: pd.Series) -> Dimension | None:
    """Ask about a column named like groups none of whose words is known to be all students."""
    header, counts = str(words.name), words.value_counts()
    if not strength(header, "student_group"):
        return None
    asked = Question(
        ("files", table.name, "keep", header),
        f"Which rows of {table.name} count all students of a school?",
        "",
        f"{header!r} holds {counted(counts)}; none of these words is known to mean all students.",
        tuple(str(word) for word in counts.index),
        sure=False,
    )
    everyone = interview.text(asked)
    if not everyone:
        return None
    parts = [str(word) for word in counts.index if word not in ("", everyone)]
    grades = {word: grade_of(word) for word in parts}
    return _kept(table, interview, Dimension(header, everyone), parts, grades)


def _is_single(cells: pd.DataFrame, dimensions: Sequence[Dimension], ids: str) -> bool:
    """Say whether each school has one row of all students a year."""
    keys = [ids]
    for target in ("school_year", "district_id", "county_id", "district", "name"):
        keys += [name for name in best(list(cells.columns), target) if name not in keys]
    return not everyone_of(cells, dimensions)[keys].duplicated().any()


def _kinds(words: pd.Series, kinds: Sequence[pd.Series]) -> dict[str, list[str]]:
    """Give of each word the kinds of group that it stands for."""
    if not kinds:
        return {str(word): [] for word in words.unique()}
    pairs = pd.DataFrame({"word": words, "kind": kinds[0]}).drop_duplicates()
    return {str(word): list(map(str, each)) for word, each in pairs.groupby("word")["kind"]}


def _order(grade: str) -> int:
    return GRADES.index(grade)
