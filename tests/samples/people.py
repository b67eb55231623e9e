"""People who ask, correct, rate and prefer, as rows. The words of a test are its own."""

from dataclasses import dataclass
from datetime import timedelta

from doctor_llama import conversations, feedback, privacy
from doctor_llama.conversations import Question
from doctor_llama.db import Database, Session
from doctor_llama.limits import Limits
from doctor_llama.schema import Feedback, FeedbackKind, Job, JobStatus, Message, User, now

ROOMY = Limits(queue=1_000, person=1_000)


@dataclass
class Town:
    """A database and the people in it."""

    database: Database
    asked: int = 0

    async def person(
        self, session: Session, name: int, *, days: float = 30, shares: bool = True
    ) -> User:
        """Someone who joined so many days ago."""
        user = await privacy.person(session, f"telegram:{name}")
        if user.consent_version is None:
            privacy.consent(user)
            privacy.share(user, agreed=shares)
            user.created_at = now() - timedelta(days=days)
            await session.flush()
        return user

    async def answered(self, session: Session, user: User, question: str, answer: str) -> Message:
        """An answer that this person received from the model."""
        self.asked += 1
        place = user.account
        asked = Question(question, f"{place}/{self.asked}", f"{place}:{self.asked}", "1")
        job = (await conversations.ask(session, user, asked, ROOMY)).job
        row = await session.get_one(Message, job.message_id)
        row.content, row.model, row.adapter = answer, "m", "a1"
        (await session.get_one(Job, job.id)).status = JobStatus.SUCCEEDED
        await session.flush()
        return row

    async def correct(
        self,
        name: int,
        question: str,
        text: str,
        *,
        answer: str = "A wrong answer.",
        days: float = 30,
        shares: bool = True,
    ) -> int:
        async with self.database.session() as session:
            user = await self.person(session, name, days=days, shares=shares)
            answered = await self.answered(session, user, question, answer)
            row = Feedback(
                user_id=user.id,
                message_id=answered.id,
                kind=FeedbackKind.CORRECTION,
                content=text,
                training_consent_version=user.training_consent_version,
            )
            session.add(row)
            await session.flush()
            return row.id

    async def rate(
        self, name: int, question: str, answer: str, rating: int, *, days: float = 30
    ) -> int:
        async with self.database.session() as session:
            user = await self.person(session, name, days=days)
            answered = await self.answered(session, user, question, answer)
            await feedback.rate(session, user, answered.id, rating)
            return answered.id

    async def prefer(self, name: int, question: str, better: str, worse: str) -> int:
        async with self.database.session() as session:
            user = await self.person(session, name)
            good = await self.answered(session, user, question, better)
            bad = await self.answered(session, user, question, worse)
            row = Feedback(
                user_id=user.id,
                message_id=good.id,
                rejected_id=bad.id,
                kind=FeedbackKind.PREFERENCE,
                training_consent_version=user.training_consent_version,
            )
            session.add(row)
            await session.flush()
            return row.id
