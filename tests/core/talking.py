"""A person who asks and a worker that answers, by the core's own verbs."""

from sqlalchemy import func, select

from doctor_llama import conversations, jobs, privacy
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.limits import Limits
from doctor_llama.schema import Feedback, Job, JobKind, JobStatus, Message, User

ROOMY = Limits(queue=100, person=100)
RED = "My father has crushing chest pain and cannot breathe"


def question(number: int, text: str = "What is asthma?", chat: int = 7) -> Question:
    return Question(text, f"telegram:{chat}/{number}", f"telegram:{chat}", str(number))


async def person(database: Database, account: str = "telegram:7", *, agreed: bool = True) -> int:
    async with database.session() as session:
        user = await privacy.person(session, account, language="en")
        if agreed:
            privacy.consent(user)
        return user.id


async def ask(
    database: Database, user_id: int, asked: Question, limits: Limits = ROOMY
) -> conversations.Asked:
    async with database.session() as session:
        return await conversations.ask(session, await session.get_one(User, user_id), asked, limits)


async def count(database: Database, table: type[Job | Message | Feedback]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def answer(database: Database, text: str, model: str | None = "m") -> Message:
    """Play the worker: claim the next job and finish it with this text."""
    async with database.session() as session:
        job = await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER])
        assert job is not None
        message = await session.get_one(Message, job.message_id)
        message.content, message.model = text, model
        assert await jobs.finish(session, job, JobStatus.SUCCEEDED, {})
        return message


async def user_of(database: Database, number: int) -> User:
    async with database.reading() as session:
        return await session.get_one(User, number)
