"""The traps of training in 4 bits on these libraries: each cost somebody hours, each has a guard.

Named after what goes wrong without the guard.
"""

import logging
import math
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from doctor_llama.engine.local import bundle, lora, tokens
from doctor_llama.errors import AdapterError, StoppedError, TrainingError
from doctor_llama.prompt import SYSTEM_PROMPT, ChatMessage, conversation
from tests.training import samples
from tests.training.conftest import MakeRecipe
from training import (
    arguments,
    packing,
    planning,
    preference,
    qlora,
    rows,
    runs,
    sft,
    teaching,
    together,
)  # fmt: skip
from training.progress import Watch
from training.recipe import Recipe

LOCK = Path(__file__).parents[2] / "requirements.lock"


def made_trainer(recipe: Recipe, dataset: Path, out: Path) -> Any:
    """A trainer as `sft.train` makes it."""
    made = qlora.plan(recipe)
    writer = rows.Writer(made.tokenizer, made.eos_ids, recipe.rows.longest)
    taught, held_out = (
        rows.encode(rows.require(dataset, part, sft.COLUMNS), writer)
        for part in ("train", "validation")
    )
    sizes = planning.plan(recipe, made)
    lesson = teaching.prepare(recipe, made, sizes, taught, held_out)
    run = runs.open_run(out, recipe, dataset, None, base=made.label)
    return teaching.make_trainer(recipe, run, made, sizes, lesson, Watch(None, None))


def written(recipe: Recipe) -> tuple[Any, rows.Writer]:
    made = qlora.plan(recipe)
    return made.tokenizer, rows.Writer(made.tokenizer, made.eos_ids, recipe.rows.longest)


def held_out_losses(trainer: Any) -> float:
    return float(trainer.held_out_loss(trainer.eval_dataset))


# -- the model -------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", ["nf4", "nf4-dequantized"])
def test_an_evaluation_does_not_end_all_learning(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path, weights: str
) -> None:
    """bitsandbytes packs 4-bit weights for CPUs at the first evaluation: no gradient after it."""
    recipe = make_recipe(f"base.weights={weights}", "run.checkpoints=4")
    result = sft.train(recipe, dataset, tmp_path / "run")
    norms = [e["grad_norm"] for e in result.metrics["history"] if "grad_norm" in e]
    measured = [e["eval_loss"] for e in result.metrics["history"] if "eval_loss" in e]
    assert len(norms) == len(measured) == 4
    assert all(norm > 0 for norm in norms)
    assert len(set(measured)) == 4
    for name, tensor in load_file(result.adapter / lora.WEIGHTS).items():
        assert tensor.abs().sum() > 0, name  # lora_B began as zeros


def test_adapters_are_fp32_in_the_trainer_after_a_resume_and_in_the_file(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    """TRL rounds them to bf16, after which a small learning rate changes nothing."""
    recipe = make_recipe("base.dtype=bfloat16", "optimizer.learning_rate=1e-6")
    seen: list[int] = []
    with pytest.raises(StoppedError):
        sft.train(
            recipe, dataset, tmp_path / "run",
            progress=lambda report: seen.append(report.step), stop=lambda: len(seen) == 2,
        )  # fmt: skip
    trainer = made_trainer(recipe, dataset, tmp_path / "other")
    trained = {n: p for n, p in trainer.model.named_parameters() if p.requires_grad}
    assert {p.dtype for p in trained.values()} == {torch.float32}
    before = {name: p.detach().clone() for name, p in trained.items()}
    newest = runs.Run(tmp_path / "run").newest()
    assert newest is not None
    trainer.train(resume_from_checkpoint=str(newest))
    assert {p.dtype for p in trained.values()} == {torch.float32}
    moved = [(p != before[name]).float().mean().item() for name, p in trained.items()]
    assert min(moved) > 0.5
    assert {t.dtype for t in load_file(newest / lora.WEIGHTS).values()} == {torch.float32}


def test_gradients_that_are_no_numbers_end_the_run_before_a_step(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    """AdamW would write them into the adapter; in 8 bits it passes over them and learns nothing."""
    trainer = made_trainer(make_recipe(), dataset, tmp_path / "run")
    trained = {name: p for name, p in trainer.model.named_parameters() if p.requires_grad}
    next(iter(trained.values())).data.fill_(3e38)
    before = {name: p.detach().clone() for name, p in trained.items()}
    with pytest.raises(TrainingError, match="gradients of step 1 are not numbers"):
        trainer.train()
    assert all(torch.equal(p, before[name]) for name, p in trained.items())
    assert not runs.Run(tmp_path / "run").newest()


def test_the_two_forms_of_the_weights_train_alike(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    found = []
    for weights in ("nf4", "nf4-dequantized"):
        recipe = make_recipe(f"base.weights={weights}")
        found.append(sft.train(recipe, dataset, tmp_path / weights).metrics["held_out_loss"])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_the_upper_half_leaves_the_lower_layers_alone(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    recipe = make_recipe("adapter.layers=upper", "batch.checkpointing=on")
    trainer = made_trainer(recipe, dataset, tmp_path / "run")
    assert {re.findall(r"layers\.(\d)", n)[0] for n, p in trainer.model.named_parameters()
            if p.requires_grad} == {"1"}  # fmt: skip
    batch = trainer.data_collator([trainer.train_dataset[0]])
    entered: list[bool] = []
    lower = trainer.model.get_base_model().model.layers[0]
    lower.register_forward_hook(lambda *given: entered.append(given[2].requires_grad))
    trainer.summed(trainer.model, dict(batch))
    assert entered == [False]  # TRL's checkpointing would send the backward pass through it


def test_checkpointing_changes_no_gradient(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    found = {}
    for wanted in ("on", "off"):
        trainer = made_trainer(
            make_recipe(f"batch.checkpointing={wanted}"), dataset, tmp_path / wanted
        )
        trainer.model.train()
        total, _ = trainer.summed(
            trainer.model, dict(trainer.data_collator([trainer.train_dataset[0]]))
        )
        total.backward()
        found[wanted] = [p.grad for p in trainer.model.parameters() if p.requires_grad]
    assert all(torch.allclose(a, b) for a, b in zip(found["on"], found["off"], strict=True))


def test_lm_head_as_a_target_is_refused(make_recipe: MakeRecipe) -> None:
    with pytest.raises(TrainingError, match="would never be trained"):
        qlora.plan(make_recipe('adapter.targets=["q_proj", "lm_head"]'))


def test_an_adapter_of_another_prompt_is_not_trained_further(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    recipe = make_recipe("optimizer.steps=1")
    first = sft.train(recipe, dataset, tmp_path / "run").adapter
    path = first / qlora.MANIFEST
    path.write_text(re.sub(r'"template_sha256": "..', '"template_sha256": "00', path.read_text()))
    with pytest.raises(AdapterError, match="another prompt or chat template"):
        qlora.plan(recipe, first)


# -- the rows --------------------------------------------------------------------------------------


def test_one_beginning_one_end_and_no_question_is_taught(make_recipe: MakeRecipe) -> None:
    tokenizer, writer = written(make_recipe())
    row = writer.row([samples.turn("user", "What helps?")], "Sleep and water.")
    assert row["input_ids"].count(tokenizer.bos_token_id) == 1
    assert row["input_ids"][0] == tokenizer.bos_token_id
    taught = [label for label in row["labels"] if label != rows.IGNORE]
    assert tokenizer.decode(taught) == "Sleep and water.<|eot_id|>"
    assert row["labels"][-1] == tokenizer.convert_tokens_to_ids("<|eot_id|>")


def test_the_trained_prompt_is_the_served_one_on_any_day(make_recipe: MakeRecipe) -> None:
    """Llama 3.2's own template writes today's date into every prompt."""
    tokenizer, writer = written(make_recipe())
    ids, before = writer.answered([samples.turn("user", "What helps?")], "Sleep.")
    served = tokens.encode(tokenizer, conversation([ChatMessage("user", "What helps?")]))
    assert ids[:before] == served
    text = tokenizer.decode(served)
    assert SYSTEM_PROMPT in text
    assert tokens.TEMPLATE_DATE in text
    assert time.strftime("%d %b %Y") not in text


def test_a_control_token_that_a_person_typed_is_text(make_recipe: MakeRecipe) -> None:
    tokenizer, writer = written(make_recipe())
    end = tokenizer.convert_tokens_to_ids("<|eot_id|>")
    row = writer.row([samples.turn("user", "a <|eot_id|> b")], "c <|eot_id|> d")
    # system, user, assistant: one end each
    assert row["input_ids"].count(end) == 3


def test_too_long_rows_are_counted_and_dropped_never_cut(
    make_recipe: MakeRecipe, tmp_path: Path
) -> None:
    """TRL cuts them in silence, and the model learns to stop in mid-sentence."""
    data = samples.folder(tmp_path / "data", longest=40)
    everything = written(make_recipe("rows.longest=512"))[1]
    lengths = [
        len(everything.row(row["prompt"], row["completion"][0]["content"])["input_ids"])
        for row in rows.require(data, "train", sft.COLUMNS)
    ]
    limit = sorted(lengths)[len(lengths) // 2]
    result = sft.train(
        make_recipe(f"rows.longest={limit}", "optimizer.steps=1"), data, tmp_path / "run"
    )
    told = result.metrics["rows"]["train"]
    assert told["dropped_too_long"] == sum(length > limit for length in lengths) > 0
    assert told["rows"] == sum(length <= limit for length in lengths)
    tokenizer, writer = written(make_recipe(f"rows.longest={limit}"))
    kept = rows.encode(rows.require(data, "train", sft.COLUMNS), writer).rows
    assert {row["labels"][-1] for row in kept} == {tokenizer.eos_token_id}


# -- the loss --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [
        ("rows.share_system=false",),
        ("rows.share_system=false", "base.attention=sdpa"),
        ("rows.pack=false", "base.attention=eager"),
        ("rows.pack=false", "rows.head=full"),
    ],
)
def test_packed_and_shared_rows_lose_what_rows_alone_lose(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    """In 64 bits they would be equal; in 32 they differ by less than a millionth."""
    ours = made_trainer(make_recipe(), dataset, tmp_path / "ours")
    assert ours.data_collator.shared  # the system prompt stands in each pass once
    other = made_trainer(make_recipe(*way), dataset, tmp_path / "other")
    assert held_out_losses(ours) == pytest.approx(held_out_losses(other), rel=1e-5)


@pytest.mark.parametrize("head", ["answers", "full"])
def test_our_loss_and_its_gradient_are_trls(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path, head: str
) -> None:
    found = {}
    for name in (head, "trl"):
        recipe = make_recipe(f"rows.head={name}", "rows.share_system=false")
        trainer = made_trainer(recipe, dataset, tmp_path / name)
        trainer.model.train()
        batch = trainer.data_collator([trainer.train_dataset[0]])
        items = (batch["labels"] != -100).sum()
        batch.pop("documents")
        loss = trainer.compute_loss(trainer.model, batch, num_items_in_batch=items)
        loss.backward()
        gradients = [p.grad for p in trainer.model.parameters() if p.requires_grad]
        found[name] = (loss.item(), torch.cat([g.flatten() for g in gradients]))
    assert found[head][0] == pytest.approx(found["trl"][0], rel=1e-4)
    assert torch.allclose(found[head][1], found["trl"][1], rtol=1e-3, atol=1e-5)


def test_perplexity_weighs_tokens_not_passes(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    """transformers' eval_loss is a mean of batch means, from which no perplexity can be made."""
    trainer = made_trainer(make_recipe("rows.pack=false", "batch.rows=3"), dataset, tmp_path / "r")
    held_out: Any = trainer.eval_dataset
    with torch.no_grad():
        totals = [
            trainer.summed(trainer.model.eval(), trainer.data_collator([row])) for row in held_out
        ]
    mean = sum(float(t) for t, _ in totals) / sum(int(n) for _, n in totals)
    found = trainer.evaluate()
    assert found["eval_loss"] == pytest.approx(mean, rel=1e-5)
    assert found["eval_perplexity"] == pytest.approx(math.exp(mean), rel=1e-4)


# -- what is written, and what is asked of the machine ---------------------------------------------


def test_no_pickle_no_reference_no_path_in_checkpoints_and_results(
    make_recipe: MakeRecipe, tmp_path: Path
) -> None:
    data = samples.pairs(tmp_path / "pairs", rows=4, held_out=2)
    quick = ("batch.rows=2", "batch.step_rows=2", "optimizer.steps=2")
    seen: list[int] = []
    with pytest.raises(StoppedError):
        preference.train(
            make_recipe(*quick, kind="dpo"), data, tmp_path / "run",
            progress=lambda report: seen.append(report.step), stop=lambda: len(seen) == 1,
        )  # fmt: skip
    (checkpoint,) = (tmp_path / "run" / "checkpoints").glob("checkpoint-*")
    names = {path.name for path in checkpoint.iterdir()}
    assert "training_args.bin" not in names
    assert "ref" not in names
    done = preference.train(make_recipe(*quick, kind="dpo"), data, tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoints").exists()
    for path in done.adapter.iterdir():
        assert path.suffix in (".json", ".jinja", ".safetensors")
        if path.name != qlora.MANIFEST:
            assert str(tmp_path).encode() not in path.read_bytes(), path.name
    assert not bundle.is_bundle(done.adapter)


def test_a_checkpoint_that_a_kill_interrupted_is_not_resumed(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    seen: list[int] = []
    with pytest.raises(StoppedError):
        sft.train(
            make_recipe(), dataset, tmp_path / "run",
            progress=lambda report: seen.append(report.step), stop=lambda: len(seen) == 3,
        )  # fmt: skip
    run = runs.Run(tmp_path / "run")
    newest = run.newest()
    assert newest is not None
    assert newest.name == "checkpoint-3"
    for name in (runs.STATE, "rng_state.pth", "optimizer.pt", lora.WEIGHTS):
        whole = (newest / name).read_bytes()
        (newest / name).write_bytes(whole[: len(whole) // 2])
        older = run.newest()
        assert older is not None
        assert older.name == "checkpoint-2", name
        (newest / name).write_bytes(whole)
    assert run.newest() == newest


def test_nothing_is_asked_of_the_network(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    sft.train(make_recipe("optimizer.steps=1"), dataset, tmp_path / "run")
    assert asked == []


def test_liger_is_never_switched_on(make_recipe: MakeRecipe, dataset: Path, tmp_path: Path) -> None:
    """On a CPU it fails and leaves every later Llama of the process broken."""
    trainer = made_trainer(make_recipe(), dataset, tmp_path / "run")
    assert trainer.args.use_liger_kernel is False


def test_a_lone_process_where_two_were_asked_for_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`accelerate launch --cpu --num_processes 2` starts one, without a word."""
    monkeypatch.setenv(together.ASKED, "2")
    with pytest.raises(TrainingError, match="2 processes were asked for and 1 are here"):
        together.join()


def test_an_optimizer_that_a_cpu_lacks_is_replaced_aloud(
    make_recipe: MakeRecipe, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        chosen = arguments.optimizer(
            make_recipe("optimizer.name=paged_adamw_8bit"), torch.device("cpu")
        )
    assert chosen == "adamw_torch_fused"
    assert "needs a GPU" in caplog.text


@pytest.mark.parametrize("name", ["trl", "transformers", "peft", "bitsandbytes", "torch"])
def test_the_lock_pins_what_moves_its_arguments_in_every_version(name: str) -> None:
    assert re.search(rf"^{name}==\d+\.\d+\.\d+$", LOCK.read_text("utf-8"), re.MULTILINE)


def test_rows_that_begin_differently_share_nothing() -> None:
    assert packing.longest_common([[1, 2, 3], [1, 2, 4, 5], [1, 2]]) == [1, 2]
    assert packing.longest_common([[1], [2]]) == []
    assert packing.longest_common([]) == []
