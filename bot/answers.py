"""What a job's reader sees, at every stage: pure functions from rows to messages."""

from functools import cache

from telegram import InlineKeyboardMarkup

from bot import keyboards, rendering
from bot.rendering import Part
from bot.texts import duration, say
from doctor_llama import jobs, proofreading, triage
from doctor_llama.pauses import Pause
from doctor_llama.runs import Learning
from doctor_llama.schema import Job, JobStatus, Message
from doctor_llama.triage import RED, Label

EXACT = 7  # positions up to here are said as they are, further ones in growing steps
APOLOGIES = {"crashed": "failed-crashed", "engine": "failed-engine", "refused": "failed-long"}
HOPELESS = ("crashed", "refused")  # another try would end in the same way


def language(job: Job) -> str:
    """The language in which the question was asked."""
    return str(job.payload.get("language", "en"))


def spoken(job: Job) -> str:
    """The language of the question itself, and so of its answer."""
    return str(job.payload.get("spoken", language(job)))


@cache
def place(before: int) -> int:
    """The number of questions before this one, as it is said."""
    step = EXACT
    while before > step:
        step += max(2, step // 4)
    return step if before > EXACT else before


def waiting(job: Job, before: int, seconds: float | None, learning: Learning | None = None) -> str:
    """How many are before this one, how long that takes where it is known, and what else holds."""
    tongue, count = language(job), place(before)
    status = say(tongue, "status-before", before=count) if count else say(tongue, "status-next")
    if learning is not None and learning.alone:
        key = "status-learning-alone" if learning.seconds is None else "status-learning-until"
        left = duration(tongue, learning.seconds) if learning.seconds is not None else ""
        status = say(tongue, key, status=status, **({"time": left} if left else {}))
    elif seconds is not None:
        status = say(tongue, "status-wait", status=status, time=duration(tongue, seconds))
    if learning is not None and not learning.alone:
        status = say(tongue, "status-learning", status=status)
    if job.payload.get("fresh"):
        status = say(tongue, "status-fresh", status=status)
    return status


def paused(job: Job, pause: Pause) -> str:
    """Why nothing is answered, and for how long where that is known."""
    tongue, left = language(job), pause.seconds_left
    if left is None:
        return say(tongue, "status-paused")
    return say(tongue, "status-paused-for", time=duration(tongue, left))


def growing(job: Job, answer: Message | None) -> Part | None:
    """What is written so far, of a long answer the end; None while there is nothing."""
    parts = _parts(job, answer)
    return parts[-1] if parts else None


def ending(job: Job, answer: Message | None) -> tuple[list[Part], InlineKeyboardMarkup | None]:
    """How it ended: the answer with its thumbs, what was written before a stop, an apology."""
    tongue, parts = language(job), _parts(job, answer)
    retry = keyboards.again(tongue, answer.id) if answer is not None else None
    match job.status:
        case JobStatus.SUCCEEDED if answer is not None and not jobs.is_answer(job):
            return card(job, answer, kept=job.payload.get("triage") == Label.EMERGENCY)
        case JobStatus.SUCCEEDED if parts and answer is not None:
            line = proofreading.safety_line(answer.content, spoken(job))
            parts = _parts(job, answer, f"\n\n{line}") if line else parts
            return parts, keyboards.rating(tongue, answer.id, None)
        case JobStatus.SUCCEEDED:
            return [Part(say(tongue, "answer-empty"))], retry
        case JobStatus.CANCELLED if parts:
            return _parts(job, answer, f"\n\n{say(tongue, 'answer-stopped')}"), retry
        case JobStatus.CANCELLED:
            return [Part(say(tongue, "stopped"))], retry
    error = str(job.result.get("error"))
    apology = [Part(say(tongue, APOLOGIES.get(error, "failed"), id=str(job.id)))]
    return apology, None if error in HOPELESS else retry


def alarming(job: Job) -> str | None:
    """The cause of a failure that the owners should know of; None for what is nobody's fault."""
    if job.status != JobStatus.FAILED or job.result.get("error") == "refused":
        return None
    return " ".join(str(job.result[key]) for key in ("error", "detail") if key in job.result)


def card(
    job: Job, answer: Message, *, kept: bool
) -> tuple[list[Part], InlineKeyboardMarkup | None]:
    """An emergency text; "answer anyway" where we still have the question, and it is no crisis.

    Whose country we do not know is asked for it: the numbers differ.
    """
    parts, red = rendering.plain(answer.content), job.payload.get("triage") in RED
    placed = bool(job.payload.get("placed", True)) or not red
    return parts, keyboards.card(language(job), answer.id if kept else None, placed=placed)


def _parts(job: Job, answer: Message | None, below: str = "") -> list[Part]:
    """The answer's text under the line that stands above an urgent one."""
    text = answer.content.strip() if answer else ""
    if not text:
        return []
    label = job.payload.get("triage")
    first_line = triage.first_line(Label(label), spoken(job)) if label else None
    return rendering.render((f"{first_line}\n\n" if first_line else "") + text + below)
