"""Build a place's panel.

`python -m data.build PLACE [--from DIR] [--out DIR] [--mirror DIR] [--flows FILE] [--policy NAME]
[--if-missing]`
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from analytics.inputs import Progress
from data.assemble.panel import make_panel
from data.audit import audit_panel, audit_text, refuse_disclosed, restricted_rows
from data.contracts.tables import TABLES
from data.demo import tables as demo
from data.demo.truth import SEED
from data.errors import DataError
from data.panel import PROTECTED, Panel, PanelError, SourceTables, load_panel, save_panel
from data.store.folders import INPUTS, build_path, replace_folder
from data.store.policies import policies
from data.store.protected import protect_panel
from data.store.provenance import LedgerEntry, Source
from data.store.released import GIVEN, given_up_to, shown_no_more

DEMO = "demo"
SOME_FAILED = 1
REPORT = "see CONTRIBUTING.md"
PLACES = Path(__file__).with_name("places")
Say = Callable[[str], None]
_MEGABYTE = 1024 * 1024


class BuildError(DataError):
    """Something that nobody expected stopped a build."""


HALF, JOINING, HIDING, STORING = 50, 55, 90, 95
"""Hundredths of a build, by the seconds that its steps took in Oregon."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a build besides.

    Attributes
    ----------
    flows : Path, optional
        CSV of the district's own counts, `school_id, geoid, students`: the join uses them.
    policy : str
        Policy that holds beside the defaults and `ATLAS_POLICY`, see `data.store.policies`.
    watch : callable, optional
        Is told how many hundredths are done; it may raise to stop. Nothing is stored then.
    """

    flows: Path | None = None
    policy: str = ""
    watch: Progress | None = None

    def reading(self, done: int, wanted: int) -> None:
        """Tell of files read: the first half of a build."""
        self.at(HALF * done // wanted)

    def at(self, hundredths: int) -> None:
        """Tell how far the build is."""
        if self.watch is not None:
            self.watch(hundredths, 2 * HALF)


NOTHING = Asked()


@dataclass
class Report:
    """Lines of a build, each stamped with the seconds since its start.

    Attributes
    ----------
    say : callable
        Receives each line.
    clock : callable
        Seconds, monotonic.
    """

    say: Say
    clock: Callable[[], float]
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def step(self, verb: str, what: str) -> None:
        """Say one thing that was done."""
        self.say(f"{self.clock() - self.started:7.1f} s  {verb:<8} {what}")

    def sources(self, sources: Iterable[Source]) -> None:
        """Say which files were read."""
        for source in sources:
            digest = f"  sha256 {source.sha256[:12]}" if source.sha256 else ""
            self.step("read", f"{source.id:<24} {source.vintage}{digest}")

    def ledger(self, entries: Iterable[LedgerEntry]) -> None:
        """Say what was kept, dropped, repaired and matched, and last what is doubted."""
        for entry in sorted(entries, key=lambda each: each.action == "doubted"):
            some = f" ({', '.join(entry.examples)})" if entry.examples else ""
            where = f"{entry.table} [{entry.source}]"
            self.step(entry.action, f"{where:<40} {entry.rows:>8,}  {entry.reason}{some}")

    def panel(self, panel: Panel) -> None:
        """Say how many rows each table holds."""
        for name in TABLES:
            self.step("table", f"{name:<24} {len(panel.table(name)):>8,} rows")

    def finish(self, where: str) -> None:
        """Say where the panel is, how long it took and how much memory it needed."""
        peak = _peak_memory()
        memory = "" if peak is None else f", peak memory {peak / _MEGABYTE:,.0f} MB"
        self.step("done", f"{where}{memory}")


def known_places() -> list[str]:
    """List the places that can be built: the demo, then those of data/places."""
    return [DEMO, *sorted(path.stem for path in PLACES.glob("*.toml"))]


def read_tables(
    slug: str,
    *,
    mirror: Path | None = None,
    own: Path | None = None,
    watch: Progress | None = None,
) -> SourceTables:
    """Read or make the tables of a place.

    Parameters
    ----------
    slug : str
        "demo", or the name of a file in data/places.
    mirror : Path, optional
        Folder of files downloaded by hand; without it the network is used.
    own : Path, optional
        Folder that `data.intake` wrote, which holds the place.
    watch : callable, optional
        See `data.place.tables.read_place`.

    Raises
    ------
    DataError
        The place is unknown, or one of its files is missing or not as its recipe says.
    """
    if slug == DEMO and own is None:
        return demo.make_tables(SEED)
    if own is None and slug not in known_places():
        raise DataError(f"unknown place {slug!r}; known places: {', '.join(known_places())}")
    # Imported here, so that the demo does not wait for readers and network.
    from data.place.tables import read_place

    return read_place(slug, mirror=mirror, progress=sys.stderr.isatty(), own=own, watch=watch)


def build_panel(
    slug: str,
    *,
    out: Path | None = None,
    mirror: Path | None = None,
    own: Path | None = None,
    asked: Asked = NOTHING,
    say: Say = print,
) -> Path:
    """Build a place's panel and put it in the store, raw and protected.

    Parameters
    ----------
    slug : str
        Place.
    out : Path, optional
        Panel folder; the store's folder of that place when left out.
    mirror : Path, optional
        Folder of files downloaded by hand.
    own : Path, optional
        Folder that `data.intake` wrote, which holds the place, its recipes and files.
    asked : Asked
    say : callable
        Receives what was read, kept, dropped and matched, line by line.

    Returns
    -------
    Path
        The panel folder.

    Raises
    ------
    DataError
        With what happened, where, and what to do. The folder then still holds what it held.
    """
    report = Report(say, time.perf_counter)
    used = policies(asked.policy)
    folder = build_path(slug) if out is None else Path(out)
    with said("reading the files"):
        tables = read_tables(slug, mirror=mirror, own=own, watch=asked.reading)
        if asked.flows is not None:
            from data.read.flows import with_flows

            tables = with_flows(tables, asked.flows)
    report.sources(tables.sources)
    asked.at(JOINING)
    with said("matching the tables and joining schools to tracts"):
        raw = make_panel(tables)
    report.ledger(raw.ledger)
    report.panel(raw)
    asked.at(HIDING)
    with said("hiding what must not be shown"):
        # Read for restricted counts alone: what was shown before may tell of what is hidden now.
        given = given_up_to(folder) if restricted_rows(raw).any() else None
        shown = protect_panel(raw, used, given=given)
    withheld = int(shown.absence["status"].isin(["suppressed", "unreliable"]).sum())
    report.step("protect", f"{withheld:,} of {len(shown.absence):,} absence rows not shown plainly")
    if restricted_rows(raw).any():
        with said("auditing what would be shown"):
            started = report.clock()
            found = audit_panel(raw, shown, given)
        report.step("audit", audit_text(found, report.clock() - started))
        refuse_disclosed(found)
        if given is not None:
            again = {GIVEN: shown_no_more(given, shown.absence)}
            raw = replace(raw, parameters={**raw.parameters, **again})
    asked.at(STORING)
    with said("storing the panel"):
        store_panel(raw, shown, folder, inputs=_inputs(slug, tables, own))
    report.finish(str(folder))
    return folder


@contextmanager
def said(step: str) -> Iterator[None]:
    """Put what nobody expected into words, with the step in which it happened.

    Raises
    ------
    BuildError
        In the place of any error that is none of our own.
    """
    try:
        yield
    except DataError:
        raise
    except MemoryError as error:
        raise BuildError(
            f"the memory of this machine does not suffice for {step}; close other programs, or"
            " build the place from fewer or smaller files"
        ) from error
    except Exception as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BuildError(
            f"something unexpected happened while {step} ({what}). Nothing was changed. This is a"
            f" fault of the program: please report it ({REPORT}) with this message; --debug shows"
            " where it happened"
        ) from error


def _inputs(slug: str, tables: SourceTables, own: Path | None) -> str:
    """Hash what a panel is built from; "" for the demo, which no file makes."""
    if slug == DEMO and own is None:
        return ""
    from data.place.inputs import inputs_read
    from data.place.tables import place_and_files

    return inputs_read(place_and_files(slug, own=own)[0], tables.sources)


def store_panel(raw: Panel, shown: Panel, folder: Path, *, inputs: str = "") -> None:
    """Put a raw panel and its protected copy in the place of what `folder` holds, in one step.

    Parameters
    ----------
    inputs : str
        Hash of what it was built from, see `data.place.inputs`; "" stores none.

    Raises
    ------
    SwapError
        Another build is writing there, or the disk refused.
    """

    def write(fresh: Path) -> None:
        save_panel(raw, fresh)
        save_panel(shown, fresh / PROTECTED)
        if inputs:
            (fresh / INPUTS).write_text(inputs, encoding="utf-8")

    replace_folder(folder, write)


def is_built(folder: Path) -> bool:
    """Say whether a folder holds a panel that this version can use."""
    try:
        load_panel(folder)
        load_panel(folder / PROTECTED)
    except PanelError:
        return False
    return True


def _peak_memory() -> int | None:
    """Give the most memory this process has held, in bytes; None where it cannot be asked."""
    if sys.platform == "win32":
        return None
    import resource  # absent on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0; 1 when a nation was made without some of its parts; 2 after a message about something
        that the user can put right.
    """
    options = _parser().parse_args(arguments)
    try:
        folder = build_path(options.place) if options.out is None else options.out
        if options.if_missing and is_built(folder):
            print(f"{options.place} is already built in {folder}")
            if options.place == DEMO and options.out is None:
                _first_update(options, None)
            return 0
        own = options.own
        if _is_nation(options.place, own):
            return _nation(options)
        mirror = options.mirror if own is not None else _mirror(options.mirror)
        asked = Asked(options.flows, options.policy)
        build_panel(options.place, out=options.out, mirror=mirror, own=own, asked=asked)
        if options.out is None:
            _first_update(options, mirror)
    except DataError as error:
        if options.debug or os.environ.get("ATLAS_DEBUG", "").strip():
            traceback.print_exc()
        print(f"{options.place} was not built: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{options.place} was not built: stopped. What was stored stays.", file=sys.stderr)
        return 2
    return 0


def _first_update(options: argparse.Namespace, mirror: Path | None) -> None:
    """Read what there is of the year under way; a panel is good without it."""
    from data.in_year.store import version

    try:
        with said("reading the year under way"):
            if options.place == DEMO and options.own is None:
                from data.demo.in_year import update_demo

                if not (options.if_missing and version(DEMO)):
                    update_demo()
                return
            from data.in_year.update import Wanted, update

            now = datetime.now(tz=UTC)
            update(options.place, Wanted(now, mirror, options.own, policy=options.policy))
    except DataError as error:
        print(f"no figures of the year under way: {error}")


def _is_nation(slug: str, own: Path | None) -> bool:
    if slug == DEMO:
        return False
    from data.nation.file import is_nation  # it loads the recipes: the demo has none

    return is_nation(slug, own)


def _nation(options: argparse.Namespace) -> int:
    """Build a nation; 1 when one of its parts failed and it was made of the others."""
    from data.nation.build import build_nation
    from data.nation.file import Asked as OfParts

    if options.flows is not None or options.out is not None:
        raise DataError("--flows and --out are for one place; a nation is built into the store")
    mirror = options.mirror if options.own is not None else _mirror(options.mirror)
    asked = OfParts(mirror, options.policy)
    failed = build_nation(options.place, own=options.own, asked=asked).failed
    for slug, why in failed.items():
        print(f"{slug} was not built: {why}", file=sys.stderr)
    return SOME_FAILED if failed else 0


def _mirror(named: Path | None) -> Path | None:
    """Give the folder named on the command line or by ATLAS_MIRROR, which must exist."""
    words = os.environ.get("ATLAS_MIRROR", "").strip()
    mirror = Path(words) if named is None and words else named
    if mirror is not None and not mirror.is_dir():
        origin = "ATLAS_MIRROR" if named is None else "--mirror"
        raise DataError(f"{origin} names {mirror}, which is not a folder; correct or clear it")
    return mirror


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.build", description=__doc__)
    parser.add_argument("place", help="short name of the place, such as demo or nyc")
    parser.add_argument("--from", dest="own", type=Path, help="folder that data.intake wrote")
    parser.add_argument("--out", type=Path, help="panel folder (default: the store)")
    parser.add_argument("--mirror", type=Path, help="folder of files downloaded by hand")
    parser.add_argument("--flows", type=Path, help="CSV of school_id, geoid, students")
    parser.add_argument("--policy", default="", help="policy that holds besides, such as CT")
    parser.add_argument("--debug", action="store_true", help="show where an error happened")
    parser.add_argument("--if-missing", action="store_true", help="do nothing when it is built")
    return parser


if __name__ == "__main__":
    sys.exit(main())
