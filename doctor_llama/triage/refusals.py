"""Requests that are refused: harm to others, illegal drugs, forgery, contempt, deceit of patients.

Two models heard together, as in the classifier. Ordinary questions about medicines, sex, drugs and
minds are answered; somebody in danger is never refused, since triage speaks first. What is nearly
refused is answered by a model that is told to look twice.
"""

from math import inf
from pathlib import Path

from doctor_llama.triage import lexicon, model, plain
from doctor_llama.triage.lexicon import Reading
from doctor_llama.triage.model import Model

FILE = Path(__file__).with_name("refusals.safetensors")
LETTERS = 1 << 16  # hashed runs of letters
UNSAFE, SAFE = 0, 1  # the labels' places
FEW = 4  # words
RULE = "unsafe-request"  # what stands in a message's row as the rule


def load(file: Path = FILE) -> Model:
    """The shipped model; its thresholds are odds against what is safe.

    From `unsafe` on a request is refused, from `wary` on the model is warned.
    """
    return model.load(file)


def odds(text: str, hint: str | None = None, by: Model | None = None) -> float:
    """Odds in logarithms that a text is to be refused; none where nothing is asked."""
    reading = lexicon.read(text, hint)
    if not _asks(reading):
        return -inf
    found = (by or load()).odds(reading)
    return float(found[UNSAFE] - found[SAFE])


def refused(text: str, hint: str | None = None) -> bool:
    """Whether a request is answered with the fixed refusal, and not by the model."""
    return odds(text, hint) > load().thresholds["unsafe"]


def dubious(text: str, hint: str | None = None) -> bool:
    """Whether the model is to be told, beside a request, that it may be one to decline."""
    return odds(text, hint) > load().thresholds["wary"]


def _asks(reading: Reading) -> bool:
    """Whether enough is said to be refused: no mere talk, nor a few words that nobody knows."""
    if plain.is_talk(reading):
        return False
    words = sum(token[0].isalpha() for token in reading.tokens)
    return words > FEW or any(not hit.context for hit in reading.hits)
