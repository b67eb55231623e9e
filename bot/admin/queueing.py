"""/admin jobs and pause: what waits and runs, ending one of it, and a pause of all answers."""

from bot.admin import confirming
from bot.admin.call import Call, Outcome
from bot.texts import duration
from doctor_llama import audit, jobs, pauses
from doctor_llama.db import Session
from doctor_llama.schema import Confirmation, Job, JobKind, JobStatus, now

CANCEL, PAUSE = "cancel", "pause"
SHOWN = 20


async def show(call: Call) -> None:
    """/admin jobs; /admin jobs cancel NUMBER"""
    if call.args[:1] == ("cancel",):
        await _ask_cancel(call)
        return
    async with call.context.house.database.reading() as session:
        live = await jobs.live(session, limit=SHOWN)
        waiting = await jobs.depth(session)
    lines = [call.words("admin-jobs", waiting=waiting)]
    lines += [_line(call, job) for job in live]
    await call.tell("\n".join([*lines, "", call.words("admin-jobs-usage")]))


def _line(call: Call, job: Job) -> str:
    since = (now() - (job.started_at or job.created_at)).total_seconds()
    line = call.words(
        "admin-jobs-line",
        number=str(job.id),
        kind=job.kind,
        status=job.status,
        time=duration(call.language, since),
    )
    if job.kind == JobKind.BROADCAST and job.status == JobStatus.RUNNING:
        sent, gone = job.shown.get("sent", 0), job.shown.get("gone", 0)
        line += f" {call.words('admin-broadcast-progress', sent=sent, gone=gone)}"
    return line


async def _ask_cancel(call: Call) -> None:
    number = call.args[1] if len(call.args) > 1 else ""
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        await call.say("admin-jobs-usage")
        return
    question = call.words("admin-cancel-ask", number=number)
    await confirming.ask(call, CANCEL, question, job=int(number))


async def cancel(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step; whoever asked is told that it was stopped."""
    number = int(taken.detail["job"])
    done = await jobs.cancel(session, number)
    if done:
        audit.note(session, call.user.id, "jobs.cancel", str(number))

    async def then() -> None:
        call.context.house.nudge()

    key = "admin-cancel-done" if done else "admin-cancel-late"
    return Outcome(call.words(key, number=str(number)), then)


async def pause(call: Call) -> None:
    """/admin pause [MINUTES]"""
    minutes = int(call.args[0]) if call.args and call.args[0].isdecimal() else None
    if call.args and (minutes is None or not 0 < minutes <= 60 * 24 * 7):
        await call.say("admin-pause-usage")
        return
    await confirming.ask(call, PAUSE, call.words("admin-pause-ask"), minutes=minutes)


async def begin(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step."""
    await pauses.begin(session, taken.detail["minutes"])
    audit.note(session, call.user.id, "pause.begin", minutes=taken.detail["minutes"])
    return Outcome(call.words("admin-pause-done"))


async def resume(call: Call) -> None:
    """/admin resume: nothing is lost by it, so it is not asked for twice."""
    async with call.context.house.database.session() as session:
        ended = await pauses.end(session)
        if ended:
            audit.note(session, call.user.id, "pause.end")
    call.context.house.nudge()
    await call.say("admin-resume-done" if ended else "admin-resume-none")
