"""`doctor-llama …` as a person types it: in a process of its own, or, much sooner, in this one."""

import contextlib
import io
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import CompletedProcess

import pytest

from doctor_llama import cli


def process(*arguments: str, **settings: str) -> CompletedProcess[str]:
    """Run a command in a process of its own, as it is installed."""
    return subprocess.run(
        [sys.executable, "-m", "doctor_llama", *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def run(*arguments: str, **settings: str) -> CompletedProcess[str]:
    """Run a command through the same entry point without the start of an interpreter.

    What such a process leaves behind in itself (log handlers, file mode) is put back. A thread of
    its own lets it have an event loop of its own.
    """
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers, level, mask = root.handlers[:], root.level, os.umask(0o077)
    status: object = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["doctor-llama", *arguments])
        try:
            with ThreadPoolExecutor(1) as thread:
                thread.submit(cli.main).result()
        except SystemExit as ended:
            status = ended.code
        finally:
            os.umask(mask)
            root.handlers[:] = handlers
            root.setLevel(level)
    return CompletedProcess(
        arguments, status if isinstance(status, int) else 0, out.getvalue(), err.getvalue()
    )
