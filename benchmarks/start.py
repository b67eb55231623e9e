"""From `doctor-llama run` to the first answer, and from Enter to the first words."""

import asyncio
import re
import time
from pathlib import Path

from benchmarks import people
from benchmarks.figures import Figure, percentile
from bot.simulator.client import SimClient
from bot.trials.program import program

ASKED = 12
READING_SECONDS = 2.0  # faster, and the pace of one message a second in a chat would be measured
PERSON = 1002
QUESTIONS = (
    "What is asthma?",
    "What are the symptoms of migraine?",
    "How is eczema treated?",
    "What is anemia?",
)


async def measure(folder: Path) -> list[Figure]:
    """Start the program as a newcomer does, with the embedded model, and ask."""
    settings = {
        "DOCTOR_LLAMA_MODEL": "embedded",
        "DOCTOR_LLAMA_CHAT_PORT": "0",
        "DOCTOR_LLAMA_PERSON_PER_MINUTE": "0",  # one person asks as fast as can be read
    }
    async with program(folder, **settings) as running:
        began = time.monotonic()
        await running.start(until="Chat page:")
        found = re.search(r"Chat page: (http\S+)", running.log)
        assert found is not None
        async with SimClient(found[1]) as client:
            await people.agree(client, PERSON)
            await people.answer(client, PERSON, QUESTIONS[0])
            first_answer = time.monotonic() - began
            waits = []
            for n in range(ASKED):
                question = QUESTIONS[n % len(QUESTIONS)]
                known = (await people.answer(client, PERSON, question)).text
                await asyncio.sleep(READING_SECONDS)
                waits.append(await people.first_words(client, PERSON, question, known))
                await asyncio.sleep(READING_SECONDS)
    return [
        Figure("run to first answer", first_answer, "s", at_most=15),
        Figure("Enter to first words, median", percentile(waits, 0.5), "s", at_most=1.5),
        Figure("Enter to first words, worst", max(waits), "s", at_most=1.5),
    ]
