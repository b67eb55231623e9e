"""Between text and tokens: a conversation to ids, ids to text as they come.

It knows no model. The same `encode` serves, evaluates and trains, so that all three see one prompt.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from tokenizers.decoders import DecodeStream

from doctor_llama.engine import ChatMessage
from doctor_llama.errors import InvalidRequestError

# A tokenizer of transformers, which has no types of its own.
Tokenizer = Any

# Llama 3.2's own template writes today's date into every prompt unless it is given one; a prompt
# that changes at midnight would differ from the prompts that the adapter was trained on.
TEMPLATE_DATE = "26 Jul 2024"

ROLES = ("system", "user", "assistant")


def protect(tokenizer: Tokenizer) -> None:
    """Make every added token of the tokenizer a control token for `encode`.

    By default transformers takes an added token that is not marked special for one only when the
    chat template names it in full.
    """
    added = (token.content for token in tokenizer.added_tokens_decoder.values())
    tokenizer.chat_control_tokens = [content for content in added if not content.isspace()]


def encode(tokenizer: Tokenizer, messages: Sequence[ChatMessage]) -> list[int]:
    """Return the prompt's ids, ending where the assistant's answer begins.

    Control tokens come from the template alone: typed into a message they are text. There is
    exactly one beginning-of-text token where the tokenizer has one, also when the template, like
    ChatML, writes none. Not safe to call from two threads with one tokenizer.

    Raises `InvalidRequestError` for no message or an unknown role.
    """
    if not messages:
        raise InvalidRequestError("There is no question in this conversation.")
    if any(message.role not in ROLES for message in messages):
        raise InvalidRequestError("A message has a role that is not system, user or assistant.")
    if tokenizer.chat_control_tokens is None:
        protect(tokenizer)
    ids: list[int] = tokenizer.apply_chat_template(
        [{"role": message.role, "content": message.content} for message in messages],
        add_generation_prompt=True,
        sanitize_control_tokens=True,
        return_dict=False,
        date_string=TEMPLATE_DATE,
    )
    first = tokenizer("").input_ids[:1]  # what this tokenizer puts before any text
    if first and first != ids[:1] and first[0] != tokenizer.eos_token_id:
        ids.insert(0, first[0])
    return ids


def encode_answered(
    tokenizer: Tokenizer, messages: Sequence[ChatMessage], answer: str, eos_ids: Sequence[int]
) -> tuple[list[int], int]:
    """Return the ids of a conversation with its answer, and how many of them are the prompt.

    The prompt is bit for bit what `encode` gives, and the last id is the one that ends an answer.
    Raises `InvalidRequestError` where the tokenizer's template cannot hold to that.
    """
    before = encode(tokenizer, messages)
    whole: list[int] = tokenizer.apply_chat_template(
        [
            *({"role": message.role, "content": message.content} for message in messages),
            {"role": "assistant", "content": answer},
        ],
        sanitize_control_tokens=True,
        return_dict=False,
        date_string=TEMPLATE_DATE,
    )
    if whole[:1] != before[:1]:
        whole.insert(0, before[0])  # the beginning-of-text token that the template leaves out
    if whole[: len(before)] != before:
        raise InvalidRequestError(
            "The chat template writes a prompt differently once there is an answer, so a model "
            "trained with it would be asked in other words than it was taught."
        )
    last = len(whole)
    while last > len(before) and whole[last - 1] not in eos_ids:
        last -= 1  # a template may write a line break after the end
    if last == len(before):
        raise InvalidRequestError(
            "The chat template does not end an answer with a token that ends one when serving."
        )
    return whole[:last], len(before)


def counter(tokenizer: Tokenizer) -> Callable[[Sequence[ChatMessage]], int]:
    """Return the counting function that `prompt.fit` asks for."""

    def count(messages: Sequence[ChatMessage]) -> int:
        return len(encode(tokenizer, messages))

    return count


@functools.lru_cache(maxsize=64)
def _heads(stop: tuple[str, ...]) -> tuple[str, ...]:
    """Every proper beginning of every stop string, longest first."""
    heads = {string[:length] for string in stop for length in range(1, len(string))}
    return tuple(sorted(heads, key=len, reverse=True))


class TextStream:
    """Turns the ids of one answer into text that can be shown at once.

    A character that is split over tokens waits for its last byte, and text that could be the head
    of a stop string waits until it is not. Special tokens have no text.
    """

    def __init__(self, tokenizer: Tokenizer, stop: Sequence[str] = ()) -> None:
        self._backend = tokenizer.backend_tokenizer
        self._decoder = DecodeStream([], skip_special_tokens=True)
        self._stop = tuple(string for string in stop if string)
        self._held = ""
        self.stopped = False  # a stop string was met; everything from it on is dropped

    def feed(self, token: int) -> str:
        """Take one more id and return the text that has become safe, often the empty string."""
        if self.stopped:
            return ""
        self._held += self._decoder.step(self._backend, token) or ""
        found = [at for string in self._stop if (at := self._held.find(string)) >= 0]
        if found:
            self.stopped = True
            self._held = self._held[: min(found)]
            return self.flush()
        keep = next((len(h) for h in _heads(self._stop) if self._held.endswith(h)), 0)
        safe, self._held = (
            self._held[: len(self._held) - keep],
            self._held[len(self._held) - keep :],
        )
        return safe

    def flush(self) -> str:
        """Return what is still held back; for the end of the answer."""
        rest, self._held = self._held, ""
        return rest
