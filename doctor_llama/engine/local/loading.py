"""Loading: a base model in 4 bits, an adapter on top of it, and the tokenizer that fits them.

The base is NF4 with double quantisation and the LoRA weights stay unmerged: merging into 4 bits
loses precision, and an unmerged adapter can be exchanged while the model answers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from bitsandbytes.nn.modules import Linear4bit
from peft import get_peft_model, set_peft_model_state_dict
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from transformers.utils import logging as transformers_logging

from doctor_llama.engine.local import hub, lora, tokens
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
    shapes: lora.Shapes  # of the LoRA weights
    device: torch.device

    @property
    def base(self) -> Any:
        """The causal language model itself, with the LoRA layers in it."""
        return self.model.get_base_model() if self.adapter else self.model

    @property
    def vocabulary(self) -> int:
        """Rows of the embedding: ids at and above this do not exist."""
        return int(self.base.get_input_embeddings().num_embeddings)


def load(
    model: str,
    adapter: str | None,
    *,
    token: str | None = None,
    device: str = "auto",
    dtype: torch.dtype = torch.bfloat16,
) -> Loaded:
    """Load a base model and, when given, an adapter; each a folder or a Hub id. Takes seconds.

    `device` is "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:1"; `dtype` is what the
    4-bit weights are computed in. Raises `ModelUnavailableError` and `AdapterError`.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if device == "auto":
        device = "cuda:0" if torch.cuda.is_available() else "cpu"
    place = torch.device(device)
    base_folder = hub.fetch(model, token=token, error=ModelUnavailableError)
    weights = None
    if adapter is not None:
        weights = lora.read(hub.fetch(adapter, token=token, error=AdapterError))
    base = load_base(base_folder, device=place, dtype=dtype)
    tokenizer = tokenizer_for(base_folder, weights)
    if weights is None:
        net = base
    else:
        _fit_embeddings(base, tokenizer, weights)
        net = _attach(base, weights)
    net.eval()
    # a frozen lm_head makes a batched prefill copy the vocabulary matrix once per row
    base.get_output_embeddings().weight.requires_grad_(requires_grad=True)
    return Loaded(
        base_folder=base_folder,
        model=net,
        tokenizer=tokenizer,
        eos_ids=eos_ids(tokenizer, base.generation_config.eos_token_id),
        adapter=weights,
        shapes=_shapes(net) if weights else {},
        device=place,
    )


def load_base(folder: Path, *, device: torch.device, dtype: torch.dtype = torch.bfloat16) -> Any:
    """Load the base alone in NF4, safe to train as well as to serve."""
    hub.refuse_pickles(folder, ModelUnavailableError)
    quantised = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    try:
        base = AutoModelForCausalLM.from_pretrained(
            folder,
            quantization_config=quantised,
            dtype=dtype,
            device_map={"": str(device)},
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
        )
    except torch.OutOfMemoryError as problem:
        raise ModelUnavailableError(
            f"The model in {folder} does not fit into the memory of {device}. "
            "Free memory there or choose a smaller model."
        ) from problem
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as problem:
        raise ModelUnavailableError(
            f"The model in {folder} cannot be loaded: {problem}"
        ) from problem
    disable_cpu_packing(base)
    return base


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
    if not rows:
        if len(tokenizer) > have:
            raise AdapterError(
                f"The adapter in {weights.folder} adds {len(tokenizer) - have} tokens but does "
                "not bring their embeddings. Save it with save_embedding_layers=True."
            )
        return
    tied = base.config.get_text_config().tie_word_embeddings
    saved = list(weights.embeddings.values())
    if len(rows) > 1 or (tied and len(saved) == 2 and not torch.equal(*saved)):
        raise AdapterError(
            f"The adapter in {weights.folder} brings two embeddings that differ, "
            "and the model has one for both ends."
        )
    (wanted,) = rows
    if wanted < len(tokenizer):
        raise AdapterError(
            f"The adapter in {weights.folder} brings {wanted} embeddings "
            f"for {len(tokenizer)} tokens."
        )
    if wanted != have:
        base.resize_token_embeddings(wanted, mean_resizing=False)


def _attach(base: Any, weights: lora.Lora) -> Any:
    """Put the adapter on the base as the live slot. Raises `AdapterError`.

    The weights come from what `lora.read` has judged, so the file is read once.
    """
    weights.config.inference_mode = True
    weights.config.base_model_name_or_path = None  # a name from another machine; peft would warn
    try:
        net = get_peft_model(base, weights.config, adapter_name=lora.SLOT)
        lora.check_fits(weights, _shapes(net))
        set_peft_model_state_dict(
            net, {**weights.tensors, **weights.embeddings}, adapter_name=lora.SLOT
        )
    except (ValueError, RuntimeError, KeyError) as problem:
        raise AdapterError(
            f"The adapter in {weights.folder} does not fit the model: {problem}"
        ) from problem
    return net


def _shapes(net: Any) -> lora.Shapes:
    return {
        name.replace(f".{lora.SLOT}.", "."): parameter.shape
        for name, parameter in net.named_parameters()
        if ".lora_" in name
    }
