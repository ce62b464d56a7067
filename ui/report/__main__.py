"""Make the files of an analysis again: ``python -m ui.report analysis.json --out FOLDER``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.logger import set_log_level

from data.errors import DataError

if TYPE_CHECKING:  # loading them writes to the log, which is quiet only then
    from ui.report.analysis import Analysis


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files; 0 when they are written, 2 with a message when they cannot be.

    Parameters
    ----------
    arguments : sequence of str, optional
        Of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m ui.report", description=__doc__)
    parser.add_argument("analysis", type=Path, help="analysis.json, as downloaded with a brief")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--anyway", action="store_true", help="even from another build's figures")
    options = parser.parse_args(arguments)
    set_log_level("ERROR")  # there is no browser, and nobody need be told
    logging.disable(logging.WARNING)
    try:
        _write(_checked(options.analysis, anyway=options.anyway), options.out)
    except (DataError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _checked(path: Path, *, anyway: bool) -> Analysis:
    """Refuse another build's figures; say when other versions may give other bytes."""
    from ui.report.analysis import AnalysisError, analysis, changed, other_versions, read

    then = read(path)
    now = analysis(then.selection, then.scope, then.made)
    lines = changed(then, now)
    if lines and not anyway:
        raise AnalysisError("the figures are of another build: " + "; ".join(lines))
    for line in [*lines, *other_versions(then, now)]:
        print(f"note: {line}", file=sys.stderr)
    return now if lines else then


def _write(found: Analysis, folder: Path) -> None:
    from ui import queries
    from ui.languages import in_english
    from ui.report.files import files

    folder.mkdir(parents=True, exist_ok=True)
    noun = queries.panel(found.selection).area.reports
    for name, content in in_english(lambda: files(found), noun).items():
        (folder / name).write_bytes(content)
        print(f"{len(content):>12,} bytes  {folder / name}")


if __name__ == "__main__":
    sys.exit(main())
