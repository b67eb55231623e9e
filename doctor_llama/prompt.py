"""The prompt: system prompt, history window, clean text. Shared by serving and training.

It knows no tokenizer: whoever has one hands in a function that counts tokens.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

SYSTEM_PROMPT = (
    "You are Doctor Llama, an AI that explains health topics in plain words. You are not a doctor. "
    "Answer briefly and carefully, and say when you are not sure. Never set a dose or promise a "
    "cure. Say when to see a doctor; in an emergency, say to call the emergency number at once."
)

# Said to the model beside a request that is nearly, but not quite, refused before it.
CAUTION = (
    " The last request may be meant to harm or deceive somebody. If it is, decline in a sentence "
    "or two and say what would help instead; if not, answer as usual."
)

# NFKC can make one character into eighteen (U+FDFA), so text is cut again after normalising.
MAX_CHARACTERS = 8_192


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation, as the model sees it."""

    role: Literal["system", "user", "assistant"]
    content: str


def clean(text: str) -> str:
    """Return text as the model may see it: NFKC, no control or zero-width characters, bounded.

    Normalising comes first, since NFKC turns full-width look-alikes into real control tokens;
    the tokenizer's guard against those then sees what the model would see.
    """
    normal = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    # the two joiners are letters of some scripts (Persian, Hindi) and hold emoji together
    kept = "".join(
        c
        for c in normal
        if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs")
    )
    return kept.strip()


def conversation(turns: Sequence[ChatMessage], *, wary: bool = False) -> list[ChatMessage]:
    """Put the system prompt before the turns and clean every turn; `wary` adds a caution to it."""
    cleaned = [ChatMessage(t.role, clean(t.content)) for t in turns]
    return [ChatMessage("system", SYSTEM_PROMPT + (CAUTION if wary else "")), *cleaned]


def fit(
    messages: Sequence[ChatMessage], count: Callable[[Sequence[ChatMessage]], int], budget: int
) -> list[ChatMessage]:
    """Drop the oldest turns until the prompt has at most `budget` tokens.

    The system prompt and the last message stay; a window always begins with a user's turn.
    The caller refuses what is still too long.
    """
    head = [m for m in messages[:1] if m.role == "system"]
    turns = list(messages[len(head) :])
    while len(turns) > 1 and count([*head, *turns]) > budget:
        turns.pop(0)
        while len(turns) > 1 and turns[0].role != "user":
            turns.pop(0)
    return [*head, *turns]
