"""PubMedQA: does an abstract answer a question, yes, no or maybe? By the likelihood of each word.

Of the official test questions where there are any among the records; those are never trained on.
"""

from collections.abc import Iterable, Sequence

from doctor_llama.errors import EvaluationError
from training.evals import Example, Outcome, Task, Way, ask, choosing
from training.significance import Measure
from training.sources import Record, pubmedqa

OPTIONS = tuple(decision.capitalize() for decision in pubmedqa.DECISIONS)
YES = 0


def task(records: Iterable[Record]) -> Task:
    """A set from records of the Hub's layout or of the repository's own.

    Raises `EvaluationError` where none of them has a decision.
    """
    found: dict[int, Example] = {}
    for record in records:
        pmid, question, contexts, decision, _ = pubmedqa.parse(record)
        if question and decision:
            asked = pubmedqa.ask(question, contexts, decide=True)
            gold = pubmedqa.DECISIONS.index(decision)
            found[pmid] = Example(f"pmid:{pmid}", ask(asked), options=OPTIONS, gold=gold)
    held_out = {pmid: e for pmid, e in found.items() if pmid in pubmedqa.TEST_IDS}
    if not found:
        raise EvaluationError("There is no question of PubMedQA with a decision in that file.")
    about = f"{len(held_out)} of the 500 official test questions"
    if not held_out:
        about = "none of the official test questions: it may have been trained on these"
    return Task(
        name="pubmedqa",
        examples=tuple((held_out or found).values()),
        way=Way.CHOOSE,
        measures=measures,
        marks=choosing.marks(choosing.by_letter),
        about=f"PubMedQA, {about}",
    )


def measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """Accuracy and macro-F1, beside what always saying yes would have."""
    return {
        "accuracy": choosing.accuracy(outcomes),
        "macro_f1": choosing.macro_f1(outcomes),
        "always_yes": choosing.always(outcomes, YES),
    }
