"""The bot as one part of a program: the handler table, the start, the stop, the watch over it."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

from telegram import Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    MessageHandler,
    MessageReactionHandler,
    TypeHandler,
    filters,
)

from bot import (
    asking,
    botapi,
    browsing,
    consenting,
    errors,
    forgetting,
    gating,
    grouping,
    helping,
    locating,
    owning,
    places,
    pressing,
    profile,
    rating,
    refusing,
    rewording,
    speaking,
    stopping,
)
from bot.admin import dispatching
from bot.alarms import Alarms
from bot.broadcasting import Broadcasts
from bot.connections import Listening, Speaking
from bot.context import Context, House, Telegram
from bot.delivery import Delivery
from bot.gateway import Gateway
from bot.intake import Intake, Ordering, Polling
from bot.manners import Manners
from bot.news import News
from bot.notebook import Notebook
from bot.standing import Standing
from bot.webhook import Webhook
from doctor_llama import erasures, jobs, process, triage
from doctor_llama.db import Database, Trouble
from doctor_llama.errors import DeafError, SettingsError
from doctor_llama.metrics import BotMetrics
from doctor_llama.presence import Presence
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

DEAF_SECONDS = 90.0  # without an answered getUpdates: polling is dead, whatever it says of itself
POLL_SECONDS = 10  # Telegram holds a getUpdates for so long
STOP_SECONDS = 10.0  # for the handlers in work when the program stops
SWEEP_SECONDS = 3.0  # between two looks for what bots that died have left
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def handlers(telegram: Telegram) -> None:
    """Who handles what. The order matters: the first that fits takes the update."""
    new = filters.UpdateType.MESSAGE
    words = filters.TEXT | filters.CAPTION
    telegram.add_handlers(
        [
            CommandHandler("start", consenting.start, new),
            CommandHandler("help", helping.explain, new),
            CommandHandler("about", helping.about, new),
            CommandHandler("new", browsing.new, new),
            CommandHandler("history", browsing.browse, new),
            CommandHandler("off", grouping.off, new),
            CommandHandler("on", grouping.on, new),
            CommandHandler("stop", stopping.stop, new),
            CommandHandler("privacy", owning.explain, new),
            CommandHandler("mydata", owning.take, new),
            CommandHandler("forget", forgetting.forget, new),
            CommandHandler("language", speaking.offer, new),
            CommandHandler("country", locating.offer, new),
            CommandHandler("admin", dispatching.admin, new),
            MessageHandler(new & filters.COMMAND, refusing.unknown_command),
            MessageHandler(new & words, asking.ask),
            MessageHandler(new & ~filters.StatusUpdate.ALL, refusing.without_words),
            MessageHandler(
                filters.UpdateType.EDITED_MESSAGE & words & ~filters.COMMAND, rewording.edited
            ),
            CallbackQueryHandler(pressing.press),
            MessageReactionHandler(rating.react),
            MessageHandler(filters.StatusUpdate.MIGRATE, grouping.moved),
            ChatMemberHandler(grouping.membership, ChatMemberHandler.MY_CHAT_MEMBER),
            TypeHandler(Update, stopping.native),  # last: kinds that the library does not know
        ]
    )
    telegram.add_handler(TypeHandler(Update, refusing.spent), group=-5)
    telegram.add_handler(TypeHandler(Update, gating.gate), group=-4)
    telegram.add_handler(TypeHandler(Update, grouping.guard), group=-3)
    telegram.add_error_handler(errors.handle)


class Bot:
    """The Telegram part of the program, from `start` to `stop`."""

    def __init__(
        self, settings: Settings, database: Database, *, read_timeout: float = 10.0
    ) -> None:
        """Raises `SettingsError` without a token."""
        self.ready = asyncio.Event()
        self.metrics = BotMetrics()
        self.presence = Presence(database)
        notebook = Notebook(database)
        self._intake = Intake(database, notebook, self.metrics, self.presence)
        self._listening = Listening(read_timeout)
        self._sending = Speaking(read_timeout, self.metrics)
        self.telegram = self._application(settings)
        gateway = Gateway(self.telegram.bot, settings.messages_per_second)
        self._standing = Standing(settings.owner_ids)
        alarms = Alarms(gateway, settings.owner_ids)
        self.delivery = Delivery(
            gateway,
            notebook,
            database,
            alarms,
            settings.concurrency,
            self.metrics,
            self.presence.leads,
        )
        self._broadcasts = Broadcasts(gateway, database, self._standing, self.presence.leads)
        self.news = News(gateway, database, self._standing, self.presence.leads)
        self.house = House(
            settings,
            database,
            gateway,
            self._intake,
            self.delivery.nudge,
            Manners(),
            alarms,
            self._standing,
            self.metrics,
            notebook,
        )
        self.telegram.bot_data = self.house
        handlers(self.telegram)
        self._life: asyncio.Task[None] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._helpers: list[asyncio.Task[None]] = []
        self._webhook: Webhook | None = None

    def _application(self, settings: Settings) -> Telegram:
        if settings.telegram_bot_token is None:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not set. Get one from @BotFather.")
        base = settings.telegram_api_url.rstrip("/")
        library: ExtBot[None] = Polling(
            self._intake,
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._sending,
            get_updates_request=self._listening,
        )
        # The library wants to make what handlers share; ours needs the application first.
        later = cast(type[House], lambda: None)
        return (
            Application.builder()
            .bot(library)
            .update_queue(self._intake)
            .concurrent_updates(Ordering(self._intake))
            .context_types(ContextTypes(Context, bot_data=later))
            .job_queue(None)
            .build()
        )

    def start(self) -> None:
        """Begin; connecting goes on until it succeeds or `stop` is called."""
        self._life = asyncio.create_task(self._live(), name="telegram")

    def healthy(self) -> bool:
        """Whether Telegram has answered lately and delivery is at work."""
        quiet = time.monotonic() - self._heard
        return quiet < DEAF_SECONDS and not (self._delivering and self._delivering.done())

    @property
    def _heard(self) -> float:
        """When Telegram last said anything."""
        called = self._webhook.heard if self._webhook else 0.0
        return max(self._listening.heard, called)

    async def failed(self) -> None:
        """Wait until the bot ends of itself and raise why: `SettingsError`, `DeafError`."""
        assert self._life is not None
        await asyncio.shield(self._life)

    async def _live(self) -> None:
        self._helpers.append(asyncio.create_task(self.presence.run(), name="presence"))
        await asyncio.to_thread(triage.warm)
        process.pass_over_libraries()
        await self._connect()
        await self.presence.present.wait()
        await self._load()
        await self.telegram.start()
        self._delivering = asyncio.create_task(self.delivery.run(), name="delivery")
        self._helpers.append(asyncio.create_task(self.news.run(), name="news"))
        self._helpers.append(asyncio.create_task(self._among_others(), name="among-others"))
        await self._listen()
        self._helpers.append(asyncio.create_task(profile.present(self.house)))
        self._helpers.append(asyncio.create_task(self._broadcasts.run(), name="broadcasts"))
        log.info("listening to Telegram as @%s", self.telegram.bot.username)
        self.ready.set()
        await self._watch()

    async def _listen(self) -> None:
        """Let Telegram call us where there is an address for it; else ask it again and again."""
        settings = self.house.settings
        if settings.webhook_url is not None:
            self._webhook = Webhook(settings, self.telegram.bot, self._intake, self.healthy)
            await self._webhook.start()
            self._helpers.append(asyncio.create_task(self._webhook.watch(), name="webhook-watch"))
            return
        assert self.telegram.updater is not None
        await self.telegram.updater.start_polling(
            timeout=POLL_SECONDS,
            bootstrap_retries=-1,
            allowed_updates=botapi.ALLOWED,
            drop_pending_updates=False,
            error_callback=_polling_trouble,
        )

    async def _connect(self) -> None:
        """Raises `SettingsError` for a token that Telegram does not know."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self.telegram.initialize()
            except InvalidToken:
                raise SettingsError(
                    "TELEGRAM_BOT_TOKEN is not a token that Telegram knows. Copy it anew from "
                    "@BotFather."
                ) from None
            except (NetworkError, RetryAfter) as error:
                log.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)
            else:
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _load(self) -> None:
        """Queue what an earlier run left, before polling can bring it again."""
        while True:
            try:
                left = await self._intake.load(self.telegram.bot)
                await erasures.reconcile(self.house.database, self.house.settings.data_dir)
                async with self.house.database.reading() as session:
                    await self._standing.load(session)
                    busy = await jobs.lately(session, timedelta(seconds=botapi.GROUP[1]))
            except Trouble as error:
                log.warning("the inbox cannot be read (%s); trying again", type(error).__name__)
                await asyncio.sleep(FIRST_PAUSE)
            else:
                if left:
                    log.info("%d updates of an earlier run are handled first", left)
                for place in map(places.parse, filter(places.is_ours, busy)):
                    self.house.gateway.pacing.spent(place.chat)
                return

    async def _among_others(self) -> None:
        """Take over what bots that died have left, and learn whom another bot gave a role."""
        while not self.presence.alone:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                if self.presence.leads():
                    await self._intake.load(self.telegram.bot)
                async with self.house.database.reading() as session:
                    await self._standing.load(session)
            except Trouble as error:
                log.warning("the database does not answer (%s)", type(error).__name__)

    async def _watch(self) -> None:
        """Raise `DeafError` when polling has died in silence, or delivery at all."""
        self._listening.heard = max(self._listening.heard, time.monotonic())
        while True:
            await asyncio.sleep(1.0)
            if time.monotonic() - self._heard > DEAF_SECONDS:
                log.critical("Telegram has not been heard for %.0f s", DEAF_SECONDS)
                raise DeafError
            if self._delivering is not None and self._delivering.done():
                self._delivering.result()

    async def stop(self) -> None:
        """Intake first, then delivery between two steps, then the handlers; the rows stay."""
        life, updater = self._life, self.telegram.updater
        if life is not None and not life.done():
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
        if updater is not None and updater.running:
            with contextlib.suppress(TimeoutError):  # Telegram need not hear that we go
                await asyncio.wait_for(updater.stop(), STOP_SECONDS)
        if self._webhook is not None:
            await self._webhook.stop()
        await self.delivery.stop()
        for helper in self._helpers:
            helper.cancel()
        delivering = [self._delivering] if self._delivering else []
        await asyncio.gather(*delivering, *self._helpers, return_exceptions=True)
        if self.telegram.running:
            try:
                await asyncio.wait_for(self.telegram.stop(), STOP_SECONDS)
            except TimeoutError:
                log.warning("some updates are left for the next start")
        await self.house.notebook.close()
        await self.telegram.shutdown()
        for request in (self._sending, self._listening):  # also of a bot that never connected
            await request.shutdown()


def _polling_trouble(error: TelegramError) -> None:
    log.warning("getUpdates failed (%s); trying again", type(error).__name__)


@contextlib.asynccontextmanager
async def running(
    settings: Settings, database: Database, *, read_timeout: float = 10.0
) -> AsyncIterator[Bot]:
    """The bot in the background of a program: `async with running(…) as bot: await bot.failed()`.

    Entered at once, also while Telegram cannot be reached. Raises `SettingsError` without a token.
    """
    bot = Bot(settings, database, read_timeout=read_timeout)
    bot.start()
    try:
        yield bot
    finally:
        await bot.stop()
