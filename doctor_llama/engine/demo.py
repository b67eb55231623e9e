"""The embedded model's engine: a known-topic check in front of it.

So small a model answers anything with something; so it is asked only what it was made for, and
shown no more of the conversation than the question needs.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from doctor_llama import embedded
from doctor_llama.engine import ChatMessage, Chunk, Engine, EngineCard, FinishReason, SamplingParams


class DemoEngine:
    """Says that it is a small demonstration model, every time, to whatever it was not made for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def down(self) -> bool:
        return self._engine.down

    async def start(self) -> None:
        await self._engine.start()

    async def stop(self) -> None:
        await self._engine.stop()

    def card(self) -> EngineCard:
        return self._engine.card()

    async def generate(
        self, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        """Greedy, since a model of this size is at its best when it does not wander."""
        needed = _needed(messages)
        if needed is None:
            yield Chunk(embedded.DEMO_NOTICE, FinishReason.STOP)
            return
        async for chunk in self._engine.generate(needed, replace(params, temperature=0.0)):
            yield chunk


def _needed(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    """The turns that the model can make sense of; None for a question that it was not made for.

    "How is it treated?" needs the turn that named the topic, and what was answered to that.
    """
    system = [m for m in messages if m.role == "system"]
    turns = [m for m in messages if m.role != "system"]
    asked = [m.content for m in turns if m.role == "user"]
    if not asked or embedded.known_topic(asked[-1], asked[:-1]) is None:
        return None
    if embedded.known_topic(asked[-1]) is not None:
        return [*system, turns[-1]]
    for at in range(len(turns) - 2, -1, -1):
        if turns[at].role == "user" and embedded.known_topic(turns[at].content) is not None:
            return [*system, *turns[at : at + 2], turns[-1]]
    return [*system, turns[-1]]
