"""Writers: one true state in the layouts that publishers use. Headers and tokens are theirs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import xlsxwriter

from tests.state_files.truth import StateFiles, Truth

Rows = Iterable[Sequence[object]]
TEN = 10


def text_file(path: Path, rows: Rows, mark: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, delimiter=mark).writerows(rows)
    return path


def book(path: Path, sheets: dict[str, Rows]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return path


def percent(row: pd.Series) -> float:
    return round(100 * row["absent"] / max(row["students"], 1), 1)


def _many(counts: pd.DataFrame) -> pd.Series:
    return counts["students"].gt(TEN)


def each_row(truth: Truth, year: str = "") -> list[tuple[pd.Series, pd.Series]]:
    """Give each row of counts with its school."""
    counts = truth.counts[truth.counts["school_year"].eq(year)] if year else truth.counts
    return [(row, truth.schools.loc[row["school"]]) for _, row in counts.iterrows()]


def state_sums(truth: Truth, year: str) -> tuple[int, int]:
    row = truth.sums().loc[(year, "all", "all")]
    return int(row["students"]), int(row["absent"])


def california(folder: Path, truth: Truth) -> StateFiles:
    """Tab-delimited, levels T C D S, an id in three columns, codes of groups and grade spans."""
    codes = {"all": "TA", "Female": "GF", "Male": "GM", "Homeless": "SH", "English Learner": "SE"}
    head = "Academic Year|Aggregate Level|County Code|District Code|School Code|County Name"
    head += "|District Name|School Name|Charter School|DASS|Reporting Category"
    head += "|ChronicAbsenteeismEligibleCumulativeEnrollment|ChronicAbsenteeismCount"
    rows: list[Sequence[object]] = [f"{head}|ChronicAbsenteeismRate".split("|")]
    for year in ("2022-23", "2023-24"):
        n, x = state_sums(truth, year)
        rows.append(
            [
                year,
                "T",
                "00",
                "",
                "",
                "State",
                "",
                "",
                "All",
                "All",
                "TA",
                n,
                x,
                round(100 * x / n, 1),
            ]
        )
        rows.append([year, "T", "00", "", "", "State", "", "", "Y", "All", "TA", 90, 20, 22.2])
    for row, school in each_row(truth):
        if row["grade"] != "all":
            continue
        figures = [row["students"], row["absent"], percent(row)]
        figures = figures if row["students"] > TEN else [row["students"], "*", "*"]
        ids = [
            f"{school['county']:02d}",
            f"{61_000 + school['district_number']:05d}",
            f"{100_000 + school['number']:07d}",
        ]
        names = [f"{school['district']} County", f"{school['district']} Unified", school["name"]]
        start = [row["school_year"], "S", *ids, *names, "All", "All"]
        rows.append([*start, codes[row["student_group"]], *figures])
    paths = [text_file(folder / "chronicabsenteeism24.txt", rows, "\t")]
    head = "CDSCode\tNCESDist\tNCESSchool\tStatusType\tCounty\t"
    head += "District\tSchool\tGSoffered\tVirtual\tLatitude\tLongitude"
    spans = {"Elementary": "K-5", "Middle": "6-8", "High": "9-12"}
    places: list[Sequence[object]] = [head.split("\t")]
    for at, s in truth.schools.iterrows():
        cds = f"{s['county']:02d}{61_000 + s['district_number']:05d}{100_000 + s['number']:07d}"
        names = [f"{s['district']} County", f"{s['district']} Unified", s["name"]]
        places.append(
            [
                cds,
                "0612345",
                f"{1000 + int(str(at)):05d}",
                "Active",
                *names,
                spans[s["level"]],
                "N",
                s["lat"],
                s["lon"],
            ]
        )
    places.append(
        [
            "01100170000000",
            "0691051",
            "No Data",
            "Active",
            "Alder County",
            "Alder Unified",
            "No Data",
            "No Data",
            "P",
            "No Data",
            "No Data",
        ]
    )
    paths.append(text_file(folder / "pubschls.txt", places, "\t"))
    grades = truth.counts["grade"].eq("all")
    sums = Truth(truth.schools, truth.counts[grades]).sums(_many)
    answers = '[files."chronicabsenteeism24.txt".tokens]\n"*" = "withheld"\n'
    answers += '[files."chronicabsenteeism24.txt".names]\n"Reporting Category" = '
    answers += '["GF = Female", "GM = Male", "SH = Homeless", "SE = English Learner"]\n'
    return StateFiles(tuple(paths), sums, "California", answers)


def washington(folder: Path, truth: Truth) -> StateFiles:
    """Many measures, who attends, a suppression column in words, a file of several levels."""
    head = "SchoolYear,OrganizationLevel,County,ESDName,"
    head += "DistrictCode,DistrictName,SchoolCode,SchoolName"
    head += (
        ",CurrentSchoolType,StudentGroupType,StudentGroup,GradeLevel,Measures,Suppression,Numerator"
    )
    rows: list[Sequence[object]] = [f"{head},Denominator,DataAsOf".split(",")]
    kinds = {"all": "All", "Female": "Gender", "Male": "Gender", "Homeless": "Homeless Status"}
    kinds["English Learner"] = "English Language Learners"
    for year in ("2022-23", "2023-24"):
        n, x = state_sums(truth, year)
        start = [year, "State", "Multiple", "State Total", "", "State Total", "", "State Total", ""]
        rows.append(
            [
                *start,
                "All",
                "All Students",
                "All Grades",
                "Regular Attendance",
                "No Suppression",
                n - x,
                n,
                "2024 Dec 9",
            ]
        )
    for row, s in each_row(truth):
        group = {"all": "All Students"}.get(row["student_group"], row["student_group"])
        grade = {"all": "All Grades", "K": "Half-day Kindergarten"}.get(
            row["grade"], f"{row['grade']} Grade"
        )
        few = row["students"] < TEN
        figures = (
            ["N<10", "", ""]
            if few
            else ["No Suppression", row["students"] - row["absent"], row["students"]]
        )
        place = [
            row["school_year"],
            "School",
            s["district"],
            "Puget",
            17_000 + s["district_number"],
            f"{s['district']} School District",
        ]
        start = [*place, s["unique"], s["name"], "P", kinds[row["student_group"]], group, grade]
        rows.append([*start, "Regular Attendance", *figures, "2024 Dec 9"])
        if row["grade"] == "9":
            rows.append([*start, "Ninth Grade on Track", "No Suppression", 40, 60, "2024 Dec 9"])
    paths = [text_file(folder / "Report_Card_SQSS_for_2023-24.csv", rows)]
    paths.append(directory(folder / "directory.csv", truth, "SchoolCode"))
    sums = truth.sums(lambda each: each["students"].ge(TEN))
    answers = '[files."Report_Card_SQSS_for_2023-24.csv".tokens]\n"N<10" = "withheld"\n'
    return StateFiles(tuple(paths), sums, "Washington", answers)


def directory(path: Path, truth: Truth, ids: str, column: str = "unique") -> Path:
    rows: list[Sequence[object]] = [
        [ids, "School Name", "District Name", "Level", "Longitude", "Latitude"]
    ]
    for _, s in truth.schools.iterrows():
        rows.append([s[column], s["name"], s["district"], s["level"], s["lon"], s["lat"]])
    return text_file(path, rows)


def michigan(folder: Path, truth: Truth) -> StateFiles:
    """Category and value of the group in two columns, codes of buildings, `<10`."""
    head = (
        "SchoolYear,ISDCode,ISDName,DistrictCode,DistrictName,BuildingCode,BuildingName,EntityType"
    )
    head += ",SchoolLevel,ReportCategory,ReportSubGroup,TotalStudents,ChronicallyAbsentCount"
    rows: list[Sequence[object]] = [
        f"{head},NotChronicallyAbsentCount,PercentChronicallyAbsent".split(",")
    ]
    for year in ("22 - 23 School Year", "23 - 24 School Year"):
        n, x = state_sums(truth, "20" + year[:2] + "-" + year[5:7])
        start = [
            year,
            "00",
            "Statewide",
            "00000",
            "Statewide",
            "00000",
            "Statewide",
            "State",
            "Not Applicable",
        ]
        rows.append([*start, "All Students", "All Students", n, x, n - x, f"{100 * x / n:.1f}%"])
    kinds = {"all": "All Students", "Female": "Gender", "Male": "Gender", "Homeless": "Homeless"}
    kinds["English Learner"] = "English Learners"
    for row, s in each_row(truth):
        year = f"{row['school_year'][2:4]} - {row['school_year'][5:]} School Year"
        kind, group = kinds[row["student_group"]], row["student_group"]
        group = "All Students" if group == "all" else group
        if row["grade"] != "all":
            kind, group = (
                "Grade",
                "Kindergarten" if row["grade"] == "K" else f"Grade {row['grade']}",
            )
        n, x = row["students"], row["absent"]
        figures = [n, x, n - x, f"{percent(row):.1f}%"] if n >= TEN else ["<10"] * 3 + ["<10"]
        place = [
            year,
            "41",
            "Kent ISD",
            f"{41_000 + s['district_number']:05d}",
            f"{s['district']} Public Schools",
        ]
        rows.append(
            [
                *place,
                f"{s['unique']:05d}",
                s["name"],
                "LEA School",
                s["level"],
                kind,
                group,
                *figures,
            ]
        )
    paths = [text_file(folder / "StudentAttendance.csv", rows)]
    paths.append(directory(folder / "EEM.csv", truth, "Building Code"))
    return StateFiles(tuple(paths), truth.sums(lambda each: each["students"].ge(TEN)), "Michigan")


def wisconsin(folder: Path, truth: Truth) -> StateFiles:
    """A zip of one csv a year; one word ("Unknown") stands for several groups."""
    head = "SCHOOL_YEAR,AGENCY_TYPE,CESA,COUNTY,"
    head += "DISTRICT_CODE,SCHOOL_CODE,GRADE_GROUP,CHARTER_IND,DISTRICT_NAME"
    head += ",SCHOOL_NAME,GROUP_BY,"
    head += "GROUP_BY_VALUE,STUDENT_COUNT,CHRONICALLY_ABSENT_COUNT,CHRONIC_ABSENTEEISM_RATE"
    kinds = {
        "all": "All Students",
        "Female": "Gender",
        "Male": "Gender",
        "Homeless": "Housing Status",
    }
    kinds["English Learner"] = "EL Status"
    path = folder / "chronic_absenteeism_certified.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for year in ("2022-23", "2023-24"):
            rows: list[Sequence[object]] = [head.split(",")]
            n, x = state_sums(truth, year)
            rows.append(
                [
                    year,
                    "",
                    "",
                    "",
                    "0000",
                    "",
                    "[All]",
                    "[All]",
                    "[Statewide]",
                    "[Statewide]",
                    "All Students",
                    "All Students",
                    n,
                    x,
                    f"{100 * x / n:.2f}",
                ]
            )
            for row, s in each_row(truth, year):
                kind, group = (
                    kinds[row["student_group"]],
                    {"all": "All Students"}.get(row["student_group"], row["student_group"]),
                )
                if row["grade"] != "all":
                    kind, group = "Grade Level", {"K": "KG"}.get(row["grade"], row["grade"])
                few = row["students"] < TEN
                figures = (
                    ["*", "*", "*"]
                    if few
                    else [
                        row["students"],
                        row["absent"],
                        f"{100 * row['absent'] / row['students']:.2f}",
                    ]
                )
                place = [
                    year,
                    "School District",
                    "02",
                    s["district"],
                    f"{s['district_number']:04d}",
                    f"{s['number']:04d}",
                ]
                start = [*place, s["level"] + " School", "No", s["district"], s["name"]]
                rows.append([*start, kind, group, *figures])
                if row["student_group"] == "Male":
                    rows.append([*start, "EL Status", "Unknown", "*", "*", "*"])
                    rows.append([*start, "Gender", "Unknown", "*", "*", "*"])
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr(f"chronic_absenteeism_certified_{year}.csv", text.getvalue())
        layout = "column,meaning\nSCHOOL_YEAR,Year of the data\nGROUP_BY,Kind of group\n"
        archive.writestr("chronic_absenteeism_layout.csv", layout)
    rows = [
        [
            "Agency Key",
            "District Code",
            "School Code",
            "School Name",
            "District Name",
            "Low Grade",
            "High Grade",
            "LATITUDE",
            "LONGITUDE",
        ]
    ]
    low = {"Elementary": ("KG", "05"), "Middle": ("06", "08"), "High": ("09", "12")}
    for at, s in truth.schools.iterrows():
        rows.append(
            [
                f"A{at}",
                s["district_number"],
                s["number"],
                s["name"],
                s["district"],
                *low[s["level"]],
                s["lat"],
                s["lon"],
            ]
        )
    paths = (path, text_file(folder / "public_schools.csv", rows))
    name = path.name
    name += "#chronic_absenteeism_certified_2022-23.csv"
    answers = f'[files."{name}".tokens]\n"*" = "withheld"\n'
    return StateFiles(
        paths, truth.sums(lambda each: each["students"].ge(TEN)), "Wisconsin", answers
    )


def delaware(folder: Path, truth: Truth) -> StateFiles:
    """Four columns of groups that cross one another, a status of each row, a single year."""
    head = "School Year,District Code,District,School Code,Organization,"
    head += "Race,Gender,Grade,SpecialDemo,Geography"
    rows: list[Sequence[object]] = [
        f"{head},SubGroup,RowStatus,Students,ChronicallyAbsent,PctChronicallyAbsent".split(",")
    ]
    everyone = "All Students"
    for year in ("2022-23", "2023-24"):
        n, x = state_sums(truth, year)
        rows.append(
            [
                f"20{year[5:]}",
                0,
                "State of Delaware",
                0,
                "State of Delaware",
                everyone,
                everyone,
                everyone,
                everyone,
                everyone,
                everyone,
                "REPORTED",
                n,
                x,
                f"{100 * x / n:.2f}",
            ]
        )
    for row, s in each_row(truth):
        group, grade = row["student_group"], row["grade"]
        gender = group if group in ("Female", "Male") else everyone
        special = {"Homeless": "Homeless", "English Learner": "Active EL Students"}.get(
            group, everyone
        )
        span = everyone if grade == "all" else {"K": "Kindergarten"}.get(grade, f"{grade}th Grade")
        few = row["students"] < 15
        figures = (
            ["REDACTED", "", "", ""]
            if few
            else [
                "REPORTED",
                row["students"],
                row["absent"],
                f"{100 * row['absent'] / row['students']:.2f}",
            ]
        )
        start = [
            f"20{row['school_year'][5:]}",
            s["district_number"],
            f"{s['district']} School District",
            s["unique"],
            s["name"],
        ]
        rows.append(
            [*start, everyone, gender, span, special, everyone, "/".join([gender, span]), *figures]
        )
        if grade != "all" and not few:
            rows.append(
                [
                    *start,
                    everyone,
                    "Female",
                    span,
                    everyone,
                    everyone,
                    f"Female/{span}",
                    "REPORTED",
                    row["students"] // 2,
                    row["absent"] // 2,
                    "",
                ]
            )
    paths = [text_file(folder / "Student_Chronic_Absenteeism.csv", rows)]
    paths.append(directory(folder / "schools.csv", truth, "School Code"))
    answers = '[files."Student_Chronic_Absenteeism.csv"]\none_year = "ends"\n'
    answers += '[files."Student_Chronic_Absenteeism.csv".tokens]\n"REDACTED" = "withheld"\n'
    sums = truth.sums(lambda each: each["students"].ge(15))
    sums = sums.rename({"English Learner": "Active EL Students"}, level="student_group")
    return StateFiles(tuple(paths), sums, "Delaware", answers)


def georgia(folder: Path, truth: Truth) -> StateFiles:
    """Ids in two columns, "ALL" in place of a school, `TFS`, groups by label, rates."""
    head = (
        "LONG_SCHOOL_YEAR,DETAIL_LVL_DESC,SCHOOL_DSTRCT_CD,SCHOOL_DSTRCT_NM,INSTN_NUMBER,INSTN_NAME"
    )
    head += ",GRADES_SERVED_DESC,LABEL_LVL_1_DESC,STUDENT_COUNT_ALL,CHRONIC_ABSENT_PERC"
    rows: list[Sequence[object]] = [head.split(",")]
    n, x = state_sums(truth, "2023-24")
    rows.append(
        [
            "2023-24",
            "State",
            "ALL",
            "All Systems",
            "ALL",
            "All Schools",
            "PK-12",
            "All Students",
            n,
            round(100 * x / n, 1),
        ]
    )
    for row, s in each_row(truth, "2023-24"):
        if row["grade"] != "all":
            continue
        group = {"all": "All Students"}.get(row["student_group"], row["student_group"])
        few = row["students"] < TEN
        figures = ["TFS", "TFS"] if few else [row["students"], percent(row)]
        place = [
            "2023-24",
            "School",
            600 + s["district_number"],
            f"{s['district']} County",
            f"{s['number']:04d}",
            s["name"],
        ]
        rows.append([*place, "KK,01,02,03,04,05", group, *figures])
    paths = [text_file(folder / "Attendance_2023-24.csv", rows)]
    places: list[Sequence[object]] = [
        ["System ID", "System Name", "School ID", "School Name", "Grade Range", "Lat", "Lon"]
    ]
    spans = {"Elementary": "K-5", "Middle": "6-8", "High": "9-12"}
    for _, s in truth.schools.iterrows():
        places.append(
            [
                600 + s["district_number"],
                s["district"],
                s["number"],
                s["name"],
                spans[s["level"]],
                s["lat"],
                s["lon"],
            ]
        )
    paths.append(book(folder / "facilities.xlsx", {"Schools": places}))
    counts = truth.counts[
        truth.counts["school_year"].eq("2023-24") & truth.counts["grade"].eq("all")
    ]
    sums = Truth(truth.schools, counts).sums(lambda each: each["students"].ge(TEN))
    answers = '[files."Attendance_2023-24.csv".tokens]\nTFS = "withheld"\n'
    return StateFiles(tuple(paths), sums, "Georgia", answers)


def maryland(folder: Path, truth: Truth) -> StateFiles:
    """Rates with bounds `<= 5.0` and `>= 95.0`, ids in two columns, `A` for all."""
    head = (
        "Academic Year,LSS Number,LSS Name,School Number,School Name,Student Group,Enrolled Count"
    )
    rows: list[Sequence[object]] = [
        f"{head},Chronic Absentee Count,Chronic Absentee Pct,Create Date".split(",")
    ]
    for year in ("2022-23", "2023-24"):
        n, x = state_sums(truth, year)
        rows.append(
            [
                f"20{year[5:]}",
                "A",
                "All Public Schools",
                "A",
                "All Public Schools",
                "All Students",
                n,
                x,
                round(100 * x / n, 1),
                "20240901",
            ]
        )
    for row, s in each_row(truth):
        if row["grade"] != "all":
            continue
        group = {"all": "All Students"}.get(row["student_group"], row["student_group"])
        few = row["students"] < TEN
        rate = 100 * row["absent"] / max(row["students"], 1)
        shown = "<= 5.0" if rate <= 5 else ">= 95.0" if rate >= 95 else round(rate, 1)
        count = "*" if few or not isinstance(shown, float) else row["absent"]
        figures = ["*", "*", "*"] if few else [row["students"], count, shown]
        place = [
            f"20{row['school_year'][5:]}",
            f"{s['county']:02d}",
            f"{s['district']} County",
            f"{s['number']:04d}",
            s["name"],
        ]
        rows.append([*place, group, *figures, "20240901"])
    paths = [text_file(folder / "Attendance_2024.csv", rows)]
    places: list[Sequence[object]] = [
        [
            "LSS Number",
            "School Number",
            "School Name",
            "School Type",
            "Grades",
            "Longitude",
            "Latitude",
        ]
    ]
    spans = {"Elementary": "K-5", "Middle": "6-8", "High": "9-12"}
    for _, s in truth.schools.iterrows():
        places.append(
            [s["county"], s["number"], s["name"], "Regular", spans[s["level"]], s["lon"], s["lat"]]
        )
    paths.append(text_file(folder / "school_points.csv", places))
    counts = truth.counts[truth.counts["grade"].eq("all")]

    def shown_rows(each: pd.DataFrame) -> pd.Series:
        rate = each["absent"] / each["students"].clip(lower=1)
        return each["students"].ge(TEN) & rate.gt(0.05) & rate.lt(0.95)

    answers = '[files."Attendance_2024.csv"]\none_year = "ends"\n'
    answers += '[files."Attendance_2024.csv".tokens]\n"*" = "withheld"\n'
    return StateFiles(
        tuple(paths), Truth(truth.schools, counts).sums(shown_rows), "Maryland", answers
    )


def illinois(folder: Path, truth: Truth) -> StateFiles:
    """A workbook of several hundred columns, one of them the rate; rows of the state."""
    names = [
        "RCDTS",
        "Type",
        "School Name",
        "District",
        "City",
        "County",
        "District Type",
        "Grades Served",
    ]
    names += [
        "# Student Enrollment",
        "% Student Enrollment - White",
        "Student Attendance Rate",
        "Chronic Absenteeism",
    ]
    names += [f"Chronic Absenteeism - {group}" for group in ("Male", "Female")]
    names += ["Student Chronic Truancy Rate", *(f"% IAR Measure {at}" for at in range(200))]
    n, x = state_sums(truth, "2023-24")
    rest = [1.5, *([""] * 200)]
    rows: list[Sequence[object]] = [names]
    rows.append(
        [
            "",
            "Statewide",
            "",
            "",
            "",
            "",
            "",
            "",
            n,
            45.0,
            91.0,
            round(100 * x / n, 1),
            20.0,
            20.0,
            *rest,
        ]
    )
    spans = {"Elementary": "K 1 2 3 4 5", "Middle": "6 7 8", "High": "9 10 11 12"}
    for row, s in each_row(truth, "2023-24"):
        if (row["student_group"], row["grade"]) != ("all", "all"):
            continue
        rcdts = f"01{s['county']:03d}{s['district_number']:04d}26{s['number']:04d}"
        start = [
            rcdts,
            "School",
            s["name"],
            f"{s['district']} SD",
            "Town",
            s["district"],
            "UNIT",
            spans[s["level"]],
        ]
        rate = round(100 * row["absent"] / row["students"], 1) if row["students"] >= TEN else "*"
        rows.append([*start, row["students"], 40.2, 91.3, rate, 20.1, 19.9, *rest])
    paths = [
        book(
            folder / "24-RC-Pub-Data-Set.xlsx",
            {"Revision History": [["Date", "Change"], ["1 Nov", "First"]], "General": rows},
        )
    ]
    places: list[Sequence[object]] = [["RCDTS", "FacilityName", "Lat", "Long"]]
    for _, s in truth.schools.iterrows():
        rcdts = f"01{s['county']:03d}{s['district_number']:04d}26{s['number']:04d}"
        places.append([rcdts, s["name"], s["lat"], s["lon"]])
    paths.append(text_file(folder / "points.csv", places))
    counts = truth.counts[
        truth.counts["school_year"].eq("2023-24")
        & truth.counts["grade"].eq("all")
        & truth.counts["student_group"].eq("all")
    ]
    return StateFiles(
        tuple(paths),
        Truth(truth.schools, counts).sums(),
        "Illinois",
        '[files."24-RC-Pub-Data-Set.xlsx#General"]\nschool_year = "2023-24"\n',
    )


def new_jersey(folder: Path, truth: Truth) -> StateFiles:
    """A percent alone in a workbook of many sheets; students stand in a file of enrolment."""
    head = [
        "CountyCode",
        "CountyName",
        "DistrictCode",
        "DistrictName",
        "SchoolCode",
        "SchoolName",
        "StudentGroup",
        "Chronic_Abs_Pct",
        "State_avg",
    ]
    rows: list[Sequence[object]] = [head]
    enrolled: list[Sequence[object]] = [
        ["Enrollment of the 2023-2024 school year"],
        [],
        [
            "County Code",
            "County Name",
            "District Code",
            "District Name",
            "School Code",
            "School Name",
            "Total Enrollment",
            "Female",
            "Homeless",
        ],
    ]
    for row, s in each_row(truth, "2023-24"):
        group = {"all": "Schoolwide"}.get(row["student_group"], row["student_group"])
        place = [
            f"{s['county']:02d}",
            s["district"],
            f"{s['district_number']:04d}",
            f"{s['district']} Boro",
            f"{s['number']:03d}",
            s["name"],
        ]
        if row["grade"] == "all":
            rows.append([*place, group, percent(row) if row["students"] >= TEN else "*", 17.1])
        if (row["student_group"], row["grade"]) == ("all", "all"):
            enrolled.append([*place, row["students"], row["students"] // 2, 3])
    sheets: dict[str, Rows] = {
        "Header Page": [["Title", "Text"], ["School Performance", "2023-2024"]],
        "ChronicAbsenteeism": rows,
    }
    sheets["DaysAbsent"] = [["CountyCode", "SchoolCode", "ZeroAbsences"], ["01", "010", "5.5"]]
    paths = [
        book(folder / "SPR_2023-2024.xlsx", sheets),
        book(folder / "enrollment_2324.xlsx", {"School": enrolled}),
    ]
    places: list[Sequence[object]] = [
        [
            "County Code",
            "District Code",
            "School Code",
            "School Name",
            "Grade Span",
            "Longitude",
            "Latitude",
        ]
    ]
    spans = {"Elementary": "KG-05", "Middle": "06-08", "High": "09-12"}
    for _, s in truth.schools.iterrows():
        places.append(
            [
                s["county"],
                s["district_number"],
                s["number"],
                s["name"],
                spans[s["level"]],
                s["lon"],
                s["lat"],
            ]
        )
    paths.append(text_file(folder / "school_points.csv", places))
    counts = truth.counts[
        truth.counts["school_year"].eq("2023-24")
        & truth.counts["grade"].eq("all")
        & truth.counts["student_group"].eq("all")
    ]
    answers = '[files."SPR_2023-2024.xlsx#ChronicAbsenteeism"]\n'
    answers += 'students = "enrollment_2324.xlsx#School"\n'
    answers += '[files."SPR_2023-2024.xlsx#ChronicAbsenteeism".tokens]\n"*" = "withheld"\n'
    return StateFiles(tuple(paths), Truth(truth.schools, counts).sums(_many), "New Jersey", answers)


def by_name(folder: Path, truth: Truth) -> StateFiles:
    """Schools by name alone, the same name in two districts, some written in another way."""
    rows: list[Sequence[object]] = [
        ["School Year", "Division Name", "School Name", "Students", "Number Chronically Absent"]
    ]
    for row, s in each_row(truth):
        if (row["student_group"], row["grade"]) == ("all", "all"):
            rows.append(
                [
                    row["school_year"],
                    f"{s['district']} County",
                    s["name"],
                    row["students"],
                    row["absent"],
                ]
            )
    paths = [text_file(folder / "absent_by_school.csv", rows)]
    places: list[Sequence[object]] = [
        ["School Number", "School Name", "Division Name", "Level", "Longitude", "Latitude"]
    ]
    for _, s in truth.schools.iterrows():
        name = s["name"].replace("Elementary", "Elem. School").replace("High", "High School")
        places.append(
            [
                s["unique"],
                name,
                f"{s['district']} County Public Schools",
                s["level"],
                s["lon"],
                s["lat"],
            ]
        )
    paths.append(text_file(folder / "directory.csv", places))
    counts = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    return StateFiles(tuple(paths), Truth(truth.schools, counts).sums(), "Virginia")


def wide_years(folder: Path, truth: Truth) -> StateFiles:
    """A column a year and figure, one row a school."""
    years = ("2022-23", "2023-24")
    head = ["School Code", "School Name", "LEA Name"]
    for year in years:
        head += [
            f"{year} Enrollment",
            f"{year} Number Chronically Absent",
            f"{year} Percent Chronically Absent",
        ]
    rows: list[Sequence[object]] = [head]
    whole = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    for at, s in truth.schools.iterrows():
        cells: list[object] = []
        for year in years:
            row = whole[whole["school"].eq(at) & whole["school_year"].eq(year)].iloc[0]
            cells += [row["students"], row["absent"], percent(row)]
        rows.append([s["unique"], s["name"], s["district"], *cells])
    paths = [book(folder / "chronic_trend.xlsx", {"Trend": rows})]
    paths.append(directory(folder / "directory.csv", truth, "School Code"))
    return StateFiles(tuple(paths), Truth(truth.schools, whole).sums(), "North Carolina")


def ohio(folder: Path, truth: Truth) -> StateFiles:
    """Titles above two rows of names, years as sheets, percent signs, a note below."""
    sheets: dict[str, Rows] = {}
    for year in ("2022-23", "2023-24"):
        rows: list[Sequence[object]] = [
            ["Chronic absenteeism by building"],
            [f"School year {year}"],
            [],
        ]
        rows.append(
            ["Building IRN", "Building Name", "District IRN", "District Name", "Students", "", ""]
        )
        rows.append(
            ["", "", "", "", "Enrollment", "Chronically Absent", "Chronic Absenteeism Rate"]
        )
        for row, s in each_row(truth, year):
            if (row["student_group"], row["grade"]) == ("all", "all"):
                place = [
                    f"{s['unique']:06d}",
                    s["name"],
                    f"{s['district_number']:06d}",
                    s["district"],
                ]
                rows.append([*place, row["students"], row["absent"], f"{percent(row)}%"])
        rows.append(["NC: not calculated because there are fewer than ten students"])
        sheets[year] = rows
    paths = [book(folder / "building_absence.xlsx", sheets)]
    paths.append(directory(folder / "directory.csv", truth, "IRN"))
    whole = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    return StateFiles(tuple(paths), Truth(truth.schools, whole).sums(), "Ohio")


def federal(folder: Path, truth: Truth) -> StateFiles:
    """The files of the National Center for Education Statistics in place of a state's own list.

    The directory has the state's ids behind its letters, the geocodes have none of them; both
    are of all states.
    """
    head = (
        "Academic Year,Aggregate Level,County Code,District Code,School Code,School Name,Students"
    )
    rows: list[Sequence[object]] = [f"{head},Number Chronically Absent".split(",")]
    head = (
        "SCHOOL_YEAR,STATENAME,ST,SCH_NAME,LEA_NAME,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,GSLO,GSHI"
    )
    directory: list[Sequence[object]] = [head.split(",")]
    points: list[Sequence[object]] = [
        ["NCESSCH", "LEAID", "NAME", "STATE", "STFIP", "LAT", "LON", "SCHOOLYEAR"]
    ]
    low = {"Elementary": ("KG", "05"), "Middle": ("06", "08"), "High": ("09", "12")}
    for row, s in each_row(truth, "2023-24"):
        if (row["student_group"], row["grade"]) == ("all", "all"):
            ids = [f"{s['county']:02d}", f"{61_000 + s['district_number']:05d}", s["unique"]]
            ids[2] = f"{ids[2]:07d}"
            place = ["2023-24", "S", *ids, s["name"]]
            rows.append([*place, row["students"], row["absent"]])
            lea, nces = (
                f"06{s['district_number']:05d}",
                f"06{s['district_number']:05d}{s['unique']:05d}",
            )
            own = f"CA-{ids[0]}{ids[1]}-{ids[2]}"
            start = ["2023-2024", "CALIFORNIA", "CA", s["name"], s["district"], "CA-1", lea, own]
            directory.append([*start, nces, nces[-7:], *low[s["level"]]])
            points.append([nces, lea, s["name"], "CA", "06", s["lat"], s["lon"], "2023-2024"])
    for at, state in enumerate(("OH", "PA", "WV", "IN", "KY")):
        nces = f"3900001{at:05d}"
        directory.append(
            [
                "2023-2024",
                state,
                state,
                f"Far {at}",
                "D",
                f"{state}-9",
                "3900001",
                f"{state}-9-{at}",
                nces,
                nces[-7:],
                "KG",
                "05",
            ]
        )
        points.append([nces, "3900001", f"Far {at}", state, "39", 40.1, -82.5, "2023-2024"])
    paths = (
        text_file(folder / "absence_2023-24.csv", rows),
        text_file(folder / "ccd_sch_029_2324_w_1a.csv", directory),
        book(folder / "EDGE_GEOCODE_PUBLICSCH_2324.xlsx", {"PUBLICSCH": points}),
    )
    whole = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    whole = whole[whole["school_year"].eq("2023-24")]
    return StateFiles(paths, Truth(truth.schools, whole).sums(), "California")


Writer = Callable[[Path, Truth], StateFiles]
LAYOUTS: dict[str, Writer] = {
    each.__name__: each
    for each in (
        *(california, washington, michigan, wisconsin, delaware, georgia, maryland, illinois),
        *(new_jersey, by_name, wide_years, ohio, federal),
    )
}
