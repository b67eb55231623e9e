"""What every engine promises a worker, held against each of them."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import torch

from doctor_llama import embedded
from doctor_llama.engine import ChatMessage, Engine, FinishReason, Labelling, SamplingParams
from doctor_llama.engine.local import LocalEngine
from doctor_llama.engine.remote import RemoteEngine
from doctor_llama.engine.scripted import ScriptedEngine
from doctor_llama.errors import EngineDownError, EngineError, InvalidRequestError
from tests.engine.conftest import answer, ask, finish
from tests.engine.peer import transformers_serve
from tests.pace import within

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARAMS = SamplingParams(max_tokens=20, temperature=0.0)
KINDS = ["scripted", "local", "remote"]

AnyEngine = LocalEngine | ScriptedEngine | RemoteEngine
Make = Callable[[str], AnyEngine]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of `transformers serve`, which is none of ours, with the embedded model."""
    with transformers_serve(tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture(scope="session")
def make(request: pytest.FixtureRequest) -> Make:
    """Builds an engine; what it needs beside itself is there from its first use on."""
    return lambda kind: made(kind, request)


def made(kind: str, request: pytest.FixtureRequest) -> AnyEngine:
    if kind == "scripted":
        return ScriptedEngine(seconds_per_token=0.001, max_concurrency=4, context_length=256)
    if kind == "remote":
        url = request.getfixturevalue("served")
        model = str(embedded.BASE)
        return RemoteEngine([url], model, max_concurrency=4, context_length=256)
    folders: dict[str, Path] = request.getfixturevalue("folders")
    return LocalEngine(
        str(folders["base"]),
        str(folders["one"]),
        context_length=256,
        max_concurrency=4,
        device="cpu",
        dtype=torch.float32,
        threads=1,
    )


@pytest_asyncio.fixture(params=KINDS, scope="module", loop_scope="module")
async def engine(request: pytest.FixtureRequest, make: Make) -> AsyncIterator[AnyEngine]:
    each = make(request.param)
    await each.start()
    yield each
    await each.stop()


async def test_the_last_chunk_and_no_other_says_how_it_ended(engine: Engine) -> None:
    chunks = [chunk async for chunk in engine.generate(ask("What helps?"), PARAMS)]
    assert [chunk.finish is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    last = chunks[-1]
    assert last.prompt_tokens > 0
    assert 0 < last.completion_tokens <= PARAMS.max_tokens
    assert "".join(chunk.text for chunk in chunks)


async def test_the_limit_is_kept(engine: Engine) -> None:
    reason, _, count = await finish(engine, ask("What helps?"), SamplingParams(max_tokens=3))
    assert (reason, count) == (FinishReason.LENGTH, 3)


async def test_a_stop_string_is_never_shown(engine: Engine) -> None:
    whole = await answer(engine, "What helps?", PARAMS)
    stop = whole[len(whole) // 2 :][:3]
    params = SamplingParams(max_tokens=20, temperature=0.0, stop=(stop,))
    assert await answer(engine, "What helps?", params) == whole[: whole.index(stop)]
    reason, _, _ = await finish(engine, ask("What helps?"), params)
    assert reason is FinishReason.STOP


async def test_more_questions_than_places_are_all_answered(engine: Engine) -> None:
    questions = [f"What helps {index}?" for index in range(10)]
    alone = [await answer(engine, question, PARAMS) for question in questions]
    together = await asyncio.gather(*(answer(engine, q, PARAMS) for q in questions))
    assert together == alone


async def test_a_reader_who_leaves_gives_the_place_back(engine: Engine) -> None:
    for _ in range(10):
        stream = aiter(engine.generate(ask("What helps?"), PARAMS))
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        task = asyncio.create_task(answer(engine, "What helps?", PARAMS))
        await asyncio.sleep(0)
        task.cancel()
    assert await answer(engine, "What helps?", PARAMS)


@pytest.mark.parametrize(
    ("messages", "params"),
    [
        ([], PARAMS),
        (ask("word " * 400), PARAMS),
        (ask("What helps?"), SamplingParams(temperature=math.nan)),
        (ask("What helps?"), SamplingParams(top_p=math.inf)),
        (ask("What helps?"), SamplingParams(max_tokens=0)),
    ],
)
async def test_what_cannot_be_done_is_refused_alone(
    engine: Engine, messages: list[ChatMessage], params: SamplingParams
) -> None:
    neighbour = asyncio.create_task(answer(engine, "What helps?", PARAMS))
    with pytest.raises(InvalidRequestError):
        await answer(engine, messages, params)
    assert await neighbour


async def test_labels_are_had_or_it_says_why_not(engine: AnyEngine) -> None:
    """`transformers serve`, the remote one here, refuses to say how likely its words are."""
    assert isinstance(engine, Labelling)
    neighbour = asyncio.create_task(answer(engine, "What helps?", PARAMS))
    remote = isinstance(engine, RemoteEngine)
    assert remote == ("logprobs" in (engine.why_no_labels() or ""))
    if remote:
        with pytest.raises(EngineError):
            await engine.likelihoods(ask("A or B?"), "AB")
    else:
        found = await engine.likelihoods(ask("A or B?"), "AB")
        assert len(found) == 2
        assert sum(found) == pytest.approx(1.0)
    assert await neighbour == await answer(engine, "What helps?", PARAMS)


async def test_idle_is_progress(engine: AnyEngine) -> None:
    await answer(engine, "What helps?", PARAMS)
    await asyncio.sleep(0.1)
    assert time.monotonic() - engine.last_progress < within(0.025)
    assert not engine.down
    assert engine.concurrency == 4


@pytest.mark.parametrize("kind", KINDS)
async def test_starting_and_stopping_twice_is_harmless(kind: str, make: Make) -> None:
    engine = make(kind)
    await engine.start()
    await engine.start()
    card = engine.card()
    assert card.model
    assert card.context_length == 256
    await engine.stop()
    await engine.stop()
    with pytest.raises(EngineDownError):
        await answer(engine, "Anybody?", PARAMS)
    with pytest.raises(EngineDownError):
        engine.card()


@pytest.mark.parametrize("kind", KINDS)
async def test_before_the_start_nothing_answers(kind: str, make: Make) -> None:
    each = make(kind)
    await each.stop()
    with pytest.raises(EngineDownError):
        await answer(each, "Anybody?", PARAMS)
