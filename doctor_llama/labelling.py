"""The label pass: the base model reads once more what the gate called routine or urgent.

It is asked without its adapter, so that no refresh can weaken it, and for one of four letters only.
It may raise a question to an emergency or a crisis and lowers nothing; what goes wrong with it
never costs an answer.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doctor_llama import prompt
from doctor_llama.engine import ChatMessage, Engine, Labelling
from doctor_llama.errors import EngineError, InvalidRequestError
from doctor_llama.metrics import Metrics
from doctor_llama.schema import Job
from doctor_llama.triage import RED, Label
from doctor_llama.triage.likelihoods import INSTRUCTION, LETTERS, QUESTION, Likelihoods

log = logging.getLogger(__name__)

SECONDS = 15.0  # for one pass
TRIAL = "What helps against a cold?"


@dataclass(frozen=True, slots=True)
class Raised:
    """A question that is a red flag after all, and how sure the model was of that."""

    label: Label
    share: float

    def as_result(self) -> dict[str, Any]:
        """What the job's row keeps of it; `jobs.is_answer` looks for it there."""
        return {"raised": str(self.label), "share": self.share}


def why_not(engine: Engine) -> str | None:
    """Why this engine cannot read; None where it can. After its start."""
    if not isinstance(engine, Labelling):
        return "this engine has no likelihoods"
    return engine.why_no_labels()


def turns(text: str) -> list[ChatMessage]:
    """What the model is asked of a message, which is put before it as it is put before it to
    answer: cleaned, and without control tokens of its own."""
    asked = QUESTION.replace("{text}", prompt.clean(text))
    return [ChatMessage("system", INSTRUCTION), ChatMessage("user", asked)]


async def read(engine: Engine, text: str) -> Likelihoods:
    """One pass. Raises `EngineError`, `InvalidRequestError` where the engine cannot do it."""
    if not isinstance(engine, Labelling):
        raise InvalidRequestError("This engine has no likelihoods.")
    return Likelihoods(await engine.likelihoods(turns(text), [LETTERS[label] for label in Label]))


async def attempt(engine: Engine, text: str, seconds: float = SECONDS) -> Likelihoods | None:
    """One pass, or None where it fails or takes too long, which the log says: never an error."""
    try:
        async with asyncio.timeout(seconds):
            return await read(engine, text)
    except TimeoutError:
        log.warning("a label pass took longer than %g s", seconds)
    except Exception as problem:  # whatever it is, the question is answered
        log.warning("a label pass failed (%s)", type(problem).__name__)
    return None


class Reader:
    """Reads questions before they are answered, for one worker."""

    def __init__(
        self,
        threshold: float,
        metrics: Metrics,
        progress: Callable[[], None],
        *,
        seconds: float = SECONDS,
    ) -> None:
        """`threshold` is of emergency and crisis together, from 0 to 1; `progress` is called
        after each pass that came to its end: one that does not is no sign of life."""
        self.threshold, self.seconds = threshold, seconds
        self._metrics, self._progress = metrics, progress

    async def begin(self, engine: Engine) -> None:
        """Say in the log whether it reads, and let no question wait for what is done once."""
        if (why := why_not(engine)) is not None:
            log.warning("no label pass: %s", why)
            return
        try:
            async with asyncio.timeout(self.seconds):
                await read(engine, TRIAL)
        except (EngineError, TimeoutError) as problem:
            log.warning("the label pass fails: %s", problem or "it takes too long")
        else:
            log.info("label pass: the base model raises a question from %g on", self.threshold)

    async def read(self, engine: Engine, job: Job, question: str) -> Raised | None:
        """Whether a question is a red flag after all. Never raises an error.

        A question is read once, for its first answer, and not after its writer said that it is no
        emergency; nor when it was there as a worker crashed, since reading it may be the reason.
        """
        payload = job.payload
        passed_over = "again" in payload or payload.get("calm") or job.crashes
        if passed_over or payload.get("triage") in RED or why_not(engine) is not None:
            return None
        began = time.monotonic()
        found = await attempt(engine, question, self.seconds)
        if found is None:
            self._metrics.label_passes.labels("failed").inc()
            return None
        self._progress()
        self._metrics.label_pass_seconds.observe(time.monotonic() - began)
        label = found.raised(self.threshold)
        self._metrics.label_passes.labels(label or "kept").inc()
        if label is None:
            return None
        log.info("job %s is raised to %s by the label pass", job.id, label)
        return Raised(label, round(found.red, 4))
