"""From an adapter as somebody published it to one that can share its base with others.

The old `setup_chat_format` recipe added two tokens and saved both whole embeddings, 1.6 GB for the
3B model, of which all but two rows are the base's own. Loaded as they are they overwrite the base
under every other adapter. What is kept is the LoRA weights and the rows that follow the base's.
"""

from dataclasses import replace

import torch

from doctor_llama.engine.local.blueprint import EMBED, HEAD, Blueprint
from doctor_llama.engine.local.lora import Lora, check_fits
from doctor_llama.errors import AdapterError, TrainedEmbeddingsError, WrongBaseError

FAR = 0.5  # relative to the base's own length: another model's embeddings, not trained ones


def slim(raw: Lora, plan: Blueprint) -> Lora:
    """Check an adapter against the base and cut its embeddings down to the added rows.

    Raises `AdapterError`: for weights that do not fit, and for embeddings that were trained, which
    is `TrainedEmbeddingsError`. `WrongBaseError` where the embeddings are another model's.
    """
    check_fits(raw, plan.lora_shapes(raw.config))
    if not raw.embeddings:
        return raw
    ends = {name.rsplit(".", 1)[0].rsplit(".", 1)[-1]: t for name, t in raw.embeddings.items()}
    saved = list(ends.values())
    if len({tensor.shape for tensor in saved}) > 1 or (
        plan.tied and len(saved) == 2 and not torch.equal(*saved)
    ):
        raise AdapterError(
            f"The adapter in {raw.folder} brings two embeddings that differ, "
            "and the model has one for both ends."
        )
    if saved[0].shape[1] != plan.config.get_text_config().hidden_size:
        raise WrongBaseError(
            f"The adapter in {raw.folder} is for another model: its embeddings are "
            f"{saved[0].shape[1]} wide, not {plan.config.get_text_config().hidden_size}."
        )
    if len(saved[0]) < plan.rows:
        raise WrongBaseError(
            f"The adapter in {raw.folder} brings {len(saved[0])} embeddings, "
            f"fewer than the {plan.rows} of the model."
        )
    for name, tensor in ends.items():
        _require_untrained(raw, plan, EMBED if name == "embed_tokens" else HEAD, tensor)
    if plan.tied:
        ends = {"embed_tokens": saved[0]}
    elif len(ends) == 1 and len(saved[0]) > plan.rows:
        raise AdapterError(
            f"The adapter in {raw.folder} adds tokens but brings the embeddings of one end only "
            f"({next(iter(ends))}). Save it with save_embedding_layers=True."
        )
    extra = {name: t[plan.rows :].clone() for name, t in ends.items() if len(t) > plan.rows}
    return replace(raw, embeddings={}, extra=extra)


def _require_untrained(raw: Lora, plan: Blueprint, end: str, saved: torch.Tensor) -> None:
    worst = 0.0
    for equal, apart in plan.equal_rows(end, saved[: plan.rows]):
        if not equal:
            worst = max(worst, apart)
    if worst > FAR:
        raise WrongBaseError(
            f"The adapter in {raw.folder} was made for another base model: "
            "the embeddings that it brings are not this one's."
        )
    if worst:
        raise TrainedEmbeddingsError(
            f"The adapter in {raw.folder} has trained embeddings ({end}): they would overwrite "
            "the base model under every other adapter, and taking it away would not undo that. "
            "Train LoRA weights only, or serve it alone through DOCTOR_LLAMA_ADAPTER."
        )


def require_rows(slimmed: Lora, tokens: int, plan: Blueprint) -> None:
    """Raise `AdapterError` when the adapter's tokenizer has tokens without a row."""
    have = plan.rows + slimmed.extra_rows
    if tokens <= have:
        return
    if slimmed.extra_rows:
        raise AdapterError(
            f"The adapter in {slimmed.folder} brings {have} embeddings for {tokens} tokens."
        )
    raise AdapterError(
        f"The adapter in {slimmed.folder} adds {tokens - have} tokens but does "
        "not bring their embeddings. Save it with save_embedding_layers=True."
    )
