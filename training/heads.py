"""The loss over the answers' tokens, without logits for anything else.

Logits of all tokens at once are the largest tensor of a training step by far: two gigabytes in fp32
for 4,096 tokens of Llama 3.2. Here the taught positions go through the vocabulary in chunks, each
of which leaves its gradient behind and is forgotten.
"""

import functools
import types
from typing import Any

import torch

# Logits that exist at once. On a CPU what fits into its cache is twice as fast as what does not
# (16 MiB in fp32); a GPU needs large pieces.
CHUNK_NUMBERS = {"cpu": 2**22, "cuda": 2**26}


class _SummedLoss(torch.autograd.Function):
    """Cross-entropy summed over positions; the gradient is made on the way, chunk by chunk."""

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        size = max(1, CHUNK_NUMBERS[hidden.device.type] // weight.shape[0])
        wanted = ctx.needs_input_grad[0]
        gradient = torch.empty_like(hidden) if wanted else None
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for start in range(0, len(labels), size):
            part = slice(start, start + size)
            logs = torch.log_softmax(hidden[part] @ weight.T, dim=-1, dtype=torch.float32)
            chosen = labels[part, None]
            total -= logs.gather(1, chosen).sum()
            if gradient is not None:
                odds = logs.exp_()
                odds.scatter_add_(1, chosen, torch.full_like(chosen, -1, dtype=odds.dtype))
                gradient[part] = odds.to(weight.dtype) @ weight
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor | None, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * outer[0], None, None


def summed_loss(hidden: torch.Tensor, weight: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The summed loss of `hidden` (positions, size) against `labels` (positions); fp32.

    The output layer is frozen in LoRA training: there is no gradient for `weight`.
    """
    total: torch.Tensor = _SummedLoss.apply(hidden, weight, labels)  # type: ignore[no-untyped-call]
    return total


def add_answer_loss(base: Any) -> None:
    """Let `base(…, labels=…, answer_loss=True)` return (summed loss, positions that it is over).

    It must happen inside the forward pass, which is what data-parallel training listens to.
    """
    original = base.forward

    @functools.wraps(type(base).forward)
    def forward(self: Any, *given: Any, answer_loss: bool = False, **named: Any) -> Any:
        if not answer_loss:
            return original(*given, **named)
        labels = named.pop("labels")[:, 1:]
        hidden = self.base_model(*given, use_cache=False, **named).last_hidden_state[:, :-1]
        taught = labels != -100
        weight = self.get_output_embeddings().weight
        return summed_loss(hidden[taught].to(weight.dtype), weight, labels[taught]), taught.sum()

    base.forward = types.MethodType(forward, base)


def fits(config: Any) -> bool:
    """Whether a model's logits are its output layer's alone, as Llama's are."""
    text = config.get_text_config()
    odd = ("final_logit_softcapping", "logit_scale", "logits_scaling", "lm_head_multiplier")
    return not any(getattr(text, name, None) for name in odd)
