"""One job on its way to the person who waits: status, frames, and the answer exactly once.

Telegram has no idempotency key. So every part of an answer is first a message of ours without it,
whose id is committed, and then edited into the answer: an edit may be repeated. Whatever has been
shown is in `jobs.shown`, and a new process goes on from there:

    status   the message that says how many are before you
    drafted  a draft may hang in the chat: only a new message takes it away
    parts    the messages that are, or will be, the answer
    remade   one of them vanished and was made anew

The one window: an emergency card (`cards`) goes out at once, and a crash between Telegram's yes and
our commit sends it twice.
"""

import asyncio
import contextlib
import logging
import random
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, TelegramError

from bot import answers, botapi, cards, keyboards, places
from bot.desk import Desk
from bot.gateway import (
    BlockedError,
    GoneError,
    MigratedError,
    UncertainError,
    UnreachableError,
    UnwantedError,
)
from bot.pacing import Priority
from bot.places import Place
from bot.rendering import Part
from bot.texts import say
from doctor_llama import alternatives, conversations, groups, jobs
from doctor_llama.db import Session, Trouble
from doctor_llama.schema import LIVE, Job, JobStatus, Message

log = logging.getLogger(__name__)

STATUS_GRACE = 0.4  # seconds that a worker may take before a private chat gets a status message
THINKING_AFTER = 1.0  # seconds without a word before a draft says so
DRAFT_LIFE = botapi.DRAFT_SECONDS - 10.0  # show a draft again before it fades
POSITION_SECONDS = 30.0  # between two edits of a position
RARELY = 4  # times as long, in a crowd
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
PATIENCE = 2 * LONGEST_PAUSE  # for the answer before this one
REFUSALS = 5  # of Telegram, of the same answer, before it is given up


class Parcel:
    """A job, from its first status to its last part. `run` ends when there is nothing to do."""

    def __init__(self, desk: Desk, job: Job, answer: Message | None) -> None:
        self.desk, self.job, self.answer = desk, job, answer
        self.place = places.parse(job.channel or "")
        self.language = answers.language(job)
        self.shown: dict[str, Any] = dict(job.shown)
        self.before = 0
        self.gone = False  # erased: nothing is left to deliver
        self._changed = asyncio.Event()
        self._refused = 0
        now = self._now()
        self._seen = self._running_since = self._position_at = now
        self._next_frame = 0.0
        self._frame: Part | None = None
        self._frame_at = 0.0
        self._said: tuple[int, bool, bool | None] | None = None  # what the status says
        self._pair: tuple[int, int] | None = None  # two answers of which one may be better
        self._drafts = self.place.private
        self._mute = False  # no status: nobody knows whether the last one arrived
        self._over = False
        self._unwritten = False  # of `shown`, something is not committed
        self._joined()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def update(self, job: Job, answer: Message | None, before: int) -> None:
        """News of this job."""
        words = (self.answer.content if self.answer else "", answer.content if answer else "")
        moved = answers.place(before) != answers.place(self.before)
        if job.status != self.job.status or words[0] != words[1] or moved:
            self._changed.set()
        if job.status == JobStatus.RUNNING != self.job.status:
            self._running_since = self._now()
        self.job, self.answer, self.before = job, answer, before
        self._joined()

    def _joined(self) -> None:
        """As soon as it has ended: a later job of the conversation must not come first."""
        if self.job.status not in LIVE and not self._over:
            self.desk.turns.join(self.job)

    def wake(self) -> None:
        """Something that concerns everybody is different now."""
        self._changed.set()

    def vanish(self) -> None:
        """The job is gone from the database."""
        self.gone = True
        self._changed.set()

    async def run(self) -> None:
        """Deliver, whatever it takes; what cannot be told any more is put aside."""
        try:
            await self._run()
        finally:
            self._over = True  # news may come before anybody has noticed; nobody would leave again
            self.desk.turns.leave(self.job)

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self.gone:
            try:
                if await self._carry() and not self.gone:
                    return
            except Trouble as error:
                log.warning("job %d waits for the database (%s)", self.job.id, type(error).__name__)
            except Exception as error:  # one delivery must never end the others
                log.exception("job %d could not be delivered; trying again", self.job.id)
                self._refused += isinstance(error, BadRequest)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)
        await self._clear()

    async def _clear(self) -> None:
        """The question was erased: what we said of it meanwhile goes too, if it can."""
        status = self.shown.get("status")
        if status is not None:
            with contextlib.suppress(BlockedError, MigratedError, TelegramError):
                await self.desk.gateway.delete(self.place, status)

    async def _carry(self) -> bool:
        """Everything, once through; false to try again soon."""
        try:
            if self._unwritten:  # the database failed us: nothing is done on what only we remember
                await self.desk.whole(self._write())
            while self.job.status in LIVE and not self.gone:
                waiting = self.job.status == JobStatus.QUEUED
                await self._sleep(await (self._wait() if waiting else self._stream()))
            if not self.gone:
                await self._settle()
        except BlockedError:
            log.info("job %d: nobody to tell any more", self.job.id)
            async with self.desk.database.session() as session:
                await jobs.abandon(session, Place(self.place.chat).channel)
        except MigratedError as error:
            await self._move(error.chat)
            return False
        except UnreachableError:
            return False
        return True

    async def _sleep(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return
        self._changed.clear()

    async def _note(self, **shown: Any) -> None:
        """Commit what stands in the chat now; None takes an entry out."""
        self.shown = {k: v for k, v in {**self.shown, **shown}.items() if v is not None}
        self._unwritten = True
        await self._write()

    async def _write(self) -> None:
        now = dict(self.shown)
        await self.desk.notebook.write(lambda session: jobs.show(session, self.job.id, now))
        self._unwritten = False

    async def _move(self, chat: int) -> None:
        new = Place(chat, self.place.thread)
        async with self.desk.database.session() as session:
            await jobs.move(session, self.place.channel, new.channel)
            await groups.move(session, Place(self.place.chat).channel, Place(chat).channel)
            await jobs.show(session, self.job.id, {})  # the old ids mean nothing there
        self.place, self.shown = new, {}

    def _say(self, key: str, **values: str | int | float) -> str:
        return say(self.language, key, **values)

    @property
    def _reply_to(self) -> int | None:
        return int(self.job.reply_to) if self.job.reply_to else None

    # -- before the answer ------------------------------------------------------------------------

    async def _wait(self) -> float | None:
        """Show the place in the queue; return when to look again."""
        now = self._now()
        if "status" not in self.shown:
            left = self._seen + STATUS_GRACE - now if self.place.private else 0
            if left <= 0 and not self._mute and not self.shown.get("parts"):
                self._said, self._position_at = self._state(), now
                await self.desk.whole(self._announce(self._position()))
            return left if left > 0 else None
        if self._said == self._state():
            return None
        pause = POSITION_SECONDS * (RARELY if self.desk.crowded else 1)
        if (left := self._position_at + pause - now) > 0:
            return left
        if await self._edit_status(Part(self._position())):
            self._said, self._position_at = self._state(), now
            return None
        return botapi.EDIT_SECONDS

    def _state(self) -> tuple[int, bool, bool | None]:
        """What makes a status say something else; the time alone does not."""
        learning, paused = self.desk.learning, self.desk.paused is not None
        return answers.place(self.before), paused, learning.alone if learning else None

    def _position(self) -> str:
        if self.desk.paused is not None:
            return answers.paused(self.job, self.desk.paused)
        rounds = self.before // self.desk.concurrency + 1
        seconds = rounds * self.desk.seconds if self.desk.seconds is not None else None
        return answers.waiting(self.job, self.before, seconds, self.desk.learning)

    async def _announce(self, text: str) -> None:
        """Send the status message, silently; one that may have arrived is not sent again."""
        try:
            status = await self.desk.gateway.send(
                self.place,
                Part(text),
                reply_to=self._reply_to,
                keyboard=keyboards.stop(self.language, self.job.id),
                silent=True,
                wanted=lambda: self.job.status in LIVE,
            )
        except (UncertainError, BadRequest) as error:
            log.info("job %d: no status message (%s)", self.job.id, type(error).__name__)
            self._mute = True
        except UnwantedError:
            return
        else:
            await self._note(status=status)

    async def _edit_status(self, frame: Part) -> bool:
        """Change the status if there is room for it; false when there was none."""
        keyboard = keyboards.stop(self.language, self.job.id)
        try:
            return await self.desk.gateway.frame(self.place, self.shown["status"], frame, keyboard)
        except GoneError:
            self._mute = True
            await self._note(status=None)
            return True

    # -- while it is written ----------------------------------------------------------------------

    async def _stream(self) -> float | None:
        """Show what is written so far; return when to look again."""
        now = self._now()
        if now < self._next_frame:
            return self._next_frame - now
        if not self.place.private and "status" not in self.shown and not self._mute:
            await self.desk.whole(self._announce(self._say("status-running")))
        if self.desk.crowded:  # a frame costs as much as an answer
            return botapi.EDIT_SECONDS
        frame = answers.growing(self.job, self.answer)
        if self._drafts:
            return await self._draft(frame, now)
        if frame is None or frame == self._frame or "status" not in self.shown:
            return None
        if self.place.private:  # no drafts for this one: the status says at least what goes on
            frame = Part(self._say("status-running"))
        sent = frame == self._frame or await self._edit_status(frame)
        self._frame = frame if sent else self._frame
        self._next_frame = now + (botapi.EDIT_SECONDS if sent else botapi.FRAME_SECONDS)
        return self._next_frame - now

    async def _draft(self, frame: Part | None, now: float) -> float | None:
        if frame is None and (left := self._running_since + THINKING_AFTER - now) > 0:
            return left
        shown_already = self._frame_at > 0 and frame == self._frame
        if shown_already and (left := self._frame_at + DRAFT_LIFE - now) > 0:
            return left
        if "drafted" not in self.shown:
            await self._note(drafted=True)
        try:
            sent = await self.desk.gateway.draft(self.place, self.job.id, frame)
        except TelegramError as error:
            log.info("job %d: no more drafts (%s)", self.job.id, type(error).__name__)
            self._drafts = False
            return None
        if sent:
            self._frame, self._frame_at = frame, now
        self._next_frame = now + (botapi.FRAME_SECONDS if sent else botapi.FRAME_SECONDS / 4)
        return self._next_frame - now

    # -- the end ----------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Show how it ended: the answer, the card, what was written before a stop, an apology."""
        if self.job.status == JobStatus.SUCCEEDED and self.job.attempts == 0:
            await self.desk.whole(self._card())
        else:
            await self.desk.turns.mine(self.job, PATIENCE)
            try:
                await self._fill_all(*answers.ending(self.job, self.answer))
            except BadRequest:
                if self._refused < REFUSALS:
                    raise
                log.exception("job %d: Telegram does not take this answer", self.job.id)
        status = self.shown.pop("status", None)
        if status is not None:
            await self.desk.gateway.delete(self.place, status)
        await self.desk.notebook.write(self._deliver)
        if (cause := answers.alarming(self.job)) is not None:
            await self.desk.alarms.tell(str(self.job.id), cause, "worker")
        if self._pair is not None:
            await self._compare(*self._pair)

    async def _deliver(self, session: Session) -> None:
        await jobs.delivered(session, self.job.id, self.shown)
        parts = self.shown.get("parts")
        if parts and jobs.is_answer(self.job) and self.job.message_id:
            ref = self.place.ref(parts[-1])
            await conversations.stands_at(session, self.job.message_id, ref)
            if self.place.private and "again" in self.job.payload:
                self._pair = await alternatives.to_compare(session, self.job.message_id)

    async def _compare(self, first: int, second: int) -> None:
        """Ask which answer is better, once: whether that arrives is not worth a second try."""
        try:
            await self.desk.gateway.send(
                self.place,
                Part(self._say("compare-ask")),
                keyboard=keyboards.compare(self.language, first, second),
                silent=True,
            )
        except (UncertainError, UnreachableError, BadRequest) as error:
            log.info("job %d: no comparison (%s)", self.job.id, type(error).__name__)

    async def _fill_all(self, parts: list[Part], keyboard: InlineKeyboardMarkup | None) -> None:
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if number == len(self.shown.get("parts", [])):
                await self.desk.whole(self._make_room(number))
            await self._fill(number, part, keyboard if last else None)

    async def _make_room(self, number: int) -> None:
        """Have a message that will be this part: the status where nothing hides it, or a new one.

        A lost answer to the sending leaves a stray placeholder at worst; there is always another.
        """
        parts = self.shown.get("parts", [])
        status = self.shown.get("status")
        hanging = self.place.private and self.shown.get("drafted")
        if number == 0 and status is not None and not hanging:
            await self._note(status=None, parts=[status])
            return
        await self._note(parts=[*parts, await self._placeholder(number)])

    async def _placeholder(self, number: int) -> int:
        first = number == 0 and self.job.status == JobStatus.SUCCEEDED
        text = self._say("answer-here" if first else "answer-continues")
        pause = FIRST_PAUSE
        while True:
            try:
                return await self.desk.gateway.send(
                    self.place,
                    Part(text),
                    priority=Priority.ANSWER,
                    reply_to=None if number else self._reply_to,
                )
            except UncertainError:
                await self.desk.gateway.pacing.pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _fill(self, number: int, part: Part, keyboard: InlineKeyboardMarkup | None) -> None:
        """Make the committed message say its part; anew, once, where somebody deleted it."""
        for _ in range(2):
            try:
                await self.desk.gateway.edit(
                    self.place, self.shown["parts"][number], part, keyboard=keyboard
                )
            except GoneError:
                if self.shown.get("remade"):
                    log.warning("job %d: its message is gone again; giving up", self.job.id)
                    return
                await self.desk.whole(self._remake(number))
            else:
                return

    async def _remake(self, number: int) -> None:
        parts = list(self.shown["parts"])
        parts[number] = await self._placeholder(number)
        await self._note(parts=parts, remade=True)

    async def _card(self) -> None:
        if "card" in self.shown or self.answer is None:
            return
        await cards.send(self.desk, self.place, self.job, self.answer)
        await self._note(card=True)
