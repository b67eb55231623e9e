"""Measures of written answers: how near they are to references, and how they read.

Overlap with a reference is not truth: a wrong answer in the right words scores high.
"""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from training import significance
from training.evals import Outcome, language
from training.significance import Array, Better, Measure

ROUGES = ("rouge1", "rouge2", "rougeL")
NGRAM = 4  # words; an answer that says one again is repeating itself


@functools.cache
def _rouge() -> RougeScorer:
    return RougeScorer(list(ROUGES), use_stemmer=True)


def measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """All of these; overlap and perplexity over those that have a reference."""
    found: dict[str, Measure] = {}
    known = [o for o in outcomes if o.example.reference]
    told = [o for o in known if o.reference_log is not None]
    if told:
        logs = [o.reference_log or 0.0 for o in told]
        found["perplexity"] = significance.perplexity(logs, [o.reference_tokens for o in told])
    if known:
        found |= _overlap(known)
    return found | manner(outcomes)


def _overlap(known: Sequence[Outcome]) -> dict[str, Measure]:
    written = [o.text.strip() for o in known]
    wanted = [o.example.reference.strip() for o in known]
    rouges = [rouge(a, b) for a, b in zip(written, wanted, strict=True)]
    return {
        "bleu": corpus(BLEU(), written, wanted),
        "chrf": corpus(CHRF(), written, wanted),
        **{name: significance.mean([r[name] for r in rouges]) for name in ROUGES},
    }


def manner(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """Length in tokens, whether answers end by themselves, what they repeat, their language."""
    asked = [language.of(o.example.turns[-1].content) for o in outcomes]
    kept = [language.of(o.text) == a for o, a in zip(outcomes, asked, strict=True) if a]
    found = {"language": significance.right(kept)} if kept else {}
    return found | {
        "length": significance.mean([o.tokens for o in outcomes], better=Better.NEITHER),
        "ended": significance.right([o.ended for o in outcomes]),
        "repetition": significance.mean(
            [repetition(o.text) for o in outcomes], better=Better.LOWER
        ),
    }


def corpus(metric: BLEU | CHRF, written: Sequence[str], wanted: Sequence[str]) -> Measure:
    """A corpus score of sacrebleu, from what each answer adds to it."""
    stats = metric._extract_corpus_statistics(list(written), [list(wanted)])

    def value(sums: Array) -> float:
        return float(metric._compute_score_from_stats(sums.tolist()).score)

    return Measure(np.asarray(stats, dtype=float), value)


def rouge(written: str, wanted: str) -> dict[str, float]:
    """F1 of ROUGE-1, -2 and -L, each from 0 to 1; it reads Latin letters only."""
    found = _rouge().score(wanted, written)
    return {name: float(found[name].fmeasure) for name in ROUGES}


def repetition(text: str) -> float:
    """The share of four-word runs that came before in the same answer."""
    words = text.lower().split()
    runs = Counter(tuple(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1))
    total = sum(runs.values())
    return 1 - len(runs) / total if total else 0.0


def marks(outcome: Outcome) -> Mapping[str, float]:
    """The same for one answer, as far as it makes sense for one."""
    found = {"length": float(outcome.tokens), "repetition": repetition(outcome.text)}
    wanted = outcome.example.reference
    if wanted:
        found |= {"rougeL": rouge(outcome.text, wanted)["rougeL"]}
        found |= {"right": float(outcome.text.strip() == wanted.strip())}
    if outcome.reference_log is not None and outcome.reference_tokens:
        found["nll"] = -outcome.reference_log / outcome.reference_tokens
    return found
