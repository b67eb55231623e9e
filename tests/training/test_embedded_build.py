"""The builder in a shortened form: same bytes twice, answers only, gradients after an answer."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from doctor_llama.engine import ChatMessage
from doctor_llama.prompt import SYSTEM_PROMPT
from training.__main__ import main
from training.embedded import build, measure, network
from training.embedded import tokenizer as tokens
from training.embedded.corpus import Corpus

SHORT = build.Recipe(
    vocabulary=600,
    base=network.Schedule(steps=3, rate=1e-2, batch=4),
    adapter=network.Schedule(steps=3, rate=5e-3, batch=4),
)
TURNS = [
    ChatMessage("user", "What is asthma?"),
    ChatMessage("assistant", "A condition of the airways."),
    ChatMessage("user", "How is it treated?"),
    ChatMessage("assistant", "With inhalers."),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    build.build(out, SHORT, measured=False, tell=lambda _: None)
    return out


@pytest.fixture(scope="module")
def tokenizer(built: Path) -> Any:
    return PreTrainedTokenizerFast.from_pretrained(built / "base")


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    built: Path, tmp_path: Path
) -> None:
    first = json.loads((built / "manifest.json").read_text("utf-8"))
    again = build.build(tmp_path / "again", SHORT, measured=False, tell=lambda _: None)
    other = build.build(
        tmp_path / "other", replace(SHORT, seed=1), measured=False, tell=lambda _: None
    )
    assert again["sha256"] == first["sha256"]
    assert other["sha256"]["base/model.safetensors"] != first["sha256"]["base/model.safetensors"]


def test_ships_what_it_should_and_no_path_of_this_machine(built: Path) -> None:
    files = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    assert files == {
        "base/chat_template.jinja",
        "base/config.json",
        "base/generation_config.json",
        "base/model.safetensors",
        "base/tokenizer.json",
        "base/tokenizer_config.json",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        "topics.json",
        "manifest.json",
    }
    adapter = json.loads((built / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert adapter["base_model_name_or_path"] == build.BASE_NAME
    assert adapter["target_modules"] == ["q_proj", "v_proj"]


def test_template_is_llama_3_without_a_date(tokenizer: PreTrainedTokenizerFast) -> None:
    text = tokens.render(tokenizer, TURNS[:1], ask=True)
    assert text == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
        f"{SYSTEM_PROMPT}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nWhat is asthma?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    assert not re.search(r"date|strftime", tokenizer.chat_template)


def test_labels_are_the_answers_alone_each_to_its_end(tokenizer: PreTrainedTokenizerFast) -> None:
    [(ids, labels)] = tokens.encode(tokenizer, [TURNS])
    assert ids.count(tokenizer.bos_token_id) == 1
    assert labels[-1] == tokenizer.eos_token_id == tokenizer.convert_tokens_to_ids(tokens.EOT)
    taught = [label for label in labels if label != tokens.IGNORE]
    assert tokenizer.decode(taught) == (
        "A condition of the airways.<|eot_id|>With inhalers.<|eot_id|>"
    )
    # the template's own markers, which trainers read, mark the same tokens
    marked: Any = tokenizer.apply_chat_template(
        [{"role": m.role, "content": m.content} for m in TURNS],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    chosen = [
        token
        for token, mine in zip(marked["input_ids"], marked["assistant_masks"], strict=True)
        if mine
    ]
    assert chosen == taught


def test_what_serving_sends_is_a_prefix_of_what_training_saw(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    asked = tokenizer(tokens.render(tokenizer, TURNS[:1], ask=True), add_special_tokens=False)
    [(ids, _)] = tokens.encode(tokenizer, [TURNS[:2]])
    assert ids[: len(asked["input_ids"])] == asked["input_ids"]


def test_any_text_encodes_and_comes_back(tokenizer: PreTrainedTokenizerFast) -> None:
    for text in ("Ünïcödé ✓ 頭痛 🤒", "a\tb\n\n c", "\u200d\u202e"):
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_sharing_the_system_prompt_leaves_the_loss_as_it_is(
    built: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    model = network.load_nf4(built / "base")
    system = torch.tensor(tokens.system_ids(tokenizer))
    [(ids, labels)] = tokens.encode(tokenizer, [TURNS])
    whole = model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels])).loss
    shared = network.answer_loss(
        model, system, torch.tensor([ids[len(system) :]]), torch.tensor([labels[len(system) :]])
    )
    assert shared.item() == pytest.approx(whole.item(), abs=1e-4)


def test_gradients_survive_an_answer(built: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    """On AVX512-BF16 CPUs the first eval forward would repack the weights and end all learning."""
    model = network.with_lora(network.load_nf4(built / "base"), rank=4, seed=0)
    measure.answers(model, tokenizer, Corpus().own_questions()[:1])
    before = _lora(model)
    network.train(model, tokenizer, Corpus(), replace(SHORT.adapter, batch=2), seed=0)
    after = _lora(model)
    moved = [name for name in before if not torch.equal(before[name], after[name])]
    assert moved == list(before)
    assert all(tensor.dtype == torch.float32 for tensor in after.values())


def _lora(model: Any) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if "lora_" in name}


def test_command_line_needs_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "VERB" in capsys.readouterr().err
