"""A PostgreSQL of our own, that tests kill and start again."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg
import pytest

SEVERAL = count()


class Server:
    """PostgreSQL in a folder of its own, on a socket in it; it can be killed and started again."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        # Root may not run it; the folder lies where its user can come.
        self.folder = Path(tempfile.mkdtemp(prefix="atlas-pg-", dir="/tmp"))
        self.as_user: list[str] = []
        if getpass.getuser() == "root":
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_user = ["runuser", "-u", "postgres", "--"]
        self.data = self.folder / "data"
        made = [*("initdb", "-D", str(self.data), "-U", "atlas", "-A", "trust", "--no-sync")]
        made += ["--encoding", "UTF8", "--locale", "C"]
        self._run(made).wait(60)
        self.start()

    def start(self) -> None:
        for _ in range(20):
            # Without fsync: what is killed is the program, not the machine. Nothing is left behind
            # in the memory of the machine either.
            options = ("listen_addresses=", "fsync=off", "dynamic_shared_memory_type=mmap")
            settings = [*("-k", str(self.folder)), *(f"--{each}" for each in options)]
            self.process = self._run(["postgres", "-D", str(self.data), *settings])
            if self._answers():
                return
        pytest.fail("PostgreSQL does not start")

    def kill(self) -> None:
        """End it at once, with all its parts: no transaction is finished."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        for part in (first, *children(first)):
            os.kill(part, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://atlas@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """Make a database without tables; give its address."""
        name = f"plan_{os.getpid()}_{next(SEVERAL)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        command[0] = str(self.programs / command[0])
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            [*self.as_user, *command], stdout=quiet, stderr=quiet, cwd=self.folder
        )

    def _answers(self) -> bool:
        while self.process.poll() is None:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False


def children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) == parent:
                found.append(int(folder.name))
    return found


def started() -> Server:
    """Start one; in CI a missing PostgreSQL is a failure, not a skip."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs and os.environ.get("REQUIRE_POSTGRES"):
        pytest.fail("REQUIRE_POSTGRES is set and no PostgreSQL is installed")
    if not programs:
        pytest.skip("no PostgreSQL on this machine (/usr/lib/postgresql)")
    return Server(programs[-1].parent)
