"""The embedded model's engine: a known-topic check in front of it.

So small a model answers anything with something; so it is asked only what it was made for, in the
plain words that it knows best: a typing slip or a long conversation would throw it off.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from doctor_llama import embedded
from doctor_llama.engine import (
    ChatMessage,
    Chunk,
    Engine,
    EngineCard,
    FinishReason,
    Labelling,
    SamplingParams,
    Swapping,
)
from doctor_llama.errors import AdapterError, InvalidRequestError


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

    async def swap(
        self, adapter: str | None, *, label: str | None = None, drain: float = 10.0
    ) -> float:
        """As the engine behind it; `Swapping` is for whoever asks."""
        if not isinstance(self._engine, Swapping):
            raise AdapterError("This engine cannot change its adapter.")
        return await self._engine.swap(adapter, label=label, drain=drain)

    def why_no_labels(self) -> str | None:
        if isinstance(self._engine, Labelling):
            return self._engine.why_no_labels()
        return "this engine has no likelihoods"

    async def likelihoods(
        self, messages: Sequence[ChatMessage], labels: Sequence[str]
    ) -> tuple[float, ...]:
        """As the engine behind it, of whatever was said: it is not an answer."""
        if not isinstance(self._engine, Labelling):
            raise InvalidRequestError("This engine has no likelihoods.")
        return await self._engine.likelihoods(messages, labels)

    async def generate(
        self, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        """Greedy, since a model of this size is at its best when it does not wander."""
        asked = [m.content for m in messages if m.role == "user"]
        found = embedded.recognise(asked[-1], asked[:-1]) if asked else None
        if found is None:
            yield Chunk(embedded.DEMO_NOTICE, FinishReason.STOP)
            return
        plain = ChatMessage("user", embedded.plain_question(found))
        system = [m for m in messages if m.role == "system"]
        params = replace(params, temperature=0.0)
        async for chunk in self._engine.generate([*system, plain], params):
            yield chunk
