"""What the staff hear of training without asking: how a refresh goes, in one message that is edited
in place; how it ended, with a picture and buttons; that an adapter was taken back by itself.

What was said to whom is in `jobs.shown`, so that a new process goes on with the same messages.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError

from bot import keyboards, plots
from bot.alarms import SILENT
from bot.gateway import BlockedError, Gateway
from bot.places import Place
from bot.rendering import Part, plain
from bot.standing import Standing
from bot.texts import duration, say
from doctor_llama import adapters, jobs, roles, runs
from doctor_llama.db import Database, Trouble
from doctor_llama.schema import LIVE, Adapter, Job, JobKind, JobStatus, Role, TrainingRun

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
EDIT_SECONDS = 6.0  # between two edits of one message
BAR = 12  # characters
WHYS = frozenset(
    ("memory", "disk", "hang", "killed", "nothing", "stopped", "interrupted", "crashed")
)
KINDS = (JobKind.REFRESH, JobKind.COMPARE, JobKind.ROLLBACK)


@dataclass(frozen=True, slots=True)
class Story:
    """A job with what belongs to it."""

    job: Job
    run: TrainingRun | None
    adapter: Adapter | None

    @property
    def over(self) -> bool:
        return self.job.status not in LIVE


class News:
    """Runs until it is cancelled; only the bot that leads speaks."""

    def __init__(
        self, gateway: Gateway, database: Database, standing: Standing, leads: Callable[[], bool]
    ) -> None:
        self._gateway, self._database = gateway, database
        self._standing, self._leads = standing, leads
        self._said: dict[tuple[int, int], str] = {}  # job and person: what stands there
        self._at: dict[tuple[int, int], float] = {}

    async def run(self) -> None:
        while True:
            if self._leads():
                try:
                    await self._look()
                except Trouble as error:
                    log.warning("the database does not answer (%s)", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        async with self._database.reading() as session:
            rows = await jobs.untold(session, KINDS)
            stories = [
                Story(
                    job,
                    await runs.of_job(session, job.id),
                    await adapters.by_name(session, job.result.get("adapter")),
                )
                for job in rows
            ]
        for story in stories:
            await self._tell(story)

    async def _tell(self, story: Story) -> None:
        staff = [p for p, role in self._standing.staff().items() if roles.reaches(role, Role.ADMIN)]
        shown: dict[str, Any] = dict(story.job.shown)
        for person in staff:
            try:
                await self._tell_one(story, person, shown)
            except (BlockedError, TelegramError, *SILENT) as error:
                log.info("the news did not reach everybody (%s)", type(error).__name__)
        async with self._database.session() as session:
            if story.over:
                await jobs.delivered(session, story.job.id, shown)
            elif shown != story.job.shown:
                await jobs.show(session, story.job.id, shown)

    async def _tell_one(self, story: Story, person: int, shown: dict[str, Any]) -> None:
        language = self._standing.language_of(person)
        text, keyboard = _words(language, story)
        if not text:
            return
        key, place = (story.job.id, person), Place(person)
        now = asyncio.get_running_loop().time()
        message = shown.get(str(person))
        if message is None:
            shown[str(person)] = await self._gateway.send(
                place, plain(text)[0], keyboard=keyboard, silent=not story.over
            )
        elif story.over or (
            self._said.get(key) != text and now - self._at.get(key, 0.0) >= EDIT_SECONDS
        ):
            await self._gateway.edit(place, message, plain(text)[0], keyboard=keyboard)
        else:
            return
        self._said[key], self._at[key] = text, now
        if story.over and (curve := _curve(story)):
            title = say(_drawn(language), "refresh-curve")
            picture = await plots.draw(title, plots.curve(curve))
            await self._gateway.photo(place, picture, caption=Part(title))


def _drawn(language: str) -> str:
    """A language whose script the typeface of pictures has."""
    return "en" if language == "hi" else language


def _curve(story: Story) -> list[tuple[int, float]]:
    run = story.run
    if run is None or story.job.kind != JobKind.REFRESH:
        return []
    points = run.progress.get("losses") or run.metrics.get("sft", {}).get("curve", [])
    return [(int(step), float(loss)) for step, loss in points]


# -- words -----------------------------------------------------------------------------------------


def _words(language: str, story: Story) -> tuple[str, InlineKeyboardMarkup | None]:
    """What there is to say of a job, and the buttons below; nothing of a comparison at work."""
    job = story.job
    if job.kind == JobKind.ROLLBACK:
        return say(language, "rollback-news", **_rolled(language, job)), None
    if job.kind == JobKind.COMPARE:
        done = job.status == JobStatus.SUCCEEDED
        return (say(language, "compare-ready"), None) if done else ("", None)
    if job.status == JobStatus.SUCCEEDED:
        return _ended(language, story)
    return _unfinished(language, story), None


def _unfinished(language: str, story: Story) -> str:
    match story.job.status:
        case JobStatus.QUEUED:
            return say(language, "refresh-waiting")
        case JobStatus.RUNNING:
            return _running(language, story.run)
        case JobStatus.CANCELLED:
            return say(language, "refresh-cancelled")
    why = str(story.job.result.get("error"))
    why = say(language, f"refresh-why-{why if why in WHYS else 'crashed'}")
    return say(language, "refresh-failed", why=why)


def _rolled(language: str, job: Job) -> dict[str, str | int]:
    found = job.result
    return {
        "name": str(found["from"]),
        "former": str(found["to"] or say(language, "adapter-of-settings")),
        "worse": int(found["worse"]),
        "better": int(found["better"]),
    }


def _running(language: str, run: TrainingRun | None) -> str:
    now = run.progress if run is not None else {}
    share = float(now.get("share", 0.0))
    filled = round(BAR * share)
    lines = [
        say(language, "refresh-running", phase=say(language, f"phase-{now.get('phase', 'data')}")),
        f"{'▓' * filled}{'░' * (BAR - filled)} {share:.0%}",
    ]
    if now.get("loss") is not None:
        lines.append(say(language, "refresh-loss", loss=f"{now['loss']:.4f}"))
    if now.get("eta") is not None:
        left = duration(language, float(now["eta"]))
        lines.append(say(language, "refresh-left", time=left))
    if now.get("alone"):
        lines.append(say(language, "refresh-alone"))
    return "\n".join(lines)


def _ended(language: str, story: Story) -> tuple[str, InlineKeyboardMarkup | None]:
    verdict, row = story.job.result.get("verdict", {}), story.adapter
    name = str(story.job.result.get("adapter", "?"))
    key = "refresh-passed" if verdict.get("passed") else "refresh-rejected"
    lines = [say(language, key, adapter=name), *table(language, verdict)]
    if row is not None and (cleaned := row.lineage.get("cleaned")):
        lines.append(say(language, "refresh-cleaned", rows=int(cleaned)))
    if story.job.result.get("promoted"):
        lines.append(say(language, "adapter-promoted", name=name))
    return "\n".join(lines), keyboards.adapter(language, row) if row is not None else None


def table(language: str, verdict: dict[str, Any]) -> list[str]:
    """The gate's table, a line a set, and its reasons where it refused."""
    rows: Sequence[dict[str, Any]] = verdict.get("table", ())
    lines = [
        say(
            language,
            "refresh-line",
            set=row["name"],
            before=round(100 * row["active"]),
            now=round(100 * row["candidate"]),
            lost=row["lost"],
            gained=row["gained"],
            items=row["items"],
        )
        for row in rows
    ]
    if not verdict.get("passed"):
        lines += [f"✗ {reason}" for reason in verdict.get("reasons", ())]
    return lines
