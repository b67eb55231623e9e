"""MedQA: questions of a medical exam with four options, by the likelihood of each letter."""

from collections.abc import Iterable

from doctor_llama.errors import EvaluationError
from training.evals import Example, Task, Way, ask, choosing
from training.sources import Record, medqa


def task(records: Iterable[Record]) -> Task:
    """A set from records with `question`, `options` and `answer_idx` or `answer`.

    Raises `EvaluationError` where none of them can be used.
    """
    examples = []
    for number, record in enumerate(records):
        options = {letter: text for letter, text in (record["options"] or {}).items() if text}
        letters = tuple(sorted(options))
        right = record.get("answer_idx") or next(
            (letter for letter in letters if options[letter] == record.get("answer")), ""
        )
        if record["question"] and right in letters:
            asked = ask(medqa.ask(record["question"], options))
            gold = letters.index(right)
            examples.append(Example(f"medqa:{number}", asked, options=letters, gold=gold))
    if not examples:
        raise EvaluationError("There is no question of MedQA with a right option in that file.")
    return Task(
        name="medqa",
        examples=tuple(examples),
        way=Way.CHOOSE,
        measures=lambda found: {"accuracy": choosing.accuracy(found)},
        marks=choosing.marks(choosing.by_letter),
        about="MedQA (USMLE); guessing scores a quarter",
    )
