"""Attention over a packed batch, one answer's tokens at a time: no mask as wide as the whole cache.

transformers' continuous batching packs the tokens of all requests into one row. With its sdpa every
token is compared with every key of every request, and a dense mask then throws most of that away:
the cost of a step grows with requests times all their keys together. Here each request sees its own
keys only. Those that are being answered have one new token each and are computed together, in
groups of similar length; those whose prompt is being read are computed one by one.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.utils.import_utils import is_flash_attn_2_available, is_flash_attn_3_available

from doctor_llama.errors import ModelUnavailableError

NAME = "grouped"
# A group is padded to its longest member; a shorter one joins when it is at least so long.
SIMILAR = 0.75


@dataclass(frozen=True, slots=True)
class Group:
    """Requests with one new token each."""

    rows: torch.Tensor  # their places among the packed queries
    keys: torch.Tensor  # (requests, longest): places in the cache, padded with any
    mask: torch.Tensor | None  # (requests, 1, 1, longest), true where there is a key


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request with several new tokens."""

    rows: slice
    keys: torch.Tensor | slice  # places in the cache, or among the packed keys
    mask: torch.Tensor | None  # None where nothing came before: plainly causal


@dataclass(frozen=True, slots=True)
class Plan:
    """Who attends to what in one step; the same in every layer."""

    groups: list[Group]
    prompts: list[Prompt]


def plan(queries: list[int], keys: list[int], places: torch.Tensor) -> Plan:
    """Make the plan of a step from cumulative lengths, which begin with 0.

    `places` holds the cache places of all keys, request after request; it is empty when no request
    has anything in the cache yet, and the packed keys are then all that there is.
    """
    single: list[tuple[int, int, int]] = []  # keys, first key, row
    prompts = []
    for index in range(len(queries) - 1):
        row, end = queries[index], queries[index + 1]
        first, last = keys[index], keys[index + 1]
        if end - row == 1 and places.numel():
            single.append((last - first, first, row))
        else:
            prompts.append(_prompt(slice(row, end), slice(first, last), places))
    groups = []
    single.sort(reverse=True)
    while single:
        longest = single[0][0]
        size = sum(length >= SIMILAR * longest for length, _, _ in single)
        groups.append(_group(single[:size], places))
        single = single[size:]
    return Plan(groups, prompts)


def _prompt(rows: slice, keys: slice, places: torch.Tensor) -> Prompt:
    new, all_keys = rows.stop - rows.start, keys.stop - keys.start
    mask = None
    if all_keys > new:
        mask = torch.ones(new, all_keys, dtype=torch.bool, device=places.device)
        mask = mask.tril(all_keys - new)
    return Prompt(rows, places[keys] if places.numel() else keys, mask)


def _group(members: list[tuple[int, int, int]], places: torch.Tensor) -> Group:
    longest, shortest = members[0][0], members[-1][0]
    device = places.device
    columns = zip(*members, strict=True)
    lengths, firsts, rows = (torch.tensor(column, device=device) for column in columns)
    steps = torch.arange(longest, device=device)
    inside = steps < lengths[:, None]
    at = torch.where(inside, firsts[:, None] + steps, firsts[:, None])
    return Group(rows, places[at], None if shortest == longest else inside[:, None, None])


def grouped(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    cache: Any = None,
    **named: Any,
) -> tuple[torch.Tensor, None]:
    """Attend, as transformers calls it: query (1, heads, tokens, size), packed over requests.

    Without a paged cache this is transformers' own sdpa.
    """
    if cache is None:
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **named
        )
    layer = int(module.layer_idx)  # type: ignore[arg-type]
    allocator = cache.layer_to_allocator[layer]
    if layer == 0:  # the layers of a step follow each other, in the batcher's one thread
        cache.plan = plan(
            named["cu_seq_lens_q"].tolist(),
            named["cu_seq_lens_k"][allocator.layer_type].tolist(),
            named["read_index"][allocator.index],
        )
    keys, values = allocator._kv_token_views[layer]
    write = named["write_index"][allocator.index]
    new_keys, new_values = key[0].transpose(0, 1), value[0].transpose(0, 1)
    keys.index_copy_(0, write, new_keys)
    values.index_copy_(0, write, new_values)
    heads, tokens, size = query.shape[1:]
    out = query.new_empty(1, tokens, heads, size)
    for group in cache.plan.groups:
        out[0, group.rows] = _together(query[0], keys, values, group, scaling)
    for one in cache.plan.prompts:
        # packed keys come straight from this step, others from the cache; both (keys, heads, size)
        mine, told = (
            (new_keys[one.keys], new_values[one.keys])
            if isinstance(one.keys, slice)
            else (keys.index_select(0, one.keys), values.index_select(0, one.keys))
        )
        found = causal(
            query[:, :, one.rows],
            mine.transpose(0, 1)[None],
            told.transpose(0, 1)[None],
            one.mask,
            scale=scaling,
        )
        out[:, one.rows] = found.transpose(1, 2)
    return out, None


def _together(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    group: Group,
    scale: float | None,
) -> torch.Tensor:
    """Query (heads, tokens, size) on a cache (places, heads, size): (requests, heads, size)."""
    count, (heads, _, size) = len(group.rows), query.shape
    # the heads that share a key take the place of several queries: no key is copied for them
    asked = query[:, group.rows].transpose(0, 1).reshape(count, keys.shape[1], -1, size)
    found = scaled_dot_product_attention(
        asked,
        _gather(keys, group.keys),
        _gather(values, group.keys),
        attn_mask=group.mask,
        scale=scale,
    )
    return found.reshape(count, heads, size)


def causal(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    *,
    scale: float | None,
    dropout: float = 0.0,
) -> torch.Tensor:
    """Query (1, heads, tokens, size) on keys with as many heads or fewer; as the query.

    Without a mask each query sees the keys up to its own place.
    """
    shared = query.shape[1] // key.shape[1]
    if mask is not None:
        # no fused kernel of CUDA takes both a mask and shared heads: all scores would be written
        # out, which took 12 GiB more for a pass of 4,096 tokens of Llama 3.2 3B
        key, value, shared = repeat_kv(key, shared), repeat_kv(value, shared), 1
    return scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=mask,
        is_causal=mask is None,
        scale=scale,
        dropout_p=dropout,
        enable_gqa=shared > 1,
    )


def _gather(cache: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(requests, longest) places -> (requests, heads, longest, size)."""
    found = cache.index_select(0, places.reshape(-1))
    return found.view(*places.shape, *cache.shape[1:]).transpose(1, 2)


AttentionInterface.register(NAME, grouped)


def settle(base: Any, wanted: str) -> str:
    """Give the model its attention for serving and return its name.

    "auto" is flash attention on a CUDA GPU that has it, else "grouped". Raises
    `ModelUnavailableError` for one that cannot be had here.
    """
    # a cache that forgets what is behind a window has another layout
    windowed = getattr(base.config.get_text_config(), "sliding_window", None)
    name = best(base.device.type) if wanted == "auto" else wanted
    name = "sdpa" if windowed and name == NAME else name
    try:
        base.set_attn_implementation("paged|eager" if name == "eager" else name)
    except (ImportError, ValueError, KeyError, RuntimeError) as problem:
        raise ModelUnavailableError(
            f"The attention {name} cannot be had here: {problem} Set it to auto."
        ) from problem
    return name


def best(device: str | None = None) -> str:
    """What "auto" means on a type of device; by default on that of this machine."""
    if (device or ("cuda" if torch.cuda.is_available() else "cpu")) == "cuda":
        for version, available in ((3, is_flash_attn_3_available), (2, is_flash_attn_2_available)):
            if available(kernels_fallback_ok=True):
                return f"flash_attention_{version}"
    return NAME


@contextlib.contextmanager
def as_sdpa(base: Any) -> Iterator[None]:
    """Let a model with the grouped attention pass for one with sdpa.

    transformers' batcher takes names that it knows only. It looks again, for whether it needs a
    mask, when it starts; by then the true name is back.
    """
    true_name = base.config._attn_implementation
    if true_name == NAME:
        base.set_attn_implementation("sdpa")
    try:
        yield
    finally:
        if true_name == NAME:
            base.set_attn_implementation(true_name)
