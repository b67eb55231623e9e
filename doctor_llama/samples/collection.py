"""From rows to samples: who may teach at this moment, held rows left out, one voice a person.

Every row that is left out is counted under its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import history, privacy, prompt, triage
from doctor_llama.prompt import ChatMessage
from doctor_llama.samples import choices, harm, suspicion
from doctor_llama.samples.sample import Sample
from doctor_llama.samples.suspicion import Claim
from doctor_llama.schema import Feedback, FeedbackKind, Message, Reason, Review, Role, User
from doctor_llama.scrubbing import scrub

_CALLED_UNSAFE = Feedback.reason == Reason.UNSAFE
RED = (triage.Label.EMERGENCY, triage.Label.CRISIS)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one person may weigh in a run."""

    person: int = 20


@dataclass(slots=True)
class Collected:
    """The samples, and how many rows were left out for which reason."""

    samples: list[Sample] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def of(self, kind: FeedbackKind) -> list[Sample]:
        return [sample for sample in self.samples if sample.kind == kind]


@dataclass(frozen=True, slots=True)
class Row:
    """A row with what belongs to it."""

    feedback: Feedback
    answer: Message
    user: User


async def collect(
    session: AsyncSession, pseudonym: Callable[[str], str], caps: Caps | None = None
) -> Collected:
    """All that may be learned from now. Texts are scrubbed of personal data."""
    found = Collected()
    rows = _capped(await _rows(session), (caps or Caps()).person, found.left_out)
    unsafe = await _unsafe(session)
    ready: list[tuple[Sample, Claim]] = []
    for row in rows:
        sample = await _sample(session, row, pseudonym, found.left_out)
        if sample is not None and sample.label is not False and row.answer.id in unsafe:
            found.left_out["called unsafe"] += sample.kind != FeedbackKind.CORRECTION
            sample = sample if sample.kind == FeedbackKind.CORRECTION else None
        if sample is not None:
            ready.append((sample, _claim(row, sample)))
    held = suspicion.held([claim for _, claim in ready])
    found.left_out["held"] += len(held)
    allowed = [(s, c) for s, c in ready if c.row not in held]
    by_kind: dict[str, list[tuple[Sample, Claim]]] = defaultdict(list)
    for sample, claim in allowed:
        by_kind[sample.kind].append((sample, claim))
    found.samples += _corrections(by_kind[FeedbackKind.CORRECTION], found.left_out)
    found.samples += _one_each(by_kind[FeedbackKind.PREFERENCE], found.left_out)
    found.samples += _majorities(by_kind[FeedbackKind.RATING], found.left_out)
    found.samples += await choices.collect(session, pseudonym, found.left_out)
    return found


async def claims(session: AsyncSession) -> list[Claim]:
    """Every correction, refused ones too, as the rules of suspicion see it."""
    rows = await _rows(session, kinds=(FeedbackKind.CORRECTION,), reviews=(*Review, None))
    found = []
    for row in rows:
        question = await _question(session, row.answer)
        said = corrected(row.feedback, row.answer.content.strip())
        found.append(_claim_of(row, question, said))
    return found


async def _rows(
    session: AsyncSession,
    *,
    kinds: Sequence[FeedbackKind] = tuple(FeedbackKind),
    reviews: Sequence[Review | None] = (Review.APPROVED,),
) -> list[Row]:
    """Rows of people who agreed when they gave them and agree now, oldest first."""
    query = (
        select(Feedback, Message, User)
        .join(User, Feedback.user_id == User.id)
        .join(Message, Feedback.message_id == Message.id)
        .where(Feedback.training_consent_version.is_not(None))
        .where(User.role != Role.BLOCKED, Feedback.kind.in_(kinds))
        .order_by(Feedback.id)
    )
    return [
        Row(feedback, answer, user)
        for feedback, answer, user in await session.execute(query)
        if privacy.may_train(user)
        and (feedback.kind != FeedbackKind.CORRECTION or feedback.review in reviews)
    ]


async def _unsafe(session: AsyncSession) -> set[int]:
    """Answers that somebody called unsafe: nothing of them is taught as good."""
    return set(await session.scalars(select(Feedback.message_id).where(_CALLED_UNSAFE)))


def _capped(rows: list[Row], cap: int, left_out: Counter[str]) -> list[Row]:
    """The newest rows of each person, up to the cap."""
    kept, mine = [], Counter[int]()
    for row in reversed(rows):
        mine[row.user.id] += 1
        if mine[row.user.id] <= cap:
            kept.append(row)
        else:
            left_out["cap"] += 1
    return kept[::-1]


async def _question(session: AsyncSession, answer: Message) -> str:
    return await session.scalar(select(Message.content).where(Message.id == answer.parent_id)) or ""


async def _sample(
    session: AsyncSession, row: Row, pseudonym: Callable[[str], str], left_out: Counter[str]
) -> Sample | None:
    """The row as a sample; None, counted, for what teaches nothing or harm."""
    feedback, answer = row.feedback, row.answer
    turns = await history.turns(session, answer)
    chosen, rejected = await _texts(session, row)
    if not turns or turns[-1].role != "user" or not chosen or chosen == rejected:
        left_out["empty"] += 1
        return None
    if triage.assess(turns[-1].content).label in RED:
        left_out["red flag"] += 1
        return None
    if (feedback.kind != FeedbackKind.RATING or feedback.rating == 1) and harm.taught(chosen):
        left_out["harm"] += 1
        return None
    seen: dict[str, str] = {}
    counts: Counter[str] = Counter()

    def clean(text: str) -> str:
        scrubbed = scrub(prompt.clean(text), seen)
        counts.update({str(kind): n for kind, n in scrubbed.counts.items()})
        return scrubbed.text

    asked = [ChatMessage(turn.role, clean(turn.content)) for turn in turns]
    return Sample(
        kind=FeedbackKind(feedback.kind),
        rows=(feedback.id,),
        prompt=tuple(prompt.conversation(asked)),
        chosen=clean(chosen),
        rejected=clean(rejected) if rejected else None,
        label=feedback.rating == 1 if feedback.kind == FeedbackKind.RATING else None,
        answer=answer.id,
        adapter=answer.adapter,
        person=pseudonym(row.user.account),
        consent=feedback.training_consent_version or 0,
        counts=dict(counts),
    )


async def _texts(session: AsyncSession, row: Row) -> tuple[str, str | None]:
    """What is good (or rated), and what it is better than."""
    feedback, answer = row.feedback, row.answer.content.strip()
    if feedback.kind == FeedbackKind.CORRECTION:
        return corrected(feedback, answer), answer
    if feedback.kind == FeedbackKind.RATING:
        return answer, None
    other = await session.get(Message, feedback.rejected_id) if feedback.rejected_id else None
    return (answer if other else ""), other.content.strip() if other else None


def corrected(feedback: Feedback, answer: str) -> str:
    """The whole answer as it should be; a correction of a part leaves the rest as it was."""
    said = (feedback.edited or feedback.content or "").strip()
    if feedback.edited or feedback.quote is None or feedback.quote not in answer:
        return said
    return answer.replace(feedback.quote, said, 1)


def _claim(row: Row, sample: Sample) -> Claim:
    return _claim_of(row, sample.question, sample.chosen)


def _claim_of(row: Row, question: str, text: str) -> Claim:
    feedback = row.feedback
    return Claim(
        row=feedback.id,
        kind=feedback.kind,
        person=row.user.id,
        joined=row.user.created_at,
        at=feedback.created_at,
        question=suspicion.words(question),
        text=suspicion.words(text),
        rating=feedback.rating if feedback.kind == FeedbackKind.RATING else None,
        approved=feedback.review == Review.APPROVED,
        refused=feedback.review == Review.REFUSED,
    )


Ready = list[tuple[Sample, Claim]]


def _one_each(ready: Ready, left_out: Counter[str]) -> list[Sample]:
    """Near-duplicates as one sample, the first one's words, with all of their rows."""
    by_row = {claim.row: sample for sample, claim in ready}
    found = []
    for group in suspicion.groups([claim for _, claim in ready], suspicion.same_claim):
        left_out["duplicate"] += len(group) - 1
        found.append(_joined([by_row[claim.row] for claim in group], group))
    return found


def _joined(samples: Sequence[Sample], claims: Iterable[Claim]) -> Sample:
    rows = tuple(row for sample in samples for row in sample.rows)
    return replace(samples[0], rows=rows, people=len({claim.person for claim in claims}))


def _corrections(ready: Ready, left_out: Counter[str]) -> list[Sample]:
    """One answer a question: where approved corrections differ, the newest holds."""
    newest: Ready = []
    for sample, claim in reversed(ready):
        for _, later in newest:
            if suspicion.alike(
                claim.question, later.question, suspicion.SAME_QUESTION
            ) and not suspicion.alike(claim.text, later.text, suspicion.SAME_ADVICE):
                left_out["superseded"] += 1
                break
        else:
            newest.append((sample, claim))
    return _one_each(newest[::-1], left_out)


def _majorities(ready: Ready, left_out: Counter[str]) -> list[Sample]:
    """Ratings of nearly the same answer as one: each person a vote, the majority holds."""
    by_row = {claim.row: sample for sample, claim in ready}
    same = [replace(claim, rating=None) for _, claim in ready]
    found = []
    for group in suspicion.groups(same, suspicion.same_claim):
        votes = {claim.person: by_row[claim.row].label for claim in group}  # the last of each
        ups = sum(label is True for label in votes.values())
        if 2 * ups == len(votes):
            left_out["disagreement"] += len(group)
            continue
        mine = [c for c in group if by_row[c.row].label is (2 * ups > len(votes))]
        left_out["outvoted"] += len(group) - len(mine)
        left_out["duplicate"] += len(mine) - 1
        found.append(_joined([by_row[claim.row] for claim in mine], mine))
    return found
