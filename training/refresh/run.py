"""The verbs of the training process: `refresh`, `compare` and, in one of its own, `examine`."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from doctor_llama import embedded, prompt
from doctor_llama.engine.local import importing
from doctor_llama.errors import TrainingError
from doctor_llama.prompt import ChatMessage
from doctor_llama.trainer.process import ORDER
from training import gate, kinds, recipe, sft
from training.gate import Sets, Thresholds, Verdict
from training.progress import Report
from training.refresh import dataset, examining, order, preferences, questions, recipes
from training.refresh.order import Order
from training.refresh.questions import Item
from training.refresh.telling import Telling

log = logging.getLogger(__name__)

CONTEXT = {True: 2048, False: 4096}  # tokens, by whether it is the demonstration model


def refresh(folder: Path, tell: Telling) -> None:
    """Data, training, evaluation, gate; leaves a bundle in the registry's folder, and a result."""
    asked = order.read(folder)
    os.nice(asked.nice)
    kinds.quiet()
    tell("data", 0.1)
    place, manifest, material = dataset.build(asked)
    tell("data", 1.0, rows=manifest["rows"])
    chosen = recipes.of(folder)
    start = Path(asked.start) if asked.start else None
    _begin_anew_unless_same(folder, manifest["sha256"] + chosen.fingerprint + (asked.start or ""))
    trained = sft.train(
        chosen, place, folder / "sft", start=start,
        progress=_listener(tell, "sft"), stop=tell.stopping,
    )  # fmt: skip
    adapter, tuned = preferences.tune(asked, trained.adapter, tell)
    tell("export", 0.0)
    bundle = importing.take(
        str(adapter), asked.root, base=asked.base, base_label=asked.base_label,
        lineage={"run": asked.run, "dataset": manifest["sha256"]},
    )  # fmt: skip
    tell("export", 1.0)
    items = questions.of(asked, material)
    answers = _examine(
        asked, {"candidate": str(bundle.folder), "active": asked.active}, items, tell
    )
    verdict, scored = _judge(asked, items, answers)
    order.write_result(
        folder,
        {
            "sha256": bundle.sha256,
            "base_model": bundle.manifest.base_model,
            "verdict": verdict.to_json(),
            "recipe": recipe.plain(chosen) | {"fingerprint": chosen.fingerprint},
            "dataset": manifest,
            "metrics": {
                "sft": _figures(trained.metrics),
                **tuned,
                "sets": {who: _means(sets) for who, sets in scored.items()},
            },
        },
    )


def _begin_anew_unless_same(folder: Path, material: str) -> None:
    """A resumed run goes on only with what it began with; anything else is trained anew."""
    note = folder / "material.txt"
    if not note.is_file() or note.read_text("utf-8") != material:
        for name in ("sft", "dpo", "kto"):
            shutil.rmtree(folder / name, ignore_errors=True)
    note.write_text(material, "utf-8")


def _listener(tell: Telling, phase: str) -> Any:
    def listen(report: Report) -> None:
        tell(
            phase, report.step / max(1, report.steps),
            step=report.step, steps=report.steps, loss=report.loss,
            tokens_per_second=round(report.tokens_per_second, 1),
        )  # fmt: skip

    return listen


def _figures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What a training says of itself, without its whole history."""
    history = metrics.get("history", ())
    curve = [[h["step"], round(h["loss"], 5)] for h in history if "loss" in h and "step" in h]
    return {k: v for k, v in metrics.items() if k != "history"} | {"curve": curve}


def _examine(
    asked: Order, adapters: Mapping[str, str | None], items: Sequence[Item], tell: Telling
) -> dict[str, list[dict[str, Any]]]:
    """Have each adapter answer in a fresh process: what was exported, not what was trained."""
    turns = [[{"role": t.role, "content": t.content} for t in item.turns] for item in items]
    return _answers(
        asked.folder,
        {
            "base": asked.base,
            "adapters": dict(adapters),
            "weights": asked.weights,
            "threads": asked.threads,
            "context_length": CONTEXT[asked.demo],
            "max_tokens": asked.max_tokens,
            "turns": turns,
        },
        tell,
    )


def _answers(
    folder: Path, wanted: dict[str, Any], tell: Telling
) -> dict[str, list[dict[str, Any]]]:
    place = folder / "compare"
    place.mkdir(exist_ok=True)
    (place / examining.ASKED).write_text(json.dumps(wanted) + "\n", "utf-8")
    command = [sys.executable, "-m", "training", "examine", "--run", str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if "error" in event:
                raise TrainingError(f"the evaluation failed: {event['detail']}")
            tell("evaluate", event["done"])
            if tell.stopping():
                process.terminate()
                raise KeyboardInterrupt
    if process.returncode != 0:
        raise TrainingError(f"the evaluation ended with exit code {process.returncode}")
    found: dict[str, list[dict[str, Any]]] = order.read_json(place / examining.ANSWERED)
    return found


def _judge(
    asked: Order, items: Sequence[Item], answers: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[Verdict, dict[str, Sets]]:
    scored: dict[str, Sets] = {}
    for who, given in answers.items():
        sets: dict[str, dict[str, float]] = {}
        for item, answer in zip(items, given, strict=True):
            marks = questions.scores(item, answer["text"], ended=answer["ended"])
            for name, score in marks.items():
                sets.setdefault(name, {})[item.id] = score
        scored[who] = sets
    thresholds = gate.load(asked.gate) if asked.gate else gate.load()
    if asked.cleaning:
        thresholds = _for_cleaning(thresholds, fresh="new" in scored["candidate"])
    return gate.decide(scored["candidate"], scored["active"], thresholds), scored


def _for_cleaning(thresholds: Thresholds, *, fresh: bool) -> Thresholds:
    """An adapter that must no longer know something need not know anything new instead."""
    rules = dict(thresholds.rules)
    if not fresh and "new" in rules:
        rules["new"] = replace(rules["new"], required=False)
    return replace(thresholds, rules=rules)


def _means(sets: Sets) -> dict[str, float]:
    return {name: round(sum(each.values()) / len(each), 4) for name, each in sets.items() if each}


# -- compare and examine --------------------------------------------------------------------------


def compare(folder: Path, tell: Telling) -> None:
    """The same questions, answered by two adapters."""
    asked = order.read_json(folder / ORDER)
    os.nice(asked["nice"])
    items = asked["items"]
    wanted = {
        "base": asked["base"],
        "adapters": {who: asked[who] or asked["own"] for who in ("first", "second")},
        "weights": "nf4" if asked["demo"] else "auto",
        "threads": asked["threads"],
        "context_length": CONTEXT[asked["demo"]],
        "max_tokens": asked["max_tokens"],
        "turns": [_turns(item["question"], demo=asked["demo"]) for item in items],
    }
    answers = _answers(folder, wanted, tell)
    order.write_result(
        folder,
        {
            "items": [
                item | {who: answers[who][at]["text"] for who in ("first", "second")}
                for at, item in enumerate(items)
            ]
        },
    )


def _turns(question: str, *, demo: bool) -> list[dict[str, str]]:
    """A question as serving would put it."""
    if demo and (found := embedded.recognise(question)) is not None:
        question = embedded.plain_question(found)
    turns = prompt.conversation([ChatMessage("user", question)])
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def examine(folder: Path, tell: Telling) -> None:
    """See `examining.ask`."""
    examining.ask(folder, lambda done: tell("evaluate", done))


VERBS = {"refresh": refresh, "compare": compare, "examine": examine}
