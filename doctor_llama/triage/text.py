"""One plain form of a message in any of our languages: small letters, no accents, words, stops."""

import re
import unicodedata
from itertools import groupby, islice

MAX_CHARACTERS = 4096  # Telegram's own bound; what lies beyond is not read

_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **{"ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ё": "е", "ı": "i", "ß": "s"},
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("؟", "?"),
        **dict.fromkeys("،", ","),
        **dict.fromkeys("।؛;…:", "."),
        "ـ": None,  # tatweel
        "़": None,  # nukta
        **dict.fromkeys("😂🤣😹😆", " haha "),  # "I'm dying" with one is another thing
    }
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩०१२३४५६७८९", "01234567890123456789")
_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff\u00ad]"
)
_ELISION = re.compile(r"\b([cdjlmnst]|qu)'")
_NUMBER = re.compile(r"(\d)[.,](\d)")
# no \w: the vowel signs of Devanagari are no letters to `re`
_TOKEN = re.compile(r"[a-zа-яء-ي\u0900-\u0963\u0966-\u097f0-9_]+|[.!,]|[?]|\n")


def fold(text: str) -> str:
    """Compatible forms, small letters, no accents; Devanagari keeps its vowels."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].casefold()
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    return text.translate(_LETTERS).translate(_DIGITS)[:MAX_CHARACTERS]


def tokens(text: str) -> list[str]:
    """Words, with `.` and `?` between sentences and `,` between clauses.

    One that stands there more than twice running says no more than twice.
    """
    plain = _ELISION.sub(r"\1 ", fold(text)).replace("'", "")
    plain = _NUMBER.sub(r"\1_\2", plain)
    found = ("." if one in "!\n" else one for one in _TOKEN.findall(plain))
    return [word for _, same in groupby(found) for word in islice(same, 2)]
