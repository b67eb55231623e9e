"""Logging: one line a record, never a token, never a message's text."""

import logging
import re
import sys
import warnings
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

TEXT = "%(asctime)s %(levelname)-7s %(processName)s %(name)s: %(message)s"
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

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("[token]", self._inner.format(record))


def configure(level: str, stream: TextIO | None = None, form: str = "text") -> None:
    """Send every record of this process to one stream (stderr), redacted.

    `form` is "text", a line for people, or "json", an object a line for machines.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Redacting(_json() if form == "json" else logging.Formatter(TEXT)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # what libraries tell each other of their next versions is for developers; the tests fail on it
    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _json() -> logging.Formatter:
    return JsonFormatter(
        ("levelname", "name", "processName", "process", "message"),
        timestamp="time",
        rename_fields={
            "levelname": "level",
            "name": "logger",
            "processName": "process",
            "process": "pid",
            "exc_info": "traceback",
        },
    )
