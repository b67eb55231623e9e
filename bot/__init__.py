"""The Telegram bot: it talks to Telegram and to the database, never to a model."""

import os

# python-telegram-bot warns at every 429 unless durations are asked for as timedeltas.
os.environ.setdefault("PTB_TIMEDELTA", "true")
