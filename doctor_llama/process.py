"""How every process of ours behaves: its files, its threads, its garbage collector."""

import gc
import os
import sys


def private_files() -> None:
    """Make every file that this process creates readable by its owner only: it is health data."""
    os.umask(0o077)


def brisk_threads() -> None:
    """Let a thread of this process run after half a millisecond, not five.

    A commit is made in one, and nobody can write before it has run. With 50 questions a second
    that halved the time until one is safe (190 to 87 ms at the median).
    """
    sys.setswitchinterval(0.0005)


def pass_over_libraries() -> None:
    """Spare the garbage collector what is here to stay; once, before the work begins.

    Without it a full collection walks every library and holds every thread meanwhile: a tenth of
    a second in the bot, a third with torch and transformers.
    """
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
