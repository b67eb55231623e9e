"""Two adapters' answers to the same questions, judged by people who do not know whose is whose.

A choice is a preference like any other: where reviewers agree, the pair may teach.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import adapters, learning, privacy, runs
from doctor_llama.engine import choice
from doctor_llama.errors import RegistryError
from doctor_llama.schema import (
    LIVE,
    Adapter,
    Choice,
    Comparison,
    Conversation,
    Job,
    JobKind,
    Message,
    Role,
    User,
)
from doctor_llama.scrubbing import scrub
from doctor_llama.settings import Settings

MOST = 50  # questions of one comparison
FIRST, SECOND, NEITHER = 1, 2, 0


@dataclass(frozen=True, slots=True)
class Score:
    """How often each of two adapters was found better."""

    first: str
    second: str
    wins: int  # of the second, the newer one
    losses: int
    ties: int
    low: float  # 95 % interval of the second's share of the decided choices
    high: float

    @property
    def share(self) -> float:
        decided = self.wins + self.losses
        return self.wins / decided if decided else 0.5


async def enqueue(
    session: AsyncSession,
    first: Adapter | None,
    second: Adapter | None,
    questions: Sequence[str] = (),
    *,
    recent: int = 10,
    user_id: int | None = None,
) -> Job:
    """Have both answer these questions, or the most recent ones of people who agree to training.

    None is the settings' own adapter. Raises `RegistryError` for the same one twice.
    """
    if (first.id if first else None) == (second.id if second else None):
        raise RegistryError("An adapter cannot be compared with itself.")
    job = Job(
        kind=JobKind.COMPARE,
        lock=runs.LOCK,
        user_id=user_id,
        payload={
            "at_once": True,
            "first": first.id if first else None,
            "second": second.id if second else None,
            "questions": list(questions)[:MOST],
            "recent": min(recent, MOST),
        },
    )
    session.add(job)
    await session.flush()
    return job


async def order(session: AsyncSession, settings: Settings, job: Job) -> dict[str, Any]:
    """What the process that generates the answers is told."""
    chosen = choice.choose(settings)
    payload = job.payload
    asked: list[dict[str, Any]] = [{"question": q, "message": None} for q in payload["questions"]]
    if not asked:
        asked = await _recent(session, payload["recent"])
    if not asked:
        raise RegistryError("There is no recent question of anybody who agreed to training.")
    base, label = choice.base_of(chosen)
    return {
        "base": base,
        "base_label": label,
        "demo": chosen.model == choice.EMBEDDED,
        "first": await _place(session, settings, payload["first"]),
        "second": await _place(session, settings, payload["second"]),
        "own": choice.adapter_of(chosen)[0],
        "max_tokens": settings.max_tokens,
        "items": asked,
    }


async def _place(session: AsyncSession, settings: Settings, adapter_id: int | None) -> str | None:
    row = await session.get(Adapter, adapter_id) if adapter_id is not None else None
    return str((settings.data_dir / row.path).resolve()) if row is not None else None


async def _recent(session: AsyncSession, number: int) -> list[dict[str, Any]]:
    """The last questions of people who agree to training now, scrubbed; each text once."""
    rows = await session.execute(
        select(func.max(Message.id), Message.content)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .join(User, Conversation.user_id == User.id)
        .where(Message.role == "user", Message.content != "")
        .where(User.training_consent_version == privacy.TRAINING_CONSENT_VERSION)
        .where(User.consent_version == privacy.CONSENT_VERSION, User.role != Role.BLOCKED)
        .where(Message.triage == "routine")
        .group_by(Message.content)
        .order_by(func.max(Message.id).desc())
        .limit(number)
    )
    return [{"question": scrub(text).text, "message": number} for number, text in rows]


async def store(session: AsyncSession, job: Job, items: Sequence[dict[str, Any]]) -> None:
    """Keep the pairs that differ; a pair that is the same word for word needs no judge."""
    for item in items:
        if item["first"].strip() != item["second"].strip():
            session.add(
                Comparison(
                    job_id=job.id,
                    message_id=item["message"],
                    first_id=job.payload["first"],
                    second_id=job.payload["second"],
                    prompt=item["question"],
                    first=item["first"],
                    second=item["second"],
                )
            )
    await session.flush()


async def following(session: AsyncSession, user: User) -> tuple[Comparison, bool] | None:
    """The next pair that this reviewer has not judged, and whether to show it the other way round.

    The order is random, and the same whenever the same person sees the same pair.
    """
    judged = select(Choice.id).where(
        Choice.comparison_id == Comparison.id, Choice.user_id == user.id
    )
    row = await session.scalar(
        select(Comparison).where(~judged.exists()).order_by(Comparison.id).limit(1)
    )
    return (row, flipped(row.id, user.id)) if row is not None else None


def flipped(comparison_id: int, user_id: int) -> bool:
    """Whether a reviewer sees the second answer first."""
    return random.Random(comparison_id * 1_000_003 + user_id).random() < 0.5


async def choose(
    session: AsyncSession, user: User, comparison_id: int, shown: int
) -> Comparison | None:
    """Note a choice, by the place in which the answer was shown; None when the pair is gone."""
    row = await session.get(Comparison, comparison_id)
    if row is None:
        return None
    better = shown
    if shown in (FIRST, SECOND) and flipped(row.id, user.id):
        better = SECOND if shown == FIRST else FIRST
    known = await session.scalar(
        select(Choice).where(Choice.comparison_id == row.id, Choice.user_id == user.id)
    )
    if known is None:
        session.add(Choice(comparison_id=row.id, user_id=user.id, better=better))
    else:
        known.better = better
    await session.flush()
    return row


async def score(session: AsyncSession, job_id: int | None = None) -> list[Score]:
    """The choices by pair of adapters; of one comparison, or of all."""
    query = (
        select(Comparison.first_id, Comparison.second_id, Choice.better, func.count())
        .join(Choice, Choice.comparison_id == Comparison.id)
        .group_by(Comparison.first_id, Comparison.second_id, Choice.better)
    )
    if job_id is not None:
        query = query.where(Comparison.job_id == job_id)
    counts: dict[tuple[int | None, int | None], dict[int, int]] = {}
    for first, second, better, number in await session.execute(query):
        counts.setdefault((first, second), {})[better] = number
    names = {row.id: row.name for row in await adapters.listing(session)}
    found = []
    for (first, second), by_choice in counts.items():
        wins, losses = by_choice.get(SECOND, 0), by_choice.get(FIRST, 0)
        low, high = learning.wilson(wins, wins + losses)
        found.append(
            Score(
                first=_name(names, first),
                second=_name(names, second),
                wins=wins,
                losses=losses,
                ties=by_choice.get(NEITHER, 0),
                low=low,
                high=high,
            )
        )
    return found


def _name(names: dict[int, str], adapter_id: int | None) -> str:
    return names.get(adapter_id, "?") if adapter_id is not None else learning.NO_ADAPTER


async def pending(session: AsyncSession) -> bool:
    """Whether a comparison is being made."""
    found = await session.scalar(
        select(Job.id).where(Job.kind == JobKind.COMPARE, Job.status.in_(LIVE)).limit(1)
    )
    return found is not None
