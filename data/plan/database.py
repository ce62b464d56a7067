"""The plan's database: where it is, how it is made, and what its errors mean to a reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data.errors import DataError
from data.store.folders import home

HEAD = "0003"
"""Newest step of the migrations."""
FILE = "plan.sqlite"
VARIABLE = "ATLAS_DATABASE_URL"
MIGRATIONS = Path(__file__).with_name("migrations")
WAIT = 10  # seconds for another writer
LOCK = 7_264_501  # of PostgreSQL, while tables are made
CLOSED_STATES = {"25006", "42501"}  # PostgreSQL: read-only transaction, no permission
CLOSED_WORDS = ("readonly database", "unable to open database file", "read-only file system")
FULL_STATES, FULL_WORDS = {"53100"}, ("disk is full", "no space left")


class PlanError(DataError):
    """The plan cannot be read or written."""


class UnreachableError(PlanError):
    """The database does not answer, or another program holds it: the same may be tried again."""


class ClosedError(PlanError):
    """The plan cannot be written here: its folder or database is read-only, or the disk is full."""


class Database:
    """One plan database, its tables made.

    Parameters
    ----------
    url : URL
        From `address`.

    Raises
    ------
    UnreachableError, ClosedError
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._is_file = url.get_backend_name() == "sqlite"
        settings: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 15}
        if self._is_file:
            # A file that is replaced or taken away is seen by the next connection.
            settings = {"poolclass": NullPool, "connect_args": {"timeout": WAIT}}
        else:
            waits = f"-c lock_timeout={WAIT}s -c statement_timeout={2 * WAIT}s"
            own = {"connect_timeout": 5, "client_encoding": "utf8", **url.query}
            options = f"{waits} {own.get('options', '')}"
            settings["connect_args"] = {**own, "options": options}
        self._engine = create_engine(url, **settings)
        if self._is_file:
            event.listen(self._engine, "connect", _by_hand)
            event.listen(self._engine, "begin", _begin)
        with _explained():
            self._make()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads."""
        with _explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, or not at all."""
        with _explained(), self._engine.connect() as opened:
            connection = opened.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _make(self) -> None:
        """Run the migrations that lack; of several processes one does, the others wait."""
        if self._is_file and self.url.database and "mode=ro" not in str(self.url):
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        if self._is_made():
            return
        with self._engine.connect() as opened:
            connection = opened.execution_options(writes=True)
            with connection.begin():
                if not self._is_file:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
                _migrate(connection)

    def _is_made(self) -> bool:
        with self._engine.connect() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return False
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found == HEAD


def address() -> URL:
    """Say where the plan is: `ATLAS_DATABASE_URL`, or a file in the store's folder.

    Raises
    ------
    PlanError
        The variable names no database of a kind that is supported.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return URL.create("sqlite", database=str(home() / FILE))
    remedy = f"write {VARIABLE}=postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out"
    try:
        url = make_url(named)
        kind = url.get_backend_name().replace(
            "postgres", "postgresql", url.drivername == "postgres"
        )
    except (ArgumentError, ValueError) as error:
        raise PlanError(f"{VARIABLE} is no address of a database; {remedy}") from error
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database:
        return url
    raise PlanError(f"{VARIABLE}: databases of this kind hold no plan; {remedy}")


def database() -> Database:
    """Give the plan's database of this process, made on first use.

    Raises
    ------
    PlanError
        It is not there, cannot be made, or its address is wrong.
    """
    url = address()
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        _opened.cache_clear()  # the store was moved or emptied: made anew
    return _opened(url, os.getpid())


@cache
def _opened(url: URL, process: int) -> Database:  # noqa: ARG001 - a child opens its own
    return Database(url)


def _migrate(connection: Connection) -> None:
    from alembic import command  # loaded by the first process of a new store alone
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise PlanError(
            "the plan was made by a newer version of this program; open it with that version"
        ) from error


def _by_hand(connection: Any, _record: Any) -> None:
    """Leave transactions to us: Python's own would begin late, and could not be waited for."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    """Take the file's lock at once when something is to be written."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _explained() -> Iterator[None]:
    """Say in plain words what a database refuses; no address or password is in it."""
    try:
        yield
    except OSError as error:
        raise ClosedError(
            f"the plan cannot be kept: its folder cannot be written ({error.strerror or 'no'});"
            f" name another with ATLAS_HOME, or a database with {VARIABLE}"
        ) from error
    except SQLAlchemyError as error:
        raise _said(error) from error


def _said(error: SQLAlchemyError) -> PlanError:
    origin = getattr(error, "orig", None)
    state = str(getattr(origin, "sqlstate", "") or "")
    words = str(origin).lower()
    if state in FULL_STATES or any(each in words for each in FULL_WORDS):
        return ClosedError("the disk of the plan is full; free some space, then save again")
    if state in CLOSED_STATES or any(each in words for each in CLOSED_WORDS):
        return ClosedError(
            "the plan can be read here, not changed: its file or database is read-only;"
            f" name a folder that can be written with ATLAS_HOME, or a database with {VARIABLE}"
        )
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, OperationalError) or "locked" in words:
        return UnreachableError(
            "the plan's database does not answer; nothing was lost: wait a moment, then save again;"
            " if it lasts, whoever runs the server must start the database"
        )
    kind = type(origin or error).__name__
    return PlanError(
        f"the plan's database refused ({kind}); whoever runs the server must look at it"
    )
