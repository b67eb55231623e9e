"""Taking adapters in: exact, slim, whole, and a sentence for everything that is refused."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from doctor_llama.engine.local import blueprint, bundle, importing, loading, tokens
from doctor_llama.engine.local.bundle import Bundle
from doctor_llama.errors import AdapterError, WrongBaseError
from tests.engine import tiny
from tests.engine.conftest import ask
from tests.engine.test_loading import load, logits

Folders = dict[str, Path]
WEIGHTS = "adapter_model.safetensors"


def take(source: Path, root: Path, base: Path, **options: Any) -> Bundle:
    return importing.take(str(source), root, base=str(base), **options)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "adapters"


@pytest.fixture
def copied(folders: Folders, tmp_path: Path) -> Callable[[str], Path]:
    """An adapter that a test may spoil."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(folders[name], tmp_path / f"spoilt-{name}"))

    return copy


def test_a_legacy_adapter_is_exact_and_slim(folders: Folders, root: Path) -> None:
    """The very logits of the model that the adapter was trained in, from a fraction of the file."""
    made = take(folders["legacy"], root, folders["base"])
    loaded = load(folders["base"], made.folder)
    direct = load_base(folders["base"])
    tokenizer: Any = AutoTokenizer.from_pretrained(folders["legacy"])
    direct.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    direct = PeftModel.from_pretrained(direct, folders["legacy"]).eval()
    ids = tokens.encode(loaded.tokenizer, ask("What helps?"))
    assert torch.equal(logits(loaded.model, ids), logits(direct, ids))
    assert loaded.base.get_input_embeddings().weight is loaded.base.get_output_embeddings().weight
    names = load_file(made.folder / WEIGHTS)
    assert all(".lora_" in name for name in names)
    assert load_file(made.folder / bundle.ROWS)["embed_tokens"].shape == (2, 64)
    size = (folders["legacy"] / WEIGHTS).stat().st_size
    assert (made.folder / WEIGHTS).stat().st_size < size / 3
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end in made.manifest.eos_ids
    assert set(made.manifest.eos_ids) == set(loaded.eos_ids)
    assert (made.manifest.rank, made.manifest.extra_rows) == (8, 2)
    assert made.manifest.targets == ["q_proj", "v_proj"]


def load_base(folder: Path) -> Any:
    return loading.load_base(folder, device=torch.device("cpu"), dtype=torch.float32)


@pytest.mark.parametrize("held", [torch.bfloat16, torch.float16, torch.float32])
def test_what_the_trainer_rounded_on_its_way_is_no_training(
    folders: Folders, root: Path, copied: Callable[[str], Path], held: torch.dtype
) -> None:
    legacy = copied("legacy")
    weights = load_file(legacy / WEIGHTS)
    fat = [name for name in weights if "lora_" not in name]
    save_file(weights | {n: weights[n].to(held).float().clone() for n in fat}, legacy / WEIGHTS)
    assert take(legacy, root, folders["base"]).manifest.extra_rows == 2


def test_a_plain_adapter_shares_the_base_with_a_legacy_one(folders: Folders, root: Path) -> None:
    plain = load(folders["base"], take(folders["one"], root, folders["base"]).folder)
    ids = tokens.encode(plain.tokenizer, ask("What helps?"))
    assert torch.equal(logits(plain.model, ids), logits(load(*pair(folders, "one")).model, ids))
    assert plain.vocabulary == plain.plan.rows


def pair(folders: Folders, adapter: str) -> tuple[Path, Path]:
    return folders["base"], folders[adapter]


def test_the_same_adapter_has_the_same_address(folders: Folders, root: Path) -> None:
    first = take(folders["one"], root, folders["base"])
    again = take(folders["one"], root, folders["base"])
    assert first == again
    assert first.folder.name == first.sha256
    exported = Path(shutil.copytree(first.folder, root.parent / "exported"))
    assert take(exported, root, folders["base"]).sha256 == first.sha256
    assert [path.name for path in root.iterdir()] == [first.sha256]


# -- refused at the door ---------------------------------------------------------------------------

Spoil = Callable[[Path], object]


def poke(change: Callable[[dict[str, torch.Tensor]], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        weights = load_file(folder / WEIGHTS)
        change(weights)
        save_file(weights, folder / WEIGHTS)

    return spoil


def config(**fields: object) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / "adapter_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return spoil


def fat(weights: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    return [tensor for name, tensor in weights.items() if "lora_" not in name]


def outside(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        moved = folder.parent / "elsewhere"
        (folder / name).rename(moved)
        (folder / name).symlink_to(moved)

    return spoil


REFUSED: list[tuple[str, str, Spoil, str]] = [
    ("a pickle alone", "one", lambda f: (f / WEIGHTS).rename(f / "adapter_model.bin"), "pickle"),
    ("a pickle beside", "one", lambda f: (f / "optimizer.pt").write_bytes(b"x"), "pickle"),
    ("no weights", "one", lambda f: (f / WEIGHTS).unlink(), "no weights"),
    ("no config", "one", lambda f: (f / "adapter_config.json").unlink(), "not an adapter"),
    ("truncated", "one", lambda f: os.truncate(f / WEIGHTS, 2000), "damaged"),
    ("empty", "one", lambda f: os.truncate(f / WEIGHTS, 0), "damaged"),
    ("nan", "one", poke(lambda w: next(iter(w.values())).fill_(float("nan"))), "not finite"),
    ("nan rows", "legacy", poke(lambda w: [t[-1].fill_(torch.inf) for t in fat(w)]), "not finite"),
    ("one missing", "one", poke(lambda w: w.pop(sorted(w)[0])), "other target modules"),
    ("another rank", "one", config(r=4), "another rank"),
    ("other targets", "one", config(target_modules=["q_proj"]), "other target modules"),
    ("code", "one", config(layer_replication=[[0, 2]]), "beyond its LoRA weights"),
    ("modules", "one", config(modules_to_save=["lm_head"]), "replaces whole modules"),
    ("not lora", "one", config(peft_type="IA3"), "not a LoRA"),
    ("link", "one", outside(WEIGHTS), "leads out of that folder"),
    ("link config", "one", outside("adapter_config.json"), "leads out of that folder"),
    ("link tokenizer", "legacy", outside("tokenizer.json"), "leads out of that folder"),
    (
        "trained embeddings",
        "legacy",
        poke(lambda w: [t[7].add_(0.01) for t in fat(w)]),
        "trained embeddings.*overwrite the base",
    ),
    ("two ends", "legacy", poke(lambda w: fat(w)[0].add_(0.01)), "two embeddings that differ"),
    ("no rows", "legacy", poke(lambda w: [w.pop(n) for n in list(w) if "lora_" not in n]),
     "does not bring their embeddings"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("adapter", "spoil", "sentence"),
    [row[1:] for row in REFUSED],
    ids=[row[0].replace(" ", "-") for row in REFUSED],
)
def test_refused_with_its_sentence(
    folders: Folders,
    root: Path,
    copied: Callable[[str], Path],
    adapter: str,
    spoil: Spoil,
    sentence: str,
) -> None:
    folder = copied(adapter)
    spoil(folder)
    with pytest.raises(AdapterError, match=sentence):
        take(folder, root, folders["base"])
    assert not root.exists() or not list(root.iterdir()), "nothing is left behind"


def test_a_wrong_base_is_named(
    folders: Folders, root: Path, copied: Callable[[str], Path], tmp_path: Path
) -> None:
    sister = tiny.base(tmp_path / "sister", seed=5)  # of the same shape
    with pytest.raises(WrongBaseError, match="embeddings that it brings are not this one's"):
        take(folders["legacy"], root, sister)
    folder = copied("one")
    config(base_model_name_or_path="somebody/else-3B")(folder)
    with pytest.raises(WrongBaseError, match="somebody/else-3B; this is meta/right-3B"):
        take(folder, root, folders["base"], base_label="meta/right-3B")
    config(base_model_name_or_path="unsloth/Right-3B-bnb-4bit")(folder)
    made = take(folder, root, folders["base"], base_label="meta/right-3B")
    with pytest.raises(WrongBaseError, match="another base model, meta/right-3B"):
        load(sister, made.folder)
    with pytest.raises(WrongBaseError, match="meta/right-3B"):
        take(made.folder, root, sister)


def test_the_hubs_cache_of_links_is_taken(folders: Folders, root: Path, tmp_path: Path) -> None:
    """There every file is a link to a blob outside of the snapshot, and that is well."""
    cache = tmp_path / "models--a--b"
    snapshot = cache / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    blobs = Path(shutil.copytree(folders["one"], cache / "blobs"))
    for path in blobs.iterdir():
        (snapshot / path.name).symlink_to(path)
    assert take(snapshot, root, folders["base"]).manifest.rank == 8
    (snapshot / "adapter_config.json").unlink()
    (snapshot / "adapter_config.json").symlink_to(folders["one"] / "adapter_config.json")
    with pytest.raises(AdapterError, match="leads out"):
        take(snapshot, root, folders["base"])


# -- refused later ---------------------------------------------------------------------------------


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: flip(f / WEIGHTS), "sha256 is another"),
        (lambda f: flip(f / bundle.ROWS), "sha256 is another"),
        (lambda f: flip(f / "tokenizer.json"), "sha256 is another"),
        (lambda f: flip(f / bundle.MANIFEST), "was changed"),
        (lambda f: (f / WEIGHTS).unlink(), "missing"),
        (lambda f: (f / "extra.bin").write_bytes(b"x"), "not in its manifest"),
        (outside(WEIGHTS), "leads out"),
    ],
)
def test_a_bundle_that_was_changed_is_not_loaded(
    folders: Folders, root: Path, spoil: Spoil, sentence: str
) -> None:
    made = take(folders["legacy"], root, folders["base"])
    spoil(made.folder)
    with pytest.raises(AdapterError, match=sentence):
        load(folders["base"], made.folder)
    if (made.folder / bundle.MANIFEST).exists() and sentence != "leads out":
        again = take(folders["legacy"], root, folders["base"])
        assert bundle.verify(again.folder).sha256 == made.sha256, "a new import mends it"


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "a/b", "evil.bin"])
def test_a_manifest_cannot_name_other_files(folders: Folders, root: Path, name: str) -> None:
    made = take(folders["one"], root, folders["base"])
    forged = Path(shutil.copytree(made.folder, root.parent / "forged"))
    path = forged / bundle.MANIFEST
    said = json.loads(path.read_text())
    said["files"][name] = "0" * 64
    path.write_text(json.dumps(said))
    with pytest.raises(AdapterError, match=r"names .*which no bundle has"):
        take(forged, root, folders["base"])


def test_a_write_that_did_not_end_is_never_seen(folders: Folders, root: Path) -> None:
    root.mkdir()
    (root / ".tmp-dead").mkdir()
    (root / ".tmp-dead" / WEIGHTS).write_bytes(b"half")
    os.utime(root / ".tmp-dead", (0, 0))
    (root / ".tmp-alive").mkdir()
    bundle.sweep(root)
    assert [path.name for path in root.iterdir()] == [".tmp-alive"]


def test_a_fingerprint_tells_sisters_apart(folders: Folders, tmp_path: Path) -> None:
    sister = tiny.base(tmp_path / "sister", seed=5)
    prints = {blueprint.read(folder).fingerprint for folder in (folders["base"], sister)}
    assert len(prints) == 2
    copy = Path(shutil.copytree(folders["base"], tmp_path / "copy"))
    cut: Any = AutoModelForCausalLM.from_pretrained(copy)
    (copy / "model.safetensors").unlink()
    cut.save_pretrained(copy, max_shard_size="100KB")
    assert (copy / "model.safetensors.index.json").is_file()
    assert blueprint.read(copy).fingerprint == blueprint.read(folders["base"]).fingerprint
