"""What the demonstration model knows, asked through the very engine that serves it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure
from doctor_llama import embedded, prompt
from doctor_llama.engine import Engine, SamplingParams, choice
from doctor_llama.settings import Settings
from training.embedded.corpus import Corpus, Question

SEED = 0
PARAMS = SamplingParams(max_tokens=128)


async def measure(_folder: Path) -> list[Figure]:
    """Ask every question of the corpus, the wordings it never saw, and both in a conversation."""
    engine = choice.build(Settings(_env_file=None, model="embedded"))  # type: ignore[call-arg]
    await engine.start()
    corpus = Corpus()
    size = sum(f.stat().st_size for f in embedded.FOLDER.rglob("*") if f.is_file()) / 1e6
    try:
        return [
            Figure("embedded model in the package", size, "MB", at_most=1.0),
            Figure("topics", float(len(embedded.topics())), "", at_least=36),
            await _share(engine, "own questions right", corpus.own_questions(), 0.95),
            await _share(engine, "new wordings right", corpus.new_wordings(SEED), 0.90),
            await _share(engine, "with a turn before, right", corpus.with_history(SEED), 0.90),
        ]
    finally:
        await engine.stop()


async def _share(
    engine: Engine, name: str, questions: Sequence[Question], at_least: float
) -> Figure:
    given = await asyncio.gather(*(_answer(engine, question) for question in questions))
    right = sum(g == q.answer for g, q in zip(given, questions, strict=True))
    return Figure(name, right / len(questions), "", at_least=at_least)


async def _answer(engine: Engine, question: Question) -> str:
    stream = engine.generate(prompt.conversation(question.turns), PARAMS)
    return "".join([chunk.text async for chunk in stream]).strip()
