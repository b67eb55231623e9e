"""What became of every question, by the simulator's journal and the rows; it trusts nobody's word.

The answers of the scripted engine repeat their question's beginning, so it can be seen whose answer
stands in whose chat, and how often.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot.simulator import ledger
from bot.simulator.ledger import Ledger
from bot.simulator.records import Chat, Record
from doctor_llama import outcomes
from doctor_llama.db import Database
from doctor_llama.outcomes import Outcome
from doctor_llama.schema import JobStatus

ASKED = re.compile(r"^q(\d{6}) of person (\d+)")
ANSWER = re.compile(r'Answer to "q(\d{6}) of person (\d+)')


@dataclass(slots=True)
class Account:
    """Numbers of questions; `lost`, `doubled` and `misdelivered` should be 0."""

    asked: int = 0
    answered: int = 0
    cancelled: int = 0
    failed: int = 0
    refused: int = 0  # told at once that it cannot be taken now
    lost: int = 0
    doubled: int = 0
    misdelivered: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.misdelivered)


@dataclass(frozen=True, slots=True)
class Question:
    """One as it stands in the chat."""

    number: int
    chat: int
    record: Record

    @property
    def ref(self) -> str:
        return f"telegram:{self.chat}/{self.record.message_id}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What the journal says in the end."""

    chats: dict[int, Chat]
    copies: Counter[tuple[int, int]]  # of an answer, by question and chat
    blockers: set[int]  # people who did not let the bot write for a while

    @classmethod
    def of(cls, journal: Path) -> "Scene":
        blockers = {
            line["user_id"] for line in ledger.read(journal) if line.get("action") == "block"
        }
        told = Ledger(journal)
        told.close()
        copies = Counter(
            (int(found[1]), chat.id)
            for chat in told.state.chats.values()
            for record in chat.records.values()
            if not record.deleted and record.sender != chat.id
            for found in ANSWER.finditer(str(record.fields.get("text", "")))
        )
        return cls(told.state.chats, copies, blockers)


async def take(journal: Path, database: Database) -> Account:
    """Read both and compare. The simulator must have stopped, or its last lines are missing."""
    scene = Scene.of(journal)
    async with database.reading() as session:
        found = await outcomes.of_questions(session)
    account = Account()
    strangers = set(scene.copies)
    for chat in scene.chats.values():
        for question in _asked(chat):
            strangers.discard((question.number, chat.id))
            _settle(account, question, found.get(question.ref), scene)
    account.misdelivered = len(strangers)
    account.details += [f"chat {chat}: an answer to q{number:06d}" for number, chat in strangers]
    return account


def _asked(chat: Chat) -> list[Question]:
    found = []
    for record in chat.records.values():
        match = ASKED.match(str(record.fields.get("text", "")))
        if match and record.sender == chat.id:
            found.append(Question(int(match[1]), chat.id, record))
    return found


def _settle(account: Account, question: Question, outcome: Outcome | None, scene: Scene) -> None:
    account.asked += 1
    copies = scene.copies[question.number, question.chat]
    if copies > 1:
        account.doubled += 1
        account.details.append(f"{question.ref}: answered {copies} times")
    if outcome is None:
        if _replied(scene.chats[question.chat], question.record):
            account.refused += 1
        else:
            _lost(account, question, "never taken, and nothing said")
    elif not outcome.delivered:
        _lost(account, question, f"{outcome.status}, never delivered")
    elif outcome.status == JobStatus.FAILED:
        account.failed += 1
    elif outcome.status == JobStatus.CANCELLED:
        account.cancelled += 1
    elif copies:
        account.answered += 1
    elif question.chat in scene.blockers:
        account.cancelled += 1  # nobody could be told
    else:
        _lost(account, question, "counted as delivered, but not in the chat")


def _lost(account: Account, question: Question, why: str) -> None:
    account.lost += 1
    account.details.append(f"{question.ref}: {why}")


def _replied(chat: Chat, question: Record) -> bool:
    return any(
        record.sender != chat.id and record.reply_to == question.message_id
        for record in chat.records.values()
    )


def sent_at(journal: Path) -> dict[str, float]:
    """When each question came into its chat, by the wall clock."""
    told = Ledger(journal)
    told.close()
    found = (question for chat in told.state.chats.values() for question in _asked(chat))
    return {question.ref: question.record.time for question in found}
