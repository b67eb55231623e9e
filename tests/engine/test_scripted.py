"""The scripted engine: every directive does what its documentation says."""

import asyncio
import subprocess
import sys
import time

import pytest

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.scripted import CRASH_STATUS, ScriptedEngine, marker
from doctor_llama.errors import EngineDownError, EngineError
from tests.engine.conftest import answer, ask
from tests.pace import within

WIDE = SamplingParams(max_tokens=5000)


async def started(**options: object) -> ScriptedEngine:
    engine = ScriptedEngine(**options)  # type: ignore[arg-type]
    await engine.start()
    return engine


async def test_an_answer_names_its_question() -> None:
    engine = await started(answers={"Ping?": "Pong."})
    questions = [f"Question {index}? " + "x" * 80 for index in range(40)]
    answers = await asyncio.gather(*(answer(engine, q, WIDE) for q in questions))
    for question, text in zip(questions, answers, strict=True):
        assert text.startswith(marker(question))
        assert question[:60] in text
    assert await answer(engine, questions[0], WIDE) == answers[0], "the same every time"
    assert await answer(engine, "Ping?", WIDE) == "Pong."


async def test_long_answers_have_their_length() -> None:
    engine = await started()
    text = await answer(engine, "Tell me all [[long 9000]]", SamplingParams(max_tokens=8))
    assert len(text) == 9000
    assert "\n\n- rest" in text


async def test_slow_answers_take_their_time() -> None:
    engine = await started()
    began = time.monotonic()
    await answer(engine, "Slowly [[slow 0.3]]")
    assert 0.25 < time.monotonic() - began < within(2.5)


async def test_errors() -> None:
    engine = await started()
    with pytest.raises(EngineError):
        await answer(engine, "[[error]]")
    assert await answer(engine, "[[unknown]] [[slow]] fine")
    with pytest.raises(EngineDownError):
        await answer(engine, "[[oom]]")
    assert engine.down
    with pytest.raises(EngineDownError):
        await answer(engine, "Anybody?")


async def test_a_hang_holds_everybody_and_stops_progress() -> None:
    engine = await started(seconds_per_token=0.005)
    other = asyncio.create_task(answer(engine, "Me too", WIDE))
    hung = asyncio.create_task(answer(engine, "[[hang]]"))
    await asyncio.sleep(0.1)
    stood = engine.last_progress
    await asyncio.sleep(0.3)
    assert engine.last_progress == stood
    assert not other.done()
    assert not hung.done()
    await engine.stop()
    results = await asyncio.gather(other, hung, return_exceptions=True)
    assert [type(result) for result in results] == [EngineDownError] * 2


def test_a_crash_ends_the_process() -> None:
    script = (
        "import asyncio\n"
        "from doctor_llama.engine import ChatMessage, SamplingParams\n"
        "from doctor_llama.engine.scripted import ScriptedEngine\n"
        "async def main():\n"
        "    engine = ScriptedEngine()\n"
        "    await engine.start()\n"
        "    question = [ChatMessage('user', '[[crash]]')]\n"
        "    async for _ in engine.generate(question, SamplingParams()):\n"
        "        pass\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == CRASH_STATUS


def test_it_needs_no_torch() -> None:
    script = "import sys, doctor_llama.engine.scripted; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_cancelling_gives_the_place_back() -> None:
    engine = await started(seconds_per_token=0.01, max_concurrency=1)
    stream = engine.generate(ask("First"), WIDE)
    await anext(stream)
    await stream.aclose()
    assert (await answer(engine, "Second", SamplingParams(max_tokens=3))).startswith("Answer")
