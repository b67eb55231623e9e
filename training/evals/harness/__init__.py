"""Our choices as tasks of lm-evaluation-harness: a second program's opinion on the same items.

It is an extra (`pip install 'doctor-llama[harness]'`). The task files can be used without us:
`lm_eval --include_path FOLDER --tasks doctor_llama_choices --apply_chat_template …`
"""

import contextlib
import importlib.util
import io
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from doctor_llama.engine.local import loading
from doctor_llama.engine.local.weights import Weights
from doctor_llama.errors import EvaluationError
from doctor_llama.prompt import SYSTEM_PROMPT
from training.evals import Task, Way

TEMPLATE = Path(__file__).with_name("choices.yaml")
PREFIX = "doctor_llama_"
SHORT, LONG = "acc", "acc_norm"


def require() -> None:
    """Raise `EvaluationError` where lm-evaluation-harness is not installed."""
    if importlib.util.find_spec("lm_eval") is None:
        raise EvaluationError(
            "lm-evaluation-harness is not installed: pip install 'doctor-llama[harness]'"
        )


def write(tasks: Sequence[Task], folder: Path) -> list[str]:
    """Write a YAML and a JSONL file for every set of choices; returns the tasks' names.

    Raises `EvaluationError` where there is none.
    """
    chosen = [task for task in tasks if task.way is Way.CHOOSE]
    if not chosen:
        raise EvaluationError("None of these sets is a choice between options.")
    folder.mkdir(parents=True, exist_ok=True)
    for task in chosen:
        name = PREFIX + task.name
        file = (folder / f"{name}.jsonl").resolve()
        with file.open("w", encoding="utf-8") as rows:
            for example in task.examples:
                row = {
                    "id": example.id,
                    "question": example.conversation[-1].content,
                    "options": list(example.options),
                    "gold": example.gold,
                }
                rows.write(json.dumps(row, ensure_ascii=False) + "\n")
        # whole sentences are weighed by their length, letters and single words are not
        long = any(" " in option for option in task.examples[0].options)
        filled = {"NAME": name, "FILE": json.dumps(str(file)), "METRIC": LONG if long else SHORT}
        text = TEMPLATE.read_text("utf-8")
        for word, value in filled.items():
            text = text.replace(f": {word}\n", f": {value}\n")
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return [PREFIX + task.name for task in chosen]


def run(
    base: str | Path, adapter: str | Path | None, names: Sequence[str], folder: Path
) -> dict[str, float]:
    """Accuracy of each task by the harness, on the model as serving loads it.

    Raises `EvaluationError` without the harness, and what loading raises.
    """
    require()
    with _quiet():
        from lm_eval import simple_evaluate  # noqa: PLC0415 - an extra
        from lm_eval.models.huggingface import HFLM  # noqa: PLC0415
        from lm_eval.tasks import TaskManager  # noqa: PLC0415

        loaded = loading.load(
            str(base), None if adapter is None else str(adapter), weights=Weights.NF4
        )
        found: Any = simple_evaluate(
            # an instance: its own way to load 4 bits fails with transformers 5
            model=HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer),
            tasks=list(names),
            task_manager=TaskManager(include_path=str(folder), include_defaults=False),
            apply_chat_template=True,
            system_instruction=SYSTEM_PROMPT,
            bootstrap_iters=0,
            log_samples=False,
        )
    return {name: _accuracy(found["results"][name]) for name in names}


def _accuracy(result: dict[str, Any]) -> float:
    return float(next(v for k, v in result.items() if k.split(",")[0] in (SHORT, LONG)))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """It draws progress bars on stderr and tables on stdout, and warns of what we mean."""
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield
