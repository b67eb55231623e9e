"""One `/admin WORD args` of one person: who calls, with which role, and how to answer them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from bot import rendering
from bot.context import Context
from bot.places import Place
from bot.texts import say
from doctor_llama.db import Session
from doctor_llama.schema import Confirmation, Role, User


@dataclass(frozen=True, slots=True)
class Call:
    """A command by someone who may give it. `user` is their row, read for this call."""

    context: Context
    place: Place
    person_id: int
    user: User
    role: Role
    language: str
    args: tuple[str, ...] = ()
    rest: str = ""  # the same as one text, with its line breaks

    def words(self, key: str, **values: str | int | float) -> str:
        """A sentence in the caller's language."""
        return say(self.language, key, **values)

    async def say(self, key: str, **values: str | int | float) -> None:
        await self.tell(self.words(key, **values))

    async def tell(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Plain text, in as many messages as it takes; the keyboard stands under the last."""
        parts = rendering.plain(text)
        for number, part in enumerate(parts, 1):
            await self.context.house.gateway.send(
                self.place, part, keyboard=keyboard if number == len(parts) else None
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a confirmed step did: said in place of the question; `then` runs after the commit."""

    text: str
    then: Callable[[], Awaitable[None]] | None = None


# A step that was confirmed: done in the transaction in which its confirmation goes.
Step = Callable[[Session, Call, Confirmation], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Command:
    """`/admin WORD`: for whom, what it does, and the key of the line that explains it."""

    word: str
    role: Role
    run: Callable[[Call], Awaitable[None]]
    key: str
