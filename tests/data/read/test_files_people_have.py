"""Rates, attenders, grades, parts of ids, header rows and years apart, as agencies publish them."""

from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import FileError
from data.place.place import load_place
from data.read.engine import FileRead, read_table
from data.read.enrolment import RATE_BOUNDS
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, parse_recipe, to_toml
from data.recipe.recipe import Recipe
from data.recipe.years import by_year
from data.store.provenance import Ledger

COMMON = """
id = "made"
publisher = "Nobody"
title = "Made up"
url = "https://example.org/a"
mirror = "a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
"""
ABSENCE = """
table = "absence"
format = { kind = "delimited" }
identifier = { pattern = ".+" }
tokens = { suppressed = { "*" = "" }, censored = true }
[columns]
school_id = { column = "id" }
school_year = { column = "year" }
"""
ENROLLED = 'enrolled = { column = "n", unit = "count" }\n'
SCHOOLS = """
table = "schools"
format = { kind = "delimited" }
identifier = { pattern = ".+" }
GRADES
[columns]
school_id = { column = "id" }
name = { column = "name" }
"""


def made(rest: str, *changes: tuple[str, str]) -> Recipe:
    text = COMMON + rest
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    recipe = parse_recipe(text)
    assert parse_recipe(to_toml(recipe)) == recipe
    return recipe


def read(folder: Path, recipe: Recipe, content: str, name: str = "a.csv") -> FileRead:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_table(recipe, path, Ledger())


def figures(read: FileRead) -> list[list[object]]:
    validate("absence", read.table.drop(columns=["name", *RATE_BOUNDS], errors="ignore"))
    wanted = ["enrolled", "lower", "chronic_absent", "upper"]
    return read.table[wanted].astype(object).to_numpy().tolist()  # type: ignore[no-any-return]


def none(rows: list[list[object]]) -> list[list[object]]:
    return [[None if str(cell) == "<NA>" else cell for cell in row] for row in rows]


def test_a_rate_of_students_is_a_count_with_what_rounding_leaves(tmp_path: Path) -> None:
    recipe = made(ABSENCE + ENROLLED + 'chronic_absent = { column = "p", unit = "percent" }')
    content = (
        "id,year,n,p\n1,2018-19,100,12.3\n2,2018-19,450,12.0\n3,2018-19,40,<5\n4,2018-19,40,>95\n"
        "5,2018-19,40,*\n6,2018-19,2000,20.0\n7,2018-19,*,20.0\n"
    )
    assert none(figures(read(tmp_path, recipe, content))) == [
        [100, 12, 12, 13],  # no whole count gives 12.3 %: the nearest ones
        [450, 54, 54, 54],
        [40, 0, None, 1],  # fewer than 5 % of 40 is fewer than 2
        [40, 39, None, 40],
        [40, None, None, None],
        [2000, 399, 400, 401],
        [None, None, None, None],
    ]


def test_a_rate_names_in_the_ledger_what_it_was_derived_from(tmp_path: Path) -> None:
    recipe = made(ABSENCE + ENROLLED + 'chronic_absent = { column = "p", unit = "fraction" }')
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_text("id,year,n,p\n1,2018-19,100,0.12\n2,2018-19,900,0.20\n", encoding="utf-8")
    table = read_table(recipe, path, ledger).table
    assert table[["lower", "chronic_absent", "upper"]].to_numpy().tolist() == [
        [12, 12, 12],
        [176, 180, 184],
    ]
    reasons = [each.reason for each in ledger.entries if each.action == "matched"]
    assert reasons == [
        "Count derived from rate and students: only one number fits both.",
        "Count derived from rate and students: within 4, by rounding.",
    ]


def test_those_who_attend_are_taken_from_all(tmp_path: Path) -> None:
    counted = ENROLLED + 'chronic_absent = { column = "x", unit = "count", complement = true }\n'
    rated = counted + 'rate = { column = "p", unit = "percent", complement = true }'
    content = (
        "id,year,n,x,p\n1,2018-19,243,177,72.8\n2,2018-19,60,*,>95\n3,2018-19,60,*,*\n"
        "4,2018-19,*,*,>95\n5,2018-19,60,61,\n6,2018-19,60,<11,*\n"
    )
    table = read(tmp_path, made(ABSENCE + rated, ('"*" = ""', '"*" = "", "" = ""')), content)
    assert none(figures(table)) == [
        [243, 66, 66, 66],
        [60, 0, None, 2],  # more than 95 % of 60 attend: fewer than 3 do not
        [60, None, None, None],
        [None, None, None, None],
        [60, 50, None, 60],
    ]
    assert table.table["school_id"].tolist() == ["1", "2", "3", "4", "6"]
    assert table.table["reason"].iloc[3].endswith("those who attend is given as >95.")
    assert table.table["rate_upper"].iloc[3] == pytest.approx(0.05)
    percents = ENROLLED + 'chronic_absent = { column = "p", unit = "percent", complement = true }'
    again = read(tmp_path, made(ABSENCE + percents), "id,year,n,p\n1,2018-19,250,72.8\n")
    assert figures(again) == [[250, 68, 68, 68]]


def test_students_come_from_those_who_attend_and_their_rate(tmp_path: Path) -> None:
    recipe = made(
        ABSENCE + 'chronic_absent = { column = "x", unit = "count", complement = true }\n'
        'rate = { column = "p", unit = "percent" }'
    )
    table = read(tmp_path, recipe, "id,year,x,p\n1,2018-19,150,25.00\n")
    assert figures(table) == [[200, 50, 50, 50]]


def test_counts_that_stand_apart_are_added(tmp_path: Path) -> None:
    recipe = made(
        ABSENCE + ENROLLED + 'chronic_absent = { column = "x", unit = "count", plus = ["y"] }',
        ('"*" = ""', '"*" = "1 to 9", "" = ""'),
    )
    content = "id,year,n,x,y\n1,2018-19,100,12,8\n2,2018-19,90,12,*\n3,2018-19,80,,4\n"
    assert none(figures(read(tmp_path, recipe, content))) == [
        [100, 20, 20, 20],
        [90, 13, None, 21],
        [80, None, None, None],
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('chronic_absent = { column = "p", unit = "percent" }', "a count only with enrolled"),
        (
            ENROLLED + 'chronic_absent = { column = "p", unit = "percent" }\n'
            'rate = { column = "p", unit = "percent" }',
            "is a rate itself",
        ),
        (
            'chronic_absent = { column = "x", unit = "count", complement = true }',
            "left of enrolled",
        ),
        (
            'enrolled = { column = "n", unit = "count", complement = true }\n'
            'chronic_absent = { column = "x", unit = "count" }',
            "belongs to chronic_absent, rate and attended",
        ),
    ],
)
def test_what_cannot_be_a_count_is_said(columns: str, message: str) -> None:
    with pytest.raises(TomlError, match=message):
        made(ABSENCE + columns)


COUNTED = ABSENCE + ENROLLED + 'chronic_absent = { column = "x", unit = "count" }\n'


@pytest.mark.parametrize(
    ("word", "year"),
    [
        ("2018-2019", "2018-19"),
        ("2018/19", "2018-19"),
        ("SY 2018-19", "2018-19"),
        ("20182019", "2018-19"),
        ("1999-2000", "1999-00"),
        ("18-19", "2018-19"),
    ],
)
def test_school_years_as_they_are_written(tmp_path: Path, word: str, year: str) -> None:
    table = read(tmp_path, made(COUNTED), f"id,year,n,x\n1,{word},100,5\n").table
    assert table["school_year"].tolist() == [year]


@pytest.mark.parametrize("word", ["2018-08", "9999-13", "2018", "", "1985-86", "2099-00", "18-08"])
def test_what_is_no_school_year_names_its_row(tmp_path: Path, word: str) -> None:
    content = f"id,year,n,x\n1,2018-19,100,5\n2,{word},100,5\n"
    with pytest.raises(FileError, match=r"column 'year', row 3: .*school year"):
        read(tmp_path, made(COUNTED), content)


@pytest.mark.parametrize(("tells", "year"), [("ends", "2017-18"), ("starts", "2018-19")])
def test_a_single_year_needs_a_word_of_the_recipe(tmp_path: Path, tells: str, year: str) -> None:
    named = ('{ column = "year" }', f'{{ column = "year", one_year = "{tells}" }}')
    table = read(tmp_path, made(COUNTED, named), "id,year,n,x\n1,2018,100,5\n").table
    assert table["school_year"].tolist() == [year]


def test_a_note_below_the_table_is_told_from_a_year(tmp_path: Path) -> None:
    content = "id,year,n,x\n1,2018-19,100,5\n\nNote: students enrolled 10 days or more\n"
    with pytest.raises(FileError, match=r"row 4: '' .* a title, a note .*\[\[filters\]\]"):
        read(tmp_path, made(COUNTED), content)


@pytest.mark.parametrize(
    "content",
    [
        "id,year,n,x,,\n1,2018-19,100,5\n",
        "id,year,n\u00a0,\u200bx\n1,2018-19,100.0,5\n",
        "id,year,n,x\n1,2018-19,100.00000000000001,4.999999999999999\n",
        "\ufeffid,year,n,x,,\n1,2018-19,100,5,,\n,,,,,\n",
    ],
)
def test_what_spreadsheets_leave_around_a_table(tmp_path: Path, content: str) -> None:
    assert figures(read(tmp_path, made(COUNTED), content)) == [[100, 5, 5, 5]]


def test_fiscal_years(tmp_path: Path) -> None:
    named = ('{ column = "year" }', '{ column = "year", one_year = "ends" }')
    table = read(tmp_path, made(COUNTED, named), "id,year,n,x\n1,FY2019,100,5\n").table
    assert table["school_year"].tolist() == ["2018-19"]


@pytest.mark.parametrize(("rows", "doubts"), [(1_000, ["rows_limit"]), (999, [])])
def test_as_many_rows_as_a_server_gives(tmp_path: Path, rows: int, doubts: list[str]) -> None:
    lines = [f"{number},2018-19,{200 + number},{20 + number // 9}" for number in range(rows)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["id,year,n,x", *lines, ""]), encoding="utf-8")
    ledger = Ledger()
    assert len(read_table(made(COUNTED), path, ledger).table) == rows
    assert [entry.doubt for entry in ledger.entries if entry.doubt] == doubts


def test_the_year_in_the_name_of_the_file(tmp_path: Path) -> None:
    named = ('{ column = "year" }', '{ file_name = "_([0-9]{4}-[0-9]{2})" }')
    content = "id,n,x\n1,100,5\n"
    table = read(tmp_path, made(COUNTED, named), content, "absence_2018-19.csv").table
    assert table["school_year"].tolist() == ["2018-19"]
    with pytest.raises(FileError, match=r"absence\.csv: its name holds nothing"):
        read(tmp_path, made(COUNTED, named), content, "absence.csv")


def test_years_apart_in_columns_and_files(tmp_path: Path) -> None:
    years = ("[columns]", 'years = { "2017-18" = "1718", "2018-19" = "1819" }\n[columns]')
    wide = made(
        COUNTED,
        years,
        ('school_year = { column = "year" }\n', ""),
        ('column = "n"', 'column = "n {year}"'),
        ('column = "x"', 'column = "x {word}"'),
    )
    content = "id,n 2017-18,n 2018-19,x 1718,x 1819\n1,100,120,5,6\n"
    tables = [read(tmp_path, each, content).table for each in by_year(wide)]
    assert [table["school_year"].tolist() for table in tables] == [["2017-18"], ["2018-19"]]
    assert [table["enrolled"].tolist() for table in tables] == [[100], [120]]
    assert [table["chronic_absent"].tolist() for table in tables] == [[5], [6]]
    assert [table["source"].tolist() for table in tables] == [["made_2017_18"], ["made_2018_19"]]
    apart = made(COUNTED, years, ('"a.csv"', '"o/a{word}.csv"'), ("org/a", "org/{start}-{end}"))
    assert [(each.mirror, each.url) for each in by_year(apart)] == [
        ("o/a1718.csv", "https://example.org/2017-2018"),
        ("o/a1819.csv", "https://example.org/2018-2019"),
    ]
    sheets = made(
        COUNTED, years, ('"a.csv"', '"a.xlsx"'), ("delimited", 'excel", sheet = "Y{word}')
    )
    assert [each.format.sheet for each in by_year(sheets)] == ["Y1718", "Y1819"]
    with pytest.raises(TomlError, match="no key says where"):
        made(COUNTED, years)


def test_a_place_reads_a_recipe_once_for_each_year(tmp_path: Path) -> None:
    years = ("[columns]", 'years = { "2017-18" = "1718", "2018-19" = "1819" }\n[columns]')
    apart = made(COUNTED, years, ('"a.csv"', '"{place}/a{word}.csv"'))
    (tmp_path / "made.toml").write_text(to_toml(apart), encoding="utf-8")
    outlines = (FOLDER / "nyc_tracts_2020.toml").read_text(encoding="utf-8")
    (tmp_path / "nyc_tracts_2020.toml").write_text(outlines, encoding="utf-8")
    (tmp_path / "small.toml").write_text(
        'slug = "small"\nname = "Small"\nstate = "New York"\nstate_fips = "36"\n'
        'tract_vintage = 2020\ndefault_year = "2018-19"\ndefinition = "d"\n'
        'recipes = ["made", "nyc_tracts_2020"]\nreleases = { "2018-19" = "made_2018_19" }\n',
        encoding="utf-8",
    )
    place = load_place("small", folder=tmp_path, recipes=tmp_path)
    assert [(each.id, each.mirror) for each in place.recipes[:2]] == [
        ("made_2017_18", "small/a1718.csv"),
        ("made_2018_19", "small/a1819.csv"),
    ]


def test_two_header_rows_and_merged_cells(tmp_path: Path) -> None:
    recipe = made(
        COUNTED,
        (
            'kind = "delimited"',
            'kind = "delimited", header_rows = [2, 3], fill_down = ["School Id"]',
        ),
        ('column = "id"', 'column = "School Id"'),
        ('column = "n"', 'column = "All students Number"'),
        ('column = "x"', 'column = "All students Absent"'),
    )
    content = (
        "Attendance,,,\nSchool,,All students,\nId,year,Number,Absent\n7,2017-18,100,5\n"
        ",2018-19,110,6\n8,2018-19,90,4\n"
    )
    with pytest.raises(FileError, match="no such column"):
        read(tmp_path, recipe, content)
    year = made(
        COUNTED,
        (
            'kind = "delimited"',
            'kind = "delimited", header_rows = [2, 3], fill_down = ["School Id"]',
        ),
        ('column = "id"', 'column = "School Id"'),
        ('column = "year"', 'column = "School year"'),
        ('column = "n"', 'column = "All students Number"'),
        ('column = "x"', 'column = "All students Absent"'),
    )
    table = read(tmp_path, year, content).table
    assert table["school_id"].tolist() == ["7", "7", "8"]
    assert table["enrolled"].tolist() == [100, 110, 90]


def test_an_id_in_parts_is_padded_part_by_part(tmp_path: Path) -> None:
    parts = (
        'identifier = { pattern = "[0-9]{4}-[0-9]{3}", also = ["s"], pads = [4, 3], joint = "-" }'
    )
    recipe = made(COUNTED, ('identifier = { pattern = ".+" }', parts))
    table = read(
        tmp_path, recipe, "id,s,year,n,x\n12,7,2018-19,100,5\n1200,21,2018-19,90,4\n"
    ).table
    assert table["school_id"].tolist() == ["0012-007", "1200-021"]
    with pytest.raises(TomlError, match="1 lengths for an id of 2 parts"):
        made(COUNTED, ('identifier = { pattern = ".+" }', parts.replace("[4, 3]", "[4]")))


def test_an_id_that_lost_its_zeros_is_told_how_to_pad(tmp_path: Path) -> None:
    recipe = made(COUNTED, ('pattern = ".+"', 'pattern = "[0-9]{6}"'))
    content = "id,year,n,x\n001234,2018-19,100,5\n1235,2018-19,100,5\n17,2018-19,100,5\n"
    with pytest.raises(FileError, match=r"row 3: id '1235' .* \(2 in all\); write pad = 6"):
        read(tmp_path, recipe, content)


def test_an_id_is_freed_of_what_a_spreadsheet_puts_around_it(tmp_path: Path) -> None:
    padded = ('pattern = ".+"', 'pattern = "[0-9]{4}", pad = 4')
    content = 'id,year,n,x\n17.0,2018-19,100,5\n"=""0018""",2018-19,90,4\n19,2018-19,80,3\n'
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_text(content, encoding="utf-8")
    table = read_table(made(COUNTED, padded), path, ledger).table
    assert table["school_id"].tolist() == ["0017", "0018", "0019"]
    reason = "Id freed of a spreadsheet's .0 or quotes."
    assert [each.examples for each in ledger.entries if each.reason == reason] == [
        ("17.0", '="0018"')
    ]


@pytest.mark.parametrize(("word", "what"), [("-1", "code for missing"), ("1.2E+11", "spreadsheet")])
def test_an_id_that_is_none(tmp_path: Path, word: str, what: str) -> None:
    content = f"id,year,n,x\n1234,2018-19,100,5\n{word},2018-19,100,5\n"
    with pytest.raises(FileError, match=rf"column 'id', row 3: id '.*' .*{what}"):
        read(tmp_path, made(COUNTED), content)


@pytest.mark.parametrize(
    ("grades", "content", "levels"),
    [
        (
            '{ offered = "g" }',
            "id,name,g\n1,a,K-5\n2,b,\"KG,01,02\"\n3,c,06-08\n4,d,9th - 12th\n5,e,PK\n6,f,\n"
            "7,g,Pre-K to 8\n8,h,Grade 7-12\n9,i,PK-12\n",
            [
                *("elementary", "elementary", "middle", "high", "prek", "unknown"),
                *("k8", "secondary", "k12"),
            ],
        ),
        (
            '{ lowest = "l", highest = "h" }',
            "id,name,l,h\n1,a,KG,05\n2,b,-1,0\n3,c,09,12\n4,d,6,\n5,e,,\n",
            ["elementary", "early", "high", "middle", "unknown"],
        ),
        (
            '{ each = { K = "k", 5 = "five", 12 = "last" } }',
            "id,name,k,five,last\n1,a,12,30,-\n2,b,0,3,No\n3,c,Yes,Yes,Yes\n4,d,,,8\n",
            ["elementary", "middle", "k12", "high"],
        ),
        (
            '{ offered = "g", a_row_each = true }',
            "id,name,g\n1,a,Kindergarten\n1,a,Grade 5\n2,b,Grade 9\n2,b,Grade 12\n",
            ["elementary", "high"],
        ),
    ],
)  # fmt: skip
def test_a_level_follows_from_the_grades(
    tmp_path: Path, grades: str, content: str, levels: list[str]
) -> None:
    table = read(tmp_path, made(SCHOOLS, ("GRADES", f"grades = {grades}")), content).table
    assert table["level"].tolist() == levels


def test_a_word_that_is_no_grade_names_its_row(tmp_path: Path) -> None:
    recipe = made(SCHOOLS, ("GRADES", 'grades = { offered = "g" }'))
    with pytest.raises(FileError, match=r"column 'g', row 3: 'all' is no grade"):
        read(tmp_path, recipe, "id,name,g\n1,a,K-5\n2,b,all\n")
    with pytest.raises(TomlError, match="lowest and highest both"):
        made(SCHOOLS, ("GRADES", 'grades = { lowest = "l" }'))


def test_rules_and_overrides_by_regular_expression(tmp_path: Path) -> None:
    level = (
        'level = { column = "k", map = { JH = "middle" }, rules = { "(?i).*elem.*" = "elementary",'
        ' "(?i).*high.*" = "high" }, default = "unknown" }\n'
        'school_type = { constant = "" }'
    )
    over = '[[overrides]]\ntarget = "school_type"\nvalue = "Online"\ncolumn = "name"\n'
    over += 'regex = "(?i).*(virtual|online).*"\ndefault = "School"'
    text = SCHOOLS.replace("GRADES", "") + level.replace('constant = ""', 'constant = "x"')
    content = "id,name,k\n1,A Virtual Academy,High School\n2,Oak,ELEMENTARY\n3,Elm,JH\n4,Ash,Lab\n"
    table = read(tmp_path, made(text + "\n" + over), content).table
    assert table["level"].tolist() == ["high", "elementary", "middle", "unknown"]
    assert table["school_type"].tolist() == ["Online", "School", "School", "School"]
    with pytest.raises(TomlError, match="either equals or regex"):
        made(text + "\n" + over + '\nequals = "Oak"')


def test_a_crosswalk_has_shares_and_mended_ids(tmp_path: Path) -> None:
    recipe = made(
        'table = "crosswalk"\nformat = { kind = "delimited" }\n'
        'identifier = { pattern = "[0-9]{11}" }\n[columns]\nsource = { column = "a" }\n'
        'target = { column = "b" }\nweight = { column = "w", unit = "fraction" }'
    )
    content = "a,b,w\n1001020100,G0100010020100,0.355415\n01001020100,1001020200,0.644585\n"
    table = read(tmp_path, recipe, content).table
    validate("crosswalk", table)
    assert table["source"].tolist() == ["01001020100", "01001020100"]
    assert table["target"].tolist() == ["01001020100", "01001020200"]
    assert table["weight"].tolist() == [0.355415, 0.644585]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html><body><table><tr><td>1</td></tr></table>", "an HTML table or page that is called"),
        (b"<table border=1>", "an HTML table or page that is called"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
         "an XML spreadsheet that is called"),
        (b"id\tyear\tn\tx\n1\t2018-19\t100\t5\n", "a plain text that is called .*delimited"),
        (b"PK\x03\x04rest", "its content is .xlsx, not"),
    ],
)  # fmt: skip
def test_what_is_called_xls_and_is_none_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    book = made(COUNTED, ('"a.csv"', '"a.xls"'), ("delimited", "excel"))
    with pytest.raises(FileError, match=rf"a\.xls: {what}"):
        read_table(book, path, Ledger())


PARTS = (
    'school_id = { column = "id" }',
    'school_id = { column = "c" }',
)
PATTERN = 'pattern = ".+"'


def test_parts_of_ids_are_freed_and_filled_one_by_one(tmp_path: Path) -> None:
    parts = 'pattern = "[0-9]{9}", also = ["d", "s"], joint = ""'
    content = 'c,d,s,name\n"=""13""","=""0020""","=""005""",a\n3.0,20.0,5.0,b\n'
    recipe = made(SCHOOLS, ("GRADES", ""), PARTS, (PATTERN, f"{parts}, pads = [2, 4, 3]"))
    assert list(read(tmp_path, recipe, content).table.index) == ["130020005", "030020005"]
    # Filled as a whole 13 20 005 would be school 0001320005: only the parts tell.
    recipe = made(SCHOOLS, ("GRADES", ""), PARTS, (PATTERN, parts))
    with pytest.raises(
        FileError, match=r"write pads in \[identifier\]: the length of each of c, d, s"
    ):
        read(tmp_path, recipe, "c,d,s,name\n13,20,5,a\n")


def test_totals_of_those_who_attend_are_compared_as_absent(tmp_path: Path) -> None:
    attending = 'chronic_absent = { column = "a", unit = "count", complement = true }\n'
    totals = '[[filters]]\ncolumn = "id"\nnone_of = ["all"]\ntotals = true\nreason = "All."\n'
    ledger = Ledger()
    path = tmp_path / "a.csv"
    path.write_text("id,year,n,a\n1,2018-19,100,80\n2,2018-19,200,170\nall,2018-19,300,250\n")
    read_table(made(ABSENCE + ENROLLED + attending + totals), path, ledger)
    words = [each.reason for each in ledger.entries]
    same = "50 of 300 students"
    assert f"2018-19: {same} in the rows, {same} in the publisher's own total." in words
    assert not [each for each in ledger.entries if each.doubt]


@pytest.mark.parametrize(("words", "status"), [("", "missing"), (', words = "why"', "suppressed")])
def test_words_in_a_column_of_their_own_are_missed_or_read(
    tmp_path: Path, words: str, status: str
) -> None:
    columns = "".join(
        f'{name} = {{ column = "{header}", unit = "count"{words} }}\n'
        for name, header in (("enrolled", "n"), ("chronic_absent", "a"))
    )
    recipe = made(ABSENCE + columns, ('"*"', '"Suppressed: N<10"'))
    ledger, path = Ledger(), tmp_path / "a.csv"
    hidden = "".join(f"{number},2018-19,,,Suppressed: N<10\n" for number in range(2, 12))
    path.write_text(f"id,year,n,a,why\n1,2018-19,100,20,\n{hidden}")
    table = read_table(recipe, path, ledger).table
    assert table["status"].tolist() == ["reported", *[status] * 10]
    doubts = [(each.doubt, each.rows) for each in ledger.entries if each.doubt]
    assert doubts == ([] if words else [("words_unseen", 10)])


@pytest.mark.parametrize(
    ("known", "upper"), [("<10", [None, None]), ("<10%", [19, 0]), ("n<10", [None, None])]
)
def test_fewer_than_ten_students_is_no_rate(
    tmp_path: Path, known: str, upper: list[int | None]
) -> None:
    rate = 'chronic_absent = { column = "p", unit = "percent" }\n'
    recipe = made(ABSENCE + ENROLLED + rate, ('"*" = ""', f'"*" = "{known}"'))
    content = "id,year,n,p\n1,2018-19,100,20\n2,2018-19,200,*\n3,2018-19,*,*\n"
    table = read(tmp_path, recipe, content).table
    assert table["status"].tolist() == ["reported", "suppressed", "suppressed"]
    bounds = [None if pd.isna(each) else int(each) for each in table["upper"][1:]]
    assert bounds == upper


def test_a_filter_that_keeps_nothing_says_what_stands_there(tmp_path: Path) -> None:
    wanted = '[[filters]]\ncolumn = "name"\nequals = "All students"\nreason = "A group."\n'
    recipe = made(SCHOOLS + wanted, ("GRADES", ""))
    rows = "".join(f"{number},All Students\n" for number in range(5))
    with pytest.raises(FileError) as told:
        read(tmp_path, recipe, f"id,name\n{rows}9,Jane Doe\n")
    assert str(told.value) == (
        "a.csv, column 'name': no row is left after the filters: this one keeps 'All students';"
        " often there: 'All Students'; correct the filter in the recipe"
    )
