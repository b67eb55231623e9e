"""An adapter as the registry keeps it: a folder that proves itself.

    MANIFEST.json                what it is for, and the sha256 of every other file
    adapter_config.json          rank, targets, scaling
    adapter_model.safetensors    the LoRA weights, nothing else
    extra_rows.safetensors       embeddings of tokens that it adds to the base, where it does
    tokenizer.json, …            its own tokenizer with the template that it was trained with

The folder's name is the sha256 of its manifest, so a name in a row vouches for every bit. A bit
that flips in a safetensors file would otherwise load in silence.
"""

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from doctor_llama.engine.local import hub, lora
from doctor_llama.engine.local.lora import CONFIG, WEIGHTS, Lora
from doctor_llama.errors import AdapterError

MANIFEST = "MANIFEST.json"
ROWS = "extra_rows.safetensors"
TOKENIZER = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "tokenizer.model", "chat_template.jinja",
)  # fmt: skip
CARD = "README.md"
HARMLESS = (CARD, ".gitattributes")  # beside an exported bundle, and on the Hub; nothing reads them
FORMAT = 1
ADDRESS = re.compile(r"[0-9a-f]{64}")
STALE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle is, in words that need no model to be read."""

    base_model: str  # as it was called when the bundle was made
    base_fingerprint: str  # see `blueprint`
    rank: int
    targets: list[str]
    base_rows: int  # of the base's embedding
    extra_rows: int  # that the adapter adds
    eos_ids: list[int]
    files: dict[str, str]  # sha256 by name
    lineage: dict[str, Any] = field(default_factory=dict)  # such as the data set's hash
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return (json.dumps(asdict(self), indent=2, sort_keys=True) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle."""

    folder: Path
    sha256: str  # of the manifest
    manifest: Manifest


def is_bundle(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- reading ---------------------------------------------------------------------------------------


def verify(folder: Path) -> Bundle:
    """Check a bundle to the last bit. Raises `AdapterError`."""
    return _opened(folder)[0]


def read(folder: Path) -> tuple[Bundle, Lora]:
    """Read a bundle; what is returned was made from the very bytes that were checked."""
    bundle, contents = _opened(folder)
    config = lora.config_from(folder, folder / CONFIG)
    tensors = lora.tensors_from(folder / WEIGHTS, contents[WEIGHTS])
    extra = lora.tensors_from(folder / ROWS, contents[ROWS]) if ROWS in contents else {}
    lora.require_finite(folder, extra)
    plain = lora.from_tensors(folder, config, tensors)
    if plain.embeddings:
        raise AdapterError(f"The bundle in {folder} holds whole embeddings. Import it anew.")
    return bundle, Lora(folder, config, plain.tensors, {}, extra)


def _opened(folder: Path) -> tuple[Bundle, dict[str, bytes]]:
    """The bundle and the bytes of its weights."""
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError as problem:
        raise AdapterError(f"The adapter in {folder} has no {MANIFEST}. Import it anew.") from (
            problem
        )
    address = sha256(raw)
    if ADDRESS.fullmatch(folder.name) and folder.name != address:
        raise AdapterError(f"{folder / MANIFEST} was changed. Import the adapter anew.")
    manifest = _manifest(folder, raw)
    names = set(manifest.files)
    foreign = sorted(names - {CONFIG, WEIGHTS, ROWS, *TOKENIZER})
    if foreign:
        raise AdapterError(f"The manifest in {folder} names {foreign[0]}, which no bundle has.")
    there = {path.name for path in folder.iterdir()}
    strangers = sorted(there - names - {MANIFEST, *HARMLESS})
    if strangers:
        raise AdapterError(f"{strangers[0]} in {folder} is not in its manifest. Remove it.")
    hub.contained(folder, names, AdapterError)
    contents = {name: _checked(folder / name, digest) for name, digest in manifest.files.items()}
    missing = sorted({CONFIG, WEIGHTS, "tokenizer_config.json"} - names)
    if missing:
        raise AdapterError(f"The manifest in {folder} does not name {missing[0]}.")
    return Bundle(folder, address, manifest), contents


def _manifest(folder: Path, raw: bytes) -> Manifest:
    try:
        fields = json.loads(raw)
        manifest = Manifest(**fields)
        named = isinstance(manifest.files, dict) and all(
            isinstance(n, str) and isinstance(d, str) for n, d in manifest.files.items()
        )
    except (ValueError, TypeError) as problem:
        raise AdapterError(f"{folder / MANIFEST} cannot be read. Import it anew.") from problem
    if not named or manifest.format != FORMAT:
        raise AdapterError(
            f"The bundle in {folder} has another format than this program's. Import it anew."
        )
    return manifest


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise AdapterError(f"{path} is missing or cannot be read. Import it anew.") from problem
    if sha256(content) != digest:
        raise AdapterError(f"{path} is damaged: its sha256 is another. Import it anew.")
    return content


# -- writing ---------------------------------------------------------------------------------------


def write(root: Path, parts: Mapping[str, bytes], **facts: Any) -> Bundle:
    """Write a bundle below `root`, visible under its name only when it is whole.

    `facts` are the manifest's fields but `files`. What is there already is verified and kept.
    """
    manifest = Manifest(files={name: sha256(parts[name]) for name in sorted(parts)}, **facts)
    content = manifest.to_bytes()
    target = root / sha256(content)
    if target.exists():
        try:
            return verify(target)
        except AdapterError:
            shutil.rmtree(target)  # damaged: the new one takes its place
    root.mkdir(parents=True, exist_ok=True)
    draft = root / f".tmp-{uuid.uuid4().hex}"
    draft.mkdir()
    try:
        for name, part in {**parts, MANIFEST: content}.items():
            _write(draft / name, part)
        _sync(draft)
        draft.rename(target)
        _sync(root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Bundle(target, target.name, manifest)


def parts_of(slimmed: Lora, tokenizer: Path) -> dict[str, bytes]:
    """The files of a bundle, but its manifest; `tokenizer` is the folder of the tokenizer."""
    config = {name: getattr(slimmed.config, name) for name in lora.TAKEN}
    config |= {"peft_type": "LORA", "inference_mode": True}
    config = {k: sorted(v) if isinstance(v, set) else v for k, v in config.items()}
    hub.contained(tokenizer, TOKENIZER, AdapterError)
    parts = {CONFIG: (json.dumps(config, indent=2, sort_keys=True) + "\n").encode()}
    parts[WEIGHTS] = save(_plain(slimmed.tensors))
    if slimmed.extra:
        parts[ROWS] = save(_plain(slimmed.extra))
    for name in TOKENIZER:
        if (tokenizer / name).is_file():
            parts[name] = (tokenizer / name).read_bytes()
    return parts


def _plain(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def sweep(root: Path) -> None:
    """Remove what a write left behind that did not end."""
    for draft in root.glob(".tmp-*"):
        if time.time() - draft.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
