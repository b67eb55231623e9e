"""The classifier of triage: learned from our own lines, its thresholds from lines it had not seen.

Softmax regression on hashed features by L-BFGS: the same file from the same lines, every time.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.optimize import minimize

from doctor_llama.triage import classifier, features, lexicon
from training.triage import corpus, roughening

L2 = 1.5e-5
CONCEPTS = 1.5  # how much more a concept counts than a run of letters
FOLDS = 4
FALSE_ALARMS = 0.05  # of unseen routine lines, at the threshold for red
FALSE_URGENT = 0.08
LABELS = [str(label) for label in classifier.LABELS]
CALM = LABELS.index("routine")  # weighs as much as all others together: what says nothing is calm
Floats = NDArray[np.float64]


def train(out: Path = classifier.FILE, seed: int = 0, say: Callable[[str], object] = print) -> None:
    """Learn from all lines, choose the thresholds by cross-validation, write the file."""
    lines = list(corpus.read())
    examples = list(roughening.roughen(lines, seed))
    say(
        f"{len(lines)} wordings of {len({line.source for line in lines})} lines; "
        f"{len(examples)} examples"
    )
    matrix = vectors([example.text for example in examples])
    labels = np.array([LABELS.index(example.label) for example in examples])
    weights = np.array([example.weight for example in examples])
    weights[labels == CALM] *= weights[labels < CALM].sum() / weights[labels == CALM].sum()
    odds = unseen_odds(matrix, labels, weights, [example.source for example in examples])
    plain = np.array([examples[at].text for at in range(len(examples))], dtype=object)
    known = {line.text for line in lines}
    counted = np.array([text in known for text in plain])
    red = np.logaddexp(odds[:, 0], odds[:, 1]) - odds[:, 3]
    urgent = odds[:, 2] - odds[:, 3]
    calm = counted & (labels == CALM)
    thresholds = {
        "red": round(float(np.quantile(red[calm], 1 - FALSE_ALARMS)), 3),
        "urgent": round(float(np.quantile(urgent[calm], 1 - FALSE_URGENT)), 3),
    }
    found = (red > thresholds["red"])[counted & (labels < 2)].mean()
    say(f"unseen lines: {found:.3f} of red found at {FALSE_ALARMS:.0%} false alarms; {thresholds}")
    learned, bias = fit(matrix, labels, weights)
    learned[features.LETTERS :] *= CONCEPTS
    save(out, learned, bias, thresholds)


def vectors(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """One row a text; concepts weigh `CONCEPTS` times as much."""
    indices, values, ends = [], [], [0]
    for text in texts:
        found, weight = features.features(lexicon.read(text))
        weight = np.where(found >= features.LETTERS, weight * CONCEPTS, weight)
        indices.append(found)
        values.append(weight)
        ends.append(ends[-1] + len(found))
    shape = (len(texts), features.SIZE)
    return scipy.sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape)


def unseen_odds(
    matrix: scipy.sparse.csr_matrix,
    labels: NDArray[np.int64],
    weights: Floats,
    sources: Sequence[str],
) -> Floats:
    """Log-probabilities of every example by a model that saw no wording of its line."""
    folds = np.array([zlib.crc32(source.encode()) % FOLDS for source in sources])
    odds = np.zeros((len(sources), int(labels.max()) + 1))
    for fold in range(FOLDS):
        rest = np.flatnonzero(folds != fold)
        learned, bias = fit(matrix[rest], labels[rest], weights[rest])
        logits = matrix[folds == fold] @ learned + bias
        logits -= logits.max(axis=1, keepdims=True)
        odds[folds == fold] = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return odds


def fit(
    matrix: scipy.sparse.csr_matrix,
    labels: NDArray[np.int64],
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


def save(out: Path, learned: Floats, bias: Floats, thresholds: dict[str, float]) -> None:
    """Write the weights in 8 bits, with a scale for each label."""
    scale = np.abs(learned).max(axis=0) / 127
    rounded = np.round(learned / scale).astype(np.int8)
    tensors = {
        "weights": np.ascontiguousarray(rounded),
        "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32),
    }
    save_file(tensors, out, metadata={"thresholds": json.dumps(thresholds)})
