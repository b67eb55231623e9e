"""The timetable. Every entry only enqueues: what must survive a restart is the row, not a timer."""

import logging

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from doctor_llama import jobs, runs
from doctor_llama.db import Database
from doctor_llama.schema import JobKind
from doctor_llama.settings import Settings

REFRESH_MINUTES = 10  # between two looks at how much is new

log = logging.getLogger(__name__)


def scheduler(settings: Settings, database: Database) -> AsyncIOScheduler:
    """The timetable as a scheduler that is not started yet.

    A late entry runs once, however late: APScheduler's default drops what is a second late.
    """
    table = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    async def backup() -> None:
        async with database.session() as session:
            keep = settings.backup_keep
            if await jobs.enqueue_once(session, JobKind.BACKUP, "backup", keep=keep):
                log.info("the nightly backup is enqueued")

    async def retention() -> None:
        async with database.session() as session:
            days = settings.retention_days
            if await jobs.enqueue_once(session, JobKind.RETENTION, "retention", days=days):
                log.info("erasing what is older than %d days is enqueued", days)

    if settings.retention_days:
        before = CronTrigger(hour=(settings.backup_hour - 1) % 24, timezone="UTC")
        table.add_job(retention, before, id="retention")
    if settings.backup_keep:
        table.add_job(backup, CronTrigger(hour=settings.backup_hour, timezone="UTC"), id="backup")
    _add_refresh(table, settings, database)
    return table


def _add_refresh(table: AsyncIOScheduler, settings: Settings, database: Database) -> None:
    """By the clock, and after so many new pieces of feedback; never without anything new."""

    async def refresh(least: int) -> None:
        async with database.session() as session:
            if await runs.unused(session) >= least and await runs.enqueue(session, at_once=False):
                log.info("a refresh is enqueued")

    if settings.refresh_cron != "off":
        trigger = CronTrigger.from_crontab(settings.refresh_cron, timezone="UTC")
        table.add_job(refresh, trigger, args=[1], id="refresh")
    if settings.refresh_after:
        often = IntervalTrigger(minutes=REFRESH_MINUTES)
        table.add_job(refresh, often, args=[settings.refresh_after], id="refresh-after")
