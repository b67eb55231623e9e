"""Bounds on time that hold on a busy machine too, and are tight on a quiet one."""

import os


def stretch() -> float:
    """How much longer than on a quiet machine things may take at the moment, 1 at least."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, waiting)


def within(seconds: float) -> float:
    """The bound for what takes less than `seconds` on a quiet machine, or twice that elsewhere."""
    return 2 * seconds * stretch()
