"""What looks like data of students in a text that someone typed, or in a file handed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from data.read.students import Sample, given_names, is_person, refuse_students

ORGANISATION = re.compile(
    r"\b(?:health|hospital|clinics?|medical|dental|depart(?:ment)?|dept|services?|authority|society"
    r"|associat\w*|foundation|trust|funds?|council|committee|ministr\w*|church|temple|mosque|parish"
    r"|partners?\w*|network|alliance|agency|office|bureau|bank|pantry|librar\w+|ymca|clubs?|inc|llc"
    r"|corp\w*|company|program\w*|initiative|project|housing|homes?|famil\w+|communit\w+|city|state"
    r"|streets?|avenue|road|heights|village|gardens|hills?|point|beach|bay|island|bridge|square"
    r"|plaza|terrace|houses|towers|teams?|groups?|coalition|union|nurs\w+|care|food|kids|children"
    r"|youth|education|board|university|schools?|academy|center|centre|districts?|county|parks?"
    r"|north|south|east|west|grants?|letters?|visits?|buses|bus|mentors?|day|week|summer|spring)\b",
    re.IGNORECASE,
)
PARTS = re.compile(r"[;|•·\t\n/]|\band\b|\by\b|&|,(?=\s*[^\W\d_]+\s+[^\W\d_]+)", re.IGNORECASE)
PAIR = re.compile(r"\b([A-Z][^\W\d_'’-]+) ([A-Z][\w'’-]*)\b")
SINGLE = re.compile(
    r"\b(?:student|pupil|child|son|daughter|boy|girl|grader|grade \d+|born|missed"
    r"|absen\w+|years? old|estudiante|alumn[oa]|hij[oa])\b",
    re.IGNORECASE,
)
DATE = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b")
BORN = re.compile(
    r"\b(?:d\.?o\.?b\b|date of birth|birth ?da(?:y|te)|born\b|b\. ?(?=\d)"
    r"|fecha de nac\w*|nacid[oa] en)",
    re.IGNORECASE,
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ID_WORDS = re.compile(
    r"\b(?:student|pupil|osis|sasid|ssid|lasid|suid|medicaid|matr[ií]cula|alumn[oa]|estudiante)s?"
    r"(?:\W{0,3}(?:ids?|no|nrs?|numbers?|n[uú]mero))?\W{0,3}\d{4,}\b",
    re.IGNORECASE,
)
SOCIAL_SECURITY = re.compile(r"\b\d{3}-\d\d-\d{4}\b")
BARE = re.compile(r"(?<![$\d.,-])\b\d{6,12}\b(?![.,-]?\d)")
LISTED = re.compile(r"[;,|•·\t\n/&]|\band\b|\by\b", re.IGNORECASE)
CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"
)
TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sra?|Se[ñn]ora?|Principal|Coach|Nurse|Officer|Maestr[oa])"
    r"\.? [A-Z][\w'’-]+"
)
OF_KIN = re.compile(
    r"\b(?:[Ss]on|[Dd]aughter|[Cc]hild|[Kk]id|[Bb]oy|[Gg]irl|[Ss]tudent|[Bb]rother|[Ss]ister|[Cc]ousin"
    r"|[Ff]riend|[Tt]eacher|[Nn]ephew|[Nn]iece|[Hh]ij[oa]|[Nn]iñ[oa]|[Hh]erman[oa]|[Aa]lumn[oa])"
    r",? (?:named |called |llamad[oa] )?([A-Z][\w'’-]+)"
)
SEVERAL_DATES, LEAST_LISTED = 3, 3


def suspect(text: str) -> str:
    """Say what of single students a text may hold: a code of `data.plan.entry.PROBLEMS`, or "".

    Examples
    --------
    >>> suspect("Anna Miller; Peter Jones")
    'names'
    >>> suspect("Anna Miller Health Centre"), suspect("Home visits from 2026-09-01 on")
    ('', '')
    """
    if not text:
        return ""
    if _holds_id(text):
        return "student_id"
    named = _holds_names(text)
    dates = set(DATE.findall(text))
    if BORN.search(text) and (dates or YEAR.search(text)):
        return "birth_date"
    if len(dates) >= SEVERAL_DATES or (dates and _pairs(text)):
        return "birth_date"
    return "names" if named else ""


def suspect_anyone(text: str) -> str:
    """Say what of any single person a text may hold, more strictly than `suspect`.

    What people said in a circle needs no name at all: one name, a title with a name, an address or
    a telephone number is enough.

    Examples
    --------
    >>> suspect_anyone("Ms. Lopez calls when we are late"), suspect_anyone("my son Liam is ill")
    ('names', 'names')
    >>> suspect_anyone("The bus to Bay Clinic comes late"), suspect_anyone("ask me: a@b.org")
    ('', 'contact')
    """
    if code := suspect(text):
        return code
    if CONTACT.search(text):
        return "contact"
    kin = any(name.casefold() in given_names() for name in OF_KIN.findall(text))
    return "names" if _pairs(text) or TITLED.search(text) or kin else ""


def refuse_register(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Collection[str]],
    file: str,
) -> None:
    """Refuse a file that describes single students, before a cell of it is looked at further.

    Parameters
    ----------
    headers : sequence of str
    rows : sequence of sequences of str
        All of the width of the headers.
    known : mapping
        By header: words that a column may hold, such as names of places; a column that holds no
        others is passed over.
    file : str
        For errors.

    Raises
    ------
    FileError
        See `data.read.students.refuse_students`.
    """
    kept = [
        at
        for at, header in enumerate(headers)
        if not (header in known and {row[at] for row in rows} <= set(known[header]))
    ]
    # What an organisation is called may begin as a person is.
    cells = [["" if ORGANISATION.search(row[at]) else row[at] for at in kept] for row in rows]
    sample = Sample([headers[at] for at in kept], cells, "", "flows", file)
    if kept:
        refuse_students(sample)


def _holds_id(text: str) -> bool:
    if ID_WORDS.search(text) or SOCIAL_SECURITY.search(text):
        return True
    bare = BARE.findall(text)
    return len(bare) >= 2 or bool(bare and bare[0] == text)


def _holds_names(text: str) -> bool:
    """Say whether a text is a person's name, a list of names, or speaks of a child by name."""
    whole = is_person(text) and not ORGANISATION.search(text)
    if whole and all(word[:1].isupper() for word in text.replace(",", " ").split()):
        return True
    if _are_first_names(text):
        return True
    parts = [part.strip() for part in PARTS.split(text)]
    persons = [part for part in parts if is_person(part) and not ORGANISATION.search(part)]
    pairs = _pairs(text)
    return len(persons) >= 2 or len(pairs) >= 2 or bool(pairs and SINGLE.search(text))


def _are_first_names(text: str) -> bool:
    """Say whether a text is a bare list of given names; schools and places are called so too."""
    if ORGANISATION.search(text):
        return False
    parts = [part.strip().casefold() for part in LISTED.split(text) if part.strip()]
    given = sum(part in given_names() for part in parts)
    return given >= LEAST_LISTED and given >= 0.6 * len(parts)


def _pairs(text: str) -> set[tuple[str, str]]:
    """Find first and last names in a sentence."""
    return {
        (first, last)
        for first, last in PAIR.findall(text)
        if first.casefold() in given_names() and not ORGANISATION.search(f"{first} {last}")
    }
