"""What a process does that is ended from outside; in a module of its own, quick to import."""

import os


def die(_: object) -> list[int]:
    """End this process at once."""
    os._exit(1)
