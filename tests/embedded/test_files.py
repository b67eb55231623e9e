"""What ships: small, safetensors only, and exactly what the manifest says."""

import hashlib
import json
import subprocess
import sys
from typing import Any

import pytest
from safetensors import safe_open

from doctor_llama import embedded
from doctor_llama.prompt import SYSTEM_PROMPT
from training.embedded.corpus import Corpus, corpus_sha256

REBUILD = "rebuild the model: python -m training embedded"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((embedded.FOLDER / "manifest.json").read_text("utf-8"))
    return content


def test_everything_together_is_smaller_than_a_megabyte() -> None:
    files = [p for p in embedded.FOLDER.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert sum(p.stat().st_size for p in files) < 1_000_000


def test_files_are_those_of_the_manifest(manifest: dict[str, Any]) -> None:
    for name, expected in manifest["sha256"].items():
        assert hashlib.sha256((embedded.FOLDER / name).read_bytes()).hexdigest() == expected, name
    shipped = {
        p.relative_to(embedded.FOLDER).as_posix()
        for folder in (embedded.BASE, embedded.ADAPTER)
        for p in folder.rglob("*")
        if p.is_file()
    }
    assert shipped == {n for n in manifest["sha256"] if "/" in n}
    assert {n.rsplit(".", 1)[1] for n in shipped} == {"json", "jinja", "safetensors"}


def test_model_was_built_from_this_corpus_and_this_prompt(manifest: dict[str, Any]) -> None:
    assert manifest["corpus_sha256"] == corpus_sha256(), REBUILD
    prompt = hashlib.sha256(SYSTEM_PROMPT.encode()).hexdigest()
    assert manifest["system_prompt_sha256"] == prompt, REBUILD


def test_weights_are_safetensors_of_a_llama_and_its_lora() -> None:
    config = json.loads((embedded.BASE / "config.json").read_text("utf-8"))
    assert config["architectures"] == ["LlamaForCausalLM"]
    with safe_open(embedded.BASE / "model.safetensors", "pt") as weights:
        assert {weights.get_slice(n).get_dtype() for n in weights.keys()} == {"BF16"}  # noqa: SIM118
    with safe_open(embedded.ADAPTER / "adapter_model.safetensors", "pt") as weights:
        names = list(weights.keys())
        assert {weights.get_slice(n).get_dtype() for n in names} == {"F32"}
    assert all("lora_" in n and ("q_proj" in n or "v_proj" in n) for n in names)


def test_topic_list_is_that_of_the_corpus() -> None:
    assert embedded.topics() == [topic.name for topic in Corpus().topics], REBUILD
    assert len(embedded.topics()) >= 36


def test_importing_it_leaves_torch_alone() -> None:
    code = (
        "import sys, doctor_llama.embedded as e; e.known_topic('What is asthma?');"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
