"""One tiny base and its adapters for the whole run, and engines on them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import torch

from doctor_llama.engine import ChatMessage, Engine, FinishReason, SamplingParams
from doctor_llama.engine.local import LocalEngine
from tests.engine import tiny

torch.set_num_threads(1)

# arithmetic in which a batch gives each answer the very bits that it would have alone
EXACT: dict[str, Any] = {
    "context_length": 512,
    "max_concurrency": 8,
    "device": "cpu",
    "dtype": torch.float32,
    "threads": 1,
}
GREEDY = SamplingParams(max_tokens=24, temperature=0.0)

MakeEngine = Callable[..., AbstractAsyncContextManager[LocalEngine]]


def ask(question: str) -> list[ChatMessage]:
    return [ChatMessage("system", "Be brief."), ChatMessage("user", question)]


async def answer(
    engine: Engine, messages: str | Sequence[ChatMessage], params: SamplingParams = GREEDY
) -> str:
    """The whole text of one answer."""
    turns = ask(messages) if isinstance(messages, str) else messages
    return "".join([chunk.text async for chunk in engine.generate(turns, params)])


async def finish(
    engine: Engine, messages: Sequence[ChatMessage], params: SamplingParams = GREEDY
) -> tuple[FinishReason | None, int, int]:
    """How an answer ended: reason, prompt tokens, completion tokens."""
    chunks = [chunk async for chunk in engine.generate(messages, params)]
    return chunks[-1].finish, chunks[-1].prompt_tokens, chunks[-1].completion_tokens


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A base, two adapters that fit one slot and many that do not."""
    root = tmp_path_factory.mktemp("models")
    base = tiny.base(root / "base")
    return {
        "base": base,
        "one": tiny.adapter(base, root / "one", seed=1),
        "two": tiny.adapter(base, root / "two", seed=2),
        "rank16": tiny.adapter(base, root / "rank16", seed=3, rank=16),
        "keys": tiny.adapter(base, root / "keys", seed=4, targets=("q_proj", "k_proj")),
        "legacy": tiny.legacy_adapter(base, root / "legacy"),
        "parrot": tiny.parrot(root / "parrot", "a🦙b漢cé STOP d"),
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(folders: dict[str, Path]) -> AsyncIterator[LocalEngine]:
    """One engine for all tests of a module that leave it as it was."""
    engine = LocalEngine(str(folders["base"]), str(folders["one"]), **EXACT)
    await engine.start()
    yield engine
    await engine.stop(drain=0.0)


@pytest.fixture
def make_engine(folders: dict[str, Path]) -> MakeEngine:
    """Builds a started engine in exact arithmetic and stops it, however the test ends."""

    @contextlib.asynccontextmanager
    async def make(
        base: str = "base", adapter: str | None = "one", **options: Any
    ) -> AsyncIterator[LocalEngine]:
        engine = LocalEngine(
            str(folders[base]), str(folders[adapter]) if adapter else None, **EXACT | options
        )
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop(drain=0.0)

    return make
