"""What a server can do, found out by asking it: six short requests before it gets a question.

Servers differ in what they refuse, what they ignore and what they tell; nothing here is assumed
from a server's name or version.
"""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx
import openai
from openai.types.chat import ChatCompletionChunk

from doctor_llama.engine.remote import faults
from doctor_llama.engine.remote.faults import Fault, Kind

Extras = Mapping[str, object]

# each of them may be refused by a server that does not know it
OPTIONS: Mapping[str, Extras] = {
    "usage": {"stream_options": {"include_usage": True}},
    "seed": {"seed": 1},
    "top_k": {"top_k": 1},
}
LABELS: Extras = {"logprobs": True, "top_logprobs": 20}  # as many as vLLM gives by default
RESUME: Extras = {"add_generation_prompt": False, "continue_final_message": True}
GREETING = ({"role": "user", "content": "Hello"},)
BEGUN = (*GREETING, {"role": "assistant", "content": "Hello"})


@dataclass(frozen=True, slots=True)
class Listing:
    """What `/v1/models` says; a server that does not list its models has none here."""

    models: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()  # adapters by name, where the server tells them from models
    context_length: int | None = None  # tokens, of the first model
    weights: str | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """What a server takes beyond the plain protocol."""

    asks_usage: bool = False  # takes `stream_options`
    usage: bool = False  # counts its tokens; otherwise we count chunks
    seed: bool = False  # takes a seed; whether it keeps to it cannot be seen from outside
    top_k: bool = False
    resume: bool = False  # goes on from a begun answer, as vLLM does
    loras: bool = False  # loads adapters at run time, as vLLM does
    labels: bool = False  # says how likely its first words were

    def line(self) -> str:
        """Say it in one line, for the log and `checkup`."""
        known = {
            "token counts": self.usage,
            "seed": self.seed,
            "top_k": self.top_k,
            "going on with a begun answer": self.resume,
            "adapters at run time": self.loras,
            "likelihoods": self.labels,
        }
        can = ", ".join(name for name, has in known.items() if has) or "only the plain protocol"
        cannot = ", ".join(name for name, has in known.items() if not has)
        return f"{can}; without {cannot}" if cannot else can


async def listing(client: openai.AsyncOpenAI, seconds: float) -> Listing:
    """Read `/v1/models`; empty where the server has no usable answer to that."""
    try:
        page = await client.models.list(timeout=seconds)
        cards = [card.model_dump() for card in page.data or ()]
    except openai.APIStatusError as error:
        if error.status_code in (401, 402, 403):
            raise faults.judge(error) from error
        return Listing()
    except openai.OpenAIError as error:
        raise faults.judge(error) from error
    except (ValueError, TypeError, AttributeError):  # it answers with something else
        return Listing()
    models = [card for card in cards if card.get("id") and not card.get("parent")]
    first: dict[str, Any] = models[0] if models else {}
    length = first.get("max_model_len")
    weights = first.get("quantization") or first.get("dtype")
    return Listing(
        models=tuple(str(card["id"]) for card in models),
        loras=tuple(str(card["id"]) for card in cards if card.get("id") and card.get("parent")),
        context_length=length if isinstance(length, int) and length > 0 else None,
        weights=weights if isinstance(weights, str) else None,
    )


async def probe(
    client: openai.AsyncOpenAI, http: httpx.AsyncClient, model: str, seconds: float
) -> Features:
    """Find out what a server takes, in `seconds` a request. Raises `Fault`: it cannot answer."""

    async def accepts(extras: Extras) -> tuple[bool, int]:
        return await _accepts(client, model, GREETING, extras, seconds)

    everything = {name: value for each in OPTIONS.values() for name, value in each.items()}
    took, prompt_tokens = await accepts(everything)
    taken = dict.fromkeys(OPTIONS, took)
    if not took:
        took, prompt_tokens = await accepts({})
        if not took:
            raise Fault(Kind.UNFIT, "refuses the plainest chat request")
        for name, extras in OPTIONS.items():
            taken[name], tokens = await accepts(extras)
            prompt_tokens = prompt_tokens or tokens
    return Features(
        asks_usage=taken["usage"],
        usage=prompt_tokens > 0,
        seed=taken["seed"],
        top_k=taken["top_k"],
        resume=await _resumes(client, model, taken, seconds),
        loras=await _loads_adapters(http, seconds),
        labels=await _gives_likelihoods(client, model, seconds),
    )


async def _resumes(
    client: openai.AsyncOpenAI, model: str, taken: Mapping[str, bool], seconds: float
) -> bool:
    """Whether a begun answer is gone on with. Taking the option proves nothing; the prompt's
    length does: a begun answer that is not ended has no end token behind it."""
    counted = OPTIONS["usage"] if taken["usage"] else {}
    ended = {**counted, "add_generation_prompt": False}
    took, closed = await _accepts(client, model, BEGUN, ended, seconds)
    if not took or not closed:
        return False
    took, opened = await _accepts(client, model, BEGUN, {**counted, **RESUME}, seconds)
    return took and 0 < opened < closed


async def _gives_likelihoods(client: openai.AsyncOpenAI, model: str, seconds: float) -> bool:
    """Whether it says how likely its first words are. One that fails on that can answer still."""
    try:
        return bool(await likelihoods(client, model, GREETING, seconds))
    except Fault:
        return False


async def _one_token(
    client: openai.AsyncOpenAI,
    model: str,
    messages: Sequence[Mapping[str, str]],
    extras: Extras,
    seconds: float,
) -> AsyncIterator[ChatCompletionChunk]:
    """Ask for one token; yield what comes. Raises OpenAIError."""
    stream = await client.chat.completions.create(
        model=model,
        messages=cast(Any, list(messages)),
        max_tokens=1,
        temperature=0.0,
        stream=True,
        extra_body=dict(extras),
        timeout=seconds,
    )
    async with stream:
        async for chunk in stream:
            yield chunk


async def likelihoods(
    client: openai.AsyncOpenAI, model: str, messages: Sequence[Mapping[str, str]], seconds: float
) -> dict[str, float]:
    """The likeliest first words of an answer, without space around them: from 0 to 1.

    Empty where the server takes the question and does not say. Raises `Fault`.
    """
    found: dict[str, float] = {}
    try:
        async for chunk in _one_token(client, model, messages, LABELS, seconds):
            for choice in chunk.choices or ():
                said = choice.logprobs.content if choice.logprobs else None
                for one in said[0].top_logprobs if said and not found else ():
                    word = one.token.strip()
                    found[word] = found.get(word, 0.0) + math.exp(one.logprob)
    except openai.OpenAIError as error:
        raise faults.judge(error) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Fault(Kind.UNFIT, "does not speak the OpenAI protocol") from error
    return found


async def _accepts(
    client: openai.AsyncOpenAI,
    model: str,
    messages: Sequence[Mapping[str, str]],
    extras: Extras,
    seconds: float,
) -> tuple[bool, int]:
    """Ask for one token. Returns whether that was taken, and the prompt's tokens if told."""
    prompt_tokens = 0
    try:
        async for chunk in _one_token(client, model, messages, extras, seconds):
            if chunk.usage is not None:
                prompt_tokens = int(chunk.usage.prompt_tokens or 0)
    except openai.OpenAIError as error:
        fault = faults.judge(error)
        if fault.kind in (Kind.REFUSED, Kind.TOO_LONG):
            return False, 0
        raise fault from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Fault(Kind.UNFIT, "does not speak the OpenAI protocol") from error
    return True, prompt_tokens


async def _loads_adapters(http: httpx.AsyncClient, seconds: float) -> bool:
    """Whether vLLM's end point is there: it then misses the fields of an empty request."""
    try:
        answer = await http.post("/v1/load_lora_adapter", json={}, timeout=seconds)
    except httpx.HTTPError:
        return False
    return answer.status_code in (400, 422)
