"""How fast an engine answers on this machine, now; nothing that compares days or machines."""

import time
from collections.abc import Sequence

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local import examination
from doctor_llama.engine.local.engine import LocalEngine
from training import significance
from training.evals import Task, Way
from training.significance import Better, Score

NAME = "speed"
TIMED = 12  # questions asked one by one for the waiting times
TIMED_TOKENS = 64
TIMED_ROUNDS = 3
BETTER = {
    f"{NAME}.tokens_per_second": Better.HIGHER,
    f"{NAME}.p50_seconds": Better.LOWER,
    f"{NAME}.p95_seconds": Better.LOWER,
}


async def of(engine: LocalEngine, tasks: Sequence[Task]) -> dict[str, Score]:
    """How fast it answers on this machine, now: questions one by one, and many at once."""
    written = [t for t in tasks if t.way is Way.WRITE]
    asked = [example.conversation for task in written for example in task.examples][:TIMED]
    if not asked:
        return {}
    params = SamplingParams(max_tokens=TIMED_TOKENS, temperature=0.0)
    alone = [(await examination.answer(engine, turns, params)).seconds for turns in asked]
    many = (asked * engine.concurrency)[: engine.concurrency]
    counts, seconds = [], []
    for _ in range(TIMED_ROUNDS):
        began = time.perf_counter()
        together = await examination.answers(engine, many, params)
        seconds.append(time.perf_counter() - began)
        counts.append(float(sum(reply.tokens for reply in together)))
    return {
        f"{NAME}.tokens_per_second": significance.score(significance.ratio(counts, seconds)),
        f"{NAME}.p50_seconds": significance.percentile(alone, 50),
        f"{NAME}.p95_seconds": significance.percentile(alone, 95),
    }
