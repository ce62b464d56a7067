"""Read hostile files, each in a folder of its own, and count what happens."""

import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from bench.hostile.file import HostileFile
from data.errors import DataError, FileError
from data.read.engine import read_table
from data.read.flows import flows_in_memory
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

LONGEST = 60.0


@dataclass
class Figures:
    """What happened to files that were read.

    Attributes
    ----------
    wrong : list of str
        Files with another verdict than they must get, and how.
    unhelpful : list of str
        Messages without the file or a remedy.
    """

    files: int = 0
    refused: int = 0
    uncaught: int = 0
    connections: int = 0
    written: int = 0
    remedied: int = 0
    longest: float = 0.0
    child_bytes: int = 0
    unhelpful: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def rows(self) -> list[tuple[str, str]]:
        """Give the figures in words."""
        share = self.remedied / max(1, self.refused)
        return [
            ("hostile or broken files, each unlike the others", f"{self.refused:,}"),
            ("harmless files beside them, read", f"{self.files - self.refused:,}"),
            ("wrong verdicts", str(len(self.wrong))),
            ("uncaught exceptions", str(self.uncaught)),
            ("connections", str(self.connections)),
            ("files written outside, or left behind", str(self.written)),
            ("messages with file and remedy", f"{share:.1%}"),
            ("longest reading, seconds", f"{self.longest:.1f}"),
            ("largest child, megabytes", f"{self.child_bytes / 2**20:,.0f}"),
        ]


def read_all(make: Callable[[str], Sequence[HostileFile]], every: int = 1) -> Figures:
    """Read all files, or each so-many-th.

    Parameters
    ----------
    make : callable
        Takes the address of a server that nobody may ask, and gives the files.
    every : int
        1 for all.
    """
    figures = Figures()
    with _listening(figures) as address, _watched(figures):
        for each in make(address)[::every]:
            _read(each, figures)
    figures.child_bytes = _largest_child()
    return figures


def _read(each: HostileFile, figures: Figures) -> None:
    with tempfile.TemporaryDirectory() as outer:
        folder, scratch = Path(outer) / "mirror", Path(outer) / "scratch"
        folder.mkdir()
        scratch.mkdir()
        path = folder / each.file
        path.write_bytes(each.content)
        started, tempfile.tempdir = time.perf_counter(), str(scratch)
        try:
            message, helpful = _verdict(each, path, figures)
        finally:
            tempfile.tempdir = None
        figures.longest = max(figures.longest, time.perf_counter() - started)
        left = sorted(
            file for file in Path(outer).rglob("*") if file not in (folder, scratch, path)
        )
        figures.written += len(left)
    figures.files += 1
    figures.refused += each.refused
    if message and not helpful:
        figures.unhelpful.append(f"{each.family}, {each.name}: {message}")
    figures.remedied += bool(each.refused and helpful)
    if each.refused is not bool(message):
        figures.wrong.append(f"{each.family}, {each.name}: {message or 'read'}")


def _verdict(each: HostileFile, path: Path, figures: Figures) -> tuple[str, bool]:
    """Read one file; give what refuses it, "" where it was read, and whether that helps."""
    try:
        if each.kind == "upload":
            flows_in_memory(each.content, each.file)
        else:
            read_table(parse_recipe(each.recipe), path, Ledger())
    except FileError as error:
        return str(error), bool(error.remedy and each.file in str(error))
    except DataError as error:
        return str(error), False
    except Exception as error:
        figures.uncaught += 1
        return f"uncaught {error!r}", False
    return "", True


@contextmanager
def _listening(figures: Figures) -> Iterator[str]:
    """Serve an address that counts who asks."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        thread = threading.Thread(target=_count, args=(server, figures), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def _count(server: socket.socket, figures: Figures) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return
        figures.connections += 1


@contextmanager
def _watched(figures: Figures) -> Iterator[None]:
    """Count every attempt of this process to connect."""
    own = socket.socket.connect

    def connect(*_: Any) -> NoReturn:
        figures.connections += 1
        raise OSError("no file may connect")

    socket.socket.connect = connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect = own  # type: ignore[method-assign]


def _largest_child() -> int:
    """Give the most memory that a child has held, in bytes; 0 where it cannot be asked."""
    if sys.platform == "win32":
        return 0
    import resource  # absent on Windows

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
