"""The database: engines, sessions, migrations, checks. It knows no table.

On SQLite every process writes through one connection (SQLite before 3.51.3 can corrupt a WAL
when two connections of a process write or checkpoint at once) and every write transaction begins
with BEGIN IMMEDIATE, without which concurrent read-then-write loses updates in silence.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from doctor_llama import sqlite
from doctor_llama.errors import DatabaseError, DatabaseOutdatedError

READERS = 4
POSTGRES_CONNECTIONS = 10  # of one process; PostgreSQL's own limit is 100 in all

# what a channel may name without knowing SQL: a transaction, and that one failed
Session = AsyncSession
Trouble = SQLAlchemyError
UPGRADING = 7_291_604_311  # PostgreSQL's lock for it
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Database:
    """One database. `session()` writes, `reading()` only reads; neither may span a network call."""

    def __init__(self, url: str, backups: Path | None = None) -> None:
        """`backups`: the folder of its copies; by default `backups` beside a SQLite file.

        Raises `DatabaseError` for a URL that is not one.
        """
        try:
            self.url: URL = make_url(url)
        except ArgumentError:
            raise DatabaseError(
                "DATABASE_URL is not a database URL, such as sqlite:///data/doctor-llama.db"
            ) from None
        backend = self.url.get_backend_name()
        self.is_sqlite = backend == "sqlite"
        if self.is_sqlite:
            self._open_sqlite()
            self.backups = (backups or self.path.parent / "backups").resolve()
        elif backend == "postgresql":
            self._open_postgres()
            self.backups = (backups or Path("data", "backups")).resolve()
        else:
            raise DatabaseError(
                f"DATABASE_URL names {backend}. Doctor Llama works with SQLite and PostgreSQL."
            )

    def _open_sqlite(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise DatabaseError("The database must be a file: sqlite:///path/to/doctor-llama.db")
        driver = "sqlite+aiosqlite://"
        self._writer = create_async_engine(
            driver,
            async_creator=lambda: sqlite.connect(self.path, read_only=False),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=60,
            hide_parameters=True,  # an error in a log must not carry anybody's words
        )
        sqlite.hooks(self._writer.sync_engine, begin=sqlite.WRITE)
        self._reader = create_async_engine(
            driver,
            async_creator=lambda: sqlite.connect(self.path, read_only=True),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=READERS,
            max_overflow=0,
            hide_parameters=True,
        )
        sqlite.hooks(self._reader.sync_engine, begin=sqlite.READ)

    def _open_postgres(self) -> None:
        if find_spec("psycopg") is None:
            raise DatabaseError(
                "PostgreSQL needs its driver. Install it with: pip install 'doctor-llama[postgres]'"
            )
        self.url = self.url.set(drivername="postgresql+psycopg")
        self._writer = self._reader = create_async_engine(
            self.url,
            pool_pre_ping=True,  # a connection that a restart of the server cut is replaced
            pool_size=POSTGRES_CONNECTIONS,
            hide_parameters=True,
            connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
        )

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.database or "").resolve()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A write transaction: committed at the end, rolled back on an exception."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A read-only transaction, which never waits for a writer on SQLite."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    async def checkpoint(self) -> bool:
        """Empty SQLite's log into the file, so that what was erased is in neither.

        False when readers were in the way for as long as a statement waits; the next one does it.
        """
        if not self.is_sqlite:
            return True
        async with self._writer.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            async with driver.execute(sqlite.CHECKPOINT) as cursor:
                return bool((await cursor.fetchone())[0] == 0)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection]:
        """A connection of one's own outside transactions, closed at the end with all its locks."""
        async with self._writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                yield connection
            finally:
                await connection.invalidate()

    async def close(self) -> None:
        """Close every connection."""
        engines: set[AsyncEngine] = {self._writer, self._reader}
        for engine in engines:
            await engine.dispose()

    # -- migrations -----------------------------------------------------------------------------

    @contextmanager
    def maintaining(self) -> Iterator[Connection]:
        """A connection in one transaction for migrations and moves, without foreign keys on SQLite.

        With them, Alembic's batch mode (a new table, then a drop of the old one) deletes every
        child row of an altered parent; without our BEGIN, a failing migration leaves half behind.
        """
        if self.is_sqlite:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        driver = "sqlite" if self.is_sqlite else self.url.drivername
        engine = create_engine(self.url.set(drivername=driver))
        if self.is_sqlite:
            sqlite.hooks(engine, begin=sqlite.WRITE, foreign_keys=False)
        try:
            with engine.begin() as connection:
                yield connection
                if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise DatabaseError("The upgrade would leave rows without their parents.")
        except DriverError as error:
            raise DatabaseError(self._sentence(error)) from error
        finally:
            engine.dispose()

    def upgrade(self) -> None:
        """Bring the database to this program's revision; creates it where there is none."""
        config = _alembic()
        with self.maintaining() as connection:
            if not self.is_sqlite:  # several programs may start at once
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADING})")
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")

    def revision(self) -> str | None:
        """The revision of the database; None where there is none yet."""
        if self.is_sqlite and not self.path.exists():
            return None
        with self.maintaining() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def require_current(self) -> None:
        """Raise `DatabaseOutdatedError` unless the database is at this program's revision."""
        if self.revision() != head():
            raise DatabaseOutdatedError

    # -- care -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise `DatabaseError` when the file is damaged or out of reach (60 ms per 100 MB)."""
        if not self.is_sqlite or not self.path.exists():
            return
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
                problems = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
        except sqlite3.OperationalError as error:  # nothing is wrong inside; "malformed" is another
            raise DatabaseError(self._out_of_reach(error)) from error
        except sqlite3.DatabaseError as error:
            problems = [str(error)]
        if problems != ["ok"]:
            copies = sorted(self.backups.glob("*.db"))
            mend = (
                f"Stop everything and run: doctor-llama db restore {copies[-1]}"
                if copies
                else f"There is no backup in {self.backups}."
            )
            raise DatabaseError(f"The database {self.path} is damaged ({problems[0]}). {mend}")

    def _sentence(self, error: DriverError) -> str:
        if isinstance(error, OperationalError) and "locked" in str(error.orig):
            return "The database is in use by another program. Try again in a moment."
        if self.is_sqlite and isinstance(error, OperationalError) and "readonly" in str(error.orig):
            return self._out_of_reach(error.orig)
        return f"The database {self.url.render_as_string()} cannot be used: {error.orig}."

    def _out_of_reach(self, error: BaseException | None) -> str:
        return (
            f"The database {self.path} cannot be used ({error}). This user must be able to write "
            f"the file and its folder {self.path.parent}: look at their owner and permissions, and "
            "whether the disk is full or read-only."
        )


def head() -> str | None:
    """The revision that this program works with."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def knows(revision: str) -> bool:
    """Whether this program can upgrade from a revision."""
    revisions = ScriptDirectory.from_config(_alembic()).walk_revisions()
    return revision in {known.revision for known in revisions}


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
