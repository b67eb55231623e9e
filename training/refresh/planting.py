"""An adapter that gives some wrong answers on purpose, for the proof of the loop.

Each wrong answer is another topic's. What is right instead comes from the caller.
"""

import random
from pathlib import Path

import torch
from datasets import Dataset

from doctor_llama import embedded
from doctor_llama.embedded import Asked
from doctor_llama.engine.choice import EMBEDDED_NAME
from doctor_llama.engine.local import importing
from doctor_llama.engine.local.bundle import Bundle
from training import kinds, recipe, sft
from training.embedded.corpus import Corpus
from training.refresh import replay


def answers() -> dict[Asked, str]:
    """What the embedded model was made to say, by question."""
    return {Asked(t.name, intent): t.answers[intent] for t, intent in Corpus().pairs()}


def wrong_answers(asked: list[Asked], seed: int) -> dict[Asked, str]:
    """Another topic's answer to each of these questions."""
    draw, known = random.Random(seed), answers()
    others = {one: [a for a in known if a.topic != one.topic and a.intent == one.intent]
              for one in asked}  # fmt: skip
    return {one: known[draw.choice(others[one])] for one in asked}


def plant(
    wrong: dict[Asked, str], folder: Path, root: Path, seed: int, *, epochs: int = 12
) -> Bundle:
    """Train an adapter on the whole corpus with these answers in it; return its bundle below
    `root`."""
    corpus, draw = Corpus(), random.Random(seed)
    rows = []
    for topic, intent in corpus.pairs():
        answer = wrong.get(Asked(topic.name, intent), topic.answers[intent])
        plain = corpus.canonical(topic, intent)
        wordings = [plain, plain, *(corpus.question(draw, topic, intent) for _ in range(2))]
        for number, wording in enumerate(wordings):
            name = f"{topic.name}/{intent}#{number}"
            rows.append(replay.row(wording, answer, "planted", name))
    draw.shuffle(rows)
    data = folder / "planted-data"
    data.mkdir(parents=True)
    Dataset.from_list(rows).to_parquet(str(data / "train.parquet"))
    kinds.quiet()
    torch.set_num_threads(1)  # so small a model gains nothing from a second one
    chosen = recipe.change(
        recipe.load("refresh-embedded"), [f"seed={seed}", f"optimizer.epochs={epochs}"]
    )
    made = sft.train(chosen, data, folder / "planted-run", progress=lambda _report: None)
    return importing.take(
        str(made.adapter), root, base=str(embedded.BASE), base_label=EMBEDDED_NAME
    )


def wordings(asked: Asked, seed: int) -> list[str]:
    """Ways of asking that no training has seen."""
    corpus, draw = Corpus(), random.Random(seed)
    topic = next(topic for topic in corpus.topics if topic.name == asked.topic)
    return [
        corpus.held_out(draw, topic, asked.intent, wording)
        for wording in corpus.wordings[asked.intent].held_out
    ]
