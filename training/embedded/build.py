"""Build the embedded model: tokenizer, base, adapter, topic list and manifest, in that order.

The same seed on the same machine gives the same bytes; the manifest says what was measured.
"""

import hashlib
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast
from transformers.utils import logging as hf_logging

from doctor_llama import embedded
from doctor_llama.prompt import SYSTEM_PROMPT
from training.embedded import measure, network
from training.embedded import tokenizer as tokens
from training.embedded.corpus import Corpus, bare, corpus_sha256, texts

BASE_NAME = "doctor-llama-embedded"
# The matrices are too small to share out: a second thread gains nothing on a quiet machine and
# loses much on a busy one. A fixed number also keeps the order of sums, and so the bytes.
THREADS = 1
VERSIONS_OF = ("torch", "transformers", "peft", "bitsandbytes", "tokenizers", "safetensors")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the bytes, but for the data files and the library versions."""

    seed: int = 0
    vocabulary: int = 1536
    layers: int = 2
    intermediate: int = 192
    rank: int = 16
    base: network.Schedule = field(default=network.Schedule(steps=2000, rate=8e-3, batch=20))
    adapter: network.Schedule = field(default=network.Schedule(steps=400, rate=4e-3, batch=20))


def say(line: str) -> None:
    """Write one line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def build(
    out: Path, recipe: Recipe, *, measured: bool = True, tell: Callable[[str], None] = say
) -> dict[str, Any]:
    """Build everything under `out` (base/, adapter/, topics.json, manifest.json).

    Returns the manifest. `measured=False` leaves the metrics out. What lay in base/ and adapter/
    is replaced only once the new model is complete.
    """
    started = time.perf_counter()
    _settle(recipe.seed)
    corpus = Corpus()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        tokenizer = _tokenizer(corpus, recipe, made / "base")
        tell(f"tokenizer: {len(tokenizer)} tokens, {time.perf_counter() - started:.0f} s")
        metrics: dict[str, dict[str, float]] = {}
        model = _base(tokenizer, corpus, recipe, made / "base", tell)
        if measured:
            metrics["fp32_base"] = measure.report(model, tokenizer, corpus, seed=recipe.seed)
        _adapter(tokenizer, corpus, recipe, made, tell)
        if measured:
            # measured on what was written, loaded afresh: that is what ships
            shipped = network.load_adapter(network.load_nf4(made / "base"), made / "adapter")
            metrics["nf4_adapter"] = measure.report(shipped, tokenizer, corpus, seed=recipe.seed)
        _write_json(made / "topics.json", _topics(corpus))
        manifest = _manifest(made, recipe, metrics)
        _write_json(made / "manifest.json", manifest)
        _install(made, out)
    for name, figures in metrics.items():
        tell(f"{name}: " + ", ".join(f"{k} {v:g}" for k, v in figures.items()))
    tell(f"done: {manifest['bytes']} bytes in {out}, {time.perf_counter() - started:.0f} s")
    return manifest


def _settle(seed: int) -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    hf_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def _tokenizer(corpus: Corpus, recipe: Recipe, out: Path) -> PreTrainedTokenizerFast:
    draw = random.Random(recipe.seed)
    sample = list(itertools.islice(corpus.dialogues(draw), 2000))
    # the prompt and the headers stand in every conversation: let each word be one token
    frame = [SYSTEM_PROMPT, "system", "user", "assistant", "\n\n"] * 50
    tokenizer = tokens.build([*texts(sample), *frame], recipe.vocabulary)
    tokenizer.save_pretrained(out)
    return tokenizer


def _base(
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
    recipe: Recipe,
    out: Path,
    tell: Callable[[str], None],
) -> Any:
    started = time.perf_counter()
    model = network.new_base(tokenizer, layers=recipe.layers, intermediate=recipe.intermediate)
    loss = network.train(model, tokenizer, corpus, recipe.base, seed=recipe.seed)
    # rounded before it is measured, so that the figures are those of the file
    model.to(torch.bfloat16).save_pretrained(out)
    tell(
        f"base: {model.num_parameters()} parameters, {recipe.base.steps} steps, "
        f"loss {loss:.4f}, {time.perf_counter() - started:.0f} s"
    )
    return model.to(torch.float32)


def _adapter(
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
    recipe: Recipe,
    made: Path,
    tell: Callable[[str], None],
) -> None:
    started = time.perf_counter()
    model = network.with_lora(
        network.load_nf4(made / "base"), rank=recipe.rank, seed=recipe.seed + 1
    )
    loss = network.train(model, tokenizer, corpus, recipe.adapter, seed=recipe.seed + 1)
    model.save_pretrained(made / "adapter")
    (made / "adapter" / "README.md").unlink(missing_ok=True)
    config = json.loads((made / "adapter" / "adapter_config.json").read_text("utf-8"))
    # The scratch folder's path has no business in a shipped file, and a set has no order. Not
    # through the config object: PEFT would look the name up on the network while saving.
    config["base_model_name_or_path"] = BASE_NAME
    config["target_modules"] = sorted(config["target_modules"])
    _write_json(made / "adapter" / "adapter_config.json", config)
    tell(
        f"adapter: rank {recipe.rank} on 4 bits, {recipe.adapter.steps} steps, "
        f"loss {loss:.4f}, {time.perf_counter() - started:.0f} s"
    )


def _topics(corpus: Corpus) -> dict[str, Any]:
    return {
        "topics": [
            {
                "name": topic.name,
                "aliases": sorted({bare(form) for form in topic.forms}),
                "not_after": list(topic.not_after),
                "questions": {i: corpus.canonical(topic, i) for i in embedded.INTENTS},
            }
            for topic in corpus.topics
        ]
    }


def _manifest(made: Path, recipe: Recipe, metrics: dict[str, dict[str, float]]) -> dict[str, Any]:
    files = sorted(p for p in made.rglob("*") if p.is_file())
    return {
        "name": BASE_NAME,
        "recipe": asdict(recipe),
        "corpus_sha256": corpus_sha256(),
        "system_prompt_sha256": hashlib.sha256(SYSTEM_PROMPT.encode()).hexdigest(),
        "versions": {name: metadata.version(name) for name in VERSIONS_OF},
        "metrics": metrics,
        "bytes": sum(p.stat().st_size for p in files),
        "sha256": {
            p.relative_to(made).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in files
        },
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _install(made: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name in ("base", "adapter"):
        shutil.rmtree(out / name, ignore_errors=True)
        shutil.copytree(made / name, out / name)
        for path in (out / name).iterdir():
            path.chmod(0o644)  # safetensors writes 0600, which another user could not read
    for name in ("topics.json", "manifest.json"):
        shutil.copyfile(made / name, out / name)
