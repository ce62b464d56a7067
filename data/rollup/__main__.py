"""Roll records up: `python -m data.rollup SETTINGS.toml --out FOLDER [--policy NAME]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from data.errors import DataError
from data.rollup.run import Resources, roll_up
from data.rollup.settings import load_settings
from data.store.policies import policies


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0; 1 where something is to be put right, which is said without any record.
    """
    usual = Resources()
    parser = argparse.ArgumentParser(prog="python -m data.rollup", description=__doc__)
    parser.add_argument("settings", type=Path, help="what to read and by which rules (TOML)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--policy", default="", help="a policy of data/policies, or a TOML file")
    parser.add_argument("--memory", default=usual.memory, help="memory of DuckDB")
    parser.add_argument("--threads", type=int, default=usual.threads)
    parser.add_argument("--part-rows", type=int, default=usual.part_rows)
    given = parser.parse_args(arguments)
    try:
        settings = load_settings(given.settings)
        policy = policies(given.policy)["restricted"]
        resources = Resources(given.memory, given.threads, given.part_rows)
        base = given.settings.absolute().parent
        manifest = roll_up(settings, base, given.out, policy, resources)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except duckdb.Error as error:
        # DuckDB quotes what it stumbles over: it may be a record.
        print(f"the records cannot be counted ({type(error).__name__})", file=sys.stderr)
        return 1
    figures = manifest["written"]
    print(f"{given.out}: {figures['figures']:,} figures, {figures['hidden']:,} hidden")
    return 0


if __name__ == "__main__":
    sys.exit(main())
