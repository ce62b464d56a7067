"""Further layouts: codes under plain headers, years run together, totals between dashes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.state_files.layouts import (
    TEN,
    book,
    directory,
    each_row,
    percent,
    state_sums,
    text_file,
)
from tests.state_files.truth import StateFiles, Truth

SPANS = {"Elementary": "K-5", "Middle": "6-8", "High": "9-12"}


def kentucky(folder: Path, truth: Truth) -> StateFiles:
    """Years run together, totals between dashes, a flag of what is withheld, thousands commas."""
    head = "SCHOOL YEAR,COUNTY NUMBER,COUNTY NAME,DISTRICT NUMBER,DISTRICT NAME,SCHOOL NUMBER"
    head += ",SCHOOL NAME,SCHOOL CODE,STATE SCHOOL ID,NCES ID,SCHOOL TYPE,DEMOGRAPHIC,SUPPRESSED"
    head += ",CHRONICALLY ABSENT STUDENTS,STUDENTS ENROLLED 10 OR MORE DAYS,CHRONIC ABSENTEE RATE"
    rows: list[Sequence[object]] = [head.split(",")]
    for year in ("2022-23", "2023-24"):
        n, x = state_sums(truth, year)
        run = f"{year[:4]}20{year[5:]}"
        start = [run, "", "", "999", "State", "", "All Schools", "999000", "999000", "", ""]
        rows.append([*start, "All Students", "No", f"{x:,}", f"{n:,}", f"{100 * x / n:.1f}"])
        first = truth.schools.iloc[0]
        start = [run, 1, first["county"], "007", first["district"], "", "---District Total---"]
        rows.append([*start, "007000", "007000", "", "", "All Students", "No", 90, 400, 22.5])
    for row, s in each_row(truth):
        if row["grade"] != "all":
            continue
        group = {"all": "All Students"}.get(row["student_group"], row["student_group"])
        few = row["students"] < TEN
        figures = ["Yes", "", "", ""]
        if not few:
            figures = ["No", row["absent"], row["students"], percent(row)]
        number = f"{s['district_number']:03d}"
        run = f"{row['school_year'][:4]}20{row['school_year'][5:]}"
        code = f"{number}{s['number']:03d}"
        start = [run, s["county"], "Adair", number, s["district"], s["number"], s["name"], code]
        rows.append([*start, code, f"2100{code}9", "A1", group, *figures])
    paths = [text_file(folder / "KYRC24_ACCT_Chronic_Absenteeism.csv", rows)]
    places: list[Sequence[object]] = [["School Code", "School Name", "Grades", "Lat", "Lon"]]
    for _, s in truth.schools.iterrows():
        code = f"{s['district_number']:03d}{s['number']:03d}"
        places.append([code, s["name"], SPANS[s["level"]], s["lat"], s["lon"]])
    paths.append(text_file(folder / "schools.csv", places))
    whole = Truth(truth.schools, truth.counts[truth.counts["grade"].eq("all")])
    sums = whole.sums(lambda each: each["students"].ge(TEN))
    answers = '[files."KYRC24_ACCT_Chronic_Absenteeism.csv".tokens]\nYes = "withheld"\n'
    return StateFiles(tuple(paths), sums, "Kentucky", answers)


def tennessee(folder: Path, truth: Truth) -> StateFiles:
    """Codes under plain headers, system and school; groups in small letters; `**`."""
    head = "system,system_name,school,school_name,student_group,grade_band,n_students"
    rows: list[Sequence[object]] = [
        f"{head},n_chronically_absent,pct_chronically_absent".split(",")
    ]
    for row, s in each_row(truth, "2023-24"):
        if row["grade"] != "all":
            continue
        group = {"all": "All Students"}.get(row["student_group"], row["student_group"])
        few = row["students"] < TEN
        figures = [row["students"], row["absent"], percent(row)]
        figures = [row["students"], "**", "**"] if few else figures
        place = [s["district_number"], f"{s['district']} County", s["number"], s["name"]]
        rows.append([*place, group, "All Grades", *figures])
        if group == "All Students":
            rows.append([*place, group, "K-8", row["students"], "**", "**"])
    paths = [text_file(folder / "school_chronic_absenteeism_2023-24.csv", rows)]
    places: list[Sequence[object]] = [
        [
            "District Number",
            "School Number",
            "School Name",
            "Grades Served",
            "Latitude",
            "Longitude",
        ]
    ]
    for _, s in truth.schools.iterrows():
        span = SPANS[s["level"]]
        start = [s["district_number"], s["number"], s["name"], span]
        places.append([*start, s["lat"], s["lon"]])
    paths.append(text_file(folder / "schl_directory.csv", places))
    counts = truth.counts[truth.counts["grade"].eq("all")]
    counts = counts[counts["school_year"].eq("2023-24")]
    sums = Truth(truth.schools, counts).sums(lambda each: each["students"].ge(TEN))
    answers = '[files."school_chronic_absenteeism_2023-24.csv".tokens]\n"**" = "withheld"\n'
    return StateFiles(tuple(paths), sums, "Tennessee", answers)


def massachusetts(folder: Path, truth: Truth) -> StateFiles:
    """A profile of shares with a title, two thresholds of absence; students in another workbook."""
    names = ["School Name", "School Code", "Attendance Rate", "Average # of Absences"]
    names += ["Absent 10 or more days", "Chronically Absent (10% or more)"]
    names += ["Chronically Absent (20% or more)", "Unexcused > 9 days"]
    rows: list[Sequence[object]] = [["2023-24 Attendance Report (School)"], names]
    enrolled: list[Sequence[object]] = [
        ["2023-24 Enrollment by Grade"],
        ["School Name", "School Code", "K", "1", "2", "Total"],
    ]
    for row, s in each_row(truth, "2023-24"):
        if (row["student_group"], row["grade"]) != ("all", "all"):
            continue
        name, code = f"{s['district']} - {s['name']}", f"{s['unique']:08d}"
        share = percent(row)
        rows.append([name, code, 93.1, 11.2, 41.0, share, round(share / 3, 1), 9.9])
        enrolled.append([name, code, 0, 0, 0, row["students"]])
    paths = (
        book(folder / "attendance.xlsx", {"Attendance": rows}),
        book(folder / "enrollmentbygrade.xlsx", {"Enrollment": enrolled}),
        directory(folder / "search.csv", truth, "School Code"),
    )
    counts = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    counts = counts[counts["school_year"].eq("2023-24")]
    answers = (
        '[files."attendance.xlsx#Attendance"]\nstudents = "enrollmentbygrade.xlsx#Enrollment"\n'
    )
    return StateFiles(paths, Truth(truth.schools, counts).sums(), "Massachusetts", answers)


def minnesota(folder: Path, truth: Truth) -> StateFiles:
    """Those who attend consistently, under titles, with a row of the whole state."""
    names = ["School Year", "District Number", "District Type", "School Number", "District Name"]
    names += ["School Name", "Student Group", "Number of Students Enrolled"]
    names += ["Number of Students Consistently Attending", "Consistent Attendance Percent"]
    rows: list[Sequence[object]] = [["Department of Education"], ["Consistent Attendance"], names]
    for row, s in each_row(truth, "2023-24"):
        if (row["student_group"], row["grade"]) != ("all", "all"):
            continue
        number, there = row["students"], row["students"] - row["absent"]
        place = ["2023-2024", s["district"][-1:].zfill(4), "01", f"{s['unique']:05d}"]
        share = round(100 * there / number, 2)
        rows.append([*place, s["district"], s["name"], "All Students", number, there, share])
    number, absent = state_sums(truth, "2023-24")
    last = ["2023-2024", "9999", "99", "00000", "Minnesota", "All Schools", "All Students"]
    rows.append([*last, number, number - absent, round(100 * (1 - absent / number), 2)])
    paths = (
        book(folder / "consistent.xlsx", {"Attendance": rows}),
        directory(folder / "schools.csv", truth, "School Number"),
    )
    counts = truth.counts[truth.counts["grade"].eq("all") & truth.counts["student_group"].eq("all")]
    counts = counts[counts["school_year"].eq("2023-24")]
    answers = '[files."consistent.xlsx#Attendance"]\nfigures = "attending"\n'
    return StateFiles(paths, Truth(truth.schools, counts).sums(), "Minnesota", answers)


MORE = {each.__name__: each for each in (kentucky, tennessee, massachusetts, minnesota)}
