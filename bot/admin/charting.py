"""/admin stats: series as pictures, with the numbers in the caption.

Each picture is a function from a session to its caption and what to paint; a further one is a
line in CHARTS.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot import plots
from bot.admin.call import Call
from bot.rendering import Part
from bot.texts import say
from doctor_llama import learning, stats
from doctor_llama.db import Session

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAYS, WEEK, HOURS = 30, 7, 48
UNDRAWN = ("hi",)  # matplotlib's own typeface, DejaVu, has no Devanagari
LIMIT = 1000  # characters of a caption; Telegram allows 1024
# The title, the caption, and what paints it; None for nothing to show.
Chart = tuple[str, str, "Callable[[Axes], None]"] | None


def _drawn(call: Call, key: str, **values: str | int | float) -> str:
    """Words that stand in a picture, in a script that its typeface has."""
    return say("en" if call.language in UNDRAWN else call.language, key, **values)


async def _questions(call: Call, session: Session) -> Chart:
    series = await stats.questions(session, DAYS)
    title = _drawn(call, "stats-questions", days=DAYS)
    caption = call.words(
        "stats-questions-caption",
        total=sum(series.counts),
        today=series.counts[-1],
        week=sum(series.counts[-WEEK:]),
        people=series.people[-1],
    )
    labels = (_drawn(call, "stats-label-questions"), _drawn(call, "stats-label-people"))
    return title, caption, plots.questions(series, labels)


async def _ratings(call: Call, session: Session) -> Chart:
    shares = await learning.ratings(session)
    if not shares:
        return None
    lines = [
        call.words(
            "stats-ratings-line",
            adapter=one.adapter,
            share=round(100 * one.share),
            low=round(100 * one.low),
            high=round(100 * one.high),
            n=one.n,
        )
        for one in reversed(shares)
    ]
    return _drawn(call, "stats-ratings"), "\n".join(lines), plots.ratings(shares)


async def _latency(call: Call, session: Session) -> Chart:
    rows = await stats.latency(session, WEEK)
    if not rows:
        return None
    named = [(_drawn(call, f"stats-label-{one.name}"), one) for one in rows]
    lines = [
        call.words(
            "stats-latency-line",
            what=call.words(f"stats-label-{one.name}"),
            half=f"{one.half:.2f}",
            nine=f"{one.nine:.2f}",
            most=f"{one.most:.2f}",
        )
        for one in rows
    ]
    title = _drawn(call, "stats-latency", days=WEEK)
    caption = "\n".join([call.words("stats-latency-caption", n=rows[0].n), *lines])
    return title, caption, plots.latency(named)


async def _queue(call: Call, session: Session) -> Chart:
    series = await stats.depth(session, HOURS)
    title = _drawn(call, "stats-queue", hours=HOURS)
    caption = call.words("stats-queue-caption", now=series.waiting[-1], most=max(series.waiting))
    return title, caption, plots.depth(series)


async def _corrections(call: Call, session: Session) -> Chart:
    found = await learning.corrections(session)
    if not any(found.values()):
        return None
    rows = [(_drawn(call, f"stats-learning-{name}"), number) for name, number in found.items()]
    caption = call.words("stats-learning-corrections-caption", **found)
    return _drawn(call, "stats-learning-corrections"), caption, plots.counts(rows)


async def _runs(call: Call, session: Session) -> Chart:
    found = [run for run in await learning.runs(session) if run.adapter is not None]
    if not found:
        return None
    lines = [
        call.words(
            "stats-learning-run",
            number=str(run.number),
            adapter=run.adapter or "",
            gained=run.gained,
            lost=run.lost,
        )
        for run in reversed(found)
    ]
    labels = (_drawn(call, "stats-learning-gained"), _drawn(call, "stats-learning-lost"))
    return _drawn(call, "stats-learning-runs"), "\n".join(lines), plots.gains(found, labels)


LEARNING = "learning"  # several pictures: how answers are rated, corrections, runs
CHARTS: dict[str, Callable[[Call, Session], Awaitable[Chart]]] = {
    "questions": _questions,
    "ratings": _ratings,
    "latency": _latency,
    "queue": _queue,
}
OF_LEARNING = (_ratings, _corrections, _runs)


async def show(call: Call) -> None:
    """/admin stats [questions|ratings|latency|queue|learning]; all but the last without a word."""
    wanted = call.args[:1] or tuple(CHARTS)
    if wanted == (LEARNING,):
        shown = [await _show(call, chart) for chart in OF_LEARNING]
        if not any(shown):
            await call.say("stats-none-learning")
    elif wanted[0] not in CHARTS:
        await call.say("admin-stats-usage")
    else:
        for name in wanted:
            if not await _show(call, CHARTS[name]):
                await call.say(f"stats-none-{name}")


async def _show(call: Call, chart: Callable[[Call, Session], Awaitable[Chart]]) -> bool:
    """Send a picture; false where there is nothing to show."""
    house = call.context.house
    async with house.database.reading() as session:
        made = await chart(call, session)
    if made is None:
        return False
    title, caption, paint = made
    picture = await plots.draw(title, paint)
    text = f"{title}\n{caption}"
    await house.gateway.photo(call.place, picture, caption=Part(text[:LIMIT]))
    return True
