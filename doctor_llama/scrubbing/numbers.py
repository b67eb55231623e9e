"""Finders for what is written in digits and signs: addresses of the net, telephone numbers, ids,
cards, accounts, dates of birth. They know no names and no streets.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from doctor_llama.scrubbing.spans import DATA, Cues, Kind, Span

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,18}(?![\w-])")
_SPELT = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,64}\s?(?:@|[(\[]at[)\]]|\sat\s)\s?"
    r"(?:gmail|yahoo|hotmail|outlook|icloud|proton(?:mail)?|live|mail|yandex)"
    r"\s?(?:\.|[(\[]dot[)\]]|\sdot\s)\s?[a-z]{2,4}(?![\w-])",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?://)?(?:[a-z]{1,3}\.)?(?:facebook|fb|instagram|twitter|x|linkedin|tiktok|vk|ok|t|wa|"
    r"telegram|snapchat|threads|pinterest|reddit|youtube|github)\.(?:com|me|ru|net)/"
    r"(?:in/|add/|u/|user/|@)?[\w.+%@-]{2,64}(?:[?/][^\s<>]{0,100})?",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}(?![\w@.-])")

_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_SHAPED_IDS = (
    re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),  # US social security
    re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"),  # Brazil, CPF
    re.compile(r"(?<![\w-])\d{3}-\d{3}-\d{3} \d{2}(?![\w-])"),  # Russia, SNILS
    re.compile(r"(?<![\w-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}(?![\w-])"),
)
_DNI = re.compile(r"(?<!\w)(?:[XYZ]-?\d{7}|\d{8})-?[A-Z](?!\w)")  # Spain, with its check letter
_CUED_ID = re.compile(
    r"[\s:#.,–-]{0,3}(?:(?:is|es|é|est|no|nr|num|number|card|id|#|№|номер)\b[\s:#.,–-]{0,3}){0,3}"
    r"((?=[^\s]{0,12}\d)[A-Z]{0,4}[-/ ]?\d[A-Z\d]{0,14}(?:[-/ ]\d[A-Z\d]{1,9}){0,4})(?!\w)",
    re.IGNORECASE,
)

_MONTH_FIRST = r"[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
_DAY_FIRST = r"\d{1,2}(?:st|nd|rd|th)?(?: of| de)?[ .-][^\W\d_]{3,10}\.?,?(?: de)?[ -]\d{2,4}"
_DIGITS = r"\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
_DOB = Cues(
    "birth",
    rf"[\s:.,–-]{{0,4}}(?:is|was|es|é|on|el|em|le)?\s?({_DIGITS}|{_DAY_FIRST}|{_MONTH_FIRST})",
)
_IDS = Cues("id", r"(?!\w)")

_PHONE = re.compile(
    r"(?<![\w.,/+:-])(?:\+|\()?\(?\d(?:[ .()\u2010-\u2013/-]{0,3}\d){6,15}(?!\w|[.,]\d|%)"
)
_NANP = re.compile(r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2}")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\D{1,3}(?:19|20)\d{2})+")
_RANGE = re.compile(r"\d{3,6} ?[-\u2010-\u2013] ?\d{3,6}|" + _YEARS.pattern)
_UNIT = re.compile(
    r"\s?(?:m?c?g|ml|mcg|iu|units?|mmol|cells?|copies|per|/|x|×|°|mm|cm|kg|lbs?|bpm|kcal|steps|years?|"
    r"people|patients|cases|participants|million|thousand)\b|\s?[%°/×]",
    re.IGNORECASE,
)
_PHONE_CUES = Cues("phone")
_REGIONS = (
    "US",
    "GB",
    "IN",
    "ES",
    "MX",
    "BR",
    "PT",
    "FR",
    "RU",
    "DE",
    "IT",
    "EG",
    "SA",
    "AE",
    "AU",
)
_TOLL_FREE = re.compile(r"(?:00|0|1|8|7)?8(?:00|08|33|44|55|66|77|88)\d{4,}")
_PUBLIC_TYPES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PREMIUM_RATE,
}
_PUBLIC = frozenset(DATA["public"]["digits"])
_SHORT = 6  # digits: emergency numbers and crisis lines, never somebody's own


def find(text: str, lowered: str) -> Iterator[Span]:
    """Everything of this module in a text, the surest first; what overlaps an earlier one is
    the caller's to leave out."""
    if "@" in text or " at " in lowered or "at]" in lowered or "at)" in lowered:
        for pattern in (_EMAIL, _SPELT):
            yield from (Span(*m.span(), Kind.EMAIL) for m in pattern.finditer(text))
        yield from (Span(*m.span(), Kind.LINK) for m in _HANDLE.finditer(text))
    if ".com/" in lowered or ".me/" in lowered or ".ru/" in lowered or ".net/" in lowered:
        yield from (Span(*m.span(), Kind.LINK) for m in _LINK.finditer(text))
    if sum(map(text.count, "0123456789")) >= 4 or not text.isascii():
        yield from _accounts(text)
        yield from (Span(*m.span(1), Kind.DOB) for m in _DOB.find(text, lowered))
        yield from _ids(text, lowered)
        yield from _phones(text, lowered)


def _accounts(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        if _iban(match[0].replace(" ", "")):
            yield Span(*match.span(), Kind.IBAN)
    for match in _CARD.finditer(text):
        if _luhn([int(c) for c in match[0] if c.isdigit()]):
            yield Span(*match.span(), Kind.CARD)


def _iban(code: str) -> bool:
    """ISO 13616: the letters as numbers, the head behind, remainder 1 by 97."""
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812; rows of one digit are no cards."""
    doubled = (d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits)))
    return len(set(digits)) > 1 and digits[0] in (2, 3, 4, 5, 6) and sum(doubled) % 10 == 0


def _ids(text: str, lowered: str) -> Iterator[Span]:
    for pattern in _SHAPED_IDS:
        yield from (Span(*m.span(), Kind.ID) for m in pattern.finditer(text))
    for match in _DNI.finditer(text):
        digits = int(
            "".join(str("XYZ".find(c)) if c in "XYZ" else c for c in match[0][:-1] if c != "-")
        )
        if "TRWAGMYFPDXBNJZSQVHLCKE"[digits % 23] == match[0][-1]:
            yield Span(*match.span(), Kind.ID)
    for cue in _IDS.find(text, lowered):
        number = _CUED_ID.match(text, cue.end())
        if number and _tells(number[1]) and not _UNIT.match(text, number.end()):
            yield Span(*number.span(1), Kind.ID)


def _tells(number: str) -> bool:
    """Long enough to stand for one person, and not a year."""
    return sum(c.isdigit() for c in number) >= 4 and not re.fullmatch(r"(?:19|20)\d{2}", number)


def _phones(text: str, lowered: str) -> Iterator[Span]:
    cues: list[int] | None = None
    for match in _PHONE.finditer(text):
        written = match[0].strip(" .-/")
        if cues is None:
            cues = [m.end() for m in _PHONE_CUES.find(text, lowered)]
        cued = any(0 <= match.start() - end <= 25 for end in cues)
        if not _UNIT.match(text, match.end()) and _is_phone(written, cued=cued):
            yield Span(*match.span(), Kind.PHONE)


def _is_phone(written: str, *, cued: bool) -> bool:
    digits = "".join(str(int(c)) for c in written if c.isdecimal())
    if len(digits) <= _SHORT or digits in _PUBLIC or _TOLL_FREE.fullmatch(digits):
        return False
    if _DATE.search(written) or (_RANGE if not cued else _YEARS).fullmatch(written):
        return False
    if written.startswith("+") or digits.startswith("00"):
        return _kind_of(f"+{digits.removeprefix('00')}", None) not in _PUBLIC_TYPES
    return _NANP.fullmatch(written) is not None or _is_national(written, digits, cued=cued)


def _is_national(written: str, digits: str, *, cued: bool) -> bool:
    """A number without its country: one that can be dialled in some country that we know."""
    groups = re.findall(r"\d+", written)
    if sum(len(group) == 1 for group in groups) > 1 or "/" in written:
        return False
    kinds = {_kind_of(digits, region) for region in _REGIONS} if cued or len(digits) >= 9 else set()
    return not kinds & _PUBLIC_TYPES and (cued or kinds - {None} != set())


@lru_cache(maxsize=4096)
def _kind_of(digits: str, region: str | None) -> int | None:
    """A `PhoneNumberType`, or None when no such number can be dialled there."""
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    return phonenumbers.number_type(number) if phonenumbers.is_valid_number(number) else None
