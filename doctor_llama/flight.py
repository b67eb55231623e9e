"""An answer while it is written, and the figures of it. It knows no queue and no engine."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from doctor_llama.engine import Chunk, EngineCard
from doctor_llama.labelling import Raised
from doctor_llama.metrics import Metrics
from doctor_llama.proofreading import Proofreader
from doctor_llama.schema import Job, JobStatus
from doctor_llama.triage import Label


@dataclass(eq=False)
class Flight:
    """An answer being written."""

    job: Job
    task: asyncio.Task[None] | None = None
    raw: str = ""  # as the model wrote it
    text: str = ""  # as it may be shown
    proof: Proofreader = field(default_factory=lambda: Proofreader("", "en"))
    written: str = ""
    adapter: str | None = None  # what the text is made with
    last: Chunk | None = None
    raised: Raised | None = None  # a red flag after all: no answer is written
    ending: bool = False  # its end is being written: not to be touched any more
    began: float = field(default_factory=time.monotonic)
    first: float | None = None  # when the first words came

    @property
    def seconds(self) -> float:
        """From the claim until now."""
        return time.monotonic() - self.began

    @property
    def queue_seconds(self) -> float:
        """From the question to the claim, by the clock on the wall."""
        waited = (self.job.started_at or self.job.created_at) - self.job.created_at
        return max(0.0, waited.total_seconds())

    def begin(self, question: str) -> None:
        """The text begins, maybe not for the first time."""
        payload = self.job.payload
        spoken = str(payload.get("spoken", payload.get("language", "en")))
        self.raw = ""
        self.proof = Proofreader(question, spoken, Label(payload.get("triage", Label.ROUTINE)))

    def ends(self, outcome: JobStatus, card: EngineCard) -> dict[str, Any]:
        """What the message's row says in the end, by column."""
        values: dict[str, Any] = {"content": self.text.strip()}
        if outcome is JobStatus.SUCCEEDED and self.last is not None:
            values |= {
                "model": card.model,
                "adapter": self.last.adapter or card.adapter,
                "finish_reason": self.last.finish,
                "prompt_tokens": self.last.prompt_tokens,
                "completion_tokens": self.last.completion_tokens,
                "queue_seconds": self.queue_seconds,
                "first_token_seconds": (self.first or self.began) - self.began,
                "seconds": self.seconds,
            }
        return values

    def count(self, metrics: Metrics, outcome: JobStatus, card: EngineCard) -> None:
        """Put its figures into the metrics."""
        adapter = (self.last.adapter if self.last else None) or card.adapter
        adapter = adapter if self.raised is None else None
        metrics.answers.labels(outcome, adapter or "none").inc()
        metrics.queue_seconds.observe(self.queue_seconds)
        metrics.answer_seconds.observe(self.seconds)
        if self.first is None or self.last is None:
            return
        metrics.first_token_seconds.observe(self.first - self.began)
        metrics.tokens.labels("prompt").inc(self.last.prompt_tokens)
        metrics.tokens.labels("completion").inc(self.last.completion_tokens)
        writing = time.monotonic() - self.first
        if self.last.completion_tokens > 1 and writing > 0:
            metrics.tokens_per_second.observe((self.last.completion_tokens - 1) / writing)
