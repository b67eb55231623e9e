"""Keeps an engine on the adapter that the registry calls active. It answers nobody.

The row is the signal: it is read once a second, so a promotion in one process is a swap in every
worker. A new adapter is on probation until it has answered its smoke prompts; what people were
answered meanwhile counts only if it passes.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from doctor_llama import adapters, prompt
from doctor_llama.db import Database
from doctor_llama.engine import ChatMessage, Chunk, Engine, SamplingParams, Swapping, choice
from doctor_llama.errors import (
    AdapterError,
    EngineDownError,
    EngineError,
    RestartNeededError,
    TrainedEmbeddingsError,
    WrongBaseError,
)
from doctor_llama.schema import Adapter
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
DRAIN_SECONDS = 10.0  # for answers in flight to end before a swap
SMOKE_PROMPTS = ("What is asthma?", "What are the symptoms of migraine?")
SMOKE = SamplingParams(max_tokens=48, temperature=0.0)
SMOKE_SECONDS = 120.0
SETTINGS = 0  # in place of a row's id: what the settings say
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
        self._served = self._fallback  # what passed its probation last
        self._live = self._fallback  # what the engine has
        # labels of the one on probation and of those that failed theirs: nobody is shown their text
        self._doubtful: set[str | None] = set()
        self._passed_over: int | None = None  # what is wanted and cannot be served here
        self._settled = asyncio.Event()  # cleared while an adapter is on probation
        self._settled.set()
        self._unloaded = False
        self.engine: Engine = choice.build(chosen, self._choice)

    # -- start ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the engine with the active adapter, else the one before it, else the settings'.

        An adapter that cannot be loaded is marked so, also one that ended this worker when it was
        tried last. Raises what `Engine.start` raises.
        """
        first = self.engine
        while isinstance(self.engine, Swapping) and (row := await self._active()) is not None:
            try:
                async with self._probation(row):
                    await self._start_with(self._served_by(row))
            except WrongBaseError as problem:
                self._pass_over(row.id, problem)
                break
            except AdapterError as problem:
                await self.engine.stop()
                await self._reject(row, problem)
            else:
                return
        if self.engine is not first or self._served != self._fallback:
            self.engine = choice.build(self._settings, self._choice)
        self._served = self._live = self._fallback
        await self.engine.start()

    async def _start_with(self, served: Served) -> None:
        self.engine = choice.build(
            self._settings, self._choice, adapter=served.adapter, label=served.label
        )
        await self.engine.start()
        # one that takes no adapter at the start
        if self.engine.card().adapter != served.label and isinstance(self.engine, Swapping):
            await self.engine.swap(served.adapter, label=served.label)
        await smoke(self.engine)
        self._served = self._live = served

    @asynccontextmanager
    async def _probation(self, row: Adapter) -> AsyncIterator[None]:
        """Leave a mark while an adapter is tried that nobody removes if that ends this process.

        Raises `AdapterError` where there is such a mark already.
        """
        worker = self._settings.worker_name
        async with self._database.session() as session:
            first_time = await adapters.begin_probation(session, row.id, worker)
        passed = False
        try:
            yield
            passed = True
        finally:
            # an engine beyond repair ends the process soon: then the mark is to be found
            if first_time and not self.engine.down:
                async with self._database.session() as session:
                    await adapters.end_probation(session, row.id, worker, passed=passed)

    async def unload(self) -> None:
        """Free the model's memory; nothing follows the registry until `load`."""
        self._unloaded = True
        await self._settled.wait()
        await self.engine.stop()

    async def load(self) -> None:
        """Begin again as `start` does, with the adapter that is active by now."""
        await self.start()
        self._unloaded = False

    # -- while it runs ----------------------------------------------------------------------------

    async def follow(self) -> None:
        """Compare the active row with what is served, and swap, until cancelled.

        Raises `EngineDownError` when neither the new adapter nor the former one serves, and
        `RestartNeededError` when the wanted one cannot take the place of that which serves.
        """
        while isinstance(self.engine, Swapping) and not self.engine.down:
            try:
                await self.step()
            except SQLAlchemyError:
                log.exception("the registry cannot be read; trying again")
            await asyncio.sleep(FOLLOW_SECONDS)

    async def step(self) -> None:
        """One look at the registry, and the swap that follows from it.

        Raises `RestartNeededError` when only a new process can make it.
        """
        row = await self._active()
        wanted = row.id if row is not None else SETTINGS
        if self._unloaded or wanted == self._passed_over:
            return
        self._passed_over = None
        if wanted == (self._served.row_id or SETTINGS):
            return
        try:
            if row is None:
                await self._change(self._fallback)
                return
            async with self._probation(row):
                await self._change(self._served_by(row))
        except TrainedEmbeddingsError as problem:
            raise RestartNeededError(str(problem)) from problem
        except WrongBaseError as problem:
            self._pass_over(wanted, problem)
        except AdapterError as problem:
            if row is not None:
                await self._reject(row, problem)
            else:  # there is no row to say so; what answers now goes on
                self._pass_over(wanted, problem)

    @property
    def label(self) -> str | None:
        """What a new answer is made with, whether it is on probation or not."""
        return self._live.label

    def shows(self, label: str | None) -> bool:
        """Whether text made with this adapter may be seen while it grows."""
        return label not in self._doubtful

    async def keep(self, chunk: Chunk) -> bool:
        """Whether an answer counts; waits while an adapter is on probation.

        `chunk` is its last. An answer of an adapter that failed has to be made again.
        """
        await self._settled.wait()
        return chunk.adapter is None or chunk.adapter not in self._doubtful

    async def _change(self, new: Served) -> None:
        """Swap, try, and swap back. Raises `AdapterError` with the former one serving."""
        assert isinstance(self.engine, Swapping)
        former = self._served
        self._settled.clear()
        self._doubtful.add(new.label)
        try:
            try:
                waited = await self.engine.swap(new.adapter, label=new.label, drain=self._drain)
            except BaseException:  # nobody was answered with it
                self._doubtful.discard(new.label)
                raise
            self._live = new
            log.info("now answering with %s; the gate was closed %.3f s", new.label, waited)
            try:
                await smoke(self.engine)
            except AdapterError:
                await self._back_to(former)
                raise
            self._served = new
            self._doubtful.clear()
        finally:
            self._settled.set()

    async def _back_to(self, former: Served) -> None:
        assert isinstance(self.engine, Swapping)
        try:
            await self.engine.swap(former.adapter, label=former.label, drain=0.0)
        except AdapterError as problem:  # only a new process can find out what still loads
            raise EngineDownError(f"The former adapter cannot be had back: {problem}") from problem
        self._live = former

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

    def _pass_over(self, wanted: int, problem: AdapterError) -> None:
        self._passed_over = wanted
        log.warning("adapter %s is wanted and cannot be served here: %s", wanted, problem)

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
