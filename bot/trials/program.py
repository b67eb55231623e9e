"""The program as an operator starts it, in a process of its own: all of it, a bot, or a worker."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

# as long as a real one; it opens nothing
TOKEN = "123456:a-token-that-must-not-appear-in-any-log"  # noqa: S105
START_SECONDS = 120.0


READY = {"run": "Press Ctrl+C", "bot": "listening to Telegram", "worker": "answering with"}


class Program:
    """One command at a time on one data folder; killed and started again at will."""

    def __init__(self, folder: Path, command: str = "run", **settings: str) -> None:
        self.folder, self.log_path = folder, folder / "program.log"
        self.command = command
        folder.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DOCTOR_LLAMA_")},
            "DOCTOR_LLAMA_DATA_DIR": str(folder / "data"),
            "DOCTOR_LLAMA_OPEN_BROWSER": "false",
            "DOCTOR_LLAMA_LOG_LEVEL": "INFO",
            "HF_HUB_OFFLINE": "1",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def database_url(self) -> str:
        default = f"sqlite:///{self.folder / 'data' / 'doctor-llama.db'}"
        return self._environment.get("DATABASE_URL", default)

    @property
    def log(self) -> str:
        """Everything that the program printed so far, in all its lives."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    async def start(self, until: str | None = None) -> None:
        """Start it and wait for a line in what it prints, which says that it is ready."""
        until = until or READY[self.command]
        before = len(self.log)
        with self.log_path.open("ab") as file:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "doctor_llama", self.command,
                cwd=self.folder, env=self._environment, stdout=file, stderr=file,
            )  # fmt: skip
        try:
            async with asyncio.timeout(START_SECONDS):
                while until not in self.log[before:]:
                    assert self._process.returncode is None, self.log[before:]
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it did not start:\n{self.log[before:]}") from None

    def tree(self) -> list[psutil.Process]:
        """The program's process and its children, while they live."""
        if self._process is None or self._process.returncode is not None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def worker(self) -> psutil.Process:
        """Raises `psutil.NoSuchProcess` between the end of one and the start of the next."""
        for process in self.tree():
            if "worker" in process.cmdline():
                return process
        raise psutil.NoSuchProcess(0, msg="there is no worker at the moment")

    async def kill(self) -> None:
        """Kill the program with -9; its children must follow by themselves."""
        assert self._process is not None
        children = self.tree()[1:]
        self._process.kill()
        await self._process.wait()
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, 30)
        assert not alive, f"outlived the program: {alive}"

    async def stop(self) -> int:
        """Ask it to stop; return the exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), 40)
        except TimeoutError:
            for process in self.tree():
                process.kill()
            raise AssertionError(f"it did not stop:\n{self.log[-4000:]}") from None

    async def end(self) -> None:
        """Kill whatever is left of it."""
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self._process is not None:
            await self._process.wait()


@asynccontextmanager
async def program(folder: Path, **settings: str) -> AsyncIterator[Program]:
    """A program that is not started yet; whatever is left of it is killed at the end."""
    made = Program(folder, **settings)
    try:
        yield made
    finally:
        await made.end()


def serving(url: str, **settings: str) -> dict[str, str]:
    """Settings of a program that serves a simulator which outlives it."""
    return {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "DOCTOR_LLAMA_TELEGRAM_API_URL": url,
        "DOCTOR_LLAMA_MODEL": "scripted",
        "DOCTOR_LLAMA_OWNER_IDS": "1001",
        **settings,
    }
