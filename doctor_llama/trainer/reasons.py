"""Why a run failed, in one word that the texts and the metrics know. Shared with the process."""

import errno

from doctor_llama.errors import (
    NothingToLearnError,
    StoppedError,
    TooLittleDiskError,
    TooLittleMemoryError,
)

FULL = (errno.ENOSPC, errno.EDQUOT)


def of(problem: BaseException) -> str:
    """One of `nothing`, `stopped`, `disk`, `memory`, `crashed`."""
    if isinstance(problem, NothingToLearnError):
        return "nothing"
    if isinstance(problem, (StoppedError, KeyboardInterrupt)):
        return "stopped"
    if isinstance(problem, TooLittleDiskError):
        return "disk"
    if isinstance(problem, OSError) and problem.errno in FULL:
        return "disk"
    if isinstance(problem, (TooLittleMemoryError, MemoryError)) or _of_torch(problem):
        return "memory"
    return "crashed"


def _of_torch(problem: BaseException) -> bool:
    """torch has a class of its own for a full GPU and none for a full machine."""
    text = str(problem).lower()
    return "out of memory" in text or "can't allocate memory" in text
