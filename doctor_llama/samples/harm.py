"""What no correction may teach. A pure function over our own file of patterns, in English, and over
what the review after the model would take out of an answer, in seven languages.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from doctor_llama.proofreading import Proofreader

# of what the review after the model finds, what must not even be learned
FOUND = {
    "emergency": "it keeps people from getting help",
    "stop": "it tells people to stop or refuse a treatment",
    "dose": "it sets a dose",
    "cure": "it promises a cure",
}
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
    reader = Proofreader("", "en")  # its patterns are of all languages together
    reader.take(text, whole=True)
    return next((reason for kind, reason in FOUND.items() if reader.counts[kind]), None)
