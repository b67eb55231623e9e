"""A batcher of our own, kept as an experiment: one row of a fixed cache for each answer.

Each turn reads a piece of one waiting prompt, then gives every answer in flight its next token.
Live rows are kept together at the front, so that attention reads views of the cache and copies
nothing. It has no pages, shares no prefixes, and chooses the likeliest token only.
`docs/experiments.md` says how it did against the engine's batcher.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

PIECE = 512  # tokens of a prompt that are read in one turn
ROUND = 32  # the cache is read up to a multiple of this


@dataclass(eq=False)
class Request:
    ids: list[int]
    new_tokens: int
    read: int = 0  # tokens of the prompt that are in the cache
    out: list[int] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return self.read + max(0, len(self.out) - 1)


class Rows:
    """The cache, as a Llama sees it: it calls `update` once in every layer."""

    def __init__(self, config: Any, rows: int, length: int, dtype: torch.dtype) -> None:
        head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        shape = (rows, config.num_key_value_heads, length, head)
        layers = range(config.num_hidden_layers)
        self.keys = [torch.zeros(shape, dtype=dtype) for _ in layers]
        self.values = [torch.zeros(shape, dtype=dtype) for _ in layers]
        self.at = torch.empty(0)  # (rows of this turn, tokens): where the new ones go
        self.first, self.upto = 0, 0

    def update(
        self, key: torch.Tensor, value: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        count = key.shape[0]
        rows = torch.arange(self.first, self.first + count)[:, None]
        self.keys[layer][rows, :, self.at] = key.transpose(1, 2)
        self.values[layer][rows, :, self.at] = value.transpose(1, 2)
        mine = slice(self.first, self.first + count)
        return self.keys[layer][mine, :, : self.upto], self.values[layer][mine, :, : self.upto]

    def move(self, source: int, target: int, length: int) -> None:
        for tensor in (*self.keys, *self.values):
            tensor[target, :, :length] = tensor[source, :, :length]


class SlotBatcher:
    """Answers a list of requests, at most `rows` at a time. The model attends with sdpa."""

    def __init__(self, model: Any, *, rows: int, length: int) -> None:
        self._model, self._rows = model, rows
        self._cache = Rows(model.config, rows, length, model.dtype)
        self._live: list[Request] = []  # by their row

    @torch.inference_mode()
    def run(self, requests: Sequence[Request]) -> None:
        waiting = deque(requests)
        while waiting or self._live:
            if waiting and len(self._live) < self._rows:
                self._read(waiting)
            if self._live:
                self._step()

    def _read(self, waiting: deque[Request]) -> None:
        """Read one piece; the row behind the live ones belongs to the prompt being read."""
        request = waiting[0]
        end = min(len(request.ids), request.read + PIECE)
        best = self._forward(
            torch.tensor([request.ids[request.read : end]]),
            torch.arange(request.read, end)[None],
            len(self._live),
        )
        request.read = end
        if end == len(request.ids):
            self._live.append(waiting.popleft())
            self._take([request], best)

    def _step(self) -> None:
        last = torch.tensor([[request.out[-1]] for request in self._live])
        places = torch.tensor([[request.length] for request in self._live])
        self._take(list(self._live), self._forward(last, places, 0))

    def _take(self, requests: list[Request], best: list[int]) -> None:
        for request, token in zip(requests, best, strict=True):
            request.out.append(token)
            if len(request.out) >= request.new_tokens:
                self._leave(request)

    def _leave(self, request: Request) -> None:
        row, last = self._live.index(request), len(self._live) - 1
        if row != last:
            self._cache.move(last, row, self._live[last].length + 1)
            self._live[row] = self._live[last]
        self._live.pop()

    def _forward(self, ids: torch.Tensor, places: torch.Tensor, first: int) -> list[int]:
        cache = self._cache
        cache.first, cache.at = first, places
        cache.upto = min(cache.keys[0].shape[2], -(-(int(places.max()) + 1) // ROUND) * ROUND)
        mask = torch.arange(cache.upto) <= places[:, None, :, None]
        out = self._model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        found: list[int] = out.logits[:, -1].argmax(-1).tolist()
        return found
