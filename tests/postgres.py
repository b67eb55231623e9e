"""A PostgreSQL server of the tests' own: in a folder of its own, gone when they end."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # these databases live for seconds
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


def binaries() -> Path:
    """The folder of `initdb` and its friends; skips, or fails where they must be there."""
    if FOLDERS:  # Debian keeps them off the path
        return FOLDERS[0]
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if os.environ.get("CI_REQUIRE_POSTGRES") == "1":
        pytest.fail("CI_REQUIRE_POSTGRES=1, but there is no PostgreSQL")
    pytest.skip("no PostgreSQL on this machine (Debian: apt-get install postgresql)")


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


class Server:
    """A running server, reached by a Unix socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = binaries()

    def start(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        data = str(self._folder / "data")
        self._run(
            ["initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        )
        options = [f"-c {name}='{value}'" for name, value in SETTINGS.items()]
        options.append(f"-k {self._folder}")
        log = str(self._folder / "log")
        self._run(["pg_ctl", "-D", data, "-w", "-l", log, "-o", " ".join(options), "start"])

    def stop(self) -> None:
        self._run(["pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop"])

    def restart(self) -> None:
        """As a crash of the server does: every connection is cut."""
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self._run(["pg_ctl", "-D", data, "-m", "immediate", "-w", "-l", log, "restart"])

    def _run(self, command: list[str]) -> None:
        command[0] = str(self._bin / command[0])
        subprocess.run(
            _as_owner(command), check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60
        )

    def url(self, name: str) -> str:
        return f"postgresql://tests@/{name}?host={self._folder}"

    def drop(self, name: str) -> None:
        """Give back a database's seven megabytes, in a thousand files."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or a copy of another; return its name."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name


def _quick_disk() -> Path | None:
    """Memory, where there is room: each test's database is a thousand new files."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return memory if roomy else None


@contextmanager
def served() -> Iterator[Server]:
    """A server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="doctor-llama-", dir=_quick_disk()) as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
