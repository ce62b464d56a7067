"""Texts that are none, uploads, and answers of the Census Bureau."""

import json
import pickle
from collections.abc import Iterator

import numpy as np

from bench.hostile.file import GEOID, GOOD, HEADER, HostileFile, packed
from bench.hostile.students import ABOUT_STUDENTS, FIRST, NAMES_OF_STUDENTS


def texts(draw: np.random.Generator) -> Iterator[HostileFile]:
    """Write texts that are none, or whose rows and columns do not fit."""
    made: dict[str, bytes] = {
        "nothing": b"",
        "page": b"<!DOCTYPE html><html>Sign in</html>",
        "xml": b"<?xml version='1.0'?><a/>",
        "pickle": pickle.dumps({"id": [1]}, protocol=5),
        "null": GOOD.replace(b"S7", b"S\x007"),
        "header alone": HEADER,
        "blank": b"\n\n\n",
        "no header": GOOD[len(HEADER) :],
        "twice": GOOD.replace(b"absent\n", b"enrolled\n", 1),
        "open quote": GOOD + b'"S99,2018-19,300,30\n',
        "huge cell": HEADER + b'"' + b"0" * (2 << 20) + b'",2018-19,300,30\n',
        "wide row": GOOD + b"S99,2018-19,300,30,1,2,3\n",
        "short row": GOOD + b"S99,2018-19\n",
        "other mark": GOOD.replace(b",", b";"),
        "words": GOOD + b"S99,2018-19,many,30\n",
        "formula": GOOD + b"S99,2018-19,=1+1,30\n",
        "conflict": GOOD + b"S1,2018-19,500,70\n",
        "half a character": GOOD.decode().encode("utf-16")[:-1],
        "parquet": b"PAR1" + draw.bytes(400),
        "sqlite": b"SQLite format 3\x00" + bytes(200),
    }
    for at, lost in enumerate(("id", "year", "enrolled", "absent")):
        made[f"lost column {at}"] = GOOD.replace(lost.encode(), b"other", 1)
    for at in range(20):
        made[f"noise {at}"] = draw.bytes(600)
    for name, content in made.items():
        yield HostileFile("text", name, "a.csv", content, "delimited")
    for end in (".exe", ".pkl", ".parquet", ".html", ".db", ".gz", ""):
        yield HostileFile("text", f"named {end}", f"a{end}", GOOD, "delimited")
    for name in (
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "[a](javascript:b)",
        "$x$",
        ":red[y]",
    ):
        content = GOOD + f'"{name}",2018-19,300,30\n'.encode()
        yield HostileFile("text", f"name {name}", "a.csv", content, "delimited", refused=False)


def uploads() -> Iterator[HostileFile]:
    """Hand in what is no table of counts."""
    head = "school_id,geoid,students\n"
    rows = f"S1,{GEOID},42\nS2,{GEOID},<10\n"
    texts = {
        "good": head + rows,
        "negative": f"{head}S1,{GEOID},-4\n",
        "fraction": f"{head}S1,{GEOID},4.5\n",
        "word": f"{head}S1,{GEOID},many\n",
        "formula": f"{head}S1,{GEOID},=1+1\n",
        "no rows": head,
        "no header": rows,
        "no school": f"{head},{GEOID},42\n",
        "twice": f"{head}S1,{GEOID},42\nS1,{GEOID},43\n",
        "ones": head + "".join(f"S1,360050{at:05},1\n" for at in range(100, 110)),
        "register": f"lname,fname,{head}Doe,Ann,S1,{GEOID},12\n",
        "unnamed register": "".join(f"Doe,{name},2011,S1,{GEOID},1\n" for name in FIRST),
        "persons": f"a,{head}" + "".join(f"{name} Doe,S1,{GEOID},12\n" for name in FIRST),
        "ids": head + "".join(f'"Doe, {name}",{GEOID},12\n' for name in FIRST),
        "page": "<html>Sign in</html>",
        "json": '{"a": 1}',
        "open quote": f'{head}S1,"{GEOID},42\n',
        "infinite": f"{head}S1,{GEOID},inf\n",
        "not a number": f"{head}S1,{GEOID},nan\n",
        "enormous": f"{head}S1,{GEOID},1e999\n",
        "no tract": f"{head}S1,unknown,42\n",
        "empty counts": f"{head}S1,{GEOID},\n",
        "columns": f"{head.strip()},students\nS1,{GEOID},42,43\n",
        "semicolons": (head + rows).replace(",", ";"),
        "huge cell": f"{head}{'S' * (2 << 20)},{GEOID},42\n",
    }
    for name, text in texts.items():
        refused = name != "good"
        yield HostileFile("upload", name, "up.csv", text.encode(), "upload", refused=refused)
    for header in (*NAMES_OF_STUDENTS, *ABOUT_STUDENTS):
        text = f'"{header}",{head}Q,S1,{GEOID},42\n'
        yield HostileFile("upload", header, "up.csv", text.encode(), "upload")
    for name, content in {
        "null": b"a\0b",
        "nothing": b"",
        "zip": packed({"a.csv": GOOD}),
        "pickle": pickle.dumps([1]),
    }.items():
        yield HostileFile("upload", name, "up.csv", content, "upload")


def answers() -> Iterator[HostileFile]:
    """Put things where the Census Bureau's answer should stand."""
    row = [f"1400000US{GEOID}"]
    texts = {
        "objects": json.dumps([{"geoid": GEOID}]),
        "flat": json.dumps(["geoid", GEOID]),
        "ragged": json.dumps([["geoid"], [*row, "7"]]),
        "nested": json.dumps([["geoid"], [{"a": 1}]]),
        "truth": json.dumps([["geoid"], [True]]),
        "header": json.dumps([["geoid"]]),
        "nothing": "[]",
        "cut": json.dumps([["geoid"], row])[:-3],
        "deep": "[" * 200_000,
        "digits": '[["geoid"],[' + "9" * 6_000 + "]]",
        "page": "<html>Missing key</html>",
        "error": "error: unknown variable",
        "refusal": '{"error": "no"}',
        "empty": "",
        "student": json.dumps([["student_name", "geoid"], ["x", *row]]),
        "bytes": "[[ÿþ",
        "column": json.dumps([["other"], row]),
    }
    for name, text in texts.items():
        content = text.encode("latin-1") if name == "bytes" else text.encode()
        yield HostileFile("answer", name, "a.json", content, "census")
