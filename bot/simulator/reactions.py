"""The emoji that Telegram accepts as reactions (Bot API 10, ReactionTypeEmoji)."""

from __future__ import annotations

_LIST = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊
🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋
🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃
💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
ALLOWED = frozenset(_LIST.split())


def known(emoji: str) -> str | None:
    """The emoji as Telegram writes it (without a trailing variation selector), if allowed."""
    plain = emoji.replace("\ufe0f", "")
    return plain if plain in ALLOWED else None
