"""What reviewers found better of two adapters' answers, as preferences: the majority's choice.

A question that a person asked counts as long as that person lets it be learned from.
"""

from collections import Counter, defaultdict
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy, prompt
from doctor_llama.prompt import ChatMessage
from doctor_llama.samples import harm
from doctor_llama.samples.sample import Sample
from doctor_llama.schema import (
    Choice,
    Comparison,
    Conversation,
    FeedbackKind,
    Message,
    User,
)
from doctor_llama.scrubbing import scrub

FIRST, SECOND = 1, 2


async def collect(
    session: AsyncSession, pseudonym: Callable[[str], str], left_out: Counter[str]
) -> list[Sample]:
    """One sample for each pair on which most reviewers agree."""
    votes: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows: dict[int, Comparison] = {}
    query = (
        select(Comparison, Choice.better, User.account)
        .join(Choice, Choice.comparison_id == Comparison.id)
        .join(User, User.id == Choice.user_id)
        .order_by(Choice.id)
    )
    for row, better, account in await session.execute(query):
        rows[row.id] = row
        votes[row.id].append((better, account))
    found = []
    for number, each in votes.items():
        row, ballot = rows[number], Counter(better for better, _ in each)
        if ballot[FIRST] == ballot[SECOND] or not await _allowed(session, row):
            left_out["disagreement"] += 1
            continue
        texts = (row.first, row.second)
        chosen, rejected = texts if ballot[FIRST] > ballot[SECOND] else texts[::-1]
        if harm.taught(chosen):
            left_out["harm"] += 1
            continue
        asked = ChatMessage("user", scrub(row.prompt).text)
        found.append(
            Sample(
                kind=FeedbackKind.PREFERENCE,
                rows=(),
                prompt=tuple(prompt.conversation([asked])),
                chosen=chosen.strip(),
                rejected=rejected.strip(),
                answer=row.message_id or 0,
                person=pseudonym(each[0][1]),
                people=len(each),
                comparison=number,
            )
        )
    return found


async def _allowed(session: AsyncSession, row: Comparison) -> bool:
    """Whether the question may be learned from; an admin's own always may."""
    if row.message_id is None:
        return True
    user = await session.scalar(
        select(User)
        .join(Conversation, Conversation.user_id == User.id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.id == row.message_id)
    )
    return user is not None and privacy.may_train(user)
