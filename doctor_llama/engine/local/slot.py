"""The one place in a loaded model that an adapter takes, and how one follows another there.

A new adapter is fitted into a shadow first: a second tree of modules over the same base weights, in
which it is tried while the old one answers. Only `adopt`, which copies a few small tensors, must
not run while the model does: a forward pass would see old layers and new ones.
"""

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

import torch
from peft import PeftModel, get_peft_model, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
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


def shadow(net: Any) -> Any:
    """The model once more: its own LoRA weights, the base's weights shared. The model may run."""
    shared: list[Any] = [p for name, p in net.named_parameters() if ".lora_" not in name]
    shared += [*net.buffers(), *(p.quant_state for p in shared if hasattr(p, "quant_state"))]
    return copy.deepcopy(net, {id(one): one for one in shared})


def fit(net: Any, new: Lora | None) -> tuple[Any, bool]:
    """Make `new` the adapter's layers of a shadow, or leave the bare base with None.

    Returns the shadow and whether its parts are others than the model's, as for another rank;
    otherwise it has only other numbers in them. Raises `AdapterError`.
    """
    if new is None:
        return _emptied(net)
    if isinstance(net, PeftModel) and _same_slot(net, new):
        named = {
            f"{name.removesuffix('.weight')}.{SLOT}.weight": tensor
            for name, tensor in new.tensors.items()
        }
        hotswap_adapter_from_state_dict(net, named, SLOT, new.config)
        return net, False
    return attach(detached(net), new), True


def adopt(net: Any, fitted: Any, new: Lora | None, *, rebuilt: bool, base_rows: int) -> Any:
    """Let the model answer as its fitted shadow does; returns the model, which may be the shadow.

    Where parts are the same the numbers are copied, for whoever knows them by address.
    """
    if rebuilt:
        net = fitted
    elif isinstance(net, PeftModel):
        with torch.no_grad():
            theirs = dict(fitted.named_parameters())
            for name, parameter in net.named_parameters():
                if ".lora_" in name:
                    parameter.copy_(theirs[name])
        for mine, other in zip(_layers(net), _layers(fitted), strict=True):
            mine.scaling.update(other.scaling)
        net.peft_config[SLOT] = fitted.peft_config[SLOT]
    write_rows(net, new, base_rows=base_rows)
    return net


@contextlib.contextmanager
def silenced(net: Any) -> Iterator[Any]:
    """The base as it is without its adapter; the model must not run meanwhile but by its caller."""
    layers = _layers(net)
    for layer in layers:
        layer.enable_adapters(enabled=False)
    try:
        yield base_of(net)
    finally:
        for layer in layers:
            layer.enable_adapters(enabled=True)
            layer.set_adapter(SLOT, inference_mode=True)  # else its weights are to be trained now


def _layers(net: Any) -> list[Any]:
    return [module for module in net.modules() if isinstance(module, LoraLayer)]


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


def require_finite(net: Any, ids: list[int], new: Lora | None, *, base_rows: int) -> None:
    """Run a fitted shadow once. Raises `AdapterError` when it does not yield numbers.

    Such a model would end the batcher, and on a GPU the process, with every answer in flight. The
    adapter's own rows are looked up here: the shadow shares the live model's embedding.
    """
    base = base_of(net)
    known = torch.tensor([ids], device=base.device)
    with torch.no_grad():
        embedded = base.get_input_embeddings()(known.clamp(max=base_rows - 1))
        rows = new.extra.get("embed_tokens") if new else None
        if rows is not None:
            own = known >= base_rows
            embedded[own] = rows.to(embedded)[known[own] - base_rows]
        logits = base(inputs_embeds=embedded, use_cache=False).logits
    if not torch.isfinite(logits).all():
        raise AdapterError("The model does not yield finite numbers with this adapter.")


def _same_slot(net: Any, new: Lora) -> bool:
    live = net.peft_config[SLOT]
    shapes = {name: tensor.shape for name, tensor in new.tensors.items()}
    return shapes == shapes_of(net) and all(
        getattr(live, name) == getattr(new.config, name) for name in SAME_IN_A_SLOT
    )


def _emptied(net: Any) -> tuple[Any, bool]:
    """LoRA weights that add nothing at all; the layers stay for the next adapter."""
    if isinstance(net, PeftModel):
        if getattr(net.peft_config[SLOT], "use_dora", False):
            return detached(net), True
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                if ".lora_B." in name:
                    parameter.zero_()
    return net, False


def write_rows(net: Any, new: Lora | None, *, base_rows: int) -> None:
    """Give the adapter's tokens their rows and empty those of tokens that it does not have.

    The embedding grows once, to the most that was asked for; it never shrinks.
    """
    base, extra = base_of(net), new.extra if new else {}
    wanted = base_rows + (new.extra_rows if new else 0)
    if wanted > rows_of(base):
        base.resize_token_embeddings(wanted, mean_resizing=False)
        thaw_head(base)
    ends = {"embed_tokens": base.get_input_embeddings(), "lm_head": base.get_output_embeddings()}
    with torch.no_grad():
        for end in ends.values():
            end.weight[base_rows:].zero_()
        for name, rows in extra.items():
            ends[name].weight[base_rows : base_rows + len(rows)].copy_(rows)
