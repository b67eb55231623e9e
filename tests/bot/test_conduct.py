"""The soak's account sees what it is there to see: lost, doubled, misplaced and hasty answers."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from benchmarks import conduct

ANA, FAMILY = 1001, -100
BEGINS = 'Answer to "q1": '
ASKED = {(ANA, 1): (ANA, BEGINS)}


def sent(chat: int, number: int, text: str, at: float, reply_to: int | None = None) -> Any:
    record = {
        "chat_id": chat,
        "message_id": number,
        "reply_to": reply_to,
        "fields": {"from": {"is_bot": True}, "text": text},
    }
    return {
        "time": at,
        "kind": "call",
        "method": "sendMessage",
        "params": {"chat_id": str(chat)},
        "acted": True,
        "changes": [{"type": "message", "record": record}],
    }


def journal(folder: Path, *lines: Any) -> conduct.Journal:
    path = folder / "journal.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"cut sho')
    return conduct.read(path)


def rows(folder: Path, status: str | None = "succeeded", told: str | None = "now") -> Path:
    path = folder / "rows.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE messages (id, parent_id, ref)")
        connection.execute("CREATE TABLE jobs (id, message_id, status, delivered_at)")
        if status is not None:
            connection.execute("INSERT INTO messages VALUES (1, NULL, 'telegram:1001/1')")
            connection.execute("INSERT INTO messages VALUES (2, 1, NULL)")
            connection.execute("INSERT INTO jobs VALUES (1, 2, ?, ?)", (status, told))
        connection.commit()
    return path


def test_an_answer_in_its_chat_once(tmp_path: Path) -> None:
    read = journal(tmp_path, sent(ANA, 2, BEGINS + "rest", 10.0, 1))
    found = conduct.account(read, rows(tmp_path), ASKED)
    assert (found.accepted, found.answered, found.details) == (1, 1, [])


def test_an_answer_that_is_not_there_is_lost(tmp_path: Path) -> None:
    read = journal(tmp_path, sent(ANA, 2, "Here is the answer:", 10.0, 1))
    assert conduct.account(read, rows(tmp_path), ASKED).lost == 1


def test_a_question_of_which_nobody_knows_is_lost_unless_that_was_said(tmp_path: Path) -> None:
    (tmp_path / "told").mkdir()
    assert conduct.account(journal(tmp_path), rows(tmp_path, None), ASKED).lost == 1
    told = journal(tmp_path, sent(ANA, 2, "Too many are waiting.", 10.0, 1))
    found = conduct.account(told, rows(tmp_path / "told", None), ASKED)
    assert (found.lost, found.refused) == (0, 1)


def test_what_was_never_delivered_is_lost(tmp_path: Path) -> None:
    read = journal(tmp_path, sent(ANA, 2, BEGINS, 10.0, 1))
    assert conduct.account(read, rows(tmp_path, told=None), ASKED).lost == 1


def test_two_answers_and_one_in_another_chat(tmp_path: Path) -> None:
    lines = [sent(ANA, 2, BEGINS, 10.0), sent(ANA, 3, BEGINS, 12.0), sent(7, 4, BEGINS, 10.0)]
    found = conduct.account(journal(tmp_path, *lines), rows(tmp_path), ASKED)
    assert (found.doubled, found.elsewhere) == (1, 1)


def test_a_notice_is_needed_for_what_was_cancelled_unless_the_person_is_gone(
    tmp_path: Path,
) -> None:
    path = rows(tmp_path, "cancelled")
    assert conduct.account(journal(tmp_path), path, ASKED).lost == 1
    told = journal(tmp_path, sent(ANA, 2, "Stopped.", 10.0, 1))
    assert conduct.account(told, path, ASKED).cancelled == 1
    blocked = {"kind": "person", "action": "block", "user_id": ANA, "changes": []}
    assert conduct.account(journal(tmp_path, blocked), path, ASKED).untold == 1


def test_the_pace_is_measured(tmp_path: Path) -> None:
    hasty = [sent(ANA, 2, "a", 10.0), sent(7, 3, "b", 10.1), sent(ANA, 4, "c", 10.9)]
    full = [sent(FAMILY, n, "d", 20.0 + 2 * n) for n in range(40)]
    read = journal(tmp_path, *hasty, *full)
    assert round(read.closest(), 3) == 0.9
    assert read.fullest_minute() == 30
