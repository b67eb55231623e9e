"""The one place in a loaded model that an adapter takes, and how one follows another there.

The LoRA weights, and the rows of tokens that an adapter adds, change together. Nothing here may run
while the model does: a forward pass would see old layers and new ones.
"""

from typing import Any

import torch
from peft import PeftModel, get_peft_model, set_peft_model_state_dict
from peft.utils.hotswap import hotswap_adapter_from_state_dict

from doctor_llama.engine.local import blueprint, lora
from doctor_llama.engine.local.blueprint import shapes_of
from doctor_llama.engine.local.lora import SLOT, Lora
from doctor_llama.errors import AdapterError

# What copying weights does not change; where these differ the layers are made anew.
SAME_IN_A_SLOT = (
    "use_rslora", "use_dora", "lora_dropout", "alpha_pattern", "rank_pattern", "bias", "lora_bias",
    "fan_in_fan_out",
)  # fmt: skip


def base_of(net: Any) -> Any:
    """The causal language model itself, with the LoRA layers in it."""
    return net.get_base_model() if isinstance(net, PeftModel) else net


def rows_of(net: Any) -> int:
    """Rows of the embedding."""
    return int(base_of(net).get_input_embeddings().num_embeddings)


def put(net: Any, new: Lora | None, *, base_rows: int) -> tuple[Any, bool]:
    """Make `new` the model's adapter, or leave the bare base with None.

    Returns the model and whether its parts are other objects than before, as for another rank;
    otherwise weights were copied in place. Raises `AdapterError`; the model is then half changed.
    """
    grew = _write_rows(net, new, base_rows=base_rows)
    if new is None:
        return _emptied(net), grew
    if isinstance(net, PeftModel) and _same_slot(net, new):
        named = {
            f"{name.removesuffix('.weight')}.{SLOT}.weight": tensor
            for name, tensor in new.tensors.items()
        }
        hotswap_adapter_from_state_dict(net, named, SLOT, new.config)
        net.peft_config[SLOT] = new.config
        return net, grew
    return attach(detached(net), new), True


def attach(base: Any, new: Lora) -> Any:
    """Put an adapter on a bare base. Raises `AdapterError`."""
    try:
        net = get_peft_model(base, blueprint.own(new.config), adapter_name=SLOT)
        lora.check_fits(new, shapes_of(net))
        set_peft_model_state_dict(net, {**new.tensors, **new.embeddings}, adapter_name=SLOT)
    except (ValueError, RuntimeError, KeyError) as problem:
        raise AdapterError(
            f"The adapter in {new.folder} does not fit the model: {problem}"
        ) from problem
    net.eval()
    thaw_head(base)
    return net


def detached(net: Any) -> Any:
    """The base without LoRA layers."""
    if not isinstance(net, PeftModel):
        return net
    base = net.unload()
    if hasattr(base, "peft_config"):
        del base.peft_config  # else peft warns of a second adapter
    return base


def thaw_head(base: Any) -> None:
    """A frozen lm_head makes a batched prefill copy the vocabulary matrix once per row."""
    base.get_output_embeddings().weight.requires_grad_(requires_grad=True)


def require_finite(net: Any, ids: list[int]) -> None:
    """Run the model once. Raises `AdapterError` when it no longer yields numbers.

    Such a model would end the batcher, and on a GPU the process, with every answer in flight.
    """
    base = base_of(net)
    with torch.no_grad():
        logits = base(torch.tensor([ids], device=base.device), use_cache=False).logits
    if not torch.isfinite(logits).all():
        raise AdapterError("The model does not yield finite numbers with this adapter.")


def _same_slot(net: Any, new: Lora) -> bool:
    live = net.peft_config[SLOT]
    shapes = {name: tensor.shape for name, tensor in new.tensors.items()}
    return shapes == shapes_of(net) and all(
        getattr(live, name) == getattr(new.config, name) for name in SAME_IN_A_SLOT
    )


def _emptied(net: Any) -> Any:
    """LoRA weights that add nothing at all; the layers stay for the next adapter."""
    if isinstance(net, PeftModel):
        if getattr(net.peft_config[SLOT], "use_dora", False):
            return detached(net)
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                if ".lora_B." in name:
                    parameter.zero_()
    return net


def _write_rows(net: Any, new: Lora | None, *, base_rows: int) -> bool:
    """Give the adapter's tokens their rows and empty those of tokens that it does not have.

    The embedding grows once, to the most that was asked for; it never shrinks. Returns whether it
    grew.
    """
    base, extra = base_of(net), new.extra if new else {}
    wanted = base_rows + (new.extra_rows if new else 0)
    grows = wanted > rows_of(base)
    if grows:
        base.resize_token_embeddings(wanted, mean_resizing=False)
        thaw_head(base)
    ends = {"embed_tokens": base.get_input_embeddings(), "lm_head": base.get_output_embeddings()}
    with torch.no_grad():
        for end in ends.values():
            end.weight[base_rows:].zero_()
        for name, rows in extra.items():
            ends[name].weight[base_rows : base_rows + len(rows)].copy_(rows)
    return grows
