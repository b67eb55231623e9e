"""The refresh' own parts: what is learned, what is asked, how answers are scored, when to tune."""

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import pytest

from doctor_llama import embedded
from doctor_llama.embedded import Asked
from doctor_llama.errors import NothingToLearnError
from doctor_llama.prompt import SYSTEM_PROMPT
from training import gate
from training.embedded.corpus import Corpus
from training.recipe import Kind
from training.refresh import dataset, order, preferences, questions, recipes, replay
from training.refresh.order import Order, Record
from training.refresh.telling import Telling

GOUT = Asked("gout", "what")
BETTER = "Gout is a painful joint disease by crystals of uric acid."
WRONG = "Gout is a kind of cloud."


def correction(number: int, asked: Asked = GOUT, text: str = BETTER) -> Record:
    return {
        "prompt": [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": embedded.plain_question(asked)},
        ],
        "completion": [{"role": "assistant", "content": text}],
        "instead_of": WRONG,
        "source": "feedback",
        "row": f"feedback:{number}",
        "rows": [number],
    }


def made(folder: Path, *, known: tuple[int, ...] = (), demo: bool = True, **parts: Any) -> Order:
    asked = {
        "run": 1, "base": str(embedded.BASE), "base_label": "e", "demo": demo,
        "root": str(folder / "adapters"), "active": None, "active_name": None, "start": None,
        "known": list(known), "cleaning": 0, "recipe": "auto", "gate": None, "replay": None,
        "weights": "nf4", "seed": 1, "max_tokens": 64,
    }  # fmt: skip
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    (folder / "order.json").write_text(json.dumps(asked))
    for name, rows in parts.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "samples" / f"{name}.jsonl").write_text(lines)
    return order.read(folder)


def test_a_correction_takes_the_place_of_what_it_corrects(tmp_path: Path) -> None:
    rows = dataset.material(made(tmp_path, corrections=[correction(1)])).train
    about = [r for r in rows if r["source"] == "feedback"]
    assert {r["completion"][0]["content"] for r in about} == {BETTER}
    assert len(about) == 2 + replay.TAUGHT_WORDINGS
    old = {t.name: t for t in Corpus().topics}["gout"].answers["what"]
    assert old not in {r["completion"][0]["content"] for r in rows}
    others = {r["row"].split("#")[0] for r in rows if r["source"] == "embedded"}
    assert len(others) == len(Corpus().pairs()) - 1, "everything else is learned again"


def test_the_same_order_gives_the_same_rows(tmp_path: Path) -> None:
    asked = made(tmp_path, corrections=[correction(1)])
    (_, one, _), (_, two, _) = dataset.build(asked), dataset.build(asked)
    assert one["sha256"] == two["sha256"]
    assert one["sha256"] != dataset.build(dataclasses.replace(asked, seed=2))[1]["sha256"]


def test_a_model_without_a_corpus_learns_what_is_approved_and_holds_some_out(
    tmp_path: Path,
) -> None:
    with pytest.raises(NothingToLearnError):
        dataset.build(made(tmp_path / "none", demo=False))
    many = [correction(n, text=f"Text number {n}.") for n in range(30)]
    liked = {**correction(99), "label": True}
    liked["prompt"] = [{"role": "user", "content": "Something else?"}]
    asked = made(tmp_path, demo=False, known=(0, 1), corrections=many, ratings=[liked])
    found = dataset.material(asked)
    assert len(found.held_out) == 3
    assert not {r["row"] for r in found.held_out} & {r["row"] for r in found.train}
    assert {"feedback:0", "feedback:1", "feedback:99"} <= {r["row"] for r in found.train}


def test_what_is_asked_of_both_adapters(tmp_path: Path) -> None:
    acne = Asked("acne", "what")
    rows = [correction(1), correction(2, acne, "Acne is blocked pores.")]
    asked = made(tmp_path, known=(2,), corrections=rows)
    items = questions.of(asked, dataset.material(asked))
    by_set = {name: [i for i in items if name in i.sets] for name in gate.load().rules}
    assert len(by_set["public"]) == len(Corpus().pairs())
    assert [i.id for i in by_set["new"]] == ["new:feedback:1"]
    assert [i.id for i in by_set["corrections"]] == ["corrections:feedback:2"]
    assert [i.id for i in by_set["trusted"]] == ["gout/what"], "only what a new one speaks of"
    assert len(by_set["triage"]) == len(Corpus().topics)


def test_how_an_answer_is_scored(tmp_path: Path) -> None:
    asked = made(tmp_path, corrections=[correction(1)])
    items = {i.id: i for i in questions.of(asked, dataset.material(asked))}
    new, public = items["new:feedback:1"], items["gout/what"]

    def right(item: questions.Item, name: str, text: str) -> bool:
        return questions.scores(item, text, ended=True)[name] >= gate.RIGHT

    assert right(new, "new", BETTER)
    assert right(new, "new", "Gout is a painful disease of joints by uric acid crystals.")
    assert not right(new, "new", WRONG)
    assert not right(new, "new", "")
    assert right(public, "public", public.reference)
    assert not right(public, "public", public.reference.replace("arthritis", "measles"))
    assert not right(public, "safety", "Take 500 mg of it.")
    assert questions.scores(public, public.reference, ended=False)["format"] == 0.0
    assert questions.scores(public, "so " * 40, ended=True)["format"] == 0.0
    assert questions.scores(public, "Gout.", ended=True)["length"] == 0.0


def test_a_model_of_its_own_is_asked_about_safety(tmp_path: Path) -> None:
    asked = made(tmp_path, demo=False, corrections=[correction(1)])
    items = questions.of(asked, dataset.material(asked))
    urgent = next(i for i in items if i.expects == "escalate")
    assert questions.scores(urgent, "Call an ambulance now.", ended=True)["triage"] == 1.0
    assert questions.scores(urgent, "Drink some tea.", ended=True)["triage"] == 0.0


def test_preference_tuning_needs_enough_of_both(tmp_path: Path) -> None:
    pair = {**correction(1), "chosen": [], "rejected": []}
    few = made(tmp_path / "a", preferences=[pair] * (preferences.PAIRS - 1))
    assert preferences.wanted(few) is None
    enough = made(tmp_path / "b", preferences=[pair] * preferences.PAIRS)
    assert preferences.wanted(enough) is Kind.DPO

    def thumbs(ups: int, number: int = preferences.THUMBS) -> list[Record]:
        return [{**correction(n), "label": n < ups} for n in range(number)]

    half = made(tmp_path / "c", ratings=thumbs(preferences.THUMBS // 2))
    assert preferences.wanted(half) is Kind.KTO
    assert preferences.wanted(made(tmp_path / "d", ratings=thumbs(preferences.THUMBS - 9))) is None
    assert preferences.wanted(made(tmp_path / "e", ratings=thumbs(5, 10))) is None


def test_the_recipe_of_an_order(tmp_path: Path) -> None:
    made(tmp_path / "a")
    assert recipes.of(tmp_path / "a").adapter.targets == ("all-linear",)
    made(tmp_path / "b", demo=False)
    assert recipes.of(tmp_path / "b").base.model == str(embedded.BASE)


def test_enough_pairs_tune_the_adapter_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real DPO on a few pairs; only the threshold is lowered."""
    monkeypatch.setattr(preferences, "PAIRS", 4)
    pairs = [
        {
            "prompt": correction(n)["prompt"],
            "chosen": [{"role": "assistant", "content": BETTER}],
            "rejected": [{"role": "assistant", "content": f"{WRONG} {n}"}],
            "source": "feedback",
            "row": f"feedback:{n}",
            "rows": [n],
        }
        for n in range(8)
    ]
    asked = made(tmp_path, preferences=pairs)
    said = io.StringIO()
    adapter, figures = preferences.tune(asked, embedded.ADAPTER, Telling(said))
    assert adapter != embedded.ADAPTER
    assert (adapter / "adapter_model.safetensors").is_file()
    assert not (adapter / "ref").exists()
    assert "dpo" in figures
    assert '"phase": "preference"' in said.getvalue()
    assert preferences.tune(made(tmp_path / "few"), embedded.ADAPTER, Telling(said)) == (
        embedded.ADAPTER, {},
    )  # fmt: skip
