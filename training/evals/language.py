"""Which language a text is in, well enough to see an answer that left its question's.

By script, and among Latin letters by the commonest words. It knows a few languages and makes no
guess about a text without any of their words.
"""

import functools
import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

# of writing systems that here stand for one language each
SCRIPTS = {"CYRILLIC": "ru", "ARABIC": "ar", "DEVANAGARI": "hi"}
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
FEWEST = 2  # common words, before a language is named


@functools.cache
def _common() -> dict[str, frozenset[str]]:
    raw = tomllib.loads(Path(__file__).with_name("languages.toml").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


def of(text: str) -> str | None:
    """The language's code, such as "en"; None where it cannot be told."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return None
    scripts = Counter(unicodedata.name(c, "?").split()[0] for c in letters)
    script, count = scripts.most_common(1)[0]
    if script != "LATIN":
        return SCRIPTS.get(script) if count * 2 > len(letters) else None
    words = WORD.findall(text.lower().replace("’", "'"))
    hits = {name: sum(word in known for word in words) for name, known in _common().items()}
    best = max(hits.values())
    named = [name for name, value in hits.items() if value == best]
    return named[0] if best >= FEWEST and len(named) == 1 else None
