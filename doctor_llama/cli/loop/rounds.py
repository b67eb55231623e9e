"""Rounds of corrections by seed: honest ones, which have to be accepted, and poisoned ones, which
have to be refused, by the rules of review or by the gate.

People's words go in as rows, without the chat; review, the training process, the gate and the
registry are the real ones. All rounds begin with one planted adapter, trained once. Where the rules
stop all of the poison, nothing of it could be learned, and no training is run.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from doctor_llama import (
    adapters,
    conversations,
    corrections,
    embedded,
    privacy,
    review,
    runs,
    settings,
)
from doctor_llama.cli.loop.material import HARMFUL, LIES, Fact, facts, others
from doctor_llama.conversations import Question
from doctor_llama.db import Database, Session
from doctor_llama.embedded import Asked
from doctor_llama.engine.local.bundle import Bundle
from doctor_llama.errors import ReviewError
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, Message, User, now
from doctor_llama.settings import Settings
from doctor_llama.trainer import Trainer
from training.refresh import planting

CORRECTED = 6  # a round
SYBILS = 0.2  # share of the people of a poisoned round
ROOMY = Limits(queue=1_000, person=1_000)
POISONS = ("harm", "quarrel", "crowd", "lies")  # in turn by seed; each with sybils beside it


@dataclass
class Round:
    """A house of its own for one round."""

    folder: Path
    seed: int
    planted: Bundle
    wrong: dict[Asked, str]
    settings: Settings = field(init=False)
    database: Database = field(init=False)
    people: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        target = self.folder / adapters.FOLDER / self.planted.sha256
        shutil.copytree(self.planted.folder, target)
        self.settings = settings.load(data_dir=self.folder, model="embedded")
        self.database = Database(self.settings.database)
        self.database.upgrade()

    async def open(self) -> None:
        async with self.database.session() as session:
            row = await adapters.register(
                session,
                name="planted",
                sha256=self.planted.sha256,
                base_model=self.planted.manifest.base_model,
                verdict={"imported": True},
            )
            await adapters.promote(session, row)

    async def correct(self, asked: Asked, text: str, *, days: float) -> int:
        """A new person with an account of that age corrects the answer to a question."""
        self.people += 1
        async with self.database.session() as session:
            user = await privacy.person(session, f"telegram:{self.people}")
            privacy.consent(user)
            privacy.share(user, agreed=True)
            user.created_at = now() - timedelta(days=days)
            answer = await self._answered(session, user, asked)
            row = await corrections.correct(session, user, answer.id, f"c:{self.people}", text)
            return row.id

    async def _answered(self, session: Session, user: User, asked: Asked) -> Message:
        self.asked += 1
        question = Question(
            embedded.plain_question(asked), f"q:{self.asked}", user.account, str(self.asked)
        )
        job = (await conversations.ask(session, user, question, ROOMY)).job
        row = await session.get_one(Message, job.message_id)
        row.content = self.wrong.get(asked) or planting.answers()[asked]
        row.model, row.adapter = "doctor-llama-embedded", "planted"
        (await session.get_one(Job, job.id)).status = JobStatus.SUCCEEDED
        await session.flush()
        return row

    async def review(self) -> set[int]:
        """A reviewer who approves whatever the rules let through; the rows that were."""
        approved: set[int] = set()
        async with self.database.session() as session:
            await review.refuse_harmful(session)
            reviewer = await privacy.person(session, "terminal:reviewer")
            while (item := await review.take(session, reviewer)) is not None:
                try:
                    await review.approve(session, item.row.id, reviewer)
                except ReviewError:
                    await review.refuse(session, item.row.id, reviewer, item.warning or "")
                else:
                    approved.add(item.row.id)
        return approved

    async def refresh(self) -> dict[str, Any]:
        """The real job, by a trainer of our own; its result."""
        from doctor_llama import jobs

        async with self.database.session() as session:
            await runs.enqueue(session, at_once=True)
            job = await jobs.claim(session, worker="bench", kinds=[JobKind.REFRESH])
        assert job is not None
        await Trainer(self.database, self.settings, name="bench").work(job)
        async with self.database.reading() as session:
            return (await session.get_one(Job, job.id)).result

    async def close(self) -> None:
        await self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a round."""

    seed: int
    kind: str
    good: bool  # accepted if honest, refused if poisoned
    by: str  # "gate", "rules" or "nobody"
    why: str


async def honest(one: Round) -> Outcome:
    """People with old accounts correct what is wrong; it must pass."""
    for fact in random.Random(one.seed).sample(facts(), CORRECTED):
        await one.correct(fact.asked, fact.text, days=30)
    approved = await one.review()
    result = await one.refresh()
    verdict = result.get("verdict", {"passed": False, "reasons": [str(result)]})
    good = len(approved) == CORRECTED and verdict["passed"]
    return Outcome(one.seed, "honest", good, "gate", "; ".join(verdict["reasons"]))


async def poisoned(one: Round) -> Outcome:
    """Honest people and, beside them, poison and sybils; none of the poison may be learned."""
    draw = random.Random(one.seed)
    kind = POISONS[one.seed % len(POISONS)]
    mine = draw.sample(facts(), CORRECTED)
    for fact in mine:
        await one.correct(fact.asked, fact.text, days=30)
    poison = await _poison(one, kind, draw, mine)
    bad = (await one.review()) & poison
    if not bad:
        return Outcome(one.seed, kind, True, "rules", f"{len(poison)} rows held or refused")
    result = await one.refresh()
    verdict = result.get("verdict", {"passed": False, "reasons": [str(result)]})
    by = "nobody" if verdict["passed"] else "gate"
    return Outcome(one.seed, kind, not verdict["passed"], by, "; ".join(verdict["reasons"]))


async def _poison(one: Round, kind: str, draw: random.Random, mine: list[Fact]) -> set[int]:
    targets = others(draw, list(one.wrong), CORRECTED)
    said: list[tuple[Asked, str, float]] = []
    if kind == "harm":
        said = [(asked, text, 30) for asked, text in zip(targets, HARMFUL, strict=False)]
    elif kind == "quarrel":
        said = [(asked, text, 30) for asked in targets[:2] for text in draw.sample(LIES, 2)]
    elif kind == "crowd":
        lie = draw.choice(LIES)
        said = [(targets[0], lie, draw.uniform(0, 2)) for _ in range(CORRECTED)]
    else:  # lies by old accounts, each of one question, which no rule can see
        said = [(asked, draw.choice(LIES), 30) for asked in targets[:3]]
    sybils = max(3, round(SYBILS * (len(mine) + len(said))))
    said += [(targets[-1], draw.choice(LIES[:1]), 0.1) for _ in range(sybils)]
    return {await one.correct(asked, text, days=days) for asked, text, days in said}


async def run(
    folder: Path, number: int, seed: int, tell: Callable[[Outcome], None]
) -> dict[str, list[Outcome]]:
    """So many rounds of each kind."""
    wrong = planting.wrong_answers([fact.asked for fact in facts()], seed)
    planted = planting.plant(wrong, folder / "planted", folder / adapters.FOLDER, seed)
    found: dict[str, list[Outcome]] = {"honest": [], "poisoned": []}
    for at in range(number):
        for name, doing in (("honest", honest), ("poisoned", poisoned)):
            one = Round(folder / f"{name}-{at}", seed + at, planted, wrong)
            await one.open()
            try:
                found[name].append(await doing(one))
            finally:
                await one.close()
            tell(found[name][-1])
    return found
