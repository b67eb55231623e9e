"""How soon a pressed button is acknowledged while 32 answers stream."""

import asyncio
import os
from pathlib import Path

from benchmarks import people
from benchmarks.acknowledge import simulator
from benchmarks.figures import Figure, percentile
from bot.simulator.client import SimClient
from bot.trials.program import program, serving

STREAMS, PRESSERS, PRESSES = 32, 8, int(os.environ.get("PRESSES", "400"))
FIRST_PERSON = 60_000
PAUSE = 0.15  # seconds between two presses of one person


async def measure(folder: Path) -> list[Figure]:
    """Let 32 answers stream into their chats while eight people rate and change their minds."""
    chosen = {
        "DOCTOR_LLAMA_LOG_LEVEL": "WARNING",
        "DOCTOR_LLAMA_CONCURRENCY": "64",
        "DOCTOR_LLAMA_METRICS_PORT": "0",
        "DOCTOR_LLAMA_BOT_METRICS_PORT": "0",
    }
    async with simulator(folder) as url, SimClient(url) as client:
        settings = serving(url, **chosen)
        async with program(folder, **settings) as running:
            await running.start()
            crowd = range(FIRST_PERSON, FIRST_PERSON + STREAMS + PRESSERS)
            for at in range(0, len(crowd), 10):
                await asyncio.gather(*(people.agree(client, p) for p in crowd[at : at + 10]))
            pressers, readers = crowd[:PRESSERS], crowd[PRESSERS:]
            rated = await asyncio.gather(
                *(people.answer(client, p, "What helps me to sleep?") for p in pressers)
            )
            for reader in readers:
                await client.send(reader, f"What helps person {reader}? [[slow 600]]")
            for reader in readers:
                await client.wait_for(reader, lambda view: view.drafts, 60)
            waits = await asyncio.gather(
                *(
                    _change_mind(client, person, answer.message_id, answer.buttons[0])
                    for person, answer in zip(pressers, rated, strict=True)
                )
            )
            streaming = [bool((await client.chat(one)).drafts) for one in readers]
    seconds = [wait * 1000 for one in waits for wait in one]
    return [
        Figure("answers that streamed", sum(streaming), "", at_least=STREAMS),
        Figure("button acknowledged, median", percentile(seconds, 0.5), "ms"),
        Figure("the same, 99th percentile", percentile(seconds, 0.99), "ms", at_most=300),
    ]


async def _change_mind(
    client: SimClient, person: int, message: int, buttons: list[dict[str, str]]
) -> list[float]:
    waits = []
    for number in range(PRESSES // PRESSERS):
        data = buttons[number % 2]["callback_data"]
        pressed = await client.press(person, message, data, stale=True)
        assert pressed.seconds is not None
        waits.append(pressed.seconds)
        await asyncio.sleep(PAUSE)
    return waits
