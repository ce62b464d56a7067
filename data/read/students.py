"""Registers of students: told by header in many languages, and by what stands in the cells.

A list of schools names principals, streets and telephones, one row a school: it is no register.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

import pandas as pd

from data.errors import FileError
from data.recipe.recipe import Recipe

COUNTS = ("absence", "enrolment", "flows", "school_drivers", "climate")
"""Tables with one row for the students of a school, or of a school and tract."""
STUDENT = r"(?:student|pupil|child|learner|stu)"
PERSONAL = re.compile(
    rf"{STUDENT} (?:s )?(?:full |first |last |middle |given |family |legal )*name"
    rf"|(?:(?:state|local|unique|district|anonymi[sz]ed) )*{STUDENT} "
    r"(?:s )?(?:state |local |unique )*(?:id|identifier|number|no|nbr|key|uid)"
    r"|(?:date of birth|birth ?date|birth ?day|dob|birth dt|bdate)(?: .*)?"
    r"|birth ?(?:year|yr)|year of birth|yob|fecha (?:de )?nac(?:imiento)?|f nac|ano de nacimiento"
    r"|(?:date|annee) de naissance|ddn|geburts(?:datum|jahr|tag)|geb ?dat(?:um)?|jahrgang"
    r"|data de nascimento|data di nascita|anno di nascita|geboorte(?:datum|jaar)|ngay sinh"
    r"|(?:data|rok) urodzenia|дата рождения|год рождения|出生日期|出生年月|生年月日|생년월일"
    r"|تاريخ الميلاد"
    rf"|{STUDENT} (?:dob|birth ?date|date of birth|age in months|address|street|phone|e ?mail)"
    r"|(?:student )?(?:ssn|social security(?: (?:number|no))?|ssid|sasid|lasid|suid|osis|usid)"
    r"|(?:parent|guardian|mother|father)(?: guardian)? (?:s )?"
    r"(?:full |first |last )*(?:name|phone|e ?mail|address)"
    r"|home (?:address|phone|street)|medicaid (?:id|number)"
    r"|(?:nombre|id|matricula|numero) (?:(?:de |del |de la )?)(?:alumn[oa]|estudiante)"
    r"|(?:nom|identifiant) (?:de )?(?:l )?eleve|schuler(?:name|nummer)|schueler(?:name|nummer)"
    r"|name des schulers|nome d[oe](?:l)? (?:alun[oa]|studente)|学生姓名|学号|학생 ?이름",
)
NAMES = re.compile(
    r"(?:first|last|middle|given|family|legal|maiden|preferred) ?names?|surname|forename"
    r"|[fl] ?name|given|apellidos?|apellido (?:paterno|materno)|nombres|(?:primer|segundo) nombre"
    r"|nombre de pila|prenoms?|nom de famille|(?:vor|nach|familien)namen?|(?:voor|achter)naam"
    r"|(?:primeiro|ultimo) nome|sobrenome|cognome|imie|nazwisko|ho (?:va )?ten|имя|фамилия|фио"
    r"|姓名|姓|名字|이름|성명|氏名|الاسم",
)
STAFF = re.compile(
    r"principal|superint|director|directeur|contact|head|admin|coordinat|leiter|leitung|staff"
    r"|teacher|officer|manager|president|chair|owner|provider|doctor|physician",
)
PLACES = re.compile(
    r"city|town|county|borough|neighbo|nta|district|municip|state|street|school|site|campus|build"
    r"|local|community|region|area|tract|ward|village|escuela|ecole|schule|ville|ciudad|ort|stadt",
)
BUILDING = re.compile(
    r"\b(?:school|elementary|elem|academy|high|middle|primary|charter|college|center|centre"
    r"|institute|campus|magnet|learning|ps|is|ms|hs|jhs|county|county|tract|township|park|hill)\b",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\d+\w?[ ,].*\b(?:st|str|street|ave?|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court"
    r"|pl|place|way|ter|terrace|cir|circle|pkwy|hwy|apt)\b.*"
    r"|(?:calle|rue|via|rua|avenida|avenue|carrer)\b.*\d+.*"
    r"|.*(?:stra(?:ss|ß)e|str\.|weg|gasse) \d+.*",
    re.IGNORECASE,
)
DATES = (
    re.compile(r"(?P<y>\d{4})[-/.]?(?P<m>\d{2})[-/.]?(?P<d>\d{2})(?:[ T].*)?"),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})[-/](?P<y>\d{4})(?:[ T].*)?"),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?:[ T].*)?"),
)
FIGURE = re.compile(r"[<>=+-]*\d[\d.,/:-]*%?")
SAMPLED = 1_000  # rows that are looked at
LEAST_ROWS = 3
FEW = 20  # cells: with fewer, more of them must agree
WHAT = "this column describes single students, and this program takes counts by school"
REMEDY = "delete the file here, and export counts by school without student columns"


@dataclass(frozen=True)
class Sample:
    """Rows of a file, as they stand in it.

    Attributes
    ----------
    headers : sequence of str
    rows : sequence of sequences of str
        All of one width.
    ids : str
        Header of the column that says whose row it is.
    table : str
        Table of the panel that the file is to fill.
    file : str
        For errors.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    ids: str
    table: str
    file: str

    def cells(self, column: int) -> list[str]:
        """Give a column's cells, those of a header that is a row of figures among them."""
        cells = [str(row[column]).strip() for row in self.rows]
        return [self.headers[column].strip(), *cells] if is_row(self.headers) else cells

    @property
    def owners(self) -> list[str]:
        """Whose each row is; all alike where the file does not say."""
        if self.ids in self.headers:
            return self.cells(list(self.headers).index(self.ids))
        return [""] * len(self.cells(0))


def refuse_students(sample: Sample) -> None:
    """Refuse a file that describes single students.

    Raises
    ------
    FileError
        By a header that speaks of one student, by names, birth dates or homes that differ among
        the rows of a school, or by ids that are names. No cell is in the message.
    """
    for at, header in enumerate(sample.headers):
        words = _words(header)
        if PERSONAL.fullmatch(words) or (NAMES.fullmatch(words) and _is_of_students(sample, at)):
            raise FileError(sample.file, WHAT, REMEDY, column=header)
    for at, header in enumerate(sample.headers):
        what = _personal(sample, at, _words(header))
        if what:
            column = "" if is_row(sample.headers) else header
            what = f"its cells look like {what}, and this program takes counts by school"
            raise FileError(sample.file, what, REMEDY, column=column)


def sample_of(
    recipe: Recipe, headers: Sequence[str], rows: Iterable[Sequence[str]], file: str
) -> Sample:
    """Take the first rows of a file that have the width of its header."""
    ids = recipe.columns[recipe.key].column if recipe.key in recipe.columns else ""
    fitting = [row for row in islice(rows, SAMPLED) if len(row) == len(headers)]
    return Sample(headers, fitting, ids, recipe.table, file)


def refuse_single_counts(cells: pd.DataFrame, recipe: Recipe, file: str) -> None:
    """Refuse a file each of whose rows counts one student.

    Parameters
    ----------
    cells : DataFrame of str
        All rows, the columns that the recipe reads.
    recipe : Recipe
    file : str
        For errors.
    """
    if recipe.table not in COUNTS:
        return
    named = {name: column.column for name, column in recipe.columns.items()}
    schools = cells[named[recipe.key]].nunique()
    for name in ("enrolled", "students", "chronic_absent"):
        numbers = _numbers(cells, named.get(name, ""))
        if len(numbers) < LEAST_ROWS or len(numbers) < 0.9 * len(cells):
            continue
        if name == "chronic_absent":
            crowded = len(numbers) >= max(FEW, 3 * schools)
            single = crowded and numbers.isin([0, 1]).all() and numbers.mean() > 0.02
        else:
            single = numbers.eq(1).mean() >= 0.95
        if single:
            what = "each row counts one student, and this program takes counts by school"
            raise FileError(file, what, REMEDY, column=named[name])


def _numbers(cells: pd.DataFrame, column: str) -> pd.Series:
    texts = cells[column].str.strip() if column in cells.columns else pd.Series(dtype="str")
    return pd.to_numeric(texts, errors="coerce").dropna()


def is_row(headers: Sequence[str]) -> bool:
    """Say whether what stands where headers should is a row of figures."""
    return any(FIGURE.fullmatch(str(name).strip()) for name in headers)


def _is_of_students(sample: Sample, at: int) -> bool:
    """Say whether a column of names is of students: not one name a school in a list of places."""
    return sample.table in COUNTS or _differs(sample, sample.cells(at))


def _personal(sample: Sample, at: int, header: str) -> str:
    """Say what of single students a column holds; "" for nothing."""
    cells = sample.cells(at)
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or STAFF.search(header):
        return ""
    counted = sample.table in COUNTS
    if sample.headers[at] == sample.ids:
        return "names of persons" if counted and _are_persons(filled) else ""
    if not _differs(sample, cells):
        return ""
    if _are_persons(filled) or (not PLACES.search(header) and _are_given(filled)):
        return "names of persons"
    if _share(filled, lambda cell: bool(STREET.fullmatch(cell))) >= 0.6:
        return "home addresses" if counted else ""
    return "birth dates" if counted and _are_birth_dates(filled) else ""


def _differs(sample: Sample, cells: Sequence[str]) -> bool:
    """Say whether the rows of one school differ in a column."""
    pairs = {pair for pair in zip(sample.owners, cells, strict=True) if pair[1]}
    owners = {owner for owner, _ in pairs}
    return len(pairs) >= max(2, 1.5 * len(owners))


def _are_given(cells: Sequence[str]) -> bool:
    words = [cell.split() for cell in cells]
    plain = [each for each in words if len(each) <= 2 and all(map(_is_word, each))]
    given = sum(_fold(each[0]) in given_names() for each in plain)
    return given >= (0.35 if len(cells) >= FEW else 0.6) * len(cells)


def _are_persons(cells: Sequence[str]) -> bool:
    return _share(cells, is_person) >= (0.4 if len(cells) >= FEW else 0.6)


def is_person(cell: str) -> bool:
    """Say whether a cell is "First Last" or "Last, First" by a given name that is common."""
    last, comma, first = cell.partition(",")
    words = (first.split() or [""]) if comma else cell.split()
    if BUILDING.search(cell) or not all(map(_is_word, [*words, *last.split()])):
        return False
    fits = len(last.split()) <= 3 and len(words) <= 3 if comma else 2 <= len(words) <= 4
    return fits and _fold(words[0]) in given_names()


def _are_birth_dates(cells: Sequence[str]) -> bool:
    """Say whether days of many years, weekends among them, stand in a column."""
    days = next(filter(None, (_days(cells, pattern) for pattern in DATES)), [])
    if len(days) < 8:
        return False
    weekends = sum(day.weekday() >= 5 for day in days) / len(days)
    years = {day.year for day in days}
    spread = len({(day.month, day.day) for day in days}) >= min(60, 0.6 * len(days))
    young = min(years) >= 1990 and max(years) - min(years) <= 25
    return weekends >= 0.1 and spread and young and len(years) > 1


def _days(cells: Sequence[str], pattern: re.Pattern[str]) -> list[date]:
    """Read dates of one form; none when a tenth of the cells are no such dates."""
    days = []
    for match in map(pattern.fullmatch, cells):
        if match is not None:
            try:
                days.append(date(int(match["y"]), int(match["m"]), int(match["d"])))
            except ValueError:
                continue
    return days if len(days) >= 0.9 * len(cells) else []


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells)


def _is_word(text: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d_]+(?:['’.-][^\W\d_]*)*", text))


def _fold(text: str) -> str:
    """Write a word in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain)


@cache
def given_names() -> frozenset[str]:
    """Give common given names, small letters without accents."""
    path = Path(__file__).with_name("given_names.txt")
    return frozenset(path.read_text(encoding="utf-8").split())


def _words(header: str) -> str:
    """Write a header as lower-case words: "StudentFirstName" and "student_first_name" alike."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return re.sub(r"[\W_]+", " ", _fold(split)).strip()
