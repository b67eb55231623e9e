"""The test part of a data set that was built here: nothing of it was trained on.

One set for each source, scored against the answers that people gave.
"""

from collections import defaultdict
from pathlib import Path

from doctor_llama.errors import EvaluationError
from doctor_llama.prompt import ChatMessage
from training.evals import Example, Task, Way, writing
from training.sources import files

PART = "test.parquet"


def tasks(folder: Path) -> list[Task]:
    """Raises `EvaluationError` where the folder is no data set of questions with answers."""
    if not (folder / PART).is_file():
        raise EvaluationError(f"{folder} is no data set: it has no {PART}. See: data build")
    found: dict[str, list[Example]] = defaultdict(list)
    for record in files.records(folder / PART):
        try:
            turns = tuple(ChatMessage(m["role"], m["content"]) for m in record["prompt"])
            answer = record["completion"][0]["content"]
        except (KeyError, TypeError, IndexError) as problem:
            raise EvaluationError(
                f"{folder / PART} holds no questions with answers: it is for another training."
            ) from problem
        asked = tuple(turn for turn in turns if turn.role != "system")
        found[record["source"]].append(Example(str(record["row"]), asked, reference=answer))
    return [
        Task(
            name=f"test_{source}",
            examples=tuple(examples),
            way=Way.WRITE,
            measures=writing.measures,
            marks=writing.marks,
            about=f"the test part of {source} in the data set {folder.name}",
        )
        for source, examples in sorted(found.items())
    ]
