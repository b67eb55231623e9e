"""/admin broadcast: a preview as everybody will see it, then yes or no."""

from bot.admin import confirming
from bot.admin.call import Call, Outcome
from doctor_llama import audit, broadcasts
from doctor_llama.db import Session
from doctor_llama.schema import Confirmation

STEP = "broadcast"
LONGEST = 3_500  # characters


async def run(call: Call) -> None:
    """/admin broadcast TEXT"""
    if not call.rest or len(call.rest) > LONGEST:
        await call.say("admin-broadcast-usage")
        return
    async with call.context.house.database.reading() as session:
        people = await broadcasts.audience(session)
    await call.tell(call.rest)
    await confirming.ask(
        call, STEP, call.words("admin-broadcast-ask", people=people), text=call.rest
    )


async def begin(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step."""
    text = str(taken.detail["text"])
    job = await broadcasts.enqueue(session, call.user, text)
    audit.note(session, call.user.id, "broadcast", str(job.id), characters=len(text))
    return Outcome(call.words("admin-broadcast-begun", number=str(job.id)))
