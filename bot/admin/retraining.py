"""/admin retrain: a refresh of the model, asked for, ended, or gone on with. See `bot.news`."""

from bot.admin import confirming
from bot.admin.call import Call, Outcome
from doctor_llama import audit, jobs, review, runs
from doctor_llama.db import Session
from doctor_llama.schema import Confirmation

RETRAIN, CANCEL = "retrain", "retrain-cancel"


async def run(call: Call) -> None:
    """/admin retrain [cancel|resume]"""
    word = call.args[0] if call.args else ""
    async with call.context.house.database.reading() as session:
        live = await runs.live(session)
        new, waiting = await runs.unused(session), await review.waiting(session)
        last = await runs.latest(session)
    if word == "cancel":
        if live is None:
            await call.say("retrain-none")
        else:
            await confirming.ask(call, CANCEL, call.words("retrain-cancel-ask"), job=live.id)
    elif live is not None:
        await call.say("retrain-live")
    elif word == "resume" and (last is None or last.error is None):
        await call.say("retrain-nothing-to-resume")
    elif word in ("", "resume"):
        resume = last.id if word == "resume" and last is not None else None
        question = call.words("retrain-ask", new=new, waiting=waiting)
        await confirming.ask(call, RETRAIN, question, resume=resume)
    else:
        await call.say("admin-retrain-usage")


async def begin(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step."""
    resume = taken.detail.get("resume")
    payload = {"resume": resume} if resume else {}
    job = await runs.enqueue(session, at_once=True, user_id=call.user.id, **payload)
    if job is None:
        return Outcome(call.words("retrain-live"))
    audit.note(session, call.user.id, "refresh.ask", str(job.id), resume=resume)
    return Outcome(call.words("retrain-begun"))


async def cancel(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step; the trainer notices within two seconds."""
    number = int(taken.detail["job"])
    if not await jobs.cancel(session, number):
        return Outcome(call.words("retrain-none"))
    audit.note(session, call.user.id, "refresh.cancel", str(number))
    return Outcome(call.words("retrain-cancelled"))
