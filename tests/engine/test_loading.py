"""A base in 4 bits with its adapter, and a clear sentence for everything that does not fit."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import torch
from bitsandbytes.nn.modules import Linear4bit
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from doctor_llama.engine.local import loading, tokens
from doctor_llama.engine.local.loading import Loaded
from doctor_llama.errors import AdapterError, ModelUnavailableError
from tests.engine.conftest import ask

Folders = dict[str, Path]


def load(model: Path | str, adapter: Path | str | None = None) -> Loaded:
    name = str(adapter) if adapter else None
    return loading.load(str(model), name, device="cpu", dtype=torch.float32)


def logits(net: torch.nn.Module, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = net(torch.tensor([ids])).logits
    return out


def test_the_base_is_nf4_with_double_quantisation(folders: Folders) -> None:
    loaded = load(folders["base"], folders["one"])
    layers = [m for m in loaded.base.modules() if isinstance(m, Linear4bit)]
    assert len(layers) == 14
    for layer in layers:
        state = layer.weight.quant_state  # type: ignore[attr-defined]
        assert state.quant_type == "nf4"
        assert state.nested
    assert {name.split(".")[-3] for name in loaded.shapes} == {"q_proj", "v_proj"}
    assert list(loaded.model.peft_config) == ["live"]
    assert not loaded.model.training


def test_weights_are_never_packed_in_place(folders: Folders) -> None:
    """On some CPUs a forward pass would rewrite the weights, and training learn nothing after."""
    loaded = load(folders["base"], folders["one"])
    layers = [m for m in loaded.base.modules() if isinstance(m, Linear4bit)]
    assert not any(layer.support_avx512bf16_for_cpu for layer in layers)
    before = [layer.weight.data.clone() for layer in layers]
    first = logits(loaded.model, [5, 6, 7])
    assert all(torch.equal(b, m.weight.data) for b, m in zip(before, layers, strict=True))
    assert torch.equal(first, logits(loaded.model, [5, 6, 7]))
    for name, parameter in loaded.model.named_parameters():
        parameter.requires_grad_("lora_" in name)
    loaded.model.train()
    ids = torch.tensor([[5, 6, 7, 8]])
    loaded.model(ids, labels=ids).loss.backward()
    grads = [p.grad for p in loaded.model.parameters() if p.requires_grad]
    assert grads
    assert all(grad is not None and grad.abs().sum() > 0 for grad in grads)


def test_the_adapter_is_live_and_unmerged(folders: Folders) -> None:
    ids = [5, 6, 7, 8]
    plain, one = load(folders["base"]), load(folders["base"], folders["one"])
    assert not torch.allclose(logits(plain.model, ids), logits(one.model, ids))
    with one.model.disable_adapter():
        assert torch.equal(logits(plain.model, ids), logits(one.model, ids))


def test_an_adapter_with_tokens_of_its_own(folders: Folders) -> None:
    """The kind that the seed project published: embeddings saved, ChatML tokens added."""
    loaded = load(folders["base"], folders["legacy"])
    direct: Any = AutoModelForCausalLM.from_pretrained(
        folders["base"],
        dtype=torch.float32,
        device_map={"": "cpu"},
        quantization_config=BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.float32,
        ),
    )
    loading.disable_cpu_packing(direct)
    tokenizer: Any = AutoTokenizer.from_pretrained(folders["legacy"])
    direct.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    direct = PeftModel.from_pretrained(direct, folders["legacy"]).eval()
    ids = tokens.encode(loaded.tokenizer, ask("What helps?"))
    assert torch.equal(logits(loaded.model, ids), logits(direct, ids))
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert {end, 1} <= set(loaded.eos_ids)
    assert ids.count(tokenizer.convert_tokens_to_ids("<|im_start|>")) == 3
    assert loaded.vocabulary == len(tokenizer)


def test_end_tokens_are_gathered_from_everywhere(folders: Folders) -> None:
    tokenizer = loading.read_tokenizer(folders["base"])
    assert loading.eos_ids(tokenizer, [3, 9]) == (1, 3, 9)
    assert loading.eos_ids(tokenizer, None) == (1,)


@pytest.fixture
def copied(folders: Folders, tmp_path: Path) -> Path:
    """An adapter that a test may spoil."""
    return Path(shutil.copytree(folders["one"], tmp_path / "adapter"))


def spoil(folder: Path, value: float) -> None:
    weights = load_file(folder / "adapter_model.safetensors")
    next(iter(weights.values()))[0, 0] = value
    save_file(weights, folder / "adapter_model.safetensors")


def test_adapter_sentences(folders: Folders, copied: Path) -> None:
    base, weights = folders["base"], copied / "adapter_model.safetensors"
    with pytest.raises(AdapterError, match="no folder"):
        load(base, copied / "nowhere")
    with pytest.raises(AdapterError, match="not an adapter"):
        load(base, base)
    spoil(copied, float("nan"))
    with pytest.raises(AdapterError, match="not finite"):
        load(base, copied)
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(AdapterError, match="damaged"):
        load(base, copied)
    weights.rename(copied / "adapter_model.bin")
    with pytest.raises(AdapterError, match="pickle"):
        load(base, copied)
    (copied / "adapter_config.json").write_text("{")
    with pytest.raises(AdapterError, match="cannot be read"):
        load(base, copied)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("r", 4, "another rank"),
        ("target_modules", ["q_proj"], "other target modules"),
        ("target_modules", ["no_such_layer"], "does not fit"),
        ("peft_type", "IA3", "not a LoRA"),
        ("modules_to_save", ["lm_head"], "whole modules"),
    ],
)
def test_adapters_that_do_not_fit(
    folders: Folders, copied: Path, field: str, value: object, sentence: str
) -> None:
    path = copied / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(AdapterError, match=sentence):
        load(folders["base"], copied)


def test_added_tokens_without_embeddings_are_refused(folders: Folders, copied: Path) -> None:
    for path in [*folders["legacy"].glob("token*"), folders["legacy"] / "chat_template.jinja"]:
        shutil.copy(path, copied)
    with pytest.raises(AdapterError, match="embeddings"):
        load(folders["base"], copied)


def test_what_another_machine_wrote_is_passed_over(folders: Folders, copied: Path) -> None:
    path = copied / "adapter_config.json"
    other = {"from_the_future": 1, "base_model_name_or_path": "somebody/else"}
    path.write_text(json.dumps(json.loads(path.read_text()) | other))
    assert load(folders["base"], copied).adapter is not None


def test_model_sentences(folders: Folders, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(ModelUnavailableError, match="no weights"):
        load(tmp_path)
    copy = Path(shutil.copytree(folders["base"], tmp_path / "base"))
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:1000])
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        load(copy)
    weights.rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelUnavailableError, match="pickle"):
        load(copy)
    weights.write_bytes(content)
    (copy / "chat_template.jinja").unlink()
    with pytest.raises(ModelUnavailableError, match="chat template"):
        load(copy)


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers like the Hub to somebody without access."""

    def do_GET(self) -> None:
        gated = "gated" in self.path
        self.send_response(403 if gated else 404)
        self.send_header("X-Error-Code", "GatedRepo" if gated else "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[http.server.HTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        monkeypatch.setattr(
            huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}"
        )
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_hub_sentences(hub: http.server.HTTPServer, folders: Folders) -> None:
    with pytest.raises(ModelUnavailableError, match=r"licence.*HF_TOKEN"):
        load("somebody/gated")
    with pytest.raises(AdapterError, match="private"):
        load(folders["base"], "somebody/missing")


def test_no_network_sentence(hub: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailableError, match="network"):
        load("somebody/unreachable")
