"""The ways in which the Bot API says no, worded as Telegram words them.

Knows nothing of HTTP: `botapi` turns a refusal into a response.
"""

from __future__ import annotations


class RefusedError(Exception):
    """A Bot API error: its code, its description and what goes into `parameters`."""

    def __init__(
        self,
        code: int,
        description: str,
        *,
        retry_after: int | None = None,
        migrate_to: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to


class PersonError(Exception):
    """A person asked for something that a Telegram app would not offer."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def bad(description: str) -> RefusedError:
    """A 400 with the prefix that PTB strips."""
    return RefusedError(400, f"Bad Request: {description}")


def upgraded(chat_id: int) -> RefusedError:
    """A group that has become the supergroup `chat_id`."""
    return RefusedError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to=chat_id,
    )


def too_many(seconds: int) -> RefusedError:
    """A 429; `seconds` is a whole number because Telegram's is."""
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
