"""What every handler has at hand, typed: `context.house`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram import User
from telegram.ext import Application, CallbackContext, ExtBot

from bot.alarms import Alarms
from bot.gateway import Gateway
from bot.intake import Intake
from bot.manners import Manners
from bot.notebook import Notebook
from bot.standing import Standing
from doctor_llama.db import Database
from doctor_llama.limits import Limits
from doctor_llama.metrics import BotMetrics
from doctor_llama.settings import Settings


@dataclass(slots=True)
class House:
    """The settings, the database, the way out to Telegram, the way in from it."""

    settings: Settings
    database: Database
    gateway: Gateway
    intake: Intake
    nudge: Callable[[], None]  # something is to be delivered: look now
    manners: Manners
    alarms: Alarms
    standing: Standing
    metrics: BotMetrics
    notebook: Notebook  # for what many write at the same time

    @property
    def limits(self) -> Limits:
        chosen = self.settings
        return Limits(
            queue=chosen.queue_limit,
            person=chosen.person_limit,
            person_minute=chosen.person_per_minute,
            person_day=chosen.person_per_day,
            minute=chosen.questions_per_minute,
        )

    @property
    def pause(self) -> timedelta | None:
        """After so long without a question a conversation is over; None: never."""
        hours = self.settings.conversation_hours
        return timedelta(hours=hours) if hours else None


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], House]):
    """The context of our handlers."""

    @property
    def house(self) -> House:
        return self.bot_data

    def language(self, person: User | None) -> str:
        """The language to speak with someone: the one that they chose, or their app's."""
        return self.house.standing.language(person)


Telegram = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], House, None]
