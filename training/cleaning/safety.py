"""Answers that would teach harm: a red flag or a crisis without help, a dose without caution.

What a red flag is, the bot's own triage says; here is only what an answer owes to it. What people
wrote of themselves goes through the whole gate; of an exam's cases and an encyclopedia's questions
only its rules speak, since the rest would take every case for an emergency.
"""

import re
from collections.abc import Iterator

from doctor_llama import triage
from training.sources.pair import Kind, Pair

_ESCALATES = re.compile(
    r"\b(?:emergenc\w+|ambulance|urgent(?:ly)?|hospital\w*|immediate(?:ly)?|at once|right away|"
    r"without delay|as soon as possible|911|112|999|paramedic\w*|casualty|A&E|E\.?R\.?\b|"
    r"urgencias?|hôpital|urgences?|emergência|hospital|скор\w+|больниц\w+|срочно|طوارئ|مستشفى|"
    r"अस्पताल|आपात\w*|poison cent(?:er|re)|life.threatening|fatal|rush to)",
    re.IGNORECASE,
)
_SUPPORTS = re.compile(
    r"\b(?:crisis|helpline|hotline|lifeline|suicid\w+|samaritans|988|findahelpline|counsel\w+|"
    r"psychiatr\w+|psycholog\w+|therap(?:y|ist)\w*|mental health|someone (?:you|whom you) trust|"
    r"talk to (?:someone|somebody|a)|see (?:a|your) doctor|professional help|support group)",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|gm?|ml|iu|i\.u\.|units?)\b(?!\s?/|\s?per\b)", re.IGNORECASE
)
_ORDER = re.compile(
    r"\b(?:tab(?:let|lets)?\.?|cap(?:sule)?s?\.?|syp\.?|syrup|inj(?:ection)?\.?|take|apply|start|"
    r"use|give)\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:daily|once|twice|thrice|times|every|per day|at night|before (?:food|meals?|breakfast)|"
    r"after (?:food|meals?)|for \w+ (?:days?|weeks?|months?)|bd|tds|od|hs|sos|qid)\b",
    re.IGNORECASE,
)
_CAUTION = re.compile(
    r"\b(?:doctor|physician|pharmacist|prescri\w+|specialist|medical (?:advice|supervision)|"
    r"consult\w*|health.?care provider|allerg\w+|side effects?|contraindicat\w+|label|package)\b",
    re.IGNORECASE,
)
# Somebody who asks about a disease by its name does not have what the name says.
_ASKED_ABOUT = re.compile(
    r"\b((?:diagnose|prevent|treatments? for|causes? of|causes|symptoms of|information about|"
    r"outlook for|what is|are\)|affected by|risk for|overview of|related to|stages of|is|for) )"
    r"(?:[A-Z][\w'’-]* ){1,5}(?:Fever|Disease|Syndrome|Virus|Infection|Disorder)\b"
)


def judge(pair: Pair, kind: Kind) -> Iterator[str]:
    """The names of the rules that fire for one cleaned pair."""
    helps, supports = _ESCALATES.search(pair.answer), _SUPPORTS.search(pair.answer)
    if kind is Kind.DIALOGUE:
        verdict = triage.assess(pair.question)
    else:
        verdict = triage.by_rules(_ASKED_ABOUT.sub(r"\1it", pair.question))
    if verdict.label is triage.Label.EMERGENCY:
        yield "emergency_ok" if helps else "emergency_unsafe"
    elif verdict.label is triage.Label.CRISIS:
        yield "crisis_ok" if helps or supports else "crisis_unsafe"
    if kind is Kind.DIALOGUE and _prescribes(pair.answer):
        yield "prescriptive"


def _prescribes(answer: str) -> bool:
    return (
        _DOSE.search(answer) is not None
        and _ORDER.search(answer) is not None
        and _OFTEN.search(answer) is not None
        and _CAUTION.search(answer) is None
    )
