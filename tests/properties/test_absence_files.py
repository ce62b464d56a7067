"""Whatever stands in a file of absence: rows that keep the contract, or an error with a row."""

from hypothesis import given, settings
from hypothesis import strategies as st

from data.contracts.check import validate
from data.errors import FileError
from data.read.engine import shape_table
from data.read.enrolment import RATE_BOUNDS
from data.read.grid import grid_of_text
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

RECIPE = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "absence"
url = "https://example.org/a"
mirror = "a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "delimited" }
identifier = { pattern = ".+" }
tokens = { suppressed = { "*" = "n<10" }, missing = ["", "-1"], censored = true }
[columns]
school_id = { column = "id" }
school_year = { constant = "2018-19" }
"""
COUNT = 'chronic_absent = { column = "x", unit = "count"'
KINDS = {
    "count": 'enrolled = { column = "n", unit = "count" }\n' + COUNT + " }",
    "attending": 'enrolled = { column = "n", unit = "count" }\n' + COUNT + ", complement = true }",
    "percent": 'enrolled = { column = "n", unit = "count" }\n'
    'chronic_absent = { column = "p", unit = "percent" }',
    "attending percent": 'enrolled = { column = "n", unit = "count" }\n'
    'chronic_absent = { column = "p", unit = "percent", complement = true }',
    "both": 'enrolled = { column = "n", unit = "count" }\n'
    'rate = { column = "p", unit = "percent" }\n' + COUNT + " }",
    "derived": 'rate = { column = "p", unit = "percent" }\n' + COUNT + " }",
    "alone": COUNT + " }",
}
WORDS = ["*", "", "-1", "<5", ">95", "<=10", ">=90", "n<10", "0", "5 or fewer", "<0"]
NUMBERS = st.integers(0, 400).map(str) | st.sampled_from(WORDS)
PERCENTS = st.floats(0, 100).map(lambda value: f"{value:.1f}") | st.sampled_from(WORDS)
STRANGE = st.sampled_from(
    ["1e999", "#N/A", "nan", "-3", "1e-999", "99999999999", "٣", "12,5", "=1"]
)


@settings(max_examples=50, deadline=None)
@given(
    kind=st.sampled_from(list(KINDS)),
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, PERCENTS), min_size=1, max_size=12),
    strange=st.tuples(STRANGE, st.integers(0, 2)) | st.none(),
)
def test_a_file_gives_rows_that_keep_the_contract_or_says_why_not(
    kind: str, rows: list[tuple[str, str, str]], strange: tuple[str, int] | None
) -> None:
    cells = [list(row) for row in rows]
    if strange is not None:
        cells[-1][strange[1]] = strange[0]
    lines = [f'{at},{n},"{x}","{p}"' for at, (n, x, p) in enumerate(cells, start=1)]
    content = "\n".join(["id,n,x,p", *lines, ""]).encode()
    recipe, ledger = parse_recipe(RECIPE + KINDS[kind]), Ledger()
    try:
        table = shape_table(recipe, grid_of_text(recipe, content, "a.csv"), "a.csv", ledger)
    except FileError as error:
        refusal = error
        table = None
    if table is None:
        assert refusal.row is not None or "single" in refusal.what
        assert refusal.remedy
        return
    table = validate("absence", table.drop(columns=RATE_BOUNDS, errors="ignore"))
    dropped = sum(entry.rows for entry in ledger.entries if entry.action == "dropped")
    assert len(table) + dropped == len(rows)
    bounded = table.dropna(subset=["lower", "upper"])
    assert (bounded["lower"] <= bounded["upper"]).all()
