"""How likely the base, without adapter, finds each of a few labels as its next token.

One forward pass between two steps of the batcher, which stands meanwhile: nothing else runs the
model, no cache is read or written, and whatever adapter is there is as it was afterwards.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import torch

from doctor_llama.engine import ChatMessage
from doctor_llama.engine.local import loading, slot, tokens
from doctor_llama.engine.local.running import Running
from doctor_llama.errors import EngineError, InvalidRequestError

ALONE = "the adapter's embeddings took the place of the base's, so there is no base to ask"


def why_not(loaded: loading.Loaded) -> str | None:
    """Why the base cannot be asked; None where it can."""
    return ALONE if loaded.alone else None


async def ask(
    running: Running, messages: Sequence[ChatMessage], labels: Sequence[str]
) -> tuple[float, ...]:
    """The share of each label, of one token each; together 1.

    Raises `InvalidRequestError` for what this base cannot be asked, `EngineError` for a failure.
    """
    running.flight.require_up()
    if (why := why_not(running.loaded)) is not None:
        raise InvalidRequestError(f"No labels: {why}.")
    loop = asyncio.get_running_loop()
    ids, wanted = await loop.run_in_executor(running.encoding, encode, running, messages, labels)
    try:
        return await running.flight.aside(lambda: shares(running.loaded.model, ids, wanted))
    except RuntimeError as problem:  # no memory for it, or the batcher has just died
        raise EngineError(f"The label pass failed: {problem}") from problem


def encode(
    running: Running, messages: Sequence[ChatMessage], labels: Sequence[str]
) -> tuple[list[int], list[int]]:
    """Prompt and labels in tokens of the base's own tokenizer, whatever the adapter brought.

    For the thread that owns tokenizers. Raises `InvalidRequestError`.
    """
    if running.plain is None:
        running.plain = loading.read_tokenizer(running.loaded.base_folder)
    ids = tokens.encode(running.plain, messages)
    if len(ids) > running.context_length:
        raise InvalidRequestError(
            f"The message is too long: {len(ids)} tokens, and there is room for "
            f"{running.context_length}."
        )
    wanted = [running.plain(label, add_special_tokens=False).input_ids for label in labels]
    if any(len(each) != 1 for each in wanted) or len({each[0] for each in wanted}) < len(labels):
        raise InvalidRequestError("The model's tokenizer has no token for each label.")
    return ids, [each[0] for each in wanted]


def shares(net: Any, ids: list[int], wanted: list[int]) -> tuple[float, ...]:
    """Of each wanted token among them all; to be called while no step runs. Raises `EngineError`.

    Only their own logits count: whatever else the model would rather say is left out.
    """
    with torch.no_grad(), slot.silenced(net) as base:
        asked = torch.tensor([ids], device=base.device)
        logits = base(input_ids=asked, use_cache=False, logits_to_keep=1).logits[0, -1, wanted]
        found: list[float] = logits.float().softmax(-1).tolist()
    if any(share != share for share in found):  # noqa: PLR0124 - not a number
        raise EngineError("The base does not yield finite numbers.")
    return tuple(found)
