"""Where in Telegram something happens, and how the core names it: `telegram:CHAT[:THREAD]`."""

from dataclasses import dataclass

from telegram import Message

CHANNEL = "telegram"


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, or one topic of it."""

    chat: int
    thread: int | None = None

    @property
    def private(self) -> bool:
        return self.chat > 0

    @property
    def channel(self) -> str:
        return f"{CHANNEL}:{self.chat}" + (f":{self.thread}" if self.thread else "")

    def ref(self, message_id: int) -> str:
        """The name of a message of this chat, the same in all of its topics."""
        return f"{CHANNEL}:{self.chat}/{message_id}"


def of(message: Message) -> Place:
    """Where a message stands. A thread that is not a topic is only a chain of replies."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread)


def parse(channel: str) -> Place:
    """Raises ValueError for what is no place of ours."""
    name, chat, *thread = channel.split(":")
    if name != CHANNEL:
        raise ValueError(channel)
    return Place(int(chat), int(thread[0]) if thread else None)


def is_ours(channel: str) -> bool:
    """Whether this is a place in Telegram."""
    return channel.startswith(f"{CHANNEL}:")


def account(person_id: int) -> str:
    """The account by which the core knows a person."""
    return f"{CHANNEL}:{person_id}"


def message_id(ref: str) -> str:
    """The id in a name that `Place.ref` gave, whatever version of the message it means."""
    return ref.rpartition("/")[2].partition("#")[0]


def person_of(account: str) -> int:
    """The number of a person. Raises ValueError for another channel's account."""
    name, number = account.split(":")
    if name != CHANNEL:
        raise ValueError(account)
    return int(number)
