"""Taking data out of every table and keeping it out: at a word, and by night what is too old.

What was erased is noted by ids, which never come back, in a table and in a file beside the
database: a backup that is put back brings rows back, and the file takes them out again.
"""

import asyncio
import json
import os
import secrets
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama import audit, holdings, inbox, privacy
from doctor_llama.db import Database
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import (
    LIVE,
    Base,
    Confirmation,
    Conversation,
    Erasure,
    Feedback,
    Job,
    Message,
    Role,
    User,
    now,
)

LOG = "erasures.jsonl"  # in the data folder
BATCH = 200  # questions that age out in one transaction


class Scope(StrEnum):
    ANSWER = "answer"  # one question, with all of its answers
    CONVERSATION = "conversation"
    EVERYTHING = "everything"
    RETENTION = "retention"  # too old, by the settings


TABLES = {
    Scope.ANSWER: Message.__tablename__,
    Scope.CONVERSATION: Conversation.__tablename__,
    Scope.EVERYTHING: User.__tablename__,
}


async def roots(session: AsyncSession, user: User, channel: str) -> dict[Scope, int]:
    """What could be erased from where a person writes: each scope with the row at its root."""
    found = {Scope.EVERYTHING: user.id}
    last = await session.scalar(
        select(Message)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(Conversation.user_id == user.id, Conversation.channel == channel)
        .where(Message.role == "user")
        .order_by(Message.id.desc())
        .limit(1)
    )
    if last is not None:
        found[Scope.CONVERSATION] = last.conversation_id
        while last.parent_id is not None:  # an earlier wording of the same question
            last = await session.get_one(Message, last.parent_id)
        found[Scope.ANSWER] = last.id
    return found


async def preview(session: AsyncSession, user: User, scope: Scope, root: int) -> holdings.Ids:
    """What would go. Raises `NotYoursError` for a row that is gone, or another person's."""
    table = TABLES[scope]
    if root not in (await holdings.of(session, user)).get(table, ()):
        raise NotYoursError
    return await holdings.below(session, table, [root])


async def erase(session: AsyncSession, user: User, scope: Scope, root: int) -> Erasure:
    """Take it out of every table, the queue and the inbox; return the note of what it was.

    The worker that writes an erased answer notices at its next renewal. A block outlives its
    person, with their account and nothing else. Raises `NotYoursError`.
    """
    ids = await preview(session, user, scope, root)
    table = Base.metadata.tables[TABLES[scope]]
    blocked, account = user.role == Role.BLOCKED, user.account
    session.expunge_all()
    await session.execute(delete(table).where(table.c.id == root))
    if scope is Scope.EVERYTHING:
        await audit.forget(session, account)
        await inbox.forget(session, account)
        if blocked:
            session.add(User(account=account, role=Role.BLOCKED, awaiting={}))
    return await _note(session, scope, ids)


async def _note(session: AsyncSession, scope: Scope, ids: holdings.Ids) -> Erasure:
    rows: dict[str, Any] = {name: sorted(numbers) for name, numbers in sorted(ids.items())}
    note = Erasure(token=secrets.token_hex(16), scope=scope, rows=rows)
    session.add(note)
    await session.flush()
    return note


async def expire(session: AsyncSession, days: int) -> int:
    """Erase a batch of what is older than so many days; return the number of questions.

    What someone lets the model learn from stays for as long as they do.
    """
    before, answer, live = now() - timedelta(days=days), aliased(Message), aliased(Job)
    shared = (
        select(Feedback.id)
        .join(answer, Feedback.message_id == answer.id)
        .join(User, Feedback.user_id == User.id)
        .where(answer.parent_id == Message.id)
        .where(
            User.consent_version == privacy.CONSENT_VERSION,
            User.training_consent_version == privacy.TRAINING_CONSENT_VERSION,
        )
    )
    waiting = (
        select(live.id)
        .join(answer, live.message_id == answer.id)
        .where(answer.parent_id == Message.id, live.status.in_(LIVE))
    )
    newer = aliased(Message)
    reworded = select(newer.id).where(newer.parent_id == Message.id, newer.created_at >= before)
    old = await session.scalars(
        select(Message.id)
        .where(Message.role == "user", Message.created_at < before)
        .where(~shared.exists(), ~waiting.exists(), ~reworded.exists())
        .order_by(Message.id)
        .limit(BATCH)
    )
    if ids := list(old):
        held = await holdings.below(session, Message.__tablename__, ids)
        await session.execute(delete(Message).where(Message.id.in_(ids)))
        await _note(session, Scope.RETENTION, held)
    await session.execute(delete(Confirmation).where(Confirmation.expires_at < now()))
    empty = ~exists().where(Message.conversation_id == Conversation.id)
    await session.execute(delete(Conversation).where(Conversation.created_at < before, empty))
    return len(ids)


# -- the file beside the database ------------------------------------------------------------------


async def reconcile(database: Database, folder: Path) -> int:
    """Let table and file say the same; return how many erasures were made again.

    The table lacks some after a backup was put back; the file, after a crash between the two.
    """
    path = folder / LOG
    written = await asyncio.to_thread(_read, path)
    async with database.session() as session:
        asked = Erasure.scope != Scope.RETENTION
        known = {row.token: row for row in await session.scalars(select(Erasure).where(asked))}
        again = [line for token, line in written.items() if token not in known]
        for line in again:
            await _erase_again(session, line)
    await asyncio.to_thread(_append, path, [r for t, r in known.items() if t not in written])
    if again:
        await database.checkpoint()
    return len(again)


async def _erase_again(session: AsyncSession, line: dict[str, Any]) -> None:
    for name, ids in line["rows"].items():
        table = Base.metadata.tables.get(name)
        if table is not None and ids:
            await session.execute(delete(table).where(table.c.id.in_(ids)))
    session.add(Erasure(token=line["token"], scope=line["scope"], rows=line["rows"]))
    await session.flush()


async def record(folder: Path, note: Erasure) -> None:
    """Write a committed erasure into the file."""
    await asyncio.to_thread(_append, folder / LOG, [note])


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {line["token"]: line for line in lines}


def _append(path: Path, notes: list[Erasure]) -> None:
    if not notes:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for note in notes:
            line = {"token": note.token, "at": note.at.isoformat(), "scope": note.scope}
            file.write(json.dumps({**line, "rows": note.rows}) + "\n")
        file.flush()
        os.fsync(file.fileno())
