"""What is kept on disk beside a build, for all sessions, processes and later starts."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.panel import PROTECTED, PanelError
from data.store.codec import CodecError
from data.store.folders import panel_path
from data.store.manifest import FILE_NAME
from data.store.results import read_result, result_file, write_result
from ui import roles


@dataclass(frozen=True)
class Place:
    """A built panel: its slug, the moment it was built, and which of its copies a session opens.

    It is part of every key of the cache, so that no session is answered from the other copy.
    """

    slug: str
    built: int
    copy: roles.Copy = "protected"

    @property
    def folder(self) -> Path:
        """Folder of the copy that is opened: what follows from raw counts stays beside them."""
        panel = panel_path(self.slug)
        return panel / PROTECTED if self.copy == "protected" else panel


def place(slug: str) -> Place:
    """Key of a place's current build, as this session may see it.

    Raises
    ------
    PanelError
        It has none any more.
    """
    try:
        return Place(slug, (panel_path(slug) / FILE_NAME).stat().st_mtime_ns, roles.copy())
    except OSError as error:
        remedy = f"build it again: python -m data.build {slug}"
        raise PanelError(f"its panel is not in the store; {remedy}") from error


@dataclass(frozen=True)
class Shelf:
    """Where one result is kept on disk; nowhere for one that follows from no panel of the store."""

    file: Path | None

    def take(self) -> Any:
        """Give the result, or None."""
        return None if self.file is None else read_result(self.file)

    def put(self, value: object) -> None:
        """Keep the result; what cannot be stored is made again by the next process."""
        if self.file is None:
            return
        try:
            write_result(self.file, value)
        except CodecError as error:
            warnings.warn(f"a result is not kept on disk: {error}", stacklevel=2)


def shelf(key: Hashable) -> Shelf:
    """Find where a result is kept.

    Parameters
    ----------
    key : hashable
        Tuple of scalars and frozen dataclasses of scalars, with a `Place` in it whose panel and
        the rest of the key decide the result.
    """
    parts = key if isinstance(key, tuple) else (key,)
    builds = [each for each in parts if isinstance(each, Place)]
    if len(builds) != 1:
        return Shelf(None)
    words = repr(tuple(each.copy if isinstance(each, Place) else each for each in parts))
    try:
        if place(builds[0].slug) != builds[0]:
            return Shelf(None)
        return Shelf(result_file(builds[0].folder, words))
    except (OSError, PanelError):  # the place is being replaced
        return Shelf(None)
