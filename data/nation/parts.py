"""All parts of a nation, one process at a time; what is built already stays as it is."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import DataError
from data.nation.file import Asked, Part
from data.nation.part import command, is_ready
from data.store.folders import without_home

ROOT = Path(__file__).resolve().parents[2]
Say = Callable[[str], None]
REFUSED = 2
"""How a part's process ends after a message for people."""


@dataclass(frozen=True)
class Outcome:
    """What became of the parts.

    Attributes
    ----------
    built, kept : tuple of str
        Parts that were built, and those that were there already and unchanged.
    failed : dict of str to str
        Parts that could not be built, and why.
    """

    built: tuple[str, ...]
    kept: tuple[str, ...]
    failed: dict[str, str] = field(default_factory=dict)


def make_all(parts: Sequence[Part], asked: Asked, say: Say) -> Outcome:
    """Make every part ready; one that fails is named, and the others go on.

    Parameters
    ----------
    parts : sequence of Part
    asked : Asked
    say : callable
        Receives a line when a part begins and when it is done.
    """
    built, kept, failed = [], [], {}
    for at, part in enumerate(parts, 1):
        head, started = f"part {at} of {len(parts)}  {part.slug}", time.perf_counter()
        if is_ready(part, asked):
            kept.append(part.slug)
            say(f"{head}: built already, unchanged")
            continue
        say(f"{head}: building ...")
        try:
            _run(part, asked)
        except DataError as error:
            failed[part.slug] = without_home(str(error))
            say(f"{head}: NOT BUILT: {error}")
            continue
        built.append(part.slug)
        say(f"{head}: done in {time.perf_counter() - started:.1f} s")
    return Outcome(tuple(built), tuple(kept), failed)


def _run(part: Part, asked: Asked) -> None:
    """Run a part's process to its end.

    Raises
    ------
    DataError
        It failed, with what it said last.
    """
    done = subprocess.run(  # noqa: S603 - our own module, with arguments that are no commands
        command(part, asked),
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode < 0:
        raise DataError(
            f"its process was ended from outside (signal {-done.returncode}): perhaps for want of"
            " memory. Build it by itself to see"
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise DataError(done.stderr.strip() if done.returncode == REFUSED else last)
