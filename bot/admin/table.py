"""The commands of /admin, in the order in which they are listed, and the steps they confirm.

To add one: a module here with `async def run(call: Call)`, a line below, and its sentence
`admin-WORD-usage` in every language. A step that must be confirmed is asked for with
`confirming.ask(call, "name", …)` and listed in STEPS.
"""

from bot.admin import (
    adapting,
    announcing,
    charting,
    comparing,
    exporting,
    granting,
    queueing,
    reporting,
    retraining,
    reviewing,
)
from bot.admin.call import Command, Step
from bot.presses import Decision
from doctor_llama.schema import Role

COMMANDS: tuple[Command, ...] = (
    Command("status", Role.REVIEWER, reporting.status_now, "admin-status-usage"),
    Command("stats", Role.REVIEWER, charting.show, "admin-stats-usage"),
    Command("jobs", Role.ADMIN, queueing.show, "admin-jobs-usage"),
    Command("pause", Role.ADMIN, queueing.pause, "admin-pause-usage"),
    Command("resume", Role.ADMIN, queueing.resume, "admin-resume-usage"),
    Command("export", Role.ADMIN, exporting.run, "admin-export-usage"),
    Command("broadcast", Role.ADMIN, announcing.run, "admin-broadcast-usage"),
    Command("review", Role.REVIEWER, reviewing.run, "admin-review-usage"),
    Command("compare", Role.REVIEWER, comparing.run, "admin-compare-usage"),
    Command("retrain", Role.ADMIN, retraining.run, "admin-retrain-usage"),
    Command("adapters", Role.ADMIN, adapting.run, "admin-adapters-usage"),
    Command("users", Role.ADMIN, granting.users, "admin-users-usage"),
    Command("grant", Role.ADMIN, granting.grant, "admin-grant-usage"),
    Command("revoke", Role.ADMIN, granting.revoke, "admin-revoke-usage"),
    Command("block", Role.ADMIN, granting.block, "admin-block-usage"),
    Command("unblock", Role.ADMIN, granting.unblock, "admin-unblock-usage"),
)

STEPS: dict[str, Step] = {
    granting.STEP: granting.give,
    queueing.CANCEL: queueing.cancel,
    queueing.PAUSE: queueing.begin,
    exporting.STEP: exporting.export,
    announcing.STEP: announcing.begin,
    retraining.RETRAIN: retraining.begin,
    retraining.CANCEL: retraining.cancel,
    adapting.STEPS[Decision.PROMOTE]: adapting.promote,
    adapting.STEPS[Decision.REJECT]: adapting.reject,
    adapting.STEPS[Decision.ROLLBACK]: adapting.rollback,
}


def find(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.word == word), None)
