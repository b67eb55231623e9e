"""MedQuAD: answers of the National Institutes of Health about diseases and drugs, as XML files or
as tables. Three of its subsets lost their answers to copyright and come out empty.
"""

from collections.abc import Iterator
from pathlib import Path

from training.sources import files, xml
from training.sources.pair import Hub, Kind, Pair, Record, Source


def read(path: Path) -> Iterator[Record]:
    """Records {subset, focus, qid, qtype, question, answer} of XML files, or those of tables."""
    if path.suffix not in (".xml", ".zip") and not (path.is_dir() and any(path.rglob("*.xml"))):
        yield from files.records(path)
        return
    for name, stream in xml.streams(path):
        for document in xml.elements(stream, name, "Document"):
            focus = xml.text(document, "Focus")
            for pair in xml.children(document, "QAPairs/QAPair"):
                question = xml.child(pair, "Question")
                yield {
                    "subset": document.get("source", ""),
                    "focus": focus,
                    "qid": "" if question is None else question.get("qid", ""),
                    "question": xml.text(pair, "Question"),
                    "answer": xml.text(pair, "Answer"),
                }


def _pairs(record: Record) -> Iterator[Pair]:
    focus = record.get("focus") or record.get("question_focus") or ""
    subset = record.get("subset") or record.get("document_source") or ""
    qid = record.get("qid") or record.get("question_id") or ""
    yield Pair(
        # the makers set a space before the question mark, and some ask twice
        question=(record["question"] or "").replace("? ?", "?").replace(" ?", "?"),
        answer=record["answer"] or "",
        row=f"{subset}:{qid}" if qid else "",
        group=f"focus:{focus.casefold()}" if focus else "",
        title=focus,
    )


SOURCE = Source(
    name="medquad",
    about="questions on diseases, answered from NIH websites (16,407 with an answer)",
    licence="CC BY 4.0 (Ben Abacha and Demner-Fushman 2019)",
    kind=Kind.REFERENCE,
    columns=("question", "answer"),
    pairs=_pairs,
    read=read,
    hub=Hub("lavita/MedQuAD"),
)
