"""How well a model answers: greedy answers, compared with the corpus word for word."""

import time
from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from training.embedded import tokenizer as tokens
from training.embedded.corpus import Corpus, Question

LONGEST_ANSWER = 96  # tokens


@torch.no_grad()
def answers(
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    questions: Sequence[Question],
    *,
    batch: int = 64,
) -> list[str]:
    """Return one greedy answer per question."""
    model.eval()
    # neighbours of like length waste least padding; the answers go back in the asked order
    prompts = [tokens.render(tokenizer, q.turns, ask=True) for q in questions]
    order = sorted(range(len(prompts)), key=lambda n: len(prompts[n]))
    found = [""] * len(prompts)
    for at in range(0, len(order), batch):
        chosen = order[at : at + batch]
        encoded = tokenizer(
            [prompts[n] for n in chosen],
            return_tensors="pt",
            padding=True,
            padding_side="left",
            add_special_tokens=False,
            return_token_type_ids=False,
        )
        written = model.generate(
            **encoded,
            max_new_tokens=LONGEST_ANSWER,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )[:, encoded["input_ids"].shape[1] :]
        texts = tokenizer.batch_decode(written, skip_special_tokens=True)
        for n, text in zip(chosen, texts, strict=True):
            found[n] = text.strip()
    return found


def right(model: Any, tokenizer: PreTrainedTokenizerFast, questions: Sequence[Question]) -> float:
    """Return the share of questions answered word for word."""
    given = answers(model, tokenizer, questions)
    return sum(g == q.answer for g, q in zip(given, questions, strict=True)) / len(questions)


def report(
    model: Any, tokenizer: PreTrainedTokenizerFast, corpus: Corpus, *, seed: int
) -> dict[str, float]:
    """Return the shares of right answers, and milliseconds for one answer alone."""
    own = corpus.own_questions()
    metrics = {
        "own_questions": right(model, tokenizer, own),
        "new_wordings": right(model, tokenizer, corpus.new_wordings(seed)),
        "with_history": right(model, tokenizer, corpus.with_history(seed)),
        "follow_ups": right(model, tokenizer, corpus.follow_ups(seed)),
    }
    started = time.perf_counter()
    for question in own[:5]:
        answers(model, tokenizer, [question])
    metrics["milliseconds_per_answer"] = (time.perf_counter() - started) * 200
    return {name: round(value, 4) for name, value in metrics.items()}
