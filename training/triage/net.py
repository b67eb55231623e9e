"""The net of triage learns: torch on one thread, the same weights from the same lines.

An example is drawn as often as it weighs. Words and concepts are left out at random, so that
neither is relied on alone.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from doctor_llama.triage import lexicon
from doctor_llama.triage import net as shipped

GRAMS = 1 << 15  # hashed runs of letters
WIDTH = 16  # numbers that stand for a word
HIDDEN = 160  # of each kernel
DROPOUT = 0.3
LESS_WORDS, LESS_CONCEPTS = 0.08, 0.25  # shares left out while learning
EPOCHS = 50
EPOCH = 40_000  # examples drawn for one
BATCH = 96
BUCKET = 8  # batches sorted by length together
RATE, DECAY = 3e-3, 1e-3
NAMES = {
    f"{sign}{name}": number * 2 + (sign == "-")
    for number, name in enumerate(lexicon.concepts())
    for sign in ("", "-")
}
Integers = NDArray[np.int64]


class Texts:
    """Texts as numbers: words once each with their runs of letters, and where concepts stand."""

    def __init__(self, texts: Sequence[str], size: int = GRAMS) -> None:
        self.size = size  # hashes of runs of letters, a power of two
        readings = [lexicon.read(text) for text in texts]
        tokens = [reading.tokens[: shipped.WORDS] or ["."] for reading in readings]
        known = {word: at for at, word in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
        ids, owners = shipped.grams(list(known), size)
        order = np.argsort(owners, kind="stable")
        self.grams, self.gram_ends = ids[order], _ends(np.bincount(owners))
        self.words = np.array([known[word] for one in tokens for word in one])
        self.ends = _ends([len(one) for one in tokens])
        placed = [shipped.concepts(r, len(t)) for r, t in zip(readings, tokens, strict=True)]
        self.places = np.array([at for one in placed for at, _ in one], dtype=np.int64)
        self.concepts = np.array([NAMES[name] for one in placed for _, name in one], dtype=np.int64)
        self.concept_ends = _ends([len(one) for one in placed])

    @property
    def lengths(self) -> Integers:
        return np.diff(self.ends)

    def batch(
        self, chosen: Integers, dice: np.random.Generator | None = None
    ) -> tuple[torch.Tensor, ...]:
        """What `Learner` reads; with dice some words and concepts are left out."""
        at, row = _slices(self.ends, chosen)
        words = self.words[at]
        c_at, c_row = _slices(self.concept_ends, chosen)
        lengths = np.bincount(row, minlength=len(chosen))
        place = (np.cumsum(lengths) - lengths)[c_row] + self.places[c_at]
        concepts = self.concepts[c_at]
        if dice is not None:
            kept = (dice.random(len(words)) > LESS_WORDS) | (lengths[row] <= shipped.SHORT)
            kept[np.cumsum(lengths) - 1] = True
            seen = (dice.random(len(concepts)) > LESS_CONCEPTS) & kept[place]
            place, concepts = (np.cumsum(kept) - 1)[place[seen]], concepts[seen]
            words, row = words[kept], row[kept]
            lengths = np.bincount(row, minlength=len(chosen))
        within = np.arange(len(row)) - (np.cumsum(lengths) - lengths)[row]
        once, inverse = np.unique(words, return_inverse=True)
        g_at, g_row = _slices(self.gram_ends, once)
        starts = np.searchsorted(g_row, np.arange(len(once)))
        numbers = (self.grams[g_at], starts, inverse, concepts, place, row, within, lengths)
        return tuple(torch.from_numpy(one) for one in numbers)


class Learner(nn.Module):
    """The net while it learns."""

    def __init__(self, grams: int, labels: int) -> None:
        super().__init__()
        self.grams = nn.EmbeddingBag(grams, WIDTH, mode="mean")
        self.concepts = nn.Embedding(len(NAMES), WIDTH)
        nn.init.normal_(self.grams.weight, 0, 0.3)
        nn.init.normal_(self.concepts.weight, 0, 0.2)
        self.kernels = nn.ModuleList(
            nn.Conv1d(WIDTH, HIDDEN, size, padding=size // 2) for size in shipped.KERNELS
        )
        self.out = nn.Linear(2 * HIDDEN * len(shipped.KERNELS), labels)

    def forward(self, *batch: torch.Tensor) -> torch.Tensor:
        """(texts, labels): logits."""
        grams, starts, inverse, concepts, place, row, within, lengths = batch
        words = self.grams(grams, starts)[inverse].index_add(0, place, self.concepts(concepts))
        longest = int(lengths.max())
        padded = words.new_zeros(len(lengths), longest, WIDTH)
        padded[row, within] = words
        there = (torch.arange(longest)[None] < lengths[:, None])[:, None]
        padded = functional.dropout(padded, DROPOUT, self.training).transpose(1, 2)
        scale = lengths[:, None].clamp(min=shipped.SHORT).sqrt()
        pooled = []
        for kernel in self.kernels:
            found = functional.relu(kernel(padded)) * there
            pooled += [found.max(2).values, found.sum(2) / scale]
        logits: torch.Tensor = self.out(
            functional.dropout(torch.cat(pooled, 1), DROPOUT, self.training)
        )
        return logits


def fit(
    texts: Texts,
    chosen: Integers,
    labels: Integers,
    weights: NDArray[np.float64],
    *,
    epochs: int = EPOCHS,
    epoch: int = EPOCH,
) -> Learner:
    """Learn from the chosen texts, so many drawn in each of the epochs."""
    torch.set_num_threads(1)  # more would add up in another order
    torch.manual_seed(0)
    dice = np.random.default_rng(0)
    learner = Learner(texts.size, int(labels.max()) + 1)
    optimizer = torch.optim.AdamW(learner.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * (epoch // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps + 1, pct_start=0.15
    )
    goal, shares = torch.from_numpy(labels), np.cumsum(weights[chosen] / weights[chosen].sum())
    learner.train()
    for _ in range(epochs):
        points = (dice.random() + np.arange(epoch)) / epoch
        drawn = chosen[np.minimum(np.searchsorted(shares, points), len(chosen) - 1)]
        for batch in _batches(dice.permutation(drawn), texts.lengths, dice):
            logits = learner(*texts.batch(batch, dice))
            loss = functional.cross_entropy(logits, goal[torch.from_numpy(batch)])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return learner.eval()


def odds(learner: Learner, texts: Texts, chosen: Integers) -> NDArray[np.float64]:
    """(chosen, labels): logarithms of the labels' probabilities."""
    found = np.zeros((len(chosen), learner.out.out_features))
    order = np.argsort(texts.lengths[chosen], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), 256):
            some = order[start : start + 256]
            found[some] = functional.log_softmax(learner(*texts.batch(chosen[some])), 1).numpy()
    return found


def tensors(learner: Learner) -> dict[str, NDArray[np.generic]]:
    """What the shipped net is made of."""
    state = {name: one.numpy() for name, one in learner.state_dict().items()}
    scale = np.abs(state["grams.weight"]).max(axis=0) / 127
    made = {
        "net.grams": np.round(state["grams.weight"] / scale).astype(np.int8),
        "net.scale": scale.astype(np.float32),
        "net.concepts": state["concepts.weight"].astype(np.float16),
        "net.out": np.ascontiguousarray(state["out.weight"].T).astype(np.float16),
        "net.bias": state["out.bias"].astype(np.float32),
    }
    for number in range(len(shipped.KERNELS)):
        weight = state[f"kernels.{number}.weight"]  # (hidden, width, words)
        flat = weight.transpose(2, 1, 0).reshape(-1, HIDDEN)
        made[f"net.kernel.{number}"] = np.ascontiguousarray(flat).astype(np.float16)
        made[f"net.kernel.{number}.bias"] = state[f"kernels.{number}.bias"].astype(np.float32)
    return made


def _batches(drawn: Integers, lengths: Integers, dice: np.random.Generator) -> list[Integers]:
    """Batches of texts of like length, in a random order within a bucket."""
    found = []
    for start in range(0, len(drawn) // BATCH * BATCH, BATCH * BUCKET):
        some = drawn[start : start + BATCH * BUCKET]
        some = some[np.argsort(lengths[some], kind="stable")]
        parts = [some[at : at + BATCH] for at in range(0, len(some) // BATCH * BATCH, BATCH)]
        found += [parts[at] for at in dice.permutation(len(parts))]
    return found


def _ends(counts: Sequence[int] | Integers) -> Integers:
    return np.append(0, np.cumsum(counts)).astype(np.int64)


def _slices(ends: Integers, chosen: Integers) -> tuple[Integers, Integers]:
    """Where the chosen rows' entries lie, and which row each belongs to."""
    counts = ends[chosen + 1] - ends[chosen]
    row = np.repeat(np.arange(len(chosen)), counts)
    return np.arange(len(row)) + (ends[chosen] - np.cumsum(counts) + counts)[row], row
