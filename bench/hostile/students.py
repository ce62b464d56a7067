"""Registers of students in many disguises."""

from collections.abc import Iterator

from bench.hostile.file import GOOD, HEADER, HostileFile

NAMES_OF_STUDENTS = (
    *("First Name", "last_name", "lname", "FNAME", "Surname", "student_name", "StudentLastName"),
    *(
        "nombres",
        "Apellidos",
        "apellido paterno",
        "Prénom",
        "nom de famille",
        "Vorname",
        "Nachname",
    ),
    *("sobrenome", "cognome", "voornaam", "Imię", "nazwisko", "họ và tên", "姓名", "Фамилия"),
)
ABOUT_STUDENTS = (
    *("DOB", "birth_date", "BirthYear", "date of birth", "yob", "fecha de nacimiento", "F. nac."),
    *(
        "date de naissance",
        "Geburtsdatum",
        "geburtsjahr",
        "data di nascita",
        "出生日期",
        "生年月日",
    ),
    *("student id", "StudentID", "SSN", "sasid", "home_address", "parent phone", "mother's name"),
    *(
        "guardian email",
        "student phone",
        "Medicaid ID",
        "학생 이름",
        "学号",
        "matrícula del alumno",
    ),
)
FIRST = ("Ann", "Bob", "Maria", "José", "Fatima", "Wei", "John", "Olivia", "Priya", "Malik")
LAST = ("Doe", "Roe", "Lopez", "Nguyen", "Khan", "Garcia", "Okafor", "Li", "Smith", "Jones")


def registers() -> Iterator[HostileFile]:
    """Describe single students by header and by content."""
    lines = GOOD.decode().splitlines()

    def made(name: str, header: str, cells: list[str], *, refused: bool = True) -> HostileFile:
        rows = [
            f"{lines[0]},{header}",
            *(f"{line},{cells[at % len(cells)]}" for at, line in enumerate(lines[1:])),
        ]
        text = "\n".join(rows) + "\n"
        return HostileFile("register", name, "a.csv", text.encode(), "delimited", refused=refused)

    for header in (*NAMES_OF_STUDENTS, *ABOUT_STUDENTS):
        yield made(header, f'"{header}"', ["Q"])
    days = [f"{at % 12 + 1:02}/{at * 11 % 28 + 1:02}/{2005 + at % 9}" for at in range(40)]
    crowded = HEADER.decode() + "{}\n"
    contents = {
        "full names": [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)],
        "last, first": [f'"{last}, {first}"' for first, last in zip(FIRST, LAST, strict=True)],
        "first names": list(FIRST),
    }
    two_a_school = [
        line.replace(f"S{at},2018-19", f"S{at // 4},{2010 + at % 4}-{11 + at % 4}")
        for at, line in enumerate(lines[1:])
    ]
    for name, cells in {
        **contents,
        "birthdays": days,
        "homes": [f"{at} Oak Street" for at in range(40)],
    }.items():
        text = "\n".join(
            [
                f"{lines[0]},c",
                *(f"{line},{cells[at % len(cells)]}" for at, line in enumerate(two_a_school)),
            ]
        )
        yield HostileFile("register", name, "a.csv", text.encode(), "delimited")
    ones = "".join(f"S{at % 5},2018-19,1,{at % 2}\n" for at in range(60))
    yield HostileFile("register", "ones", "a.csv", crowded.format(ones).encode(), "delimited")
    persons = "".join(f'"{last}, {first}",2018-19,180,20\n' for first in FIRST for last in LAST)
    yield HostileFile("register", "ids", "a.csv", crowded.format(persons).encode(), "delimited")
    for header, cells in {
        "Principal": ["Ann Doe", "Bob Roe"],
        "phone": ["555-0100"],
        "county": ["Jackson", "Madison"],
    }.items():
        yield made(f"harmless {header}", header, cells, refused=False)
