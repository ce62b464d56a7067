"""Make a place of raw files.

`python -m data.intake FILE ... [--answers answers.toml] [--out DIR] [--build]`

Without answers it says what the files are, what is proposed and what it needs to be told, and
prints an answers file to complete. With them it writes a folder: place, recipes, files.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from data.build import build_panel
from data.doubts import doubt_line
from data.errors import DataError, raise_together
from data.intake.check import Checked, check, stops
from data.intake.interview import Interview, Question, read_answers, write_answers
from data.intake.look import RawTable, look
from data.intake.place import Intake, settle
from data.intake.write import write_folder

Say = Callable[[str], None]
WIDEST = 100


def looked_at(paths: Sequence[Path]) -> list[RawTable]:
    """Read the tables of some files; all that cannot be read are said at once.

    Raises
    ------
    DataError
    """
    tables: list[RawTable] = []
    errors: list[DataError] = []
    for path in paths:
        try:
            tables += look(path)
        except DataError as error:
            errors.append(error)
    raise_together(errors)
    return tables


def tell(intake: Intake, tables: Sequence[RawTable], say: Say) -> None:
    """Say what the files are, what is proposed and by what evidence, and what must be answered."""
    for table in tables:
        kind, rows = table.layout.kind, f"{len(table.cells):,} rows"
        header = table.layout.header_rows or (table.layout.header_row,)
        names = " and ".join(map(str, header))
        notes = " ".join(table.notes)
        say(f"{table.name}: {kind}, {rows}, headers in row {names}. {notes}")
    for question in _told(intake.interview):
        mark = " " if question.sure else "?"
        say(f"{mark} {question.name} = {str(question.proposal)[:WIDEST]!r}  {question.evidence}")
    for match in intake.matches:
        say(f"  {match.file}: {match.words}")


def _told(interview: Interview) -> list[Question]:
    """Give the questions with a proposal or a doubt."""
    return [each for each in interview.asked if each.proposal or not each.sure]


def tell_checks(checked: Checked, reports: str, say: Say) -> None:
    """Say facts, then doubts, then what must be put right."""
    facts = checked.facts
    if facts is not None:
        for year, students in facts.students.items():
            absent = facts.absent[year]
            share = f"{100 * absent / students:.2f} %" if students else "no rate"
            say(f"  {year}: {absent:,} of {students:,} students chronically absent ({share})")
        who = (
            f"{facts.schools:,} schools; {100 * facts.located:.1f} % with a point,"
            f" {100 * facts.unknown_level:.1f} % without a level"
        )
        if reports == "district":
            who = f"{facts.schools:,} districts; {100 * facts.located:.1f} % with an outline"
        say(
            f"  {who}; {100 * facts.withheld:.1f} % of"
            f" the rows withheld, {100 * facts.missing:.1f} % missing; {facts.children:,} children;"
            f" {facts.groups:,} student groups, {facts.grades:,} grades kept"
        )
    for line in checked.totals:
        say(f"  {line}")
    for entry in checked.doubts:
        say(f"{'stops the build' if stops(entry) else 'doubted'}:{doubt_line(entry)}")
    for line in checked.errors:
        say(f"! {line}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0, or 2 after a message about something the user can put right.
    """
    options = _parser().parse_args(arguments)
    try:
        answers = read_answers(options.answers) if options.answers else {}
        tables = looked_at(options.files)
        intake = settle(tables, Interview(answers))
        tell(intake, tables, print)
        if options.answers is None:
            print("\n# answers.toml: complete and hand in with --answers")
            print(write_answers(intake.interview.open, intake.interview))
            return 0
        intake.interview.refuse_open()
        tell_checks(check(intake), intake.place.reports, print)
        write_folder(intake, options.out)
        print(
            f"{intake.place.slug} is written to {options.out}: python -m data.build"
            f" {intake.place.slug} --from {options.out}"
        )
        if options.build:
            build_panel(intake.place.slug, own=options.out)
    except DataError as error:
        print(f"nothing was made: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.intake", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="files as the publishers give them")
    parser.add_argument("--answers", type=Path, help="TOML file that answers what is doubtful")
    parser.add_argument("--out", type=Path, default=Path("place"), help="folder (default: place)")
    parser.add_argument("--build", action="store_true", help="build the place from that folder too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
