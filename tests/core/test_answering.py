"""What the model is told beside a question."""

import asyncio
from pathlib import Path

from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.engine.remote import RemoteEngine
from doctor_llama.prompt import CAUTION, SYSTEM_PROMPT
from doctor_llama.triage import RED, assess, measuring, refused
from doctor_llama.triage.refusals import dubious
from doctor_llama.worker import Worker
from tests.core.test_worker import ask, ended, until
from tests.engine.peer import BASE, Peer, listening

REQUESTS = Path(__file__).parents[1] / "triage" / "requests.jsonl"
PLAIN = "What helps against a cold?"


async def test_the_model_is_warned_of_what_is_nearly_refused(database: Database) -> None:
    nearly = next(
        text
        for text in (row["text"] for row in measuring.read(REQUESTS) if row["lang"] == "en")
        if dubious(text) and not refused(text) and assess(text).label not in RED
    )
    assert not dubious(PLAIN)
    peer = Peer()
    async with listening(peer):
        engine = RemoteEngine([peer.url], BASE)
        await engine.start()
        worker = Worker(
            database, engine, name="w", params=SamplingParams(), concurrency=2, stall_seconds=60.0
        )
        running = asyncio.create_task(worker.run(5.0))
        for number, text in enumerate((PLAIN, nearly), 1):
            await until(database, await ask(database, number, text, person=number), ended)
        worker.stop()
        await running
        await engine.stop(drain=0.0)
    told = {body["messages"][-1]["content"]: body["messages"][0]["content"] for body in peer.asked}
    assert told == {PLAIN: SYSTEM_PROMPT, nearly: SYSTEM_PROMPT + CAUTION}
