"""A file that one process holds at a time, and that the kernel gives back when it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doctor_llama.errors import AlreadyRunningError


@contextmanager
def held(path: Path, sentence: str) -> Iterator[None]:
    """Hold `path` until the end. Raises `AlreadyRunningError` with the sentence."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunningError(sentence) from None
        yield
