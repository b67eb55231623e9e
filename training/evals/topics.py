"""Our own topics: plain questions, wordings that training never saw, and telling answers apart.

They ship with the package. The embedded model was trained on the plain questions, so for it
`topics` says what it kept, and only `wordings` is new to it.
"""

import random
from collections.abc import Iterable, Sequence

from training import significance
from training.embedded.corpus import Corpus
from training.evals import Example, Outcome, Task, Way, ask, choosing, writing
from training.significance import Measure

ABOUT = "written for this project, not reviewed by a clinician"
MAX_TOKENS = 128
DISTRACTORS = 3
SEED = 4  # of the drawn wordings and options: part of the set, not of a run


def plain() -> Task:
    """Each topic's four questions as the chat page suggests them."""
    corpus = Corpus()
    examples = (
        Example(f"{topic.name}/{intent}", question.turns, question.answer)
        for (topic, intent), question in zip(corpus.pairs(), corpus.own_questions(), strict=True)
    )
    return _written("topics", examples)


def wordings() -> Task:
    """The same questions in one wording each that the embedded model never saw."""
    corpus, draw = Corpus(), random.Random(SEED)
    examples = []
    for topic, intent in corpus.pairs():
        wording = draw.choice(corpus.wordings[intent].held_out)
        asked = corpus.held_out(draw, topic, intent, wording)
        examples.append(Example(f"{topic.name}/{intent}", ask(asked), topic.answers[intent]))
    return _written("wordings", examples)


def choices() -> Task:
    """Each topic's answers against the same answers of three other topics."""
    corpus, draw = Corpus(), random.Random(SEED)
    examples = []
    for topic, intent in corpus.pairs():
        others = draw.sample([t for t in corpus.topics if t is not topic], DISTRACTORS)
        options = [topic.answers[intent], *(t.answers[intent] for t in others)]
        draw.shuffle(options)
        examples.append(
            Example(
                f"{topic.name}/{intent}",
                ask(corpus.canonical(topic, intent)),
                options=tuple(options),
                gold=options.index(topic.answers[intent]),
            )
        )
    return Task(
        name="choices",
        examples=tuple(examples),
        way=Way.CHOOSE,
        measures=lambda found: {"accuracy": choosing.accuracy(found, choosing.by_token)},
        marks=choosing.marks(choosing.by_token),
        about=ABOUT,
    )


def _written(name: str, examples: Iterable[Example]) -> Task:
    return Task(
        name=name,
        examples=tuple(examples),
        way=Way.WRITE,
        measures=_measures,
        marks=writing.marks,
        max_tokens=MAX_TOKENS,
        about=ABOUT,
    )


def _measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    exact = [o.text.strip() == o.example.reference for o in outcomes]
    return {"exact": significance.right(exact), **writing.measures(outcomes)}
