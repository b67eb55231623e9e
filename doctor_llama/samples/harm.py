"""What no correction may teach. A pure function over a file of patterns, English only."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("harm.toml")


@cache
def _rules() -> list[tuple[str, list[re.Pattern[str]]]]:
    data = tomllib.loads(FILE.read_text("utf-8"))
    return [(rule["reason"], [re.compile(p) for p in rule["patterns"]]) for rule in data["rule"]]


def taught(text: str) -> str | None:
    """Why a text must not be learned from, such as "it sets a dose"; None: no rule objects."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    plain = " ".join(plain.split())
    for reason, patterns in _rules():
        if any(pattern.search(plain) for pattern in patterns):
            return reason
    return None
