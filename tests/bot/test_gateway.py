"""What Telegram's refusals mean, and how the one way out behaves under them."""

import pytest
from telegram import MessageEntity
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    TelegramError,
)

from bot import gateway
from bot.gateway import BlockedError, GoneError, MigratedError, UncertainError
from bot.places import Place, parse
from bot.rendering import Part
from tests.bot.conftest import ANA, Scene


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), BlockedError),
        (ChatMigrated(-5), MigratedError),
        (BadRequest("Bad Request: chat not found"), BlockedError),
        (BadRequest("Bad Request: TOPIC_CLOSED"), BlockedError),
        (BadRequest("Bad Request: message to edit not found"), GoneError),
        (BadRequest("Bad Request: message is too long"), None),
        (NetworkError("Bad Gateway"), None),
    ],
)
def test_what_an_error_means(error: TelegramError, meaning: type[Exception] | None) -> None:
    found = gateway._translated(error)
    assert found is None if meaning is None else isinstance(found, meaning)


async def test_a_lost_send_is_never_repeated_blindly(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("sendMessage", "reset_after")
    with pytest.raises(UncertainError):
        await scene.bot.house.gateway.send(Place(ANA), Part("once"))
    view = await scene.people.chat(ANA)
    assert [m.text for m in view.from_bot].count("once") == 1


async def test_an_edit_is_repeated_until_it_stands(scene: Scene) -> None:
    await scene.agreed(ANA)
    number = await scene.bot.house.gateway.send(Place(ANA), Part("before"))
    await scene.people.fault("editMessageText", "reset_after")
    await scene.bot.house.gateway.edit(Place(ANA), number, Part("after"))
    assert (await scene.answer(ANA, "after")).message_id == number


async def test_formatting_that_telegram_refuses_is_left_out(scene: Scene) -> None:
    await scene.agreed(ANA)
    refusal = "Bad Request: can't parse entities"
    await scene.people.fault("sendMessage", "400", description=refusal)
    bold = Part("said anyway", (MessageEntity("bold", 0, 4),))
    await scene.bot.house.gateway.send(Place(ANA), bold)
    assert (await scene.answer(ANA, "said anyway")).entities == []


def test_a_place_has_one_name() -> None:
    for place in (Place(5), Place(-100, 7)):
        assert parse(place.channel) == place
    with pytest.raises(ValueError, match="matrix"):
        parse("matrix:5")
