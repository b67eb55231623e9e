"""The embedded model's weights: a small Llama trained from nothing, then LoRA on its 4 bits.

It knows ids and labels; where they come from is the corpus's affair.
"""

import math
import random
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name everyone reads)
from bitsandbytes.nn.modules import Linear4bit
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from training.embedded import tokenizer as tokens
from training.embedded.corpus import Corpus

Row = tuple[list[int], list[int]]

# Batches are cut from a pool sorted by length, so that short questions are not padded to the
# length of three-turn conversations.
POOL_BATCHES = 48


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train; the rate warms up, then falls as a cosine to 5 %."""

    steps: int
    rate: float
    batch: int = 32
    warm_up: int = 30

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        fall = 0.5 * (1 + math.cos(math.pi * step / self.steps))
        return self.rate * min(1.0, (step + 1) / self.warm_up) * (0.95 * fall + 0.05)


def new_base(tokenizer: PreTrainedTokenizerFast, *, layers: int, intermediate: int) -> Any:
    """Return an untrained Llama; widths are multiples of 64, which packed NF4 needs on CPU."""
    config = LlamaConfig(
        vocab_size=(len(tokenizer) + 63) // 64 * 64,
        hidden_size=64,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=tokens.CONTEXT,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    model.generation_config.do_sample = False
    return model


def load_nf4(base: Path, *, compute: torch.dtype = torch.float32) -> Any:
    """Load the base in 4 bits, as serving does: NF4 with double quantization."""
    model = AutoModelForCausalLM.from_pretrained(
        base,
        dtype=compute,
        device_map={"": "cpu"},
        quantization_config=BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=compute,
        ),
    )
    # On CPUs with AVX512-BF16 bitsandbytes repacks weights at the first eval forward, and that
    # path has no backward: training would go on with every gradient zero.
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
    return model


def with_lora(base: Any, *, rank: int, seed: int) -> Any:
    """Put a fresh fp32 LoRA adapter on the query and value projections."""
    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
        target_modules=["q_proj", "v_proj"],
        task_type="CAUSAL_LM",
    )
    with _without_renaming_notice():
        return get_peft_model(base, config)


def load_adapter(base: Any, adapter: Path) -> Any:
    """Put a saved adapter on a base, for answering only."""
    with _without_renaming_notice():
        return PeftModel.from_pretrained(base, adapter)


@contextmanager
def _without_renaming_notice() -> Iterator[None]:
    """PEFT 0.21 reads an attribute that transformers 5 has renamed; nobody here can act on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
        yield


def batches(
    tokenizer: PreTrainedTokenizerFast, corpus: Corpus, *, size: int, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (ids, labels) batches without end, right-padded, the system prompt cut off."""
    draw = random.Random(seed)
    system = tokens.system_ids(tokenizer)
    source = corpus.dialogues(draw)

    def pool() -> list[list[Row]]:
        rows = tokens.encode(tokenizer, [next(source) for _ in range(size * POOL_BATCHES)])
        if any(row[: len(system)] != system for row, _ in rows):
            raise ValueError("a rendered conversation does not begin with the system prompt")
        rows = [(row[len(system) :], labels[len(system) :]) for row, labels in rows]
        rows.sort(key=lambda row: len(row[0]) + draw.randint(0, 12))
        cut = [rows[at : at + size] for at in range(0, len(rows), size)]
        draw.shuffle(cut)
        return cut

    # the next pool is drawn on the second core while the first one trains; one pool at a time,
    # so the draws keep their order
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(pool)
        while True:
            cut, coming = coming.result(), ahead.submit(pool)
            for batch in cut:
                yield _pad(batch, int(tokenizer.pad_token_id))


def _pad(rows: list[Row], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(ids) for ids, _ in rows)
    ids = [row + [pad] * (longest - len(row)) for row, _ in rows]
    labels = [row + [tokens.IGNORE] * (longest - len(row)) for _, row in rows]
    return torch.tensor(ids), torch.tensor(labels)


def answer_loss(
    model: Any, system: torch.Tensor, ids: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """Return the mean loss over the answers' tokens.

    Every row begins with the same system prompt, so that part runs once and its keys and values
    serve the whole batch: the same gradients for less than half the work.
    """
    cache = model.model(input_ids=system[None], use_cache=True).past_key_values
    cache.batch_repeat_interleave(len(ids))
    hidden = model.model(input_ids=ids, past_key_values=cache).last_hidden_state[:, :-1]
    wanted = labels[:, 1:]
    taught = wanted != tokens.IGNORE
    return F.cross_entropy(model.lm_head(hidden[taught]).float(), wanted[taught])


def train(
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
    schedule: Schedule,
    *,
    seed: int,
) -> float:
    """Train what requires gradients and return the mean loss of the last tenth of the steps."""
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    system = torch.tensor(tokens.system_ids(tokenizer))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=schedule.rate, weight_decay=0.01, betas=(0.9, 0.98)
    )
    source = batches(tokenizer, corpus, size=schedule.batch, seed=seed)
    model.train()
    losses: list[float] = []
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate_at(step)
        ids, labels = next(source)
        loss = answer_loss(core, system, ids, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
    tail = losses[-max(1, len(losses) // 10) :]
    return sum(tail) / len(tail)
