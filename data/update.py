"""Read what is new of a place's school year under way: once a day, by cron.

`python -m data.update PLACE [--as-of DATE] [--from DIR] [--mirror DIR] [--policy NAME] [--afresh]`
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from data.build import DEMO
from data.demo.in_year import update_demo
from data.errors import DataError
from data.in_year.update import Updated, Wanted, update
from data.read.fetch import mirror_folder

LEFT_OUT, FAILED = 1, 2


def main(arguments: Sequence[str] | None = None, *, now: datetime | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line when left out.
    now : datetime, optional
        In UTC; the clock's when left out.

    Returns
    -------
    int
        0 when all is as new as can be; 1 when it was stored without new files that cannot be read;
        2 when nothing was changed, with the reason.
    """
    options = _parser().parse_args(arguments)
    try:
        done = _run(options, now or datetime.now(tz=UTC))
    except DataError as error:
        if os.environ.get("ATLAS_DEBUG", "").strip():
            traceback.print_exc()
        print(f"{options.place} was not updated, what was there stays: {error}", file=sys.stderr)
        return FAILED
    for each in done.left_out:
        print(f"left out: {each}", file=sys.stderr)
    if done.figures is not None:
        what = "new figures" if done.changed else "nothing new"
        last = done.figures.as_of or "no day yet"
        print(f"{options.place}: {what}, through {last}; {len(done.figures.days):,} rows of days")
    return LEFT_OUT if done.left_out else 0


def _run(options: argparse.Namespace, now: datetime) -> Updated:
    if options.place == DEMO and options.own is None:
        return update_demo(options.as_of)
    mirror = options.mirror if options.own is not None else mirror_folder(options.mirror)
    wanted = Wanted(now, mirror, options.own, options.as_of, options.policy, options.afresh)
    return update(options.place, wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.update", description=__doc__)
    parser.add_argument("place", help="short name of the place, such as nyc")
    parser.add_argument("--as-of", type=date.fromisoformat, help="replay: nothing after that day")
    parser.add_argument("--from", dest="own", type=Path, help="folder that data.intake wrote")
    parser.add_argument("--mirror", type=Path, help="folder of files downloaded by hand")
    parser.add_argument("--policy", default="", help="policy that holds besides, such as CT")
    parser.add_argument("--afresh", action="store_true", help="read every file again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
