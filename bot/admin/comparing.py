"""/admin compare: two adapters' answers side by side, blind; each choice is a preference."""

from telegram import CallbackQuery, Message

from bot import keyboards
from bot.admin import admitting
from bot.admin.call import Call
from bot.context import Context
from bot.pacing import Priority
from bot.presses import Verdict
from bot.rendering import plain
from doctor_llama import adapters, comparisons
from doctor_llama.comparisons import Score
from doctor_llama.errors import RegistryError
from doctor_llama.schema import Role

SHOWN = 1_500
SETTINGS = "none"  # how the settings' own adapter is called here


async def run(call: Call) -> None:
    """/admin compare; /admin compare FIRST SECOND [QUESTION | QUESTION …]; /admin compare score"""
    if call.args[:1] == ("score",):
        await _tell_score(call)
    elif len(call.args) >= 2:
        await _order(call)
    elif call.args:
        await call.say("admin-compare-usage")
    else:
        await _show_next(call)


async def _order(call: Call) -> None:
    first, second, *rest = call.rest.split(maxsplit=2)
    questions = [q.strip() for q in (rest[0] if rest else "").split("|") if q.strip()]
    try:
        async with call.context.house.database.session() as session:
            rows = [
                None if name == SETTINGS else await adapters.get(session, name)
                for name in (first, second)
            ]
            await comparisons.enqueue(session, rows[0], rows[1], questions, user_id=call.user.id)
    except RegistryError as error:
        await call.tell(str(error))
        return
    await call.say("compare-begun")


async def _show_next(call: Call) -> None:
    async with call.context.house.database.reading() as session:
        found = await comparisons.following(session, call.user)
        pending = await comparisons.pending(session)
    if found is None:
        await call.say("compare-begun" if pending else "compare-none")
        await _tell_score(call)
        return
    row, flipped = found
    shown = (row.second, row.first) if flipped else (row.first, row.second)
    text = "\n\n".join([row.prompt, f"A:\n{shown[0][:SHOWN]}", f"B:\n{shown[1][:SHOWN]}"])
    await call.tell(text, keyboards.judge(call.language, row.id))


async def _tell_score(call: Call) -> None:
    async with call.context.house.database.reading() as session:
        scores = await comparisons.score(session)
    if scores:
        await call.tell("\n".join(score_line(call, one) for one in scores))


def score_line(call: Call, one: Score) -> str:
    return call.words(
        "compare-score",
        first=one.first,
        second=one.second,
        wins=one.wins,
        losses=one.losses,
        ties=one.ties,
        share=round(100 * one.share),
        low=round(100 * one.low),
        high=round(100 * one.high),
    )


async def press(query: CallbackQuery, context: Context, comparison: int, better: Verdict) -> None:
    """A pressed choice; the next pair follows."""
    call = await admitting.pressed(query, context, Role.REVIEWER)
    if call is None or not isinstance(query.message, Message):
        return
    places = {Verdict.A: comparisons.FIRST, Verdict.B: comparisons.SECOND}
    async with context.house.database.session() as session:
        row = await comparisons.choose(
            session, call.user, comparison, places.get(better, comparisons.NEITHER)
        )
    await context.house.gateway.answer(query.id)
    if row is not None:
        said = f"{row.prompt}\n\n{call.words(f'judge-{better}')} ✓"
        await context.house.gateway.edit(
            call.place, query.message.message_id, plain(said)[0], priority=Priority.NOTICE
        )
    await _show_next(call)
