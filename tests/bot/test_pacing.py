"""Whose turn it is: chats do not disturb each other, answers come before notices, frames yield."""

import asyncio

import pytest

from bot import botapi
from bot.pacing import Pacing, Priority
from tests.pace import within


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_cool_down_holds_its_own_chat_only() -> None:
    pacing = Pacing()
    pacing.cool(1, 0.4)
    began = now()
    await pacing.turn(2, Priority.NOTICE)
    assert now() - began < within(0.15)
    await pacing.turn(1, Priority.ANSWER)
    assert now() - began >= 0.4


async def test_many_cool_downs_are_about_the_whole_bot() -> None:
    pacing = Pacing()
    for chat in range(1, 5):
        pacing.cool(chat, 0.3)
    began = now()
    await pacing.turn(99, Priority.ANSWER)
    assert now() - began >= 0.3


@pytest.mark.parametrize(("a_second", "seconds"), [(4, 1.0), (100, 0.0)])
async def test_all_chats_together_get_so_many_a_second(a_second: int, seconds: float) -> None:
    pacing, began = Pacing(a_second), now()
    for chat in range(6):
        await pacing.turn(chat, Priority.ANSWER)
    assert seconds <= now() - began < within(seconds + 0.5)


async def test_answers_come_before_notices() -> None:
    pacing, order = Pacing(), list[str]()
    pacing.cool(1, 0.2)

    async def say(name: str, priority: Priority) -> None:
        await pacing.turn(1, priority)
        order.append(name)
        pacing.done(1)

    async with asyncio.TaskGroup() as group:
        group.create_task(say("notice", Priority.NOTICE))
        group.create_task(say("answer", Priority.ANSWER))
        group.create_task(say("card", Priority.CARD))
    assert order == ["card", "answer", "notice"]


async def test_a_chat_gets_one_message_a_second_from_when_the_last_one_has_arrived() -> None:
    pacing, began = Pacing(), now()
    await pacing.turn(1, Priority.ANSWER)
    await asyncio.sleep(0.3)  # for so long the message is on its way
    pacing.done(1)
    await pacing.turn(1, Priority.ANSWER)
    assert now() - began >= 1.3
    await pacing.turn(2, Priority.ANSWER)
    assert now() - began < within(2.0)


async def test_a_card_waits_for_no_message_that_hangs() -> None:
    pacing, began = Pacing(), now()
    await pacing.turn(1, Priority.ANSWER)
    answer = asyncio.create_task(pacing.turn(1, Priority.ANSWER))
    await pacing.turn(1, Priority.CARD)
    assert 1.0 <= now() - began < within(1.2)
    assert not answer.done()
    pacing.done(1)
    pacing.done(1)
    await asyncio.wait_for(answer, 2)


async def test_frames_are_dropped_never_queued() -> None:
    pacing = Pacing()
    assert pacing.frame(1, 0.2, counted=False)
    assert not pacing.frame(1, 0.2, counted=False)
    pacing.cool(2, 5)
    assert not pacing.frame(2, 0.2, counted=False)
    waiting = asyncio.create_task(pacing.turn(2, Priority.ANSWER))
    await asyncio.sleep(0.3)
    assert pacing.frame(1, 0.2, counted=False)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_groups_frames_leave_room_for_its_answers() -> None:
    pacing, group = Pacing(), -100
    frames = 0
    for _ in range(30):
        frames += pacing.frame(group, 0.0, counted=True)
        pacing._chat(group).second.restart(now() - 2)
    assert frames == 11
    began = now()
    for _ in range(3):
        await pacing.turn(group, Priority.ANSWER)
        pacing.done(group)
    assert now() - began < within(5.0), "it does not wait for the minute"


async def test_a_groups_minute_is_over_before_a_new_process_speaks_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(botapi, "GROUP", (3, 1.5))
    pacing, group, began = Pacing(), -100, now()
    pacing.spent(group)
    pacing.spent(7)  # a private chat has no minute
    await pacing.turn(7, Priority.ANSWER)
    assert not pacing.frame(group, 0.0, counted=True)
    await pacing.turn(group, Priority.CARD)  # an emergency does not wait for it
    pacing.done(group)
    assert now() - began < 1.0
    await pacing.turn(group, Priority.ANSWER)
    assert now() - began >= 1.5


async def test_who_gives_up_leaves_the_line() -> None:
    pacing = Pacing()
    pacing.cool(1, 0.3)
    gone = asyncio.create_task(pacing.turn(1, Priority.ANSWER))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await asyncio.wait_for(pacing.turn(1, Priority.NOTICE), 2)
