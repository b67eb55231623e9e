"""What a started engine makes of a set's examples: answers it writes, options it holds likely."""

from collections.abc import Sequence

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local import examination
from doctor_llama.engine.local.engine import LocalEngine
from doctor_llama.engine.local.examination import Reply
from training.evals import Example, Outcome, Task, Way


async def of(engine: LocalEngine, task: Task) -> list[Outcome]:
    """One outcome for each example, in their order; the same bits every time."""
    return await _WAYS[task.way](engine, task)


async def _written(engine: LocalEngine, task: Task) -> list[Outcome]:
    # answers of like length end together; that of the reference is what can be known before
    order = sorted(range(len(task.examples)), key=lambda n: (len(task.examples[n].reference), n))
    params = SamplingParams(max_tokens=task.max_tokens, temperature=0.0)
    asked = [task.examples[n].conversation for n in order]
    given = await examination.answers(engine, asked, params)
    replies = dict(zip(order, given, strict=True))
    return [
        _outcome(example, replies[n], likely)
        for n, (example, likely) in enumerate(
            zip(task.examples, _references(engine, task.examples), strict=True)
        )
    ]


def _references(
    engine: LocalEngine, examples: Sequence[Example]
) -> list[examination.Likelihood | None]:
    known = [n for n, example in enumerate(examples) if example.reference]
    pairs = [(examples[n].conversation, examples[n].reference) for n in known]
    found: list[examination.Likelihood | None] = [None] * len(examples)
    for n, likely in zip(known, examination.likelihoods(engine, pairs), strict=True):
        found[n] = likely
    return found


def _outcome(example: Example, reply: Reply, likely: examination.Likelihood | None) -> Outcome:
    return Outcome(
        example,
        text=reply.text,
        tokens=reply.tokens,
        ended=reply.ended,
        refusal=reply.refusal,
        reference_log=likely.log if likely else None,
        reference_tokens=likely.tokens if likely else 0,
    )


async def _chosen(engine: LocalEngine, task: Task) -> list[Outcome]:
    pairs = [(e.conversation, option) for e in task.examples for option in e.options]
    found = iter(examination.likelihoods(engine, pairs, with_end=False))
    outcomes = []
    for example in task.examples:
        each = [next(found) for _ in example.options]
        fits = [likely for likely in each if likely is not None]
        if len(fits) < len(each):
            outcomes.append(Outcome(example, refusal="It does not fit the context."))
            continue
        logs, counts = tuple(x.log for x in fits), tuple(x.tokens for x in fits)
        outcomes.append(Outcome(example, option_logs=logs, option_tokens=counts))
    return outcomes


_WAYS = {Way.WRITE: _written, Way.CHOOSE: _chosen}
