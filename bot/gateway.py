"""The only module that calls Telegram to say something: paced, patient, and clear about failure.

What may be repeated is repeated (edits, and whatever never left this machine); what may have
arrived is not: `Uncertain` says so, and the caller decides.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import ForceReply, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot import botapi
from bot.connections import LostError
from bot.pacing import Pacing, Priority
from bot.places import Place
from bot.rendering import Part, strip_entities

log = logging.getLogger(__name__)
T = TypeVar("T")

NOTICE_PATIENCE = 60.0  # seconds that a sentence waits for Telegram or a 429 before it is given up
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NOT_MODIFIED = "message is not modified"
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
CLOSED = (
    "chat not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "user_deactivated",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
)


class BlockedError(Exception):
    """Nothing can be said in this chat any more."""


class GoneError(Exception):
    """The message to edit is not there."""


class MigratedError(Exception):
    """The group has become a supergroup with another id."""

    def __init__(self, chat: int) -> None:
        super().__init__(f"now {chat}")
        self.chat = chat


class UncertainError(Exception):
    """A message was sent, or not: the answer of Telegram never came."""


class UnwantedError(Exception):
    """While it waited for its turn, the message was overtaken by events."""


class UnreachableError(Exception):
    """Telegram did not answer for as long as it was worth waiting."""


class Gateway:
    """What the bot can say. Every method raises `BlockedError` and `MigratedError`."""

    def __init__(self, bot: ExtBot[None], messages_per_second: int = botapi.OVERALL) -> None:
        self.bot = bot
        self.pacing = Pacing(messages_per_second)

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        priority: Priority = Priority.NOTICE,
        reply_to: int | None = None,
        keyboard: InlineKeyboardMarkup | ForceReply | None = None,
        silent: bool = False,
        wanted: Callable[[], bool] = lambda: True,
    ) -> int:
        """Send a new message; return its id.

        Raises `UncertainError`, `UnwantedError`, and for notices `UnreachableError`.
        """
        reply = (
            ReplyParameters(reply_to, allow_sending_without_reply=True)
            if reply_to is not None
            else None
        )

        async def call(shown: Part) -> int:
            message = await self.bot.send_message(
                place.chat,
                shown.text,
                entities=shown.entities,
                message_thread_id=place.thread,
                reply_parameters=reply,
                reply_markup=keyboard,
                disable_notification=silent,
                link_preview_options=NO_PREVIEW,
            )
            return message.message_id

        return await self._insist(
            place, priority, lambda: self._formatted(call, part), wanted=wanted, repeatable=False
        )

    async def document(
        self, place: Place, name: str, data: bytes, *, caption: Part, silent: bool = False
    ) -> int:
        """Send a file; return the message's id. Raises what `send` raises."""

        async def call() -> int:
            message = await self.bot.send_document(
                place.chat,
                data,
                filename=name,
                caption=caption.text,
                caption_entities=caption.entities,
                message_thread_id=place.thread,
                disable_notification=silent,
            )
            return message.message_id

        return await self._insist(place, Priority.NOTICE, call, repeatable=False)

    async def photo(self, place: Place, data: bytes, *, caption: Part) -> int:
        """Send a picture; return the message's id. Raises what `send` raises."""

        async def call() -> int:
            message = await self.bot.send_photo(
                place.chat,
                data,
                caption=caption.text,
                caption_entities=caption.entities,
                message_thread_id=place.thread,
            )
            return message.message_id

        return await self._insist(place, Priority.NOTICE, call, repeatable=False)

    async def edit(
        self,
        place: Place,
        message_id: int,
        part: Part,
        *,
        priority: Priority = Priority.ANSWER,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Make one of our messages say this, however often it takes. Raises `GoneError`."""

        async def call(shown: Part) -> None:
            await self._edit(place, message_id, shown, keyboard)

        await self._insist(
            place, priority, lambda: self._formatted(call, part), counted=not place.private
        )

    async def edit_keyboard(
        self, place: Place, message_id: int, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """Raises `GoneError`."""

        async def call() -> None:
            try:
                await self.bot.edit_message_reply_markup(
                    place.chat, message_id, reply_markup=keyboard
                )
            except BadRequest as error:
                if NOT_MODIFIED not in error.message.lower():
                    raise

        await self._insist(place, Priority.NOTICE, call, counted=not place.private)

    async def delete(self, place: Place, message_id: int) -> None:
        """Take a message of ours away; one that is gone already is fine."""

        async def call() -> None:
            await self.bot.delete_message(place.chat, message_id)

        try:
            await self._insist(place, Priority.NOTICE, call, counted=False)
        except (BadRequest, GoneError, UnreachableError):
            log.debug("a message could not be deleted")

    async def draft(self, place: Place, draft_id: int, part: Part | None) -> bool:
        """Show a frame of a draft ("Thinking…" for None); false when there was no room for it.

        Raises TelegramError as it comes: whoever streams gives up drafts then.
        """
        if not self.pacing.frame(place.chat, botapi.FRAME_SECONDS, counted=False):
            return False
        try:
            await botapi.draft(
                self.bot,
                chat=place.chat,
                number=draft_id,
                text=part.text if part else None,
                entities=part.entities if part else (),
                thread=place.thread,
            )
        except RetryAfter as error:
            self._cool(place, error)
            raise
        return True

    async def frame(
        self, place: Place, message_id: int, part: Part, keyboard: InlineKeyboardMarkup | None
    ) -> bool:
        """Show a frame in a message of ours; false when it was dropped. Raises `GoneError`."""
        if not self.pacing.frame(place.chat, botapi.EDIT_SECONDS, counted=not place.private):
            return False
        try:
            await self._edit(place, message_id, part, keyboard)
        except RetryAfter as error:
            self._cool(place, error)
            return False
        except TelegramError as error:
            if (known := _translated(error)) is not None:
                raise known from error
            return False
        return True

    async def status_of(self, chat: int, person: int) -> str | None:
        """What somebody is in a chat, such as "administrator"; None where Telegram does not say."""
        try:
            return (await self.bot.get_chat_member(chat, person)).status
        except TelegramError as error:
            log.info("a member's status is not known: %s", type(error).__name__)
            return None

    async def answer(self, query_id: str, text: str | None = None) -> None:
        """Answer a pressed button, once; too late is too late."""
        try:
            await self.bot.answer_callback_query(query_id, text)
        except TelegramError as error:
            log.debug("a pressed button was not answered: %s", type(error).__name__)

    # -- underneath -----------------------------------------------------------------------------

    async def _edit(
        self, place: Place, message_id: int, part: Part, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        try:
            await self.bot.edit_message_text(
                part.text,
                place.chat,
                message_id,
                entities=part.entities,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            if NOT_MODIFIED not in error.message.lower():
                raise

    async def _formatted(self, call: Callable[[Part], Awaitable[T]], part: Part) -> T:
        """Say it with its formatting, or without when Telegram does not take that."""
        try:
            return await call(part)
        except BadRequest as error:
            if not part.entities or "entit" not in error.message.lower():
                raise
            return await call(strip_entities(part))

    def _cool(self, place: Place, error: RetryAfter) -> None:
        # The attribute without a warning about its own future type; see bot/__init__.py.
        seconds = error._retry_after.total_seconds()
        log.warning("429 in one chat: silent there for %.0f s", seconds)
        self.pacing.cool(place.chat, seconds + random.uniform(0.05, 0.3))

    async def _insist(
        self,
        place: Place,
        priority: Priority,
        call: Callable[[], Awaitable[T]],
        *,
        counted: bool = True,
        repeatable: bool = True,
        wanted: Callable[[], bool] = lambda: True,
    ) -> T:
        """Call until it is done or cannot be: a 429 is waited out, a lost network outlasted."""
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), FIRST_PAUSE
        while True:
            patience = began + NOTICE_PATIENCE if priority is Priority.NOTICE else None
            try:
                async with asyncio.timeout_at(patience):
                    await self.pacing.turn(place.chat, priority, counted=counted)
            except TimeoutError:
                raise UnreachableError from None
            try:
                if not wanted():
                    raise UnwantedError
                return await call()
            except RetryAfter as error:
                self._cool(place, error)
                continue
            except TelegramError as error:
                if (known := _translated(error)) is not None:
                    raise known from error
                if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
                    raise
                if not repeatable and isinstance(error, LostError):
                    raise UncertainError from error
                log.info("Telegram cannot be reached (%s); again", type(error).__name__)
            finally:
                if counted:
                    self.pacing.done(place.chat)
            await self.pacing.pause(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)


def _translated(error: TelegramError) -> Exception | None:
    """What an error of Telegram means for us; None where it means nothing special."""
    text = error.message.lower()
    if isinstance(error, ChatMigrated):
        return MigratedError(error.new_chat_id)
    if isinstance(error, Forbidden):
        return BlockedError()
    if isinstance(error, BadRequest):
        if any(words in text for words in GONE):
            return GoneError()
        if any(words in text for words in CLOSED):
            return BlockedError()
    return None
