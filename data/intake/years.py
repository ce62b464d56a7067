"""Which school year the figures are of: from a column, a header, the sheet, a title or the name."""

from collections.abc import Sequence

from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, single_year_in, year_in
from data.read.school_years import TWO_YEARS, YEAR
from data.recipe.parts import Column


def year_column(table: RawTable, interview: Interview, figures: Sequence[str]) -> Column:
    """Settle how a recipe tells the school year of each row.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    figures : sequence of str
        Headers of the columns of figures.
    """
    for header in best(list(table.cells.columns), "school_year"):
        words = [word for word in table.distinct(header) if word]
        fitting = [word for word in words if TWO_YEARS.fullmatch(word) or YEAR.fullmatch(word)]
        if fitting and len(fitting) >= 0.9 * len(words):
            return _of_column(table, interview, header, fitting)
    places = [
        *((f"the header {each!r}", each) for each in figures),
        ("the sheet's name", table.layout.sheet),
        *(("a title above the table", each) for each in table.titles),
        ("the file's name", table.path.stem),
    ]
    for where, text in places:
        if year := year_in(text):
            return _constant(table, interview, year, f"{where} says {text!r}", sure=True)
    for where, text in places:
        if single := single_year_in(text):
            ended = f"{int(single) - 1}-{single[2:]}"
            return _constant(table, interview, ended, f"{where} says {single}", sure=False)
    return _constant(table, interview, "", "no column and no name tells it", sure=False)


def _of_column(table: RawTable, interview: Interview, header: str, words: Sequence[str]) -> Column:
    asked = Question(
        ("files", table.name, "columns", "school_year"),
        f"Which column of {table.name} tells the school year?",
        header,
        f"It holds {', '.join(sorted(words)[:8])}.",
        tuple(name for name in table.cells.columns if name != header),
    )
    header = interview.text(asked)
    if all(TWO_YEARS.fullmatch(word) for word in words):
        return Column(column=header)
    asked = Question(
        ("files", table.name, "one_year"),
        f"{table.name} writes single years. Does {min(words)} start or end the school year?",
        "ends",
        "Most publishers name a school year by the year in which it ends.",
        ("starts",),
        sure=False,
    )
    one = interview.text(asked)
    return Column(column=header, one_year="starts" if one == "starts" else "ends")


def _constant(
    table: RawTable, interview: Interview, year: str, evidence: str, *, sure: bool
) -> Column:
    asked = Question(
        ("files", table.name, "school_year"),
        f"Which school year are the figures of {table.name} of?",
        year,
        f"{evidence[0].upper()}{evidence[1:]}.",
        sure=sure,
    )
    return Column(constant=interview.text(asked) or "unknown")
