"""The commands of /admin, in the order in which they are listed, and the steps they confirm.

To add one: a module here with `async def run(call: Call)`, a line below, and its sentence
`admin-WORD-usage` in every language. A step that must be confirmed is asked for with
`confirming.ask(call, "name", …)` and listed in STEPS.
"""

from bot.admin import reporting
from bot.admin.call import Command, Step
from doctor_llama.schema import Role

COMMANDS: tuple[Command, ...] = (
    Command("status", Role.REVIEWER, reporting.status_now, "admin-status-usage"),
)

STEPS: dict[str, Step] = {}


def find(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.word == word), None)
