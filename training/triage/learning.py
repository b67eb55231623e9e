"""The classifier of triage: learned from our own lines, its thresholds from lines it had not seen.

Softmax regression on hashed features by L-BFGS, and a net beside it: the same file from the same
lines, every time.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.optimize import minimize

from doctor_llama.triage import classifier, features, lexicon
from training.triage import corpus, net, roughening

L2 = 1.5e-5
CONCEPTS = 1.5  # how much more a concept counts than a run of letters
FOLDS = 4
FALSE_ALARMS = 0.065  # of unseen routine lines, at the threshold for red
FALSE_ALARMS_LONG = 0.02  # of long ones
SOME = 0.25  # the length from which a line is a long one
FALSE_URGENT = 0.07
LABELS = [str(label) for label in classifier.LABELS]
CALM = LABELS.index("routine")  # weighs as much as all others together: what says nothing is calm
NET = 0.6  # share of the net in what both say
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Tensors = dict[str, NDArray[np.generic]]


def train(out: Path = classifier.FILE, seed: int = 0, say: Callable[[str], object] = print) -> None:
    """Learn from all lines, choose the thresholds by cross-validation, write the file."""
    lines = list(corpus.read())
    examples = [*roughening.roughen(lines, seed), *asked()]
    sources = [example.source for example in examples]
    say(f"{len(lines)} wordings of {len({*sources})} lines; {len(examples)} examples")
    texts = [example.text for example in examples]
    matrix, words = vectors(texts), net.Texts(texts)
    labels = np.array([LABELS.index(example.label) for example in examples])
    weights = np.array([example.weight for example in examples])
    weights[labels == CALM] *= weights[labels < CALM].sum() / weights[labels == CALM].sum()
    heard = hear(matrix, words, labels, weights, sources)
    odds = (1 - NET) * heard.linear + NET * heard.net
    known = {line.text for line in lines}
    counted = np.array([text in known for text in texts])
    lengths = np.array([classifier.length(int(count)) for count in words.lengths])
    thresholds = choose(odds[counted], labels[counted], lengths[counted], say)
    save(out, heard, NET, thresholds)


def asked() -> Iterator[roughening.Example]:
    """Requests that are safe to answer and no alarm either, as they are: tasks, most of them."""
    for line in corpus.read(corpus.REQUESTS):
        if line.label == "safe":
            yield roughening.Example(line.text, LABELS[CALM], 1.0, line.source)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was learned from all examples, and what those said of each that had not seen it."""

    linear: Floats  # (examples, labels): logarithms of likelihoods
    net: Floats  # the same, by the net
    learned: Floats  # (features, labels)
    bias: Floats  # (labels,)
    tensors: Tensors  # of the net


def hear(
    matrix: scipy.sparse.csr_matrix,
    words: net.Texts,
    labels: Integers,
    weights: Floats,
    sources: Sequence[str],
    **options: int,
) -> Heard:
    """Learn both models, from all examples and for each fold without its lines.

    `options` are those of `net.fit`.
    """
    everything = np.arange(len(labels))
    parts = [*folds(sources), (everything, everything[:0])]
    with ProcessPoolExecutor() as pool:  # each learns on one thread
        fits = [pool.submit(fit, matrix[rest], labels[rest], weights[rest]) for rest, _ in parts]
        nets = [pool.submit(_net, words, labels, weights, one, options) for one in parts]
    linear, by_net = (np.zeros((len(labels), int(labels.max()) + 1)) for _ in range(2))
    for (_, part), one, learner in zip(parts, fits, nets, strict=True):
        linear[part] = likelihoods(matrix[part], *one.result())
        by_net[part] = learner.result()[1]
    return Heard(linear, by_net, *fits[-1].result(), nets[-1].result()[0])


def _net(
    words: net.Texts,
    labels: Integers,
    weights: Floats,
    fold: tuple[Integers, Integers],
    options: Mapping[str, int],
) -> tuple[Tensors, Floats]:
    """A net of the fold's first part, as tensors, and what it says of the second."""
    rest, part = fold
    learner = net.fit(words, rest, labels, weights, **options)
    return net.tensors(learner), net.odds(learner, words, part)


def choose(
    odds: Floats, labels: Integers, lengths: Floats, say: Callable[[str], object]
) -> dict[str, float]:
    """Thresholds that let so many of the unseen calm lines pass for red and for urgent.

    `lengths` are from 0 to 1: of long lines fewer may pass, since they are heard in parts as well.
    """
    red = np.logaddexp(odds[:, 0], odds[:, 1]) - odds[:, 3]
    urgent, calm = odds[:, 2] - odds[:, 3], labels == CALM
    thresholds = {
        "red": round(float(np.quantile(red[calm], 1 - FALSE_ALARMS)), 3),
        "urgent": round(float(np.quantile(urgent[calm], 1 - FALSE_URGENT)), 3),
    }
    long = calm & (lengths > SOME)
    beyond = (red[long] - thresholds["red"]) / lengths[long]
    thresholds["longer"] = round(max(0.0, float(np.quantile(beyond, 1 - FALSE_ALARMS_LONG))), 3)
    passed = red > thresholds["red"] + thresholds["longer"] * lengths
    say(f"unseen: {passed[labels < 2].mean():.3f} of red found, {passed[calm].mean():.3f} of calm;")
    of_long = (labels < 2) & (lengths > SOME)
    say(f"of long ones {passed[of_long].mean():.3f} and {passed[long].mean():.3f}; {thresholds}")
    return thresholds


def vectors(texts: Sequence[str], letters: int = features.LETTERS) -> scipy.sparse.csr_matrix:
    """One row a text; concepts weigh `CONCEPTS` times as much."""
    indices, values, ends = [], [], [0]
    for text in texts:
        found, weight = features.features(lexicon.read(text), letters)
        weight = np.where(found < features.CONCEPTS, weight * CONCEPTS, weight)
        indices.append(found)
        values.append(weight)
        ends.append(ends[-1] + len(found))
    shape = (len(texts), features.CONCEPTS + letters)
    return scipy.sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape)


def folds(sources: Sequence[str]) -> Iterator[tuple[Integers, Integers]]:
    """What to learn from and what to judge then: no line is in both, in any of its wordings."""
    of = np.array([zlib.crc32(source.encode()) % FOLDS for source in sources])
    for fold in range(FOLDS):
        yield np.flatnonzero(of != fold), np.flatnonzero(of == fold)


def likelihoods(matrix: scipy.sparse.csr_matrix, learned: Floats, bias: Floats) -> Floats:
    """(examples, labels): logarithms of what a linear model gives each label."""
    logits: Floats = matrix @ learned + bias
    logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return logits


def fit(
    matrix: scipy.sparse.csr_matrix,
    labels: Integers,
    weights: Floats,
    *,
    rounds: int = 150,
) -> tuple[Floats, Floats]:
    """Weights (features, labels) and biases that minimise the loss, in so many rounds at most."""
    size, count = matrix.shape[1], int(labels.max()) + 1
    target, turned = np.eye(count)[labels], matrix.T.tocsr()
    share = (weights / weights.sum())[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        learned, bias = flat[:-count].reshape(size, count), flat[-count:]
        logits = matrix @ learned + bias
        logits -= logits.max(axis=1, keepdims=True)
        guess = np.exp(logits)
        guess /= guess.sum(axis=1, keepdims=True)
        missed = -(share[:, 0] * np.log((guess * target).sum(axis=1) + 1e-12)).sum()
        slope = (guess - target) * share
        down = turned @ slope + L2 * learned
        return missed + L2 / 2 * (learned**2).sum(), np.append(down.ravel(), slope.sum(axis=0))

    start = np.zeros(size * count + count)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds}).x
    return best[:-count].reshape(size, count), best[-count:]


def save(out: Path, heard: Heard, share: float, thresholds: dict[str, float]) -> None:
    """Write the linear weights in 8 bits, with a scale for each label, and the net.

    `share` is that of the net in what both say.
    """
    learned = heard.learned.copy()
    learned[: features.CONCEPTS] *= CONCEPTS
    scale = np.abs(learned).max(axis=0) / 127
    rounded = np.round(learned / scale).astype(np.int8)
    tensors = {
        "weights": np.ascontiguousarray(rounded),
        "scale": scale.astype(np.float32),
        "bias": heard.bias.astype(np.float32),
        **heard.tensors,
    }
    about = {"thresholds": thresholds, "net": share, "concepts": net.NAMES}
    # one entry: the library writes several in another order every time
    save_file(tensors, out, metadata={"about": json.dumps(about)})
