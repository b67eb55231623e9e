"""Which feedback to hold back, and why: pure rules over what people said. It decides nothing.

Two things no honest crowd does: many fresh accounts that say nearly the same within a day or two,
and corrections of one question that contradict each other. Either waits for a reviewer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doctor_llama.schema import FeedbackKind

SAME_TEXT = 0.8  # Jaccard of the words: nearly the same text
SAME_QUESTION = 0.75
SAME_ADVICE = 0.5  # below that two corrections of one question do not agree
YOUNG = timedelta(days=3)  # from an account's first day to what it said
WINDOW = timedelta(days=2)  # in which a crowd acts
CROWD = 3  # fresh accounts with nearly the same correction
RATING_CROWD = 5  # and with the same thumb for nearly the same answer
CROWD_SHARE = 0.6  # of those who say it are fresh accounts
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=....)(ments?|ings?|ed|es|s)$")
# say nothing of what is asked; only for comparing, so other languages lose nothing but precision
_SMALL = frozenset(
    (
        *("a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can"),
        *("could", "do", "does", "for", "from", "had", "has", "have", "how", "i", "if", "in"),
        *("is", "it", "its", "may", "me", "my", "of", "on", "one", "or", "please", "should", "so"),
        *("tell", "than", "that", "the", "their", "them", "there", "these", "they", "this", "to"),
        *("was", "we", "what", "when", "which", "who", "will", "with", "would", "you", "your"),
    )
)

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of feedback as the rules see it."""

    row: int
    kind: str
    person: int
    joined: datetime  # when the account was first seen
    at: datetime
    question: Words
    text: Words  # of the correction; of the answer that was rated
    rating: int | None = None
    approved: bool = False  # a reviewer has accepted it already
    refused: bool = False  # and this one not

    @property
    def fresh(self) -> bool:
        return self.at - self.joined < YOUNG


def words(text: str) -> Words:
    """What a text says, as words without case, signs, endings and small words."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return frozenset(_ENDING.sub("", word) for word in found if word not in _SMALL)


def alike(first: Words, second: Words, least: float) -> bool:
    """Whether two texts share at least so much of their words."""
    small, large = sorted((len(first), len(second)))
    if large == 0 or small < least * large:  # cannot be reached: most pairs end here
        return large == 0
    common = len(first & second)
    return common >= least * (len(first) + len(second) - common)


def groups(claims: Sequence[Claim], same: Callable[[Claim, Claim], bool]) -> list[list[Claim]]:
    """Claims with the first one that they resemble; in the order in which they were made."""
    found: list[list[Claim]] = []
    for claim in sorted(claims, key=lambda c: (c.at, c.row)):
        for group in found:
            if same(group[0], claim):
                group.append(claim)
                break
        else:
            found.append([claim])
    return found


def same_claim(first: Claim, second: Claim) -> bool:
    """The same thing said of the same question."""
    return (
        (first.kind, first.rating) == (second.kind, second.rating)
        and alike(first.question, second.question, SAME_QUESTION)
        and alike(first.text, second.text, SAME_TEXT)
    )


def held(claims: Sequence[Claim]) -> dict[int, str]:
    """Row -> why a reviewer should look twice. Rows that were decided on are never in it."""
    found: dict[int, str] = {}
    for group in groups(claims, same_claim):
        if (why := _crowd(group)) is not None:
            found |= {c.row: why for c in group if not c.approved and not c.refused}
    corrections = [c for c in claims if c.kind == FeedbackKind.CORRECTION]
    about_one = groups(corrections, lambda a, b: alike(a.question, b.question, SAME_QUESTION))
    for group in about_one:
        for claim in group:
            if not (claim.approved or claim.refused) and (other := _opponent(claim, group)):
                found.setdefault(claim.row, f"it contradicts correction {other.row}{_fate(other)}")
    return found


def _fate(claim: Claim) -> str:
    """What became of the other one. A refused one too says that people do not agree."""
    if claim.approved:
        return ", which was approved"
    return ", which was refused" if claim.refused else ""


def _crowd(group: Iterable[Claim]) -> str | None:
    """Many fresh accounts at once, and few others who say the same."""
    group = list(group)
    fresh = {claim.person: claim.at for claim in group if claim.fresh}
    everyone = {claim.person for claim in group}
    least = RATING_CROWD if group[0].kind == FeedbackKind.RATING else CROWD
    if len(fresh) < least or len(fresh) < CROWD_SHARE * len(everyone):
        return None
    times = sorted(fresh.values())
    if not any(b - a <= WINDOW for a, b in zip(times, times[least - 1 :], strict=False)):
        return None
    return f"{len(fresh)} new accounts said nearly the same within two days"


def _opponent(claim: Claim, group: Sequence[Claim]) -> Claim | None:
    """An earlier or approved correction that says something else."""
    others = [
        other
        for other in group
        if other.person != claim.person and not alike(other.text, claim.text, SAME_ADVICE)
    ]
    return next((o for o in others if o.approved), others[0] if others else None)
