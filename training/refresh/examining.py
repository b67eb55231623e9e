"""An adapter as it was exported, loaded in a fresh process, and what it answers.

Started by `run` for each adapter that is asked; the questions and the answers pass as files.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local import examination
from doctor_llama.engine.local.engine import LocalEngine
from doctor_llama.engine.local.examination import Reply
from doctor_llama.prompt import ChatMessage

ASKED, ANSWERED = "asked.json", "answered.json"
CONCURRENCY = 16


def ask(folder: Path, tell: Callable[[float], None]) -> None:
    """Read `asked.json`, answer greedily with each adapter in turn, write `answered.json`."""
    order: dict[str, Any] = json.loads((folder / ASKED).read_text("utf-8"))
    turns = [[ChatMessage(**turn) for turn in one] for one in order["turns"]]
    answered = asyncio.run(_answer_all(order, turns, tell))
    (folder / ANSWERED).write_text(json.dumps(answered) + "\n", "utf-8")


async def _answer_all(
    order: dict[str, Any], turns: Sequence[Sequence[ChatMessage]], tell: Callable[[float], None]
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    adapters: dict[str, str | None] = order["adapters"]
    for at, (name, adapter) in enumerate(adapters.items()):
        engine = LocalEngine(
            order["base"],
            adapter,
            max_concurrency=CONCURRENCY,
            context_length=order["context_length"],
            threads=order["threads"],
            weights=order["weights"],
        )
        await engine.start()
        try:
            params = SamplingParams(max_tokens=order["max_tokens"], temperature=0.0)
            replies: list[Reply] = []
            for begin in range(0, len(turns), CONCURRENCY):
                wave = turns[begin : begin + CONCURRENCY]
                replies += await examination.answers(engine, wave, params)
                tell((at + len(replies) / len(turns)) / len(adapters))
        finally:
            await engine.stop(drain=0.0)
        found[name] = [{"text": reply.text, "ended": reply.ended} for reply in replies]
    return found
