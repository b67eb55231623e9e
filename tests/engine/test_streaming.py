"""Text as it comes out of the local engine: whole letters, no stop strings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import torch

from doctor_llama.engine import FinishReason, SamplingParams
from doctor_llama.engine.local import LocalEngine, tokens
from tests.engine.conftest import GREEDY, answer, ask, finish
from tests.engine.test_batching import inside

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parrot(folders: dict[str, Path]) -> AsyncIterator[LocalEngine]:
    """Says "a🦙b漢cé STOP d", one token after the other, and ends."""
    engine = LocalEngine(
        str(folders["parrot"]), device="cpu", dtype=torch.float32, context_length=256, threads=1
    )
    await engine.start()
    yield engine
    await engine.stop()


async def test_letters_of_several_tokens_are_streamed_whole(parrot: LocalEngine) -> None:
    chunks = [chunk async for chunk in parrot.generate(ask("Speak"), GREEDY)]
    assert "".join(chunk.text for chunk in chunks) == "a🦙b漢cé STOP d"
    assert not any("\ufffd" in chunk.text for chunk in chunks)
    assert len(chunks) > 5, "it came in pieces"
    assert chunks[-1].finish is FinishReason.STOP
    assert all(chunk.finish is None for chunk in chunks[:-1])
    assert chunks[-1].completion_tokens == 19, "with the end token"
    encoded = tokens.encode(inside(parrot).loaded.tokenizer, ask("Speak"))
    assert chunks[-1].prompt_tokens == len(encoded)


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (("STOP",), "a🦙b漢cé "),
        (("ST", "漢c"), "a🦙b"),
        (("🦙",), "a"),
        (("nowhere", ""), "a🦙b漢cé STOP d"),
        (("dx",), "a🦙b漢cé STOP d"),
    ],
)
async def test_stop_strings_end_an_answer(
    parrot: LocalEngine, stop: tuple[str, ...], expected: str
) -> None:
    params = SamplingParams(max_tokens=24, temperature=0.0, stop=stop)
    assert await answer(parrot, "Speak", params) == expected
    reason, _, _ = await finish(parrot, ask("Speak"), params)
    assert reason is FinishReason.STOP
    assert inside(parrot).flight.batcher.handlers == 0
