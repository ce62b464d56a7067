"""Figures of the school year under way on this machine: whole, or what was there before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow.lib import ArrowException
from pydantic import TypeAdapter, ValidationError

from data.contracts.check import ContractError, validate
from data.contracts.in_year import IN_YEAR
from data.errors import DataError
from data.in_year.figures import Every, InYear, nothing
from data.store.folders import SLUG, StoreError, home, present, replace_folder
from data.store.manifest import FILE_NAME
from data.store.provenance import LedgerEntry, Source, sha256_of

FORMAT = 1
LOOKED = "checked.json"
"""When an update last looked, and why it changed nothing: no figure depends on it."""
TABLES = tuple(IN_YEAR)


class InYearError(DataError):
    """Stored figures of the year are damaged or of another version."""


@dataclass(frozen=True)
class _Record:
    """What the manifest holds."""

    tables: dict[str, str]
    sources: tuple[Source, ...]
    ledger: tuple[LedgerEntry, ...]
    as_of: date | None
    promised_lag_days: int
    every: Every
    read: dict[str, Any]


_RECORD = TypeAdapter(_Record)


def folder_of(slug: str) -> Path:
    """Give the folder of a place's figures, whether it is there or not.

    Raises
    ------
    StoreError
        `slug` is no short name of a place.
    """
    if not SLUG.fullmatch(slug):
        raise StoreError(f"{slug!r} is not a place's short name")
    return home() / "in_year" / slug


def save(slug: str, figures: InYear, read: Mapping[str, Any] | None = None) -> Path:
    """Put figures in the place of what the store holds of a place, in one step.

    Parameters
    ----------
    slug : str
    figures : InYear
    read : mapping, optional
        What an update wants to know again: names and hashes of files, plain values.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ContractError
        A table is not as its contract says, or names a source that is not listed.
    SwapError
        Another update is writing, or the disk refused; what was there stays.
    """
    checked = {name: validate(name, getattr(figures, name)) for name in TABLES}
    _refuse_unlisted(checked, figures.sources)

    def write(fresh: Path) -> None:
        hashes = {}
        for name, table in checked.items():
            path = fresh / f"{name}.parquet"
            table.to_parquet(path, index=False)
            hashes[name] = sha256_of(path)
        record = _Record(
            hashes,
            figures.sources,
            figures.ledger,
            figures.as_of,
            figures.promised_lag_days,
            figures.every,
            dict(read or {}),
        )
        content = {"format": FORMAT, **asdict(record)}
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
        (fresh / FILE_NAME).write_text(text + "\n", encoding="utf-8")
        _look(fresh, figures.checked, figures.problem)

    folder = folder_of(slug)
    replace_folder(folder, write)
    return folder


def load(slug: str) -> InYear | None:
    """Read what is known of a place's year; None where the store holds nothing of it.

    Raises
    ------
    InYearError
        A file is missing, damaged or of another version; the message says what to do.
    """
    folder = present(folder_of(slug))
    if not folder.is_dir():
        return None
    try:
        return _load(folder)
    except InYearError:
        # An update may have swapped the folders meanwhile: look once more.
        return _load(present(folder_of(slug)))


def state(slug: str) -> InYear | None:
    """Read all of it but the tables, which are empty: when it was read and how old it is."""
    folder = present(folder_of(slug))
    return _without_tables(folder) if folder.is_dir() else None


def is_damaged(slug: str) -> bool:
    """Say whether what the store holds of a place cannot be read."""
    try:
        state(slug)
    except InYearError:
        return True
    return False


def version(slug: str) -> str:
    """Give a hash of the figures, on which caches depend; "" where there are none.

    An update that finds nothing new leaves it as it is.
    """
    folder = present(folder_of(slug))
    try:
        return hashlib.sha256((folder / FILE_NAME).read_bytes()).hexdigest()
    except OSError:
        return ""


def what_was_read(slug: str) -> dict[str, Any]:
    """Give what `save` was told to keep for the next update; nothing where there is none."""
    folder = present(folder_of(slug))
    return _record(folder).read if folder.is_dir() else {}


def note(slug: str, checked: str, problem: str) -> None:
    """Say that an update looked and changed no figure; what is stored stays."""
    folder = present(folder_of(slug))
    _look(folder, checked, problem)


def _look(folder: Path, checked: str, problem: str) -> None:
    draft = folder / f".{LOOKED}.{os.getpid()}"
    text = json.dumps({"checked": checked, "problem": problem}, ensure_ascii=False)
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / LOOKED)


def _load(folder: Path) -> InYear:
    hashes = _record(folder).tables
    tables = {name: _table(folder, name, hashes.get(name, "")) for name in TABLES}
    return replace(_without_tables(folder), **tables)


def _without_tables(folder: Path) -> InYear:
    record = _record(folder)
    try:
        looked = json.loads((folder / LOOKED).read_text(encoding="utf-8"))
        checked, problem = str(looked["checked"]), str(looked["problem"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, LOOKED) from error
    return replace(
        nothing(every=record.every, lag_days=record.promised_lag_days, problem=problem),
        sources=record.sources,
        ledger=record.ledger,
        as_of=record.as_of,
        checked=checked,
    )


def _record(folder: Path) -> _Record:
    try:
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise _damaged(folder, FILE_NAME)
        return _RECORD.validate_python(content)
    except (OSError, ValueError, KeyError, AttributeError, ValidationError) as error:
        raise _damaged(folder, FILE_NAME) from error


def _table(folder: Path, name: str, digest: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        if sha256_of(path) == digest:
            return pd.read_parquet(path)
    except (OSError, ValueError, ArrowException) as error:
        raise _damaged(folder, path.name) from error
    raise _damaged(folder, path.name)


def _damaged(folder: Path, file: str) -> InYearError:
    slug = folder.name.removesuffix(".previous")
    return InYearError(
        f"{file} of the figures of this year is missing, damaged or of another version; read them"
        f" again: python -m data.update {slug} --afresh"
    )


def _refuse_unlisted(tables: Mapping[str, pd.DataFrame], sources: tuple[Source, ...]) -> None:
    known = {source.id for source in sources}
    for name, table in tables.items():
        if strange := sorted(set(table["source"]) - known):
            raise ContractError(
                name, [f"source: {', '.join(strange)} is not among the sources; list it"]
            )
