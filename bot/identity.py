"""Whether a token is valid, for `doctor-llama checkup`."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from doctor_llama.errors import SettingsError


async def who_am_i(token: str, api_url: str) -> str:
    """The user name of the bot. Raises `SettingsError` with a sentence that says why not."""
    bot = Bot(token, base_url=f"{api_url.rstrip('/')}/bot")
    try:
        async with bot:
            return bot.username
    except InvalidToken:
        raise SettingsError("the token is not one that Telegram knows") from None
    except TelegramError as error:
        raise SettingsError(f"Telegram cannot be reached ({type(error).__name__})") from None
