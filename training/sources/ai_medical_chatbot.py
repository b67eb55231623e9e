"""AI-Medical-Chatbot: dialogues of two medical forums, one question and one answer each.

Only the last turn of either side survived its making, links were cut out and a third of the first
thousand rows are copies: the cleaning rules were written for it.
"""

from collections.abc import Iterator

from training.sources.pair import Hub, Kind, Pair, Record, Source


def _pairs(record: Record) -> Iterator[Pair]:
    yield Pair(
        question=record["Patient"] or "",
        answer=record["Doctor"] or "",
        title=record["Description"] or "",
    )


SOURCE = Source(
    name="ai_medical_chatbot",
    about="questions to doctors in two web forums, with their answers",
    licence="none stated; its builder names healthcaremagic.com and icliniq.com as owners",
    kind=Kind.DIALOGUE,
    columns=("Description", "Patient", "Doctor"),
    pairs=_pairs,
    hub=Hub("ruslanmv/ai-medical-chatbot", "138c99336a3afce0df88ffe6fd67bd231df25d36"),
)
