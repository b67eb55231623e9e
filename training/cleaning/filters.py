"""Rows that teach nothing good, and what is worth a note: names of rules for one cleaned pair.

It knows no other row; lengths come from the options.
"""

import re
from collections.abc import Iterator

from training.cleaning import boilerplate, language
from training.recipe_data import Cleaning
from training.sources.pair import Kind, Pair

_NULL = frozenset(("nan", "null", "none", "n/a", "na", "nil", "undefined", "-"))
_FOLLOW_UP = re.compile(
    r"(?:many )?(?:thanks?(?: you)?|yes|no|ok(?:ay)?|sure|alright|great|noted|done|"
    r"i (?:already|have already|will|did|forgot))\b(?! (?:one|pain|fever|longer|matter))",
    re.IGNORECASE,
)
_FOLLOW_UP_LENGTH = 160  # characters: a longer text says what it is about
_NO_CONTEXT = re.compile(
    r"\bas (?:I |we )?(?:have |had )?(?:already )?(?:said|told|mentioned|discussed|advised|"
    r"explained)(?: you)?(?: before| earlier| above| already| previously)?\b"
    r"|\b(?:do|continue|repeat) as (?:I )?(?:said|advised|told)\b",
    re.IGNORECASE,
)
_NO_CONTEXT_LENGTH = 200
_ROLE = re.compile(r"(?<![\w])(?:Doctor|Patient|Dr)\s?:\s")
_CAPITALS = re.compile(r"[A-Z]{2}")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:previous|prior|above|all|your)\b.{0,30}"
    r"\b(?:instructions?|rules|prompts?)\b|\byou are now\b|\bsystem prompt\b",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"\w+")


def missing(pair: Pair, kind: Kind) -> Iterator[str]:
    """Nothing where something should be. Looked at before the texts are cut."""
    for side, text in (("p", pair.question), ("a", pair.answer)):
        if not text and not (side == "p" and kind is Kind.DOCUMENT):
            yield f"{side}_empty"
        if text.casefold().strip(" .") in _NULL:
            yield f"{side}_null_literal"


def dropped(pair: Pair, options: Cleaning, kind: Kind) -> Iterator[str]:
    """Why a cleaned pair is not taught."""
    longest = options.longest_question if kind is Kind.DIALOGUE else options.longest_text
    if len(pair.question) > longest:
        yield "p_too_long"
    if len(pair.answer) > options.longest_text:
        yield "a_too_long"
    if pair.question and _words(pair.question) == _words(pair.answer):
        yield "echo"
    if kind is Kind.DIALOGUE:
        yield from _of_dialogue(pair, options)


def _of_dialogue(pair: Pair, options: Cleaning) -> Iterator[str]:
    asked = boilerplate.greeted(pair.question)
    if 0 < len(asked) < options.shortest_question or (pair.question and not asked):
        yield "p_short"
    if len(pair.answer) < options.shortest_answer:
        yield "stub"
    if pair.answer.endswith((":", ": -", ":-")):
        yield "list_lost"
    if _goes_on(asked):
        yield "followup_turn"
    if len(pair.answer) < _NO_CONTEXT_LENGTH and _NO_CONTEXT.search(pair.answer):
        yield "no_context"
    if _ROLE.search(pair.question) or _ROLE.search(pair.answer):
        yield "role_leak"


def _goes_on(asked: str) -> bool:
    return (
        len(asked) < _FOLLOW_UP_LENGTH and "?" not in asked and _FOLLOW_UP.match(asked) is not None
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:2000].casefold())


def noted(pair: Pair) -> Iterator[str]:
    """What is counted, and taught as it is. Looked at before the texts are cut."""
    question = pair.question
    if not pair.title.strip():
        yield "desc_empty"
    if boilerplate.is_titled(pair.title):
        yield "desc_q"
    if len(question) > 20 and question.isupper():
        yield "all_caps"
    if not question.isascii() and _EMOJI.search(question):
        yield "emoji"
    if question.startswith(("=", "+", "@")) or pair.title.startswith(("=", "+", "@")):
        yield "csv_formula"
    if '"' in question and "\n" in question and "," in question:
        yield "csv_hostile"
    if _ORDERS.search(question):
        yield "injection"
    if code := language.guess(question):
        yield f"lang_{code}"
