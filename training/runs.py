"""A run's folder: what it is a run of, where it goes on after a kill, what it leaves behind.

run.json       what is trained from what; another training does not go on in this folder
checkpoints/   the state, for going on; removed once the run is over
logs/          TensorBoard's files
adapter/       the result: a plain PEFT folder with its tokenizer and training.json
metrics.json   the figures; with it the run is over
"""

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from doctor_llama.engine.local import lora
from doctor_llama.errors import TrainingError
from training import qlora, recipe, together, trainers
from training.recipe import Recipe

RUN, METRICS, CHECKPOINTS, LOGS, ADAPTER = (
    "run.json", "metrics.json", "checkpoints", "logs", "adapter",
)  # fmt: skip
STATE = "trainer_state.json"  # the last file of a checkpoint that is written
VERSIONS_OF = ("torch", "transformers", "peft", "bitsandbytes", "trl", "datasets", "accelerate")


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training leaves: a plain PEFT folder, and its figures."""

    adapter: Path
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A run in its folder."""

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def checkpoints(self) -> Path:
        return self.folder / CHECKPOINTS

    @property
    def result(self) -> TrainResult | None:
        """What the run left, where it is over."""
        path = self.folder / METRICS
        if not path.is_file():
            return None
        return TrainResult(self.folder / ADAPTER, json.loads(path.read_text("utf-8")))

    def newest(self) -> Path | None:
        """The newest checkpoint that was written to its end."""
        found = sorted(
            self.checkpoints.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[-1])
        )
        return next((path for path in reversed(found) if is_whole(path)), None)

    def finish(self, model: Any, made: qlora.Plan, metrics: dict[str, Any]) -> TrainResult:
        """Write the adapter and the figures, and let the checkpoints go."""
        draft = self.folder / f".{ADAPTER}"
        shutil.rmtree(draft, ignore_errors=True)
        trainers.save_adapter(model, draft)
        _without_this_machine(draft / lora.CONFIG, made.label)
        made.tokenizer.save_pretrained(draft)
        facts = self.facts | {"template_sha256": made.template_sha256, "metrics": metrics}
        write_json(draft / qlora.MANIFEST, facts)
        for path in draft.iterdir():
            path.chmod(0o644)  # safetensors writes 0600, which another user could not read
        shutil.rmtree(self.folder / ADAPTER, ignore_errors=True)
        draft.rename(self.folder / ADAPTER)
        write_json(self.folder / METRICS, metrics)
        shutil.rmtree(self.checkpoints, ignore_errors=True)
        return TrainResult(self.folder / ADAPTER, metrics)


def open_run(folder: Path, chosen: Recipe, dataset: Path, start: Path | None, *, base: str) -> Run:
    """Begin a run in a folder, or go on with the one that is there.

    Raises `TrainingError` where the folder holds another run.
    """
    facts = {
        "recipe": recipe.plain(chosen),
        "base_model": base,
        "dataset": _hashes(dataset, ("*.parquet",)),
        "manifest": _manifest(dataset),
        "start": _hashes(start, (lora.WEIGHTS,)) if start else {},
        "versions": {name: metadata.version(name) for name in VERSIONS_OF},
    }
    path = folder / RUN
    if together.rank() == 0 and not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, facts)
    together.wait()
    there = json.loads(path.read_text("utf-8"))
    differ = sorted(key for key in facts if facts[key] != there.get(key))
    if differ:
        raise TrainingError(
            f"{folder} holds another run: its {differ[0]} differs. Choose another folder, "
            "or remove this one."
        )
    return Run(folder, facts)


def is_whole(checkpoint: Path) -> bool:
    """Whether a checkpoint was written to its end, as one is not that a kill interrupted.

    Each process writes the state of its random numbers by itself, maybe after the first one has
    written all the rest.
    """
    world = together.world_size()
    own = [f"rng_state_{n}.pth" for n in range(world)] if world > 1 else ["rng_state.pth"]
    try:
        json.loads((checkpoint / STATE).read_text("utf-8"))
        with safe_open(checkpoint / lora.WEIGHTS, "pt"):
            # the end of such a file is what makes it a zip file
            return all(map(zipfile.is_zipfile, (checkpoint / n for n in ("optimizer.pt", *own))))
    except (OSError, ValueError, SafetensorError):
        return False


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file so that a kill leaves the old one or the new one."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")
    draft.replace(path)


def _without_this_machine(path: Path, label: str) -> None:
    """Put the base's name where PEFT wrote the path that it had on this machine."""
    config = json.loads(path.read_text("utf-8"))
    config["base_model_name_or_path"] = Path(label).name if Path(label).is_dir() else label
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    write_json(path, config)


def _hashes(folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return {path.name: _sha256(path) for path in found}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(dataset: Path) -> str | None:
    path = dataset / "manifest.json"
    return _sha256(path) if path.is_file() else None
