"""The gate: the classifier on the whole message and on its parts, with the rules at its side.

What is short and plain (`plain`) is decided before that. Else a rule that holds lowers the
classifier's threshold, names the verdict and leaves at least urgent.
It never raises an error: on its own failure a message is urgent.
"""

import logging
from collections.abc import Iterator

from doctor_llama.triage import classifier, lexicon, plain, rules
from doctor_llama.triage.labels import ORDER, RED, Label, Verdict
from doctor_llama.triage.lexicon import Hit, Reading

log = logging.getLogger(__name__)

WINDOW = 40  # words of a long message that the classifier reads at once
PARTS = 12  # windows of one message, at most
SURER = 3.0  # in logarithms, of a window than of a whole: of twelve one sounds odd by chance
NAMED = 1.5  # by how much a rule that holds lowers the threshold, and half of it in a long story
WORDS = 2  # up to so many unknown words are not judged by the classifier
CLASSIFIER = "classifier"  # what a verdict names where no rule held


def assess(text: str, hint: str | None = None) -> Verdict:
    """The strongest label that a rule or the classifier gives.

    `hint` is the code of a language that the person uses, for a message that gives none away.
    """
    try:
        return _assess(text, hint)
    except Exception as error:  # a gate that breaks must not open
        log.critical("triage failed: %s", type(error).__name__)
        return Verdict(Label.URGENT, "error")


def by_rules(text: str) -> Verdict:
    """The strongest label that a rule gives: what a message plainly says, without the classifier's
    suspicions. For going through texts of the past, where an alarm for nothing has its price too.
    """
    reading = lexicon.read(text, None)
    rule = rules.judge(reading)
    language = "hi" if reading.language == "hl" else reading.language
    if rule is None:
        return Verdict(Label.ROUTINE, language=language)
    return Verdict(rule.label, rule.id, language)


def _assess(text: str, hint: str | None) -> Verdict:
    reading = lexicon.read(text, hint)
    language = "hi" if reading.language == "hl" else reading.language
    if not any(token[0].isalpha() for token in reading.tokens):
        return Verdict(Label.ROUTINE, language=language)
    if (said := plain.judge(reading)) is not None:
        return Verdict(said, None if said is Label.ROUTINE else plain.RULE, language)
    return _weighed(reading, language)


def _weighed(reading: Reading, language: str) -> Verdict:
    """What rules and classifier say together."""
    rule = rules.judge(reading)
    if not _telling(reading):
        if rule is None:
            return Verdict(Label.ROUTINE, language=language)
        return Verdict(rule.label, rule.id, language)
    long = classifier.length(len(reading.tokens))
    longer = classifier.load().thresholds["longer"] * long
    lower = NAMED / (1 + long) if _red(rule) else 0.0
    heard = [classifier.judge(reading, lower=lower, higher=longer)]
    for part in _parts(reading):
        lower = NAMED if _red(rules.judge(part)) else 0.0
        heard.append(classifier.judge(part, lower=lower, higher=longer + SURER))
    learned = min(heard, key=ORDER.__getitem__)
    if rule is None or (rule.label not in RED and ORDER[learned] < ORDER[rule.label]):
        source = None if learned is Label.ROUTINE else CLASSIFIER
        return Verdict(learned, source, language)
    if rule.label in RED and learned not in RED:  # the classifier is sure that the rule errs
        return Verdict(Label.URGENT, rule.id, language)
    return Verdict(rule.label, rule.id, language)


def _red(rule: rules.Rule | None) -> bool:
    return rule is not None and rule.label in RED


def _telling(reading: Reading) -> bool:
    """Whether there is enough to learn from: one or two words that nobody knows say nothing."""
    if any(not hit.context and hit.concept != "fever_number" for hit in reading.hits):
        return True
    return sum(token[0].isalpha() for token in reading.tokens) > WORDS


def _parts(reading: Reading) -> Iterator[Reading]:
    """A long message in overlapping windows, so that no talk drowns a red flag."""
    count = len(reading.tokens)
    if count <= WINDOW * 3 // 2:
        return
    step = max(WINDOW // 2, -(-(count - WINDOW) // (PARTS - 1)))
    for start in range(0, count - WINDOW // 2, step):
        end = start + WINDOW
        ended = sum(token in (".", "?") for token in reading.tokens[:start])
        hits = [
            Hit(h.concept, h.start - start, h.end - start, h.sentence - ended, h.denied)
            for h in reading.hits
            if start <= h.start < end
        ]
        yield Reading(reading.tokens[start:end], reading.language, hits)
