"""Build a nation: every part that is not built yet, then the counties of all."""

import time
from dataclasses import replace
from pathlib import Path

from data.build import said
from data.nation.assemble import assemble
from data.nation.file import Asked, load_nation_file, parts_of
from data.nation.parts import Outcome, Say, make_all
from data.nation.summary import stored_summary
from data.nation.tables import HASHES, Nation, write_tables
from data.panel import PROTECTED, Panel, save_panel
from data.store.folders import build_path, panel_path, replace_folder


def build_nation(
    slug: str, *, own: Path | None = None, asked: Asked | None = None, say: Say = print
) -> Outcome:
    """Build a nation and put it into the store; what is built and unchanged stays.

    Parameters
    ----------
    slug : str
    own : Path, optional
        Folder that holds its file in `places`.
    asked : Asked, optional
    say : callable
        Receives lines of progress.

    Returns
    -------
    Outcome
        What became of the parts. The nation is made of those that are in the store.

    Raises
    ------
    DataError
        The nation cannot be made. The store then still holds what it held.
    """
    started = time.perf_counter()
    with said("reading the nation's file"):
        file = load_nation_file(slug, own)
        parts = parts_of(file, own)
    outcome = make_all(parts, asked or Asked(), say)
    with said("putting the counties together"):
        found = [stored_summary(panel_path(part.slug)) for part in parts]
        panel, nation = assemble(file, [each for each in found if each], outcome.failed)
    with said("storing the nation"):
        _store(panel, nation, build_path(slug))
    seconds = time.perf_counter() - started
    counties, there = len(panel.schools), sum(each is not None for each in found)
    say(f"{slug}: {counties:,} counties of {there} of {len(parts)} parts, {seconds:.1f} s")
    return outcome


def _store(panel: Panel, nation: Nation, folder: Path) -> None:
    """Put a nation in the place of what a folder holds, in one step."""

    def write(fresh: Path) -> None:
        hashes = write_tables(nation, fresh / PROTECTED)
        told = replace(panel, parameters={**panel.parameters, HASHES: hashes})
        save_panel(told, fresh)
        save_panel(replace(told, protected=True), fresh / PROTECTED)

    replace_folder(folder, write)
