"""Watches how people rate the adapter that answers, and goes back when they like it less.

The test is sequential: it may be looked at after every rating without raising false alarms. Each
person counts once. A rating of the new adapter is paired with one of the former; of the pairs that
differ, were the new one as good, at most half would prefer the former. Against that stands a
mixture of all larger shares (a mixture SPRT): by Ville's inequality the chance that it ever passes
1 / ALPHA is at most ALPHA, however long one watches.
"""

import logging
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import adapters, audit
from doctor_llama.schema import (
    Adapter,
    Feedback,
    FeedbackKind,
    Job,
    JobKind,
    JobStatus,
    Message,
    now,
)

log = logging.getLogger(__name__)

ALPHA = 0.01  # of a false alarm, over the whole life of an adapter
LEAST_PAIRS = 10  # that differ, before anything is done


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the ratings say so far."""

    pairs: int  # of one person's rating each
    worse: int  # pairs in which the former was liked and the new one was not
    better: int
    odds: float  # against "the new one is as good"

    @property
    def alarming(self) -> bool:
        return self.worse + self.better >= LEAST_PAIRS and self.odds >= 1 / ALPHA


def odds(worse: int, better: int) -> float:
    """The mixture likelihood ratio: shares of worse pairs uniform above a half, against a half."""
    n = worse + better
    if n == 0:
        return 1.0
    log_beta = math.lgamma(worse + 1) + math.lgamma(better + 1) - math.lgamma(n + 2)
    # P(share > 1/2) of a Beta(worse + 1, better + 1), as a sum of binomials
    above = sum(math.comb(n + 1, k) for k in range(worse + 1)) / (1 << (n + 1))
    if above == 0.0:
        return 0.0
    return math.exp(min(700.0, math.log(above) + log_beta + (n + 1) * math.log(2)))


def weigh(former: Sequence[int], new: Sequence[int], seed: int = 0) -> Evidence:
    """Compare ratings (1 or -1, one a person, in the order in which they came).

    The former's are drawn in an order that only `seed` decides, so that a later look at the same
    ratings pairs them alike.
    """
    drawn = list(former)
    random.Random(seed).shuffle(drawn)
    pairs = list(zip(drawn, new, strict=False))
    worse = sum(before > after for before, after in pairs)
    better = sum(before < after for before, after in pairs)
    return Evidence(len(pairs), worse, better, odds(worse, better))


async def evidence(session: AsyncSession) -> Evidence | None:
    """How the active adapter is rated beside the one before it; None without such a one."""
    active = await adapters.active(session)
    former = await adapters.previous(session) if active is not None else None
    if active is None or former is None:
        return None
    earlier = await _ratings(session, former, until=active)
    return weigh(earlier, await _ratings(session, active), seed=active.id)


async def _ratings(
    session: AsyncSession, adapter: Adapter, until: Adapter | None = None
) -> list[int]:
    """One rating a person of an adapter's answers, in the order of time.

    The former's are those from before the new one answered, the latest of each person.
    """
    query = (
        select(Feedback.user_id, func.coalesce(Feedback.rating, 0))
        .join(Message, Feedback.message_id == Message.id)
        .where(Feedback.kind == FeedbackKind.RATING, Message.adapter == adapter.name)
        .order_by(Feedback.id)
    )
    if until is not None:
        query = query.where(Feedback.created_at < until.promoted_at)
    first: dict[int, int] = {}
    for user_id, rating in await session.execute(query):
        if until is not None:
            first.pop(user_id, None)
            first[user_id] = rating
        else:
            first.setdefault(user_id, rating)
    return list(first.values())


async def look(session: AsyncSession) -> tuple[Adapter, Adapter | None, Evidence] | None:
    """Go back to the former adapter where people like the new one less; None: nothing was done."""
    found = await evidence(session)
    if found is None or not found.alarming:
        return None
    former, row = await adapters.rollback(session)
    former.verdict = {
        **former.verdict,
        "rolled_back": {"worse": found.worse, "better": found.better, "odds": found.odds},
    }
    audit.note(
        session, None, "adapter.rollback.automatic", former.name,
        to=row.name if row else None, worse=found.worse, better=found.better,
    )  # fmt: skip
    told = {"from": former.name, "to": row.name if row else None, **asdict(found)}
    session.add(
        Job(kind=JobKind.ROLLBACK, status=JobStatus.SUCCEEDED, finished_at=now(), result=told)
    )
    log.warning("people rate %s worse than its predecessor: rolled back", former.name)
    return former, row, found
