"""How the bot behaved, by the simulator's journal and the database alone: paced, once, in place.

It shares no code with the bot: it reads lines of JSON and rows by SQL, and knows that an answer of
the scripted engine repeats the beginning of its question.
"""

import contextlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

SENDING = ("sendmessage", "sendphoto", "senddocument", "copymessage", "forwardmessage")
EDITING = ("editmessagetext", "editmessagereplymarkup", "editmessagecaption")
MINUTE = 60.0
QUESTIONS = """
    SELECT question.ref, job.status, job.delivered_at FROM jobs AS job
    JOIN messages AS answer ON answer.id = job.message_id
    JOIN messages AS question ON question.id = answer.parent_id
    ORDER BY job.id
"""


@dataclass(slots=True)
class Journal:
    """What stands in the chats in the end, and when we spoke."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)  # of the bot, not deleted
    replies: Counter[tuple[int, int]] = field(default_factory=Counter)  # of the bot, by question
    sent: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    edited: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    blockers: set[int] = field(default_factory=set)  # people who blocked us for a while
    faults: Counter[str] = field(default_factory=Counter)

    def closest(self) -> float:
        """The shortest time between two messages in one chat, in seconds."""
        gaps = [b - a for times in self.sent.values() for a, b in pairwise(sorted(times))]
        return min(gaps, default=float("inf"))

    def fullest_minute(self) -> int:
        """The most messages and edits that a group saw in any sixty seconds."""
        most = 0
        for chat in {chat for chat in (*self.sent, *self.edited) if chat < 0}:
            times = sorted([*self.sent[chat], *self.edited[chat]])
            first = 0
            for last, at in enumerate(times):
                while at - times[first] >= MINUTE:
                    first += 1
                most = max(most, last - first + 1)
        return most


def read(path: Path) -> Journal:
    journal = Journal()
    with path.open("rb") as lines:
        for raw in lines:
            if raw.endswith(b"\n"):
                _take(journal, json.loads(raw))
    return journal


def _take(journal: Journal, line: dict[str, Any]) -> None:
    if line["kind"] == "person" and line.get("action") == "block":
        journal.blockers.add(line["user_id"])
    if line["kind"] == "call":
        if "fault" in line:
            journal.faults[line["fault"]["kind"]] += 1
        method = line["method"].lower()
        times = {**dict.fromkeys(SENDING, journal.sent), **dict.fromkeys(EDITING, journal.edited)}
        if line["acted"] and method in times:
            chat = int(line["params"]["chat_id"])
            times[method][chat].append(line["time"])
    for change in line["changes"]:
        if change["type"] == "message":
            _message(journal, change["record"])
        elif change["type"] == "deleted":
            journal.texts.pop((change["chat_id"], change["message_id"]), None)


def _message(journal: Journal, record: dict[str, Any]) -> None:
    place = (record["chat_id"], record["message_id"])
    if not record["fields"]["from"]["is_bot"]:
        return
    if place not in journal.texts and record["reply_to"] is not None:
        journal.replies[record["chat_id"], record["reply_to"]] += 1
    journal.texts[place] = str(record["fields"].get("text", ""))


@dataclass(slots=True)
class Account:
    """What became of the questions; the last three should be 0."""

    accepted: int = 0
    answered: int = 0
    cancelled: int = 0
    failed: int = 0
    untold: int = 0  # somebody blocked us before the end
    refused: int = 0  # never accepted, and told so
    lost: int = 0
    doubled: int = 0
    elsewhere: int = 0  # answers in a chat in which they were not asked
    details: list[str] = field(default_factory=list)

    def against(self, what: str, detail: str) -> None:
        setattr(self, what, getattr(self, what) + 1)
        self.details.append(f"{what}: {detail}")


def account(
    journal: Journal, database: Path, asked: Mapping[tuple[int, int], tuple[int, str]]
) -> Account:
    """`asked` maps chat and message id to who asked and with what words the answer begins."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = {ref: (status, told) for ref, status, told in connection.execute(QUESTIONS)}
    found, copies = Account(), _copies(journal, {begins for _, begins in asked.values()})
    for (chat, message_id), (person, begins) in asked.items():
        here = copies.pop((chat, begins), 0)
        ref = f"telegram:{chat}/{message_id}"
        if here > 1:
            found.against("doubled", f"{ref} {here} times")
        told = journal.replies[chat, message_id] > 0
        if ref not in rows:
            found.against("refused" if told else "lost", f"{ref} never accepted")
            continue
        found.accepted += 1
        status, delivered = rows[ref]
        if delivered is None:
            found.against("lost", f"{ref} {status}, not delivered")
        elif status == "succeeded" and here:
            found.answered += 1
        elif person in journal.blockers:
            found.untold += 1
        elif status in ("cancelled", "failed") and told:
            setattr(found, status, getattr(found, status) + 1)
        else:
            found.against("lost", f"{ref} {status}, nothing in the chat")
    for (chat, begins), number in copies.items():
        found.against("elsewhere", f"{number} of {begins!r} in {chat}")
    return found


def _copies(journal: Journal, starts: set[str]) -> Counter[tuple[int, str]]:
    """How often an answer that begins like that stands in each chat."""
    copies: Counter[tuple[int, str]] = Counter()
    for (chat, _), text in journal.texts.items():
        copies.update((chat, begins) for begins in _markers(text, starts))
    return copies


def _markers(text: str, starts: set[str]) -> Iterable[str]:
    """The beginning of an answer that stands in a message."""
    at = text.find('Answer to "')
    end = text.find('": ', at) + 3
    if at >= 0 and end > 2 and text[at:end] in starts:
        yield text[at:end]
