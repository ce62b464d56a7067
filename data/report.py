"""What a build says while it works: plain aligned lines, with seconds and peak memory."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from data.contracts.check import TABLES
from data.panel import Panel
from data.store.provenance import LedgerEntry, Source

Say = Callable[[str], None]
_MEGABYTE = 1024 * 1024


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
        """Say what was kept, dropped, repaired and matched."""
        for entry in entries:
            some = f" ({', '.join(entry.examples)})" if entry.examples else ""
            where = f"{entry.table} [{entry.source}]"
            self.step(entry.action, f"{where:<40} {entry.rows:>8,}  {entry.reason}{some}")

    def panel(self, panel: Panel) -> None:
        """Say how many rows each table holds."""
        for name in TABLES:
            self.step("table", f"{name:<24} {len(panel.table(name)):>8,} rows")

    def finish(self, where: str) -> None:
        """Say where the panel is, how long it took and how much memory it needed."""
        peak = peak_memory()
        memory = "" if peak is None else f", peak memory {peak / _MEGABYTE:,.0f} MB"
        self.step("done", f"{where}{memory}")


def peak_memory() -> int | None:
    """Give the most memory this process has held, in bytes; None where it cannot be asked."""
    if sys.platform == "win32":
        return None
    import resource  # absent on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
