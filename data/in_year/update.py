"""One update: what is new is read, all is put together, and stored in one step or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.contracts.check import empty_table
from data.contracts.in_year import PLACE
from data.errors import DataError, FileError
from data.in_year import store
from data.in_year.days import as_days, floats, put_together, without_small
from data.in_year.editions import (
    Edition,
    Folders,
    Part,
    editions,
    forget,
    part_key,
    read_part,
    stored_part,
)
from data.in_year.figures import InYear, nothing
from data.in_year.gated import gated
from data.in_year.rollups import RolledUp, read_rollup, stacked
from data.panel import PROTECTED, PanelError, load_panel
from data.place.place import Place
from data.place.tables import place_and_files
from data.read.fetch import FetchError
from data.store.folders import cache_folder, panel_path
from data.store.policies import policies
from data.store.provenance import Ledger, Source, sha256_of

READ = "parts"
BROKEN = "broken"
FOUND_LATER = "No panel was there when the days were read: no enrolment is known."


@dataclass(frozen=True)
class Wanted:
    """What is asked of an update.

    Attributes
    ----------
    now : datetime
        In UTC; days after it are left out as wrong.
    mirror, own : Path, optional
        As of `data.build.build_panel`.
    as_of : date, optional
        Replay: nothing after that day is used.
    policy : str
        Policy that holds besides, see `data.store.policies.policies`.
    afresh : bool
        Read every file again, whatever was read before.
    """

    now: datetime
    mirror: Path | None = None
    own: Path | None = None
    as_of: date | None = None
    policy: str = ""
    afresh: bool = False

    @property
    def until(self) -> date:
        """Last day that is used."""
        return self.as_of or self.now.date()


@dataclass(frozen=True)
class Updated:
    """What an update did.

    Attributes
    ----------
    figures : InYear or None
        None where the place has no figures of the year.
    changed : bool
        Whether figures differ from those stored before.
    left_out : tuple of str
        What could not be read and was not known before, a sentence each.
    """

    figures: InYear | None
    changed: bool = False
    left_out: tuple[str, ...] = ()


def update(slug: str, wanted: Wanted, say: Callable[[str], None] = print) -> Updated:
    """Read what is new of a place's year and store it.

    Parameters
    ----------
    slug : str
    wanted : Wanted
    say : callable
        Receives what was read, kept and dropped, line by line.

    Raises
    ------
    DataError
        Nothing was changed; the reason is kept beside the figures, for the page.
    """
    try:
        return _update(slug, wanted, say)
    except DataError as error:
        _note(slug, wanted, str(error))
        raise


def _update(slug: str, wanted: Wanted, say: Callable[[str], None]) -> Updated:
    place, mirror = place_and_files(slug, mirror=wanted.mirror, own=wanted.own)
    if not place.in_year:
        say(f"{slug} has no figures of the year under way ([in_year] in its file)")
        return Updated(None)
    folders = Folders(slug, mirror, cache_folder(), or_fetch=wanted.own is not None)
    work = _Work(place, folders, wanted, say)
    work.read()
    figures = work.figures()
    before = store.version(slug)
    store.save(slug, figures, {READ: work.record, BROKEN: sorted(work.broken)})
    forget(folders, [key for *_, key in work.record])
    for entry in figures.ledger:
        say(f"{entry.action:<9} {entry.source:<30} {entry.rows:>9,}  {entry.reason}")
    return Updated(figures, store.version(slug) != before, tuple(work.left_out))


def _note(slug: str, wanted: Wanted, problem: str) -> None:
    """Keep why an update failed beside the last good figures."""
    checked = wanted.now.isoformat(timespec="seconds")
    if store.is_damaged(slug):
        return
    if store.state(slug) is None:
        store.save(slug, replace(nothing(problem=problem), checked=checked))
    else:
        store.note(slug, checked, problem)


@dataclass
class _Work:
    """One update under way."""

    place: Place
    folders: Folders
    wanted: Wanted
    say: Callable[[str], None]
    ledger: Ledger = field(default_factory=Ledger)
    parts: list[Part] = field(default_factory=list)
    rollups: list[RolledUp] = field(default_factory=list)
    record: list[list[Any]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    problem: str = ""

    def read(self) -> None:
        """Read what is new, and take the rest from what was read before."""
        slug = self.folders.slug
        known = {} if self.wanted.afresh else _known(slug)
        before = set(known.get(BROKEN, []))
        missing: list[DataError] = []
        today = self.wanted.now.date().isoformat()
        found = editions(self.place, self.folders, today, missing.append)
        record = {(order, name): key for order, name, key in known.get(READ, [])}
        parts: dict[tuple[int, str], Part] = {}
        for edition in found:
            name = (edition.order, edition.path.name)
            read = self._read(edition, before)
            if read is not None:
                record[name], parts[name] = read
        for name in sorted(record):
            part = parts.get(name) or stored_part(self.folders, record[name])
            if part is not None:
                self.parts.append(part)
                self.record.append([*name, record[name]])
        self._roll_ups()
        for each in missing:
            self.say(f"not there  {each}")
        # What a mirror lacks may never have been there; what no server gave is news.
        lost = [str(each) for each in missing if isinstance(each, FetchError)]
        self.problem = "; ".join(lost)
        self.left_out += lost
        if not self.parts and not self.rollups:
            reasons = dict.fromkeys([*map(str, missing), *self.left_out])
            raise DataError(f"there is nothing to read: {'; '.join(reasons)}")

    def _read(self, edition: Edition, before: set[str]) -> tuple[str, Part] | None:
        """Give a file's part; what cannot be read of a watched folder is left out and doubted."""
        digest = sha256_of(edition.path)
        key = part_key(edition, digest)
        part = None if self.wanted.afresh else stored_part(self.folders, key)
        if part is not None:
            return key, part
        try:
            part = read_part(edition, self.folders, key)
        except FileError as error:
            if edition.order < len(self.place.daily):
                raise
            self._leave_out(edition, digest, before, error)
            return None
        self.say(f"read      {edition.path.name:<40} {len(part.table):>9,} rows")
        return key, part

    def _leave_out(self, edition: Edition, digest: str, before: set[str], error: FileError) -> None:
        reason = f"Left out: {error}"
        if self.wanted.as_of is None:  # in a replay its day may not have come
            name = edition.path.name
            self.ledger.doubt("edition_unreadable", edition.recipe.id, "days", reason, [name])
        self.broken.add(digest)
        if digest not in before:
            self.left_out.append(str(error))

    def _roll_ups(self) -> None:
        for named in self.place.in_year.rollups:
            rolled = read_rollup(self.folders.within(named), self.wanted.until, self.ledger)
            self.say(f"read      {named:<40} {len(rolled.days):>9,} rows of days")
            self.rollups.append(rolled)

    def figures(self) -> InYear:
        """Put everything together, through the gate."""
        settings, used = self.place.in_year, policies(self.wanted.policy)
        absence, until = self._absence(), self.wanted.until
        is_replay = self.wanted.as_of is not None
        rows = put_together(self.parts, until, self.ledger, is_replay=is_replay)
        rows = pd.concat(
            [each for each in (rows, *(r.days for r in self.rollups)) if len(each)] or [rows]
        )
        sources = _sources(self.parts, self.rollups, rows["source"])
        days = self._days(rows.reset_index(drop=True), absence, sources)
        days = without_small(days, used["published"], self.ledger)
        shown = days.loc[days["status"].eq("reported"), "date"]
        return InYear(
            days=days.sort_values(["place_id", "date"], ignore_index=True),
            months=stacked("months", [each.months for each in self.rollups]),
            bands=stacked("bands", [each.bands for each in self.rollups]),
            sources=sources,
            ledger=self.ledger.entries,
            as_of=date.fromisoformat(shown.max()) if len(shown) else None,
            promised_lag_days=settings.lag_days,
            every=settings.every,
            checked=self.wanted.now.isoformat(timespec="seconds"),
            problem=self.problem,
        )

    def _days(
        self, rows: pd.DataFrame, absence: pd.DataFrame, sources: Sequence[Source]
    ) -> pd.DataFrame:
        """Give the days; restricted files that no roll-up has counted go through its gate."""
        slug = self.folders.slug
        held = {each.id for each in sources if each.release == "restricted"}
        held -= {each.source.id for each in self.rollups}
        secret = rows["source"].isin(held)
        if not secret.any():
            return as_days(floats(rows), absence, self.ledger, slug)
        policy = policies(self.wanted.policy)["restricted"]
        known = as_days(rows[secret], absence, Ledger(), slug)["enrolled"]
        given = _given(slug, held)
        _refuse_forgetting(rows[secret], given)
        shown = gated(rows[secret], known, given, policy, self.ledger)
        both = pd.concat([rows[~secret], shown], ignore_index=True)
        return as_days(floats(both), absence, self.ledger, slug)

    def _absence(self) -> pd.DataFrame:
        """Give the panel's absence as its pages show it."""
        slug = self.folders.slug
        try:
            return load_panel(panel_path(slug) / PROTECTED).absence
        except PanelError:
            self.ledger.record(slug, "days", "kept", FOUND_LATER, 1)
            return empty_table("absence")


def _known(slug: str) -> dict[str, Any]:
    """Give what the last update read; nothing where its record cannot be used."""
    try:
        return store.what_was_read(slug)
    except store.InYearError:
        return {}


def _given(slug: str, held: set[str]) -> pd.DataFrame:
    """Give the restricted days that the last update showed or hid."""
    last = store.load(slug)
    days = empty_table("days") if last is None else last.days
    return days[days["source"].isin(held)]


def _refuse_forgetting(rows: pd.DataFrame, given: pd.DataFrame) -> None:
    """Refuse an update that lacks restricted days given before: what they hid would be forgotten.

    Raises
    ------
    DataError
    """
    given = given[given["place_id"].ne(PLACE)]
    key = ["place_id", "date"]
    lost = ~pd.MultiIndex.from_frame(given[key]).isin(pd.MultiIndex.from_frame(rows[key]))
    if lost.any():
        raise DataError(
            f"{lost.sum():,} days of schools that were given or hidden before are not in the files"
            f" (first: {given.loc[lost, 'date'].min()}): without them it would be forgotten what is"
            " hidden; put the files back, and replay restricted figures in another ATLAS_HOME"
        )


def _sources(
    parts: Sequence[Part], rollups: Sequence[RolledUp], used: pd.Series
) -> tuple[Source, ...]:
    """List those with a row once each; of a feed the last file's hash stands for all."""
    found = {part.source.id: part.source for part in parts}
    named = set(used)
    files = (each for each in found.values() if each.id in named)
    return (*files, *(each.source for each in rollups))
