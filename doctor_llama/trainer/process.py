"""One training process: started, heard, and ended when it hangs or is not wanted any more.

It speaks JSON, a line an event, on its standard output; every line is a sign of life. It dies with
us: the kernel is told to, and its own children are in its process group.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG = "log.txt"
RESULT = "result.json"
ORDER = "order.json"
TICK_SECONDS = 1.0  # between two looks at whether we still want it
GRACE_SECONDS = 10.0  # to save its state when it is asked to stop
GOING_SECONDS = 120.0  # from its last word to its end
LINE_BYTES = 1 << 20

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: without a reason, well."""

    reason: str | None = None  # memory, disk, hang, killed, cancelled, nothing, crashed, …
    detail: str = ""


class Process:
    """`python -m training VERB --run FOLDER`."""

    def __init__(
        self,
        verb: str,
        folder: Path,
        *,
        stall_seconds: float,
        threads: int | None = None,
        command: Sequence[str] = (sys.executable, "-m", "training"),
    ) -> None:
        self._command = (*command, verb, "--run", str(folder))
        self._folder = folder
        self._stall, self._threads = stall_seconds, threads
        self._process: asyncio.subprocess.Process | None = None
        self._complaint: Event | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def run(self, hear: Callable[[Event | None], Awaitable[bool]]) -> Ended:
        """Run to the end. `hear` gets every event, and None at each tick; false ends it."""
        with (self._folder / LOG).open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                limit=LINE_BYTES,
                env=self._environment(),
            )
        lines: asyncio.Queue[Event | None] = asyncio.Queue()
        reading = asyncio.create_task(self._read(lines), name="training-read")
        try:
            return await self._follow(lines, hear)
        finally:
            await self._end(0.0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    def _environment(self) -> dict[str, str]:
        own = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
        if self._threads:
            own |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(self._threads))
        return {**os.environ, **own}

    async def _read(self, lines: "asyncio.Queue[Event | None]") -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    lines.put_nowait(event)
        lines.put_nowait(None)

    async def _follow(
        self, lines: "asyncio.Queue[Event | None]", hear: Callable[[Event | None], Awaitable[bool]]
    ) -> Ended:
        heard = time.monotonic()
        while True:
            event: Event | None = None
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    event = await lines.get()
            except TimeoutError:
                if time.monotonic() - heard > self._stall:
                    await self._end(0.0)
                    return Ended("hang", f"no sign of life for {self._stall:.0f} s")
            else:
                heard = time.monotonic()
                if event is None:  # it has closed its output, and may take a while to go
                    return await self._how_it_ended()
            if event is not None and "error" in event:
                self._complaint = event
                continue
            if not await hear(event):
                await self._end(GRACE_SECONDS)
                return Ended("cancelled")

    async def _how_it_ended(self) -> Ended:
        assert self._process is not None
        try:
            code = await asyncio.wait_for(self._process.wait(), GOING_SECONDS)
        except TimeoutError:
            return Ended("hang", "it said all that it had to say, and did not end")
        if code == 0 and (self._folder / RESULT).is_file():
            return Ended()
        if self._complaint is not None:
            return Ended(str(self._complaint["error"]), str(self._complaint.get("detail", "")))
        if code == -signal.SIGKILL:
            return Ended("killed", "by the system, as it does when memory runs out, or by someone")
        if code < 0:
            return Ended("crashed", f"signal {signal.Signals(-code).name}")
        return Ended("crashed", f"exit code {code}; see {LOG} in its folder")

    async def _end(self, grace: float) -> None:
        """Ask it to stop, wait a while, then kill it and what it started."""
        process = self._process
        if process is None:
            return
        if process.returncode is None and grace > 0:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), grace)
        self._signal(signal.SIGKILL)
        await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
