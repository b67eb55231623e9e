"""Keeps an engine on the adapter that the registry calls active. It answers nobody.

The row is the signal: it is read once a second, so a promotion in one process is a swap in every
worker. A new adapter is on probation until it has answered its smoke prompts; what people were
answered meanwhile counts only if it passes.
"""

import asyncio
import logging
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from doctor_llama import adapters, prompt
from doctor_llama.db import Database
from doctor_llama.engine import ChatMessage, Chunk, Engine, SamplingParams, Swapping, choice
from doctor_llama.errors import AdapterError, EngineDownError, EngineError, WrongBaseError
from doctor_llama.schema import Adapter
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
DRAIN_SECONDS = 10.0  # for answers in flight to end before a swap
SMOKE_PROMPTS = ("What is asthma?", "What are the symptoms of migraine?")
SMOKE = SamplingParams(max_tokens=48, temperature=0.0)
SMOKE_SECONDS = 120.0
LOOP_WORDS = 12  # so many words in a row of which only a few differ are a loop
LOOP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Served:
    """An adapter as the engine takes it. Without a row it is what the settings say."""

    adapter: str | None
    label: str | None
    row_id: int | None = None


class Serving:
    """One engine and the registry. Start it, then `follow` for as long as the worker works."""

    def __init__(
        self, database: Database, chosen: Settings, *, drain_seconds: float = DRAIN_SECONDS
    ) -> None:
        self._database, self._settings, self._drain = database, chosen, drain_seconds
        self._choice = choice.choose(chosen)
        self._fallback = Served(*choice.adapter_of(self._choice))
        self._served = self._fallback
        self._failed: str | None = None  # label of the last one that did not pass its probation
        self._passed_over: int | None = None  # an active row that is for another base
        self._settled = asyncio.Event()  # cleared while an adapter is on probation
        self._settled.set()
        self.engine: Engine = choice.build(chosen, self._choice)

    # -- start ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the engine with the active adapter, else the one before it, else the settings'.

        An adapter that cannot be loaded is marked so. Raises what `Engine.start` raises.
        """
        first = self.engine
        while isinstance(self.engine, Swapping) and (row := await self._active()) is not None:
            try:
                served = self._served_by(row)
                self.engine = choice.build(
                    self._settings, self._choice, adapter=served.adapter, label=served.label
                )
                await self.engine.start()
                # one that takes no adapter at the start
                if self.engine.card().adapter != served.label and isinstance(self.engine, Swapping):
                    await self.engine.swap(served.adapter, label=served.label)
                await smoke(self.engine)
            except WrongBaseError as problem:
                self._pass_over(row, problem)
                break
            except AdapterError as problem:
                await self.engine.stop()
                await self._reject(row, problem)
            else:
                self._served = served
                return
        if self.engine is not first:
            self.engine = choice.build(self._settings, self._choice)
        await self.engine.start()

    # -- while it runs ----------------------------------------------------------------------------

    async def follow(self) -> None:
        """Compare the active row with what is served, and swap, until cancelled.

        Raises `EngineDownError` when neither the new adapter nor the former one serves.
        """
        while isinstance(self.engine, Swapping) and not self.engine.down:
            try:
                await self.step()
            except SQLAlchemyError:
                log.exception("the registry cannot be read; trying again")
            await asyncio.sleep(FOLLOW_SECONDS)

    async def step(self) -> None:
        """One look at the registry, and the swap that follows from it."""
        row = await self._active()
        if row is not None and row.id == self._passed_over:
            return
        self._passed_over = None
        wanted = row.id if row is not None else None
        if wanted == self._served.row_id:
            return
        if row is None:
            await self._change(self._fallback)
            return
        try:
            await self._change(self._served_by(row))
        except WrongBaseError as problem:
            self._pass_over(row, problem)
        except AdapterError as problem:
            await self._reject(row, problem)

    async def keep(self, chunk: Chunk) -> bool:
        """Whether an answer counts; waits while an adapter is on probation.

        `chunk` is its last. An answer of an adapter that failed has to be made again.
        """
        await self._settled.wait()
        return chunk.adapter is None or chunk.adapter != self._failed

    async def _change(self, new: Served) -> None:
        """Swap, try, and swap back. Raises `AdapterError` with the former one serving."""
        assert isinstance(self.engine, Swapping)
        former = self._served
        self._settled.clear()
        try:
            waited = await self.engine.swap(new.adapter, label=new.label, drain=self._drain)
            log.info("now answering with %s; the gate was closed %.3f s", new.label, waited)
            try:
                await smoke(self.engine)
            except AdapterError:
                self._failed = new.label
                await self._back_to(former)
                raise
            self._served, self._failed = new, None
        finally:
            self._settled.set()

    async def _back_to(self, former: Served) -> None:
        assert isinstance(self.engine, Swapping)
        try:
            await self.engine.swap(former.adapter, label=former.label, drain=0.0)
        except AdapterError as problem:  # only a new process can find out what still loads
            raise EngineDownError(f"The former adapter cannot be had back: {problem}") from problem

    async def _active(self) -> Adapter | None:
        async with self._database.reading() as session:
            return await adapters.active(session)

    def _served_by(self, row: Adapter) -> Served:
        """Raise `AdapterError` for a row whose folder is not the registry's own."""
        root = (self._settings.data_dir / adapters.FOLDER).resolve()
        folder = (self._settings.data_dir / row.path).resolve()
        if folder.parent != root or folder.name != row.sha256:
            raise AdapterError(f"The folder of {row.name} is not {root / row.sha256}.")
        return Served(str(folder), row.name, row.id)

    def _pass_over(self, row: Adapter, problem: WrongBaseError) -> None:
        self._passed_over = row.id
        log.warning("%s is active but not for this worker's model: %s", row.name, problem)

    async def _reject(self, row: Adapter, problem: AdapterError) -> None:
        log.error("%s is rejected: %s", row.name, problem)
        async with self._database.session() as session:
            await adapters.reject(session, row.id, str(problem))


async def smoke(engine: Engine) -> None:
    """Ask the fixed prompts. Raises `AdapterError` for no answer, or one that goes in circles."""
    for question in SMOKE_PROMPTS:
        turns = prompt.conversation([ChatMessage("user", question)])
        text = ""
        try:
            async with (
                asyncio.timeout(SMOKE_SECONDS),
                aclosing(engine.generate(turns, SMOKE)) as stream,
            ):
                async for chunk in stream:
                    text = chunk.text if chunk.restart else text + chunk.text
        except EngineDownError:
            raise
        except (EngineError, TimeoutError) as problem:
            raise AdapterError(f"It failed a smoke prompt: {problem or 'no end'}.") from problem
        if not text.strip():
            raise AdapterError(f"It failed a smoke prompt: no answer to {question!r}.")
        if loops(text):
            raise AdapterError(f"It failed a smoke prompt: it goes in circles at {question!r}.")


def loops(text: str) -> bool:
    """Whether a text says the same few words, or the same character, over and over."""
    words = text.split()
    for start in range(len(words) - LOOP_WORDS + 1):
        window = words[start : start + LOOP_WORDS]
        if len(set(window)) <= LOOP_WORDS * LOOP_SHARE:
            return True
    packed = "".join(words)
    common = Counter(packed).most_common(1)
    return len(packed) >= LOOP_WORDS and common[0][1] > len(packed) * (1 - LOOP_SHARE)


def folder(chosen: Settings) -> Path:
    """Where the bundles lie."""
    return chosen.data_dir / adapters.FOLDER
