"""MedQA: questions of the United States Medical Licensing Examination with four options."""

from collections.abc import Iterator, Mapping

from training.sources.pair import Hub, Kind, Pair, Record, Source


def ask(question: str, options: Mapping[str, str]) -> str:
    """The prompt of one question: the case, then its options, a letter each."""
    listed = "\n".join(f"{letter}. {text}" for letter, text in sorted(options.items()) if text)
    return f"{question}\n\n{listed}\n\nWhich option is right? Give its letter and its text."


def _pairs(record: Record) -> Iterator[Pair]:
    options = record["options"] or {}
    letter = record.get("answer_idx") or next(
        (key for key, text in options.items() if text == record.get("answer")), ""
    )
    text = options.get(letter) or ""
    yield Pair(
        question=ask(record["question"], options) if record["question"] and options else "",
        answer=f"{letter}. {text}" if text else "",
    )


SOURCE = Source(
    name="medqa",
    about="exam questions with four options (10,178 to train on)",
    licence="MIT as declared; the questions come from third parties",
    kind=Kind.EXAM,
    columns=("question", "options"),
    pairs=_pairs,
    hub=Hub("GBaker/MedQA-USMLE-4-options"),
)
