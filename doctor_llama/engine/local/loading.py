"""Loading: a base model in 4 bits, an adapter on top of it, and the tokenizer that fits them.

The base is NF4 with double quantisation, or the same values unpacked once where there is memory for
them. The LoRA weights stay unmerged: merging into 4 bits loses precision, and an unmerged adapter
can be exchanged while the model answers.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from bitsandbytes.nn.modules import Linear4bit
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BitsAndBytesConfig,
    GenerationConfig,
)
from transformers.utils import logging as transformers_logging

from doctor_llama.engine.local import blueprint, hub, judging, lora, slimming, slot, tokens
from doctor_llama.engine.local.blueprint import Blueprint
from doctor_llama.engine.local.weights import Weights, choose, free_memory, parameters
from doctor_llama.errors import AdapterError, ModelUnavailableError

# Tokens that end an answer in the templates that Llamas have been tuned with.
END_TOKENS = ("<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|im_end|>")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready to answer, and what must be known to use it."""

    base_folder: Path
    model: Any  # PeftModel, or the base alone when there is no adapter
    tokenizer: tokens.Tokenizer
    eos_ids: tuple[int, ...]
    adapter: lora.Lora | None
    plan: Blueprint
    alone: bool  # the adapter's own embeddings took the base's place: there is no way back
    device: torch.device
    weights: Weights  # never AUTO

    @property
    def base(self) -> Any:
        """The causal language model itself, with the LoRA layers in it."""
        return slot.base_of(self.model)

    @property
    def shapes(self) -> lora.Shapes:
        """The LoRA weights by name as in an adapter's file."""
        return blueprint.shapes_of(self.model)

    @property
    def vocabulary(self) -> int:
        """Rows of the embedding: ids at and above this do not exist."""
        return slot.rows_of(self.model)


def load(
    model: str,
    adapter: str | None,
    *,
    token: str | None = None,
    device: str = "auto",
    dtype: torch.dtype = torch.bfloat16,
    weights: Weights = Weights.NF4,
    memory: int | None = None,
) -> Loaded:
    """Load a base model and, when given, an adapter; each a folder or a Hub id. Takes seconds.

    `device` is "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:1"; `dtype` is what the
    weights are computed in; `memory` in bytes is less than what is free, where not all of it may
    be taken. Raises `ModelUnavailableError` and `AdapterError`.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if device == "auto":
        device = "cuda:0" if torch.cuda.is_available() else "cpu"
    place = torch.device(device)
    base_folder = hub.fetch(model, token=token, error=ModelUnavailableError)
    plan, brought = blueprint.read(base_folder), None
    if adapter is not None:
        found = hub.fetch(adapter, token=token, error=AdapterError)
        brought = judging.judge(found, plan, alone=True)
    free = min(free_memory(place), memory or sys.maxsize)
    weights = choose(weights, parameters(base_folder), free)
    base = load_base(base_folder, device=place, dtype=dtype, weights=weights)
    tokenizer = tokenizer_for(base_folder, brought)
    alone = brought is not None and bool(brought.embeddings)
    net = base.eval()
    slot.thaw_head(base)
    if brought is not None and alone:
        _fit_embeddings(base, tokenizer, brought)
        net = slot.attach(base, brought)
        brought.embeddings.clear()  # they are in the base now, and large
    elif brought is not None:
        slimming.require_rows(brought, highest(tokenizer), plan)
        slot.write_rows(base, brought, base_rows=plan.rows)
        net = slot.attach(base, brought)
    return Loaded(
        base_folder=base_folder,
        model=net,
        tokenizer=tokenizer,
        eos_ids=eos_ids(tokenizer, base.generation_config.eos_token_id),
        adapter=brought,
        plan=plan,
        alone=alone,
        device=place,
        weights=weights,
    )


def load_base(
    folder: Path,
    *,
    device: torch.device,
    dtype: torch.dtype = torch.bfloat16,
    weights: Weights = Weights.NF4,
    scores: bool = False,
) -> Any:
    """Load the base alone, in NF4 safe to train as well as to serve.

    With `scores` it ends in a new layer of one number, as a reward model does, in place of the
    vocabulary.

    `NF4_DEQUANTIZED` gives the very logits that NF4 gives where it unpacks its weights at every
    step, which is everywhere but in bitsandbytes' fused kernels for a handful of tokens.
    """
    hub.refuse_pickles(folder, ModelUnavailableError)
    # cuDNN plans its attention anew for each length, and here every step has another one: on an
    # H100 eight answers took twice as long a step, and training three times as long
    torch.backends.cuda.enable_cudnn_sdp(enabled=False)
    quantised = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=["score"] if scores else None,  # for 4 bits too, in spite of its name
    )
    kind = AutoModelForSequenceClassification if scores else AutoModelForCausalLM
    try:
        base = kind.from_pretrained(
            folder,
            **({"num_labels": 1} if scores else {}),
            quantization_config=None if weights is Weights.BF16 else quantised,
            dtype=dtype,
            device_map={"": str(device)},
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
        )
        disable_cpu_packing(base)
        if weights is Weights.NF4_DEQUANTIZED:
            base = _unpacked(base, dtype)
    except torch.OutOfMemoryError as problem:
        raise ModelUnavailableError(
            f"The model in {folder} does not fit into the memory of {device}. "
            "Free memory there, set DOCTOR_LLAMA_WEIGHTS=nf4, or choose a smaller model."
        ) from problem
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as problem:
        raise ModelUnavailableError(
            f"The model in {folder} cannot be loaded: {problem}"
        ) from problem
    return base


def _unpacked(base: Any, dtype: torch.dtype) -> Any:
    """Unpack 4-bit weights for good; before any forward pass, and before there is an adapter."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        return base.dequantize(dtype)
    finally:
        transformers_logging.set_verbosity(level)


def disable_cpu_packing(model: torch.nn.Module) -> None:
    """Stop bitsandbytes from rewriting the 4-bit weights in place at the first forward pass.

    It does so on CPUs with AVX512-BF16. Afterwards training learns nothing without an error,
    dequantised weights are garbage, and two threads can corrupt the model. Call it before any
    forward pass.
    """
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False


def eos_ids(tokenizer: tokens.Tokenizer, configured: int | list[int] | None) -> tuple[int, ...]:
    """Every id that ends an answer: the tokenizer's, the model's, and the templates' known ones."""
    several = configured if isinstance(configured, list) else [configured]
    known = tokenizer.get_vocab()
    named = [known.get(name) for name in END_TOKENS]
    return tuple(sorted({i for i in [tokenizer.eos_token_id, *several, *named] if i is not None}))


def configured_eos(folder: Path, config: Any) -> int | list[int] | None:
    """The end tokens that a model's files name, without loading the model."""
    try:
        named = GenerationConfig.from_pretrained(folder, local_files_only=True)
    except OSError:
        named = config.get_text_config()
    found: int | list[int] | None = named.eos_token_id
    return found


def highest(tokenizer: tokens.Tokenizer) -> int:
    """Rows that a tokenizer needs: one more than its highest id."""
    ids: list[int] = list(tokenizer.get_vocab().values())
    return max(ids) + 1


def read_tokenizer(folder: Path) -> tokens.Tokenizer:
    """Read a folder's tokenizer. Raises `ModelUnavailableError` where it cannot hold a chat."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, KeyError) as problem:
        raise ModelUnavailableError(f"{folder} has no usable tokenizer: {problem}") from problem
    if tokenizer.chat_template is None:
        raise ModelUnavailableError(
            f"The tokenizer in {folder} has no chat template. "
            "Choose a model that was tuned for chat, such as an Instruct model."
        )
    tokens.protect(tokenizer)
    return tokenizer


def tokenizer_for(base_folder: Path, weights: lora.Lora | None) -> tokens.Tokenizer:
    """Read the adapter's own tokenizer where it has one: it was trained with that template."""
    if weights is None or not weights.has_tokenizer:
        return read_tokenizer(base_folder)
    try:
        return read_tokenizer(weights.folder)
    except ModelUnavailableError as problem:
        raise AdapterError(str(problem)) from problem


def _fit_embeddings(base: Any, tokenizer: tokens.Tokenizer, weights: lora.Lora) -> None:
    """Grow the base's embeddings to what an adapter with added tokens was trained on."""
    rows = {tensor.shape[0] for tensor in weights.embeddings.values()}
    have = base.get_input_embeddings().num_embeddings
    tied = base.config.get_text_config().tie_word_embeddings
    saved = list(weights.embeddings.values())
    if len(rows) > 1 or (tied and len(saved) == 2 and not torch.equal(*saved)):
        raise AdapterError(
            f"The adapter in {weights.folder} brings two embeddings that differ, "
            "and the model has one for both ends."
        )
    (wanted,) = rows
    if wanted < highest(tokenizer):
        raise AdapterError(
            f"The adapter in {weights.folder} brings {wanted} embeddings "
            f"for {len(tokenizer)} tokens."
        )
    if wanted != have:
        base.resize_token_embeddings(wanted, mean_resizing=False)
