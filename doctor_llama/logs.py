"""Logging: one line a record, never a token, never a message's text."""

import logging
import re
import sys
import warnings
from typing import TextIO

TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{10,}")
# These are chatty, or print the Bot API's URL, which holds the token, or people's texts.
QUIET = (
    "ContinuousBatchingLogger",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "telegram",
    "uvicorn.access",
)


class Redacting(logging.Formatter):
    """Strikes tokens out of the finished line, so that arguments and tracebacks are covered."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("[token]", super().format(record))


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every record of this process to one stream (stderr), redacted."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        Redacting("%(asctime)s %(levelname)-7s %(processName)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # what libraries tell each other of their next versions is for developers; the tests fail on it
    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
