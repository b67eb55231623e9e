"""People for the benchmarks: they begin, agree, ask and wait, through the simulator."""

import time

from bot.simulator.client import ChatView, Message, SimClient

AGREE = "I agree"


async def agree(people: SimClient, person: int, timeout: float = 60.0) -> None:
    """Press Start and agree to storing."""
    sent = await people.send(person, "/start")
    offer = await people.wait_message(
        person,
        lambda message: any(AGREE in label for label in message.labels),
        timeout,
        after=sent.message_id,
    )
    label = next(label for label in offer.labels if AGREE in label)
    await people.press(person, offer.message_id, label, wait=timeout)


def rated(message: Message) -> bool:
    """Whether this is a final answer: it has its thumbs."""
    return any("👍" in label for label in message.labels)


async def first_words(people: SimClient, person: int, question: str, holds: str) -> float:
    """Ask and return the seconds until the first words of the answer can be seen.

    `holds` is what the answer begins with.
    """

    def seen(view: ChatView) -> bool:
        texts = [draft.text for draft in view.drafts if draft.text]
        texts += [message.text for message in view.from_bot if rated(message)]
        return any(text and holds.startswith(text[:8]) for text in texts)

    began = time.monotonic()
    sent = await people.send(person, question)
    await people.wait_for(person, seen, 30.0, after=sent.message_id)
    took = time.monotonic() - began
    # to the end, or the next question would take this answer for its own
    await people.wait_message(person, rated, 30.0, after=sent.message_id)
    return took


async def answer(people: SimClient, person: int, question: str, timeout: float = 60.0) -> Message:
    """Ask and wait for the final answer."""
    sent = await people.send(person, question)
    return await people.wait_message(person, rated, timeout, after=sent.message_id)
