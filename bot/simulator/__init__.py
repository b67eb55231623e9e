"""A strict local Bot API server with a chat page: people, tests and load scripts drive the bot.

An unmodified python-telegram-bot talks to it by `base_url`. It imports nothing of the rest of the
product and knows nothing of medicine, queues or models. `docs/simulator.md` describes it.
"""

from __future__ import annotations

from bot.simulator.server import Simulator, running, serve

__all__ = ["Simulator", "running", "serve"]
