"""Which country somebody is in: asked under an emergency's text, and by /country."""

from tests.bot.conftest import ANA, FAMILY, Scene

RED = "My father has crushing chest pain and cannot breathe"
CRISIS = "I want to kill myself tonight"


async def test_an_emergency_asks_for_the_country_and_then_names_its_number(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, RED)
    card = await scene.answer(ANA, "This can be an emergency")
    assert "112" in card.text
    await scene.people.press(ANA, card.message_id, "🌍 Which country am I in?")
    asked = await scene.answer(ANA, "In which country are you?", after=card.message_id)
    assert "🇺🇸 US" in asked.labels
    await scene.people.press(ANA, asked.message_id, "🇺🇸 US")
    noted = await scene.answer(ANA, "Emergency: 911")
    assert noted.message_id == asked.message_id
    assert "988" in noted.text
    await scene.people.send(ANA, RED + " now")
    again = await scene.answer(ANA, "Call 911 now", after=asked.message_id)
    assert again.labels == ["Not an emergency: answer anyway"]


async def test_in_a_crisis_the_country_is_all_that_is_asked(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, CRISIS)
    card = await scene.people.wait_message(ANA)
    assert card.labels == ["🌍 Which country am I in?"]


async def test_by_command_in_private_only(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "/country")
    asked = await scene.answer(ANA, "In which country are you?")
    await scene.people.press(ANA, asked.message_id, "🇧🇷 BR")
    await scene.answer(ANA, "Emergency: 192")
    pressed = await scene.people.press(ANA, asked.message_id, "1:live:ZZ", stale=True)
    assert "work" in pressed.text or pressed.text
    await scene.people.send(ANA, "/country@doctor_llama_bot", chat_id=FAMILY)
    await scene.answer(FAMILY, "private")
