"""New York City's real days as they stood on a day: a store of them, for pages and statistics."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

from data.in_year.update import Updated, Wanted, update


@contextmanager
def store_of(home: Path) -> Iterator[None]:
    """Use a folder as the store meanwhile."""
    before = os.environ.get("ATLAS_HOME")
    os.environ["ATLAS_HOME"] = str(home)
    try:
        yield
    finally:
        if before is None:
            del os.environ["ATLAS_HOME"]
        else:
            os.environ["ATLAS_HOME"] = before


def replay(slug: str, home: Path, mirror: Path, until: date) -> Updated:
    """Store a place's year as it stood on the evening of a day; files are read once a store."""
    now = datetime.combine(until, time(20), tzinfo=UTC)
    with store_of(home):
        return update(slug, Wanted(now, mirror, as_of=until), say=lambda _line: None)


def also_in(home: Path, other: Path, slug: str = "nyc") -> None:
    """Let another store have what was read of the files, so that its replays take seconds."""
    for name in (".parts",):
        source, target = home / "in_year" / name / slug, other / "in_year" / name / slug
        if source.is_dir() and not target.is_dir():
            shutil.copytree(source, target, copy_function=os.link)
