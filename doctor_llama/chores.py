"""What a worker does for the house: the backup, and erasing what is too old."""

import asyncio
from collections.abc import Callable
from typing import Any

from doctor_llama import backups, erasures
from doctor_llama.db import Database
from doctor_llama.schema import Job

KEEP = 14  # backups


async def backup(database: Database, job: Job) -> dict[str, Any]:
    """Make a backup and remove the oldest ones."""
    path = await asyncio.to_thread(backups.make, database)
    gone = backups.prune(database.backups, int(job.payload.get("keep", KEEP)))
    return {"path": str(path), "removed": len(gone)}


async def retain(database: Database, job: Job, progress: Callable[[], None]) -> dict[str, Any]:
    """Erase what is too old, a batch at a time, so that nobody waits long for the database."""
    erased, days = 0, int(job.payload["days"])
    while True:
        async with database.session() as session:
            batch = await erasures.expire(session, days)
        erased += batch
        progress()
        if not batch:
            break
    await database.checkpoint()
    return {"erased": erased}
