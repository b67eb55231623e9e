"""What an adapter must fit: facts of a base model read from its files, without loading it.

An adapter of the 3B model is thus judged in seconds on a machine that could not run it.
"""

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors import SafetensorError, safe_open
from transformers import AutoConfig, AutoModelForCausalLM

from doctor_llama.engine.local import hub, lora
from doctor_llama.errors import AdapterError, ModelUnavailableError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
EMBED, HEAD = "embed_tokens.weight", "lm_head.weight"
CHUNK = 8192  # rows compared at once; a whole embedding of Llama 3.2 3B is 0.8 GB
# in what an embedding may have been held between the base's file and the adapter's
PASSED_THROUGH = (torch.float32, torch.bfloat16, torch.float16)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A base model's shape and identity."""

    folder: Path
    config: Any  # of transformers, which has no types of its own
    files: dict[str, Path]  # by tensor
    fingerprint: str  # of a sample of every tensor

    @property
    def rows(self) -> int:
        """Rows of the embedding as the base's file has it."""
        return int(self.config.get_text_config().vocab_size)

    @property
    def tied(self) -> bool:
        return bool(self.config.get_text_config().tie_word_embeddings)

    def lora_shapes(self, config: LoraConfig) -> lora.Shapes:
        """The LoRA weights that an adapter of that configuration has. Raises `AdapterError`."""
        with torch.device("meta"):
            net: Any = AutoModelForCausalLM.from_config(self.config)  # type: ignore[no-untyped-call]
            try:
                net = get_peft_model(net, own(config), adapter_name=lora.SLOT)
            except (ValueError, RuntimeError, KeyError) as problem:
                raise AdapterError(f"The adapter does not fit the model: {problem}") from problem
        return shapes_of(net)

    def equal_rows(self, end: str, saved: torch.Tensor) -> Iterator[tuple[bool, float]]:
        """Compare saved embedding rows with the base's, some thousand at a time.

        Yields whether they are the same and how far apart they are, relative to the base. `end`
        is one of `EMBED`, `HEAD`.
        """
        name = next((n for n in self.files if n.endswith(end)), None)
        if name is None and self.tied:
            name = next(n for n in self.files if n.endswith(EMBED))
        if name is None:
            raise AdapterError(f"The base model in {self.folder} has no {end}.")
        with safe_open(self.files[name], "pt") as file:
            rows = file.get_slice(name)
            for start in range(0, self.rows, CHUNK):
                mine = rows[start : start + CHUNK]
                yours = saved[start : start + len(mine)]
                yield same(mine, yours), distance(mine, yours)


def own(config: LoraConfig) -> LoraConfig:
    """A copy for peft, which writes into what it is given and warns of a foreign base's name."""
    mine = copy.deepcopy(config)
    mine.base_model_name_or_path = None
    return mine


def same(base: torch.Tensor, saved: torch.Tensor) -> bool:
    """Whether `saved` is `base`, rounded to whatever it was held in on its way."""
    return any(torch.equal(base.to(held).to(saved.dtype), saved) for held in PASSED_THROUGH)


def distance(base: torch.Tensor, saved: torch.Tensor) -> float:
    """How far `saved` is from `base`, relative to the length of `base`."""
    length = float(base.float().norm())
    return float((base.float() - saved.float()).norm()) / length if length else 0.0


def shapes_of(net: Any) -> lora.Shapes:
    """The LoRA weights of a model, under the names that an adapter's file gives them."""
    return {
        name.replace(f".{lora.SLOT}.", "."): parameter.shape
        for name, parameter in net.named_parameters()
        if ".lora_" in name
    }


def read(folder: Path) -> Blueprint:
    """Read a base's facts. Raises `ModelUnavailableError`."""
    hub.refuse_pickles(folder, ModelUnavailableError)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        files = _files(folder)
        return Blueprint(folder, config, files, _fingerprint(files))
    except (OSError, ValueError, KeyError, SafetensorError) as problem:
        raise ModelUnavailableError(
            f"The model in {folder} cannot be loaded: {problem}"
        ) from problem


def _files(folder: Path) -> dict[str, Path]:
    """Which file holds which tensor."""
    index = folder / INDEX
    if index.is_file():
        named: dict[str, str] = json.loads(index.read_text("utf-8"))["weight_map"]
        hub.contained(folder, sorted(set(named.values())), ModelUnavailableError)
        return {tensor: folder / file for tensor, file in named.items()}
    with safe_open(folder / SINGLE, "pt") as file:
        return dict.fromkeys(file.keys(), folder / SINGLE)


def _fingerprint(files: dict[str, Path]) -> str:
    """A hash over one row of every matrix and the whole of every vector."""
    parts: dict[str, bytes] = {}  # sorted below: the same however the base is cut into files
    for path in set(files.values()):
        with safe_open(path, "pt") as file:
            for name in (name for name, place in files.items() if place == path):
                part = file.get_slice(name)
                shape = part.get_shape()
                row = part[:1] if len(shape) > 1 else part[:]
                parts[name] = f"{name} {shape} {part.get_dtype()}".encode()
                parts[name] += row.contiguous().view(torch.uint8).numpy().tobytes()
    return hashlib.sha256(b"".join(parts[name] for name in sorted(parts))).hexdigest()
