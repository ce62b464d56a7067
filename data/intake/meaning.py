"""What a header means: our columns, from the words that publishers write."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from data.intake.headers import YEAR

SCHOOL = (
    r"(?:attending )?(?:school|institution(?:al)?|org(?:ani[sz]ation)?|building|bldg|entity|site"
    r"|campus|location|instn)"
)
CODE = r"(?:id|ids|identifier|code|cd|number|no|num|nbr|key)"
DISTRICT = (
    r"(?:district|dstrct|division|lea|corporation|corp|system|county office|dist|sau|isd|boces|lss"
    r"|local school system|supervisory union)"
)
MANY = r"(?:number|num|n|no|count|cnt|total|of|the|students?|pupils?|all|with)"
PERCENT = r"(?:percent(?:age)?|pct|perc|rate|share|proportion|ratio)"
ABSENT = (
    r"(?:chronic(?:ally)? ?(?:absen[a-z]*|abs)?|(?:severe(?:ly)? )?chronic(?:ally)? absen[a-z]*"
    r"|absen[a-z]* chronic[a-z]*|habitual(?:ly)? (?:truant|absen[a-z]*)|chron abs[a-z]*)"
)
ATTENDING = (
    r"(?:regular(?:ly)? attend[a-z]*|attend[a-z]* regular(?:ly)?|not chronic(?:ally)? absen[a-z]*"
    r"|consistent(?:ly)? attend[a-z]*|satisfactory attendance)"
)

HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "school_id": (
            rf"{SCHOOL} (?:state |federal |local |nces )?(?:institution(?:al)? |school )?{CODE}",
            r"dbn|ncessch|iid|cds(?: ?code)?|schid|sch (?:cd|code|id|no)|rcdts|beds ?code?"
            r"|state school id",
            rf"(?:school|sch|inst|instn|org|state|nces|facility) ?{CODE}|{SCHOOL}id"
            r"|building irn|irn",
            rf"system {CODE}|id",
        ),
        "name": (
            rf"{SCHOOL} (?:name|nm)|{SCHOOL}name|name of (?:the )?school|sch name|facility ?name",
            r"school|institution|campus|entity name|organization|organisation",
            r"name",
        ),
        "district": (
            rf"(?:school )?{DISTRICT} ?(?:name|nm)|name of {DISTRICT}",
            rf"(?:school )?{DISTRICT}",
        ),
        "county_id": (rf"county {CODE}",),
        "district_id": (
            rf"(?:school )?{DISTRICT} (?:institution(?:al)? |org(?:ani[sz]ation)? )?{CODE}",
            r"leaid|lea|school distrct cd|(?:agency|district) (?:key|irn)",
        ),
        "school_year": (
            r"(?:school|academic|reporting|data|sch) ?(?:year|yr)|schoolyear|sy|ay",
            r"year|yr",
        ),
        "chronic_absent": (
            rf"(?:{MANY} )*{ABSENT}(?: {MANY})*(?: 10 percent or more)?",
            r"(?:students )?absent(?: students| count)?",
        ),
        "rate": (
            rf"(?:{MANY} )*{PERCENT} (?:{MANY} )*{ABSENT}(?: {MANY})*"
            rf"|(?:{MANY} )*{ABSENT} (?:{MANY} )*{PERCENT}",
        ),
        "attending": (rf"(?:{MANY} )*{ATTENDING}(?: {MANY})*",),
        "attending_rate": (
            rf"(?:{MANY} )*{PERCENT} (?:{MANY} )*{ATTENDING}(?: {MANY})*"
            rf"|(?:{MANY} )*{ATTENDING} (?:{MANY} )*{PERCENT}",
        ),
        "enrolled": (
            r"(?:students|pupils) included"
            r"|(?:total |(?:number|count) of )*(?:students|pupils) (?:counted|enrolled)",
            r"(?:number )?(?:total )?(?:students? )?(?:eligible )?(?:cumulative )?"
            r"(?:enrol+ment|membership|enrol+ed|headcount)(?: count| total| n)?",
            r"denominator|(?:n|total|number|number of|count of|num|all)? ?(?:students|pupils)"
            r"(?: count| total)?|student count(?: all)?|total count|adm|total(?: all)?"
            r"|(?:contributing|counted) .*",
        ),
        "row_kind": (
            rf"{SCHOOL} (?:type|level)"
            r"|(?:report(?:ing)?|data|agg(?:regation|regate)?|entity|record|row|org)"
            r" ?(?:level|type)",
            r"level|type|aggregate level|level of data",
        ),
        "student_group": (
            r"(?:student |demographic |reporting )?(?:sub ?group|group)"
            r"(?: name| description| desc)?",
            r"(?:demographics?|category|student category|student group type|population)"
            r"(?: category)?",
        ),
        "grade": (
            r"grade(?: level| band| span| name)?|grades? (?:enrolled|served)|gradelevel|grade ?cd",
        ),
        "level": (
            r"(?:school|location|grade|institution)? ?(?:level|category)(?: description| desc)?",
            r"location category description|(?:school )?(?:grade )?(?:configuration|level)",
        ),
        "grades": (
            r"gs ?(?:offered|served)|grades?(?: span| range| offered| served| taught)?"
            r"|grade ?(?:span|range|config[a-z]*)",
        ),
        "lowest": (r"(?:low(?:est)?|min|from|start|beginning) ?grade.*|gslo|grade low",),
        "highest": (r"(?:high(?:est)?|max|to|end|ending) ?grade.*|gshi|grade high",),
        "x": (r"lon|long|longitude|lng|x|x coord(?:inate)?|loncod|intptlon|geo lon",),
        "y": (r"lat|latitude|y|y coord(?:inate)?|latcod|intptlat|geo lat",),
        "school_type": (
            r"(?:school|location|facility|institution) type(?: description| desc)?|virtual|type",
        ),
        "neighbourhood": (
            r"neighbou?rhood(?: name)?|nta name|borough|county(?: name)?|town|city|street city"
            r"|municipality",
        ),
    }
)
"""Our columns to patterns of whole headers, in small words; the first that fits is strongest."""
ANYWHERE = re.compile(r"chronic|absen|attend|truan", re.IGNORECASE)
YEARS = re.compile(
    r"(?:x|sy|ay|fy)?(?:19|20)[0-9]{2}(?:[-_/ ](?:20)?[0-9]{2})?(?![0-9])", re.IGNORECASE
)
TWO = re.compile(r"(?<![0-9])(?:20)?([0-9]{2})[-_/\u2013 ]?(?:20)?([0-9]{2})(?![0-9])")


def words_of(header: str) -> str:
    """Write a header in small words: years, marks and the case are left out.

    Examples
    --------
    >>> words_of("Number_Chronically Absent (2018-19)"), words_of("SchoolName")
    ('number chronically absent', 'school name')
    >>> words_of("% Chronically Absent"), words_of("# Students")
    ('percent chronically absent', 'number students')
    """
    text = (
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
        .replace("%", " percent ")
        .replace("#", " number ")
    )
    text = re.sub(
        r"(?:x|sy|ay|fy)?(?:19|20)[0-9]{2}(?:[-_/ ](?:20)?[0-9]{2})?(?![0-9])",
        " ",
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def strength(header: str, target: str) -> int:
    """Say how well a header names one of our columns: 0 not at all, the more the better."""
    words = words_of(header)
    patterns = HEADERS[target]
    for at, pattern in enumerate(patterns):
        if re.fullmatch(pattern, words):
            return len(patterns) - at
    return 0


def best(headers: Sequence[str], target: str) -> list[str]:
    """Give the headers that name one of our columns best, from the left; none when none does."""
    marks = {header: strength(header, target) for header in headers}
    most = max(marks.values(), default=0)
    return [header for header in headers if most and marks[header] == most]


def measured(words: Sequence[str]) -> tuple[str, str]:
    """Give the word of a column of measures that is absence, and whether it counts who attends.

    Examples
    --------
    >>> measured(["Regular Attendance", "Ninth Grade on Track"])
    ('Regular Attendance', 'attending')
    >>> measured(["Graduation", "Dropout"])
    ('', '')
    """
    for kind, pattern in (("attending", ATTENDING), ("chronic_absent", ABSENT)):
        for word in words:
            if re.fullmatch(rf"(?:{MANY} )*{pattern}(?: {MANY}| rate)*", words_of(word)):
                return word, kind
    return "", ""


def id_header(headers: Sequence[str]) -> str:
    """Give the column that holds the ids of schools; "" when no header says so."""
    return next(iter(best(headers, "school_id")), "")


def is_of_absence(headers: Sequence[str]) -> bool:
    """Say whether the headers speak of absence or attendance."""
    return any(ANYWHERE.search(header) for header in headers)


def year_in(text: str) -> str:
    """Give the school year that a text names, such as "1819 Attendance"; "" when it names none.

    Examples
    --------
    >>> year_in("1819 Regular Attenders"), year_in("attendance_2018-2019.csv"), year_in("SY19-20")
    ('2018-19', '2018-19', '2019-20')
    >>> year_in("School 1822"), year_in("Final 2019")
    ('', '')
    """
    for match in re.finditer(
        r"(?<![0-9])(?:20)?([0-9]{2})[-_/– ]?(?:20)?([0-9]{2})(?![0-9])", text
    ):
        first, last = int(match[1]), int(match[2])
        if last == (first + 1) % 100 and first < 60:
            return f"20{first:02d}-{last:02d}"
    return ""


def single_year_in(text: str) -> str:
    """Give the one calendar year that a text names; "" when it names none or several."""
    years = set(re.findall(r"(?<![0-9])(20[0-9]{2})(?![0-9])", text))
    return years.pop() if len(years) == 1 else ""


def is_year(word: str) -> bool:
    """Say whether a cell is a school year or a year."""
    return bool(YEAR.fullmatch(word)) or bool(year_in(word))
