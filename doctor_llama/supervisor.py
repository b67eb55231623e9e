"""Starts the worker as a process of its own and keeps it alive. It knows no queue.

The worker beats on a pipe while it makes progress. No beat means a hang, which only a kill ends.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence

from doctor_llama.errors import ModelUnavailableError

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0  # without a beat for so long, the worker is hung
LOAD_SECONDS = 1_800.0  # a first start may have to fetch six gigabytes
BACKOFF_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0  # a worker that lived so long starts over without waiting
EXIT_CONFIG = 78  # EX_CONFIG: what the settings ask for cannot be had; a restart would not help
EXIT_AGAIN = 75  # EX_TEMPFAIL: all is well, and only a new process can go on
EXIT_SOFTWARE = 70  # EX_SOFTWARE: the engine is beyond repair; a new process may help


class Supervisor:
    """One worker process: started, watched, restarted with back-off, stopped in good order."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command or (sys.executable, "-m", "doctor_llama", "worker"))
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()  # set at the first beat
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The worker's process id while there is one."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Keep a worker running until `stop`. Raises `ModelUnavailableError` if it never could."""
        loop = asyncio.get_running_loop()
        failures = 0
        while not await self._stopped_within(BACKOFF_SECONDS[failures]):
            began = loop.time()
            code = await self._one_life()
            if self._stopping.is_set():
                return
            if code == EXIT_CONFIG and not self.ready.is_set():
                raise ModelUnavailableError("The worker could not start; its message is above.")
            if code == EXIT_AGAIN:
                log.info("the worker asked to be started again")
                continue
            steady = loop.time() - began > STEADY_SECONDS
            failures = 0 if steady else min(failures + 1, len(BACKOFF_SECONDS) - 1)
            log.error("the worker ended with %s and is started again", describe(code))

    async def _stopped_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _one_life(self) -> int:
        read, write = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                "--heartbeat-fd",
                str(write),
                pass_fds=[write],
                start_new_session=True,  # Ctrl+C is for us; we ask the worker to stop
            )
        except BaseException:
            os.close(read)
            raise
        finally:
            os.close(write)
        self.starts += 1
        watcher = asyncio.create_task(self._watch(read), name="worker-watch")
        try:
            return await self._process.wait()
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            self._kill()

    async def _watch(self, pipe: int) -> None:
        """Read beats; kill the process when they cease."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb")
        )
        limit = LOAD_SECONDS
        try:
            while True:
                async with asyncio.timeout(limit):
                    if not await reader.read(4096):
                        return  # the process is gone
                self.ready.set()
                limit = BEAT_SECONDS
        except TimeoutError:
            log.error("the worker made no progress and is killed")  # noqa: TRY400 - no news in it
            self._kill()
        finally:
            transport.close()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self, seconds: float) -> None:
        """Ask the worker to finish what it has, and kill it when it takes longer than that."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            log.error("the worker did not stop in time and is killed")  # noqa: TRY400
            self._kill()
            await process.wait()


def describe(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux; elsewhere the pipe tells)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - only here

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() == 1:  # it ended before we could ask
        os.kill(os.getpid(), signal.SIGKILL)
