"""One question answered: read once more, written by the engine, gone over as it grows.

It knows no queue: what it is given is a flight, and how that ends is the worker's to write.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from doctor_llama import history, prompt
from doctor_llama.db import Database
from doctor_llama.engine import ChatMessage, Engine, SamplingParams
from doctor_llama.errors import EngineError
from doctor_llama.flight import Flight
from doctor_llama.labelling import Reader
from doctor_llama.metrics import Metrics
from doctor_llama.schema import Message
from doctor_llama.serving import Serving
from doctor_llama.triage import refusals

ANOTHER_TEMPERATURE = 0.9  # at least, where somebody asked for another answer


class Answering:
    """Writes answers for one worker; `heard` is called after every piece of one."""

    def __init__(
        self,
        database: Database,
        params: SamplingParams,
        metrics: Metrics,
        heard: Callable[[Flight], None],
        *,
        reader: Reader | None,
        serving: Serving | None,
    ) -> None:
        """Without a reader there is no label pass; without serving the engine keeps its adapter."""
        self.database, self.params, self.metrics = database, params, metrics
        self.reader, self.serving = reader, serving
        self._heard = heard

    async def answer(self, engine: Engine, flight: Flight) -> dict[str, Any]:
        """Write the answer into `flight`; returns what the job's row keeps as its result.

        Raises `EngineError`, `EngineDownError`, `InvalidRequestError` as the engine does.
        """
        async with self.database.reading() as session:
            answer = await session.get_one(Message, flight.job.message_id)
            turns = await history.turns(session, answer)
        question = turns[-1].content if turns else ""
        if self.reader is not None:
            flight.raised = await self.reader.read(engine, flight.job, question)
            if flight.raised is not None:
                return flight.raised.as_result()
        asked = prompt.conversation(turns, wary=refusals.dubious(question))
        await self._write(engine, flight, asked, question)
        while self.serving and flight.last and not await self.serving.keep(flight.last):
            flight.text = ""  # the adapter that wrote it did not pass
            await self._write(engine, flight, asked, question)
        if not flight.text.strip():
            raise EngineError("The model gave an empty answer.")
        for kind, count in flight.proof.counts.items():
            self.metrics.proofreading.labels(kind).inc(count)
        return {"proofreading": dict(flight.proof.counts)} if flight.proof.counts else {}

    async def _write(
        self, engine: Engine, flight: Flight, turns: Sequence[ChatMessage], question: str
    ) -> None:
        params = self.params
        if "again" in flight.job.payload:  # another answer should be another one
            params = replace(params, temperature=max(params.temperature, ANOTHER_TEMPERATURE))
        stream = engine.generate(turns, params)
        flight.begin(question)
        begins = True
        async with aclosing(stream):
            async for chunk in stream:
                begins = begins or chunk.restart
                if begins and chunk.text and self.serving is not None:
                    # not sooner: a restart is told before the other adapter answers
                    flight.adapter, begins = self.serving.label, False
                if chunk.restart:
                    flight.begin(question)
                flight.raw += chunk.text
                flight.text = flight.proof.take(flight.raw)
                flight.last = chunk
                if flight.raw and flight.first is None:
                    flight.first = time.monotonic()
                self._heard(flight)
        flight.text = flight.proof.take(flight.raw, whole=True)
