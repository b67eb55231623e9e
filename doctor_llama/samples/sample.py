"""One training sample and the shapes in which TRL's trainers read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from doctor_llama.prompt import ChatMessage
from doctor_llama.schema import FeedbackKind

Record = dict[str, Any]
CORRECTIONS, PREFERENCES, RATINGS = "corrections", "preferences", "ratings"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one or more people said of an answer, ready to be learned from.

    `rows` are all the feedback rows that it stands for, the one that was taken first. `person` is
    a pseudonym: the same for all of a person's samples in this installation, and for nobody else.
    """

    kind: FeedbackKind
    rows: tuple[int, ...]
    prompt: tuple[ChatMessage, ...]  # as the model saw it, the system prompt first
    chosen: str  # a rating's answer, good or bad
    rejected: str | None = None
    label: bool | None = None  # of a rating
    answer: int = 0
    adapter: str | None = None
    person: str = ""
    consent: int = 0
    people: int = 1  # how many said it
    comparison: int | None = None  # what reviewers chose in, where it is not of `rows`
    counts: dict[str, int] = field(default_factory=dict)  # of personal data taken out

    @property
    def question(self) -> str:
        return self.prompt[-1].content

    def origin(self) -> Record:
        """Where it comes from."""
        return {
            "source": "feedback",
            "row": f"feedback:{self.rows[0]}" if self.rows else f"comparison:{self.comparison}",
            "rows": list(self.rows),
            "answer": self.answer,
            "adapter": self.adapter or "",
            "person": self.person,
            "consent": self.consent,
            "people": self.people,
        }


def records(samples: Iterable[Sample]) -> dict[str, list[Record]]:
    """TRL's shapes by name: `corrections` are prompt-completion, `preferences` prompt, chosen and
    rejected (a correction is one as well), `ratings` unpaired: prompt, completion and label."""
    found: dict[str, list[Record]] = {CORRECTIONS: [], PREFERENCES: [], RATINGS: []}
    for sample in samples:
        prompt = [{"role": m.role, "content": m.content} for m in sample.prompt]
        chosen, origin = _answer(sample.chosen), sample.origin()
        if sample.kind == FeedbackKind.CORRECTION:
            better = {"prompt": prompt, "completion": chosen, "instead_of": sample.rejected or ""}
            found[CORRECTIONS].append(better | origin)
        if sample.kind == FeedbackKind.RATING:
            rated = {"prompt": prompt, "completion": chosen, "label": bool(sample.label)}
            found[RATINGS].append(rated | origin)
        elif sample.rejected:
            pair = {"prompt": prompt, "chosen": chosen, "rejected": _answer(sample.rejected)}
            found[PREFERENCES].append(pair | origin)
    return found


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
