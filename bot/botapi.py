"""Telegram's limits, and what its Bot API has that the library lacks: all of it in this place.

The library (python-telegram-bot 22.8) knows Bot API 10.0. What is newer goes through raw fields,
here and nowhere else, so that the day on which the library learns it changes one module.
Numbers: core.telegram.org/bots/api and core.telegram.org/bots/faq#my-bot-is-hitting-limits.
"""

from dataclasses import dataclass

from telegram import Bot, MessageEntity, Update
from telegram.constants import CallbackQueryLimit, InlineKeyboardButtonLimit, MessageLimit

# -- what a message may be ------------------------------------------------------------------------

TEXT = int(MessageLimit.MAX_TEXT_LENGTH)  # UTF-16 units of a message
ENTITIES = int(MessageLimit.MESSAGE_ENTITIES)
DATA_BYTES = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)  # of a button
TOAST = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)  # characters
DRAFT_SECONDS = 30.0  # a draft that is not shown again is gone

# -- how often we may speak: so many messages in so many seconds -----------------------------------

CHAT = (1, 1.05)  # any chat; Telegram lets short bursts pass, we do not use them
GROUP = (19, 63.0)  # edits count as well; Telegram says 20 a minute
OVERALL = 28  # a second; Telegram says about 30
FRAME_SECONDS = 1.0  # between two frames of a draft
EDIT_SECONDS = 3.0  # between two frames of an edited message: 20 a minute in a group

# -- what we hear of ------------------------------------------------------------------------------

STOPPED = "stopped_message_generation"  # Bot API 10.3
ALLOWED = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.MESSAGE_REACTION,
    STOPPED,
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody pressed Telegram's own Stop button on a draft; drafts are in private chats only."""

    chat: int
    draft: int


def stopped(update: Update) -> Stopped | None:
    """What an update of Bot API 10.3 says that the library hands through as it came."""
    raw = update.api_kwargs.get(STOPPED)
    if raw is None:
        return None
    return Stopped(int(raw["chat"]["id"]), int(raw["draft_id"]))


async def draft(
    bot: Bot,
    *,
    chat: int,
    number: int,
    text: str | None,
    entities: tuple[MessageEntity, ...] = (),
    thread: int | None = None,
) -> None:
    """Show a frame of a draft, with Telegram's own Stop button (10.3); "Thinking…" without text.

    Raises `TelegramError`.
    """
    await bot.send_message_draft(
        chat,
        number,
        text,
        message_thread_id=thread,
        entities=entities or None,
        api_kwargs={"can_stop": True},
    )
