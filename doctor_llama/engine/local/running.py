"""What a running engine holds, and a question's way into it, in the voice of the day."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from doctor_llama import prompt
from doctor_llama.engine import ChatMessage
from doctor_llama.engine.local import loading, tokens
from doctor_llama.engine.local.flight import Flight
from doctor_llama.errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class Voice:
    """What an adapter brings besides its weights; exchanged together with them."""

    tokenizer: tokens.Tokenizer
    eos_ids: tuple[int, ...]
    label: str | None


@dataclass(slots=True)
class Running:
    """What there is between `start` and `stop`."""

    loaded: loading.Loaded
    voice: Voice
    flight: Flight
    encoding: ThreadPoolExecutor  # of one thread, since a tokenizer is not made for two
    context_length: int
    swapping: asyncio.Lock
    plain: tokens.Tokenizer | None = None  # the base's own, once it was needed


async def admitted(
    running: Running, messages: Sequence[ChatMessage], max_tokens: int
) -> tuple[Voice, list[int]]:
    """Wait until weights and template belong together, with the prompt in that template.

    Nothing is awaited between the last look and the return.
    """
    flight = running.flight
    flight.require_up()  # whoever waited for a place may have it from an engine that stops
    voice, ids = await encode(running, messages, max_tokens)
    # checked again after each wait: an event that was set may be cleared by now
    while not flight.open.is_set() or voice is not running.voice:
        await flight.open.wait()
        flight.require_up()
        if voice is not running.voice:
            voice, ids = await encode(running, messages, max_tokens)
    flight.require_up()
    return voice, ids


async def encode(
    running: Running, messages: Sequence[ChatMessage], max_tokens: int
) -> tuple[Voice, list[int]]:
    """Fit the conversation into the context, in the thread that owns the tokenizer."""
    voice = running.voice
    budget = running.context_length - max_tokens

    def fitted() -> list[int]:
        window = prompt.fit(messages, tokens.counter(voice.tokenizer), budget)
        return tokens.encode(voice.tokenizer, window)

    ids = await asyncio.get_running_loop().run_in_executor(running.encoding, fitted)
    if len(ids) > budget:
        raise InvalidRequestError(
            f"The question is too long: {len(ids)} tokens, and there is room for {budget}."
        )
    if max(ids) >= running.loaded.vocabulary:
        raise InvalidRequestError("The question holds a token that the model does not know.")
    return voice, ids
