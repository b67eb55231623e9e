"""The corpus: cautious words, no doses, and held-out wordings that training never draws."""

import itertools
import random
import re

import pytest

from doctor_llama.embedded import INTENTS, Intent
from training.embedded.corpus import TOPICS_FILE, Corpus, Topic, mistype

CORPUS = Corpus()
DOSE = re.compile(r"\d|\b(mg|milligrams?|ml|millilitres?|grams?|tablets? (a|per) day|dose|doses)\b")
PROMISE = re.compile(r"\b(cures?|cured|always works|guaranteed?|certainly|never fails|100)\b")
# Every treatment ends with someone to ask or a limit to one's own efforts.
SOMEONE = re.compile(
    r"doctor|pharmacist|nurse|physiotherapist|dietitian|specialist|team|hospital|clinic"
    r"|ask|tested|examined|agreed|blood checked|on your own",
    re.IGNORECASE,
)


def test_covers_at_least_forty_topics_with_four_different_answers_each() -> None:
    assert len(CORPUS.topics) >= 40
    answers = [topic.answers[intent] for topic, intent in CORPUS.pairs()]
    assert len(set(answers)) == len(answers) == len(CORPUS.topics) * len(INTENTS)


def test_says_that_no_clinician_reviewed_it() -> None:
    assert "NOT REVIEWED BY A CLINICIAN" in TOPICS_FILE.read_text("utf-8")


@pytest.mark.parametrize("topic", CORPUS.topics, ids=lambda topic: topic.name)
def test_answers_are_short_whole_sentences_without_doses_or_promises(topic: Topic) -> None:
    for answer in topic.answers.values():
        sentences = re.findall(r"[A-Z][^.]*\.", answer)
        assert " ".join(sentences) == answer
        assert 1 <= len(sentences) <= 2
        # the name of the illness may hold a digit
        plain = answer.replace("ype 2 diabetes", "")
        assert not DOSE.search(plain)
        assert not PROMISE.search(plain)
    assert SOMEONE.search(topic.answers["treatment"].split(". ")[-1])


def test_no_form_names_two_topics() -> None:
    forms = [form.casefold() for topic in CORPUS.topics for form in topic.forms]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize("intent", INTENTS)
def test_held_out_wordings_are_never_drawn(intent: Intent) -> None:
    wordings = CORPUS.wordings[intent]
    assert len(wordings.held_out) >= 4
    seen = {w.casefold() for i in INTENTS for w in CORPUS.wordings[i].train}
    assert not seen & {w.casefold() for w in wordings.held_out}
    seen = {w.casefold() for i in INTENTS for w in CORPUS.wordings[i].follow_up}
    assert not seen & {w.casefold() for w in wordings.follow_up_held_out}


def test_scored_new_wordings_do_not_turn_up_in_training() -> None:
    scored = {_core(q.turns[-1].content) for q in CORPUS.new_wordings(0)}
    dialogues = itertools.islice(CORPUS.dialogues(random.Random(0)), 4000)
    drawn = {_core(m.content) for d in dialogues for m in d if m.role == "user"}
    assert not scored & drawn


def _core(question: str) -> str:
    """Return a question without its greeting and its thanks."""
    text = question.casefold()
    for prefix in sorted(CORPUS.prefixes, key=len, reverse=True):
        if prefix and text.startswith(prefix.casefold()):
            text = text.removeprefix(prefix.casefold())
            break
    return re.sub(r"(,? please)?[?.!]*( thanks\.| thank you!)?$", "", text)


def test_plural_forms_agree() -> None:
    stones = next(t for t in CORPUS.topics if t.name == "kidney stones")
    assert stones.fill("what {is} {c}", "kidney stones") == "what are kidney stones"
    assert stones.fill("what {does} {c} mean", "a kidney stone") == "what does a kidney stone mean"
    assert stones.fill("{t} symptoms", "a kidney stone") == "kidney stone symptoms"


def test_mistype_changes_one_long_word_and_leaves_short_ones() -> None:
    draw = random.Random(0)
    assert mistype(draw, "flu") == "flu"
    slips = {mistype(draw, "back migraine") for _ in range(50)}
    assert all(slip.startswith("back ") for slip in slips)
    assert len(slips) > 5
