"""The timetable. Every entry only enqueues: what must survive a restart is the row, not a timer."""

import logging

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from doctor_llama import jobs
from doctor_llama.db import Database
from doctor_llama.schema import JobKind
from doctor_llama.settings import Settings

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
    return table
