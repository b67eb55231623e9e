"""What became of every question, by the simulator's journal and the rows; it trusts nobody's word.

The answers of the scripted engine repeat their question's beginning, so it can be seen whose answer
stands in whose chat, and how often.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.simulator import ledger
from bot.simulator.ledger import Ledger
from bot.simulator.records import Chat, Json, Record
from doctor_llama import outcomes
from doctor_llama.db import Database
from doctor_llama.outcomes import Outcome
from doctor_llama.schema import JobStatus

ASKED = re.compile(r"^q(\d{6}) of person (\d+)")
BREATH = 5.0  # seconds in which one refusal counts for several questions of a chat
ANSWER = re.compile(r'Answer to "q(\d{6}) of person (\d+)')


@dataclass(slots=True)
class Account:
    """Numbers of questions; `lost` and all below it should be 0."""

    asked: int = 0
    answered: int = 0
    cancelled: int = 0
    failed: int = 0
    refused: int = 0  # told at once that it cannot be taken now
    lost: int = 0
    doubled: int = 0
    misdelivered: int = 0
    out_of_order: int = 0  # answered before an earlier question of the conversation
    details: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.misdelivered or self.out_of_order)


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
    arrivals: dict[tuple[int, int], int]  # the journal's line with which each came, by the same
    blockers: set[int]  # people who did not let the bot write for a while
    refusals: dict[int, list[float]]  # chat -> when it was told that a question is not taken

    @classmethod
    def of(cls, journal: Path, taken: Collection[str]) -> "Scene":
        blockers, arrivals = set(), dict[tuple[int, int], int]()
        for line in ledger.read(journal):
            if line.get("action") == "block":
                blockers.add(line["user_id"])
            for number, chat_id in _answers(line):
                arrivals.setdefault((number, chat_id), line["n"])
        told = Ledger(journal)
        told.close()
        copies = Counter(
            (int(found[1]), chat.id)
            for chat in told.state.chats.values()
            for record in chat.records.values()
            if not record.deleted and record.sender != chat.id
            for found in ANSWER.finditer(str(record.fields.get("text", "")))
        )
        refusals = {chat.id: _refusals(chat, taken) for chat in told.state.chats.values()}
        return cls(told.state.chats, copies, arrivals, blockers, refusals)


async def take(journal: Path, database: Database) -> Account:
    """Read both and compare. The simulator must have stopped, or its last lines are missing."""
    async with database.reading() as session:
        found = await outcomes.of_questions(session)
    scene = Scene.of(journal, found)
    account = Account()
    strangers = set(scene.copies)
    for chat in scene.chats.values():
        questions = _asked(chat)
        for question in questions:
            strangers.discard((question.number, chat.id))
            _settle(account, question, found.get(question.ref), scene)
        came = [one for one in questions if scene.copies[one.number, chat.id] and one.ref in found]
        _compare(account, [(one, found[one.ref]) for one in came], scene)
    account.misdelivered = len(strangers)
    account.details += [f"chat {chat}: an answer to q{number:06d}" for number, chat in strangers]
    return account


def _answers(line: Json) -> Iterator[tuple[int, int]]:
    """The answers that stand in messages which a line of the journal writes: question and chat."""
    for change in line["changes"]:
        record = change.get("record", {})
        if change["type"] == "message" and record["sender"] != record["chat_id"]:
            for found in ANSWER.finditer(str(record["fields"].get("text", ""))):
                yield int(found[1]), record["chat_id"]


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
        if any(time > question.record.time - BREATH for time in scene.refusals[question.chat]):
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


def _compare(account: Account, questions: list[tuple[Question, Outcome]], scene: Scene) -> None:
    """Answers of a conversation were written, and came, in the order in which questions were taken.

    A trial gives updates again, and so sometimes a later one first. When an answer came is read
    from the journal: its row is also called delivered where its person cannot be written to.
    """
    last: dict[int, tuple[Question, Outcome]] = {}
    for question, outcome in sorted(questions, key=lambda pair: pair[1].created_at):
        if outcome.status != JobStatus.SUCCEEDED:
            continue
        if outcome.conversation_id in last:
            above, before = last[outcome.conversation_id]
            came, sooner = (scene.arrivals[one.number, one.chat] for one in (question, above))
            if came < sooner or _written_sooner(outcome, before):
                account.out_of_order += 1
                account.details.append(f"{question.ref}: answered before the question above it")
        last[outcome.conversation_id] = question, outcome


def _written_sooner(outcome: Outcome, before: Outcome) -> bool:
    one, other = outcome.finished_at, before.finished_at
    return one is not None and other is not None and one < other


def _lost(account: Account, question: Question, why: str) -> None:
    account.lost += 1
    account.details.append(f"{question.ref}: {why}")


def _refusals(chat: Chat, taken: Collection[str]) -> list[float]:
    """When the chat was told that a question cannot be taken now.

    In reply to one that was not; or to one that was taken after all, since Telegram gave it once
    more. Then only what was never changed and has no buttons counts: that is no status.
    """
    asked = {one.record.message_id: one.ref in taken for one in _asked(chat)}
    return [
        record.time
        for record in chat.records.values()
        if record.sender != chat.id
        and record.reply_to in asked
        and (not asked[record.reply_to] or _stands_as_sent(record))
    ]


def _stands_as_sent(record: Record) -> bool:
    return not (record.edits or record.deleted or "reply_markup" in record.fields)


def sent_at(journal: Path) -> dict[str, float]:
    """When each question came into its chat, by the wall clock."""
    told = Ledger(journal)
    told.close()
    found = (question for chat in told.state.chats.values() for question in _asked(chat))
    return {question.ref: question.record.time for question in found}
