"""A data set's folder: shapes, parts, weights, hashes; the same inputs give the same bytes."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from doctor_llama.errors import DatasetError, RecipeError
from tests.training import data_files
from training import dataset, manifest, mixing, recipe_data
from training.cleaning import Row
from training.recipe_data import DataRecipe, From, Split
from training.sources import Pair


def recipe(sources: dict[str, Any], **fields: Any) -> DataRecipe:
    return recipe_data.parse({"sources": sources, **fields})


@pytest.fixture
def medqa(tmp_path: Path) -> Path:
    records = [data_files.medqa(f"A person of {age} is thirsty. What helps?") for age in range(60)]
    return data_files.write(tmp_path / "medqa.jsonl", records)


def rows(folder: Path, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / f"{part}.parquet").to_pylist()
    return found


def test_a_data_set_is_whole_and_says_how_it_was_made(medqa: Path, tmp_path: Path) -> None:
    made = dataset.build(recipe({"medqa": {"path": str(medqa)}}), tmp_path / "out", processes=1)
    assert sum(made.rows.values()) == sum(len(rows(tmp_path / "out", p)) for p in mixing.PARTS)
    assert all(made.rows.values())
    row = rows(tmp_path / "out", "train")[0]
    assert [turn["role"] for turn in row["prompt"]] == ["user"]
    assert row["completion"] == [{"role": "assistant", "content": "B. Water"}]
    assert (row["source"], row["row"].startswith("medqa:")) == ("medqa", True)
    assert manifest.read(tmp_path / "out") == made
    [described] = made.inputs["medqa"]["files"]
    assert described["name"] == "medqa.jsonl"
    assert str(tmp_path) not in made.text()
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "train.parquet", "validation.parquet", "test.parquet", "manifest.json",
        "report.md", "report.json", "funnel.png", "tokens.png",
    }  # fmt: skip
    assert json.loads((tmp_path / "out" / "report.json").read_text())["rows"]["read"] == 60


def test_it_loads_without_a_cache_and_only_unchanged(medqa: Path, tmp_path: Path) -> None:
    made = dataset.build(recipe({"medqa": {"path": str(medqa)}}), tmp_path / "out", processes=1)
    loaded = dataset.load(tmp_path / "out")
    assert {part: len(loaded[part]) for part in loaded} == made.rows
    assert loaded["train"][0]["prompt"][0]["role"] == "user"
    (tmp_path / "out" / "test.parquet").write_bytes(b"other")
    with pytest.raises(DatasetError, match="was changed since"):
        dataset.load(tmp_path / "out")
    with pytest.raises(DatasetError, match="is no data set"):
        dataset.load(tmp_path)


def test_the_same_inputs_give_the_same_bytes_anywhere(medqa: Path, tmp_path: Path) -> None:
    def made(folder: str, hash_seed: str) -> dict[str, bytes]:
        code = (
            "import sys; from pathlib import Path; from training import dataset, recipe_data; "
            "dataset.build(recipe_data.parse({'sources': {'safety': {'weight': 1, 'repeat': 2}, "
            "'medqa': {'path': sys.argv[1], 'weight': 1}}}), Path(sys.argv[2]), processes=1)"
        )
        place = tmp_path / folder
        place.mkdir()
        copy = place / medqa.name
        copy.write_bytes(medqa.read_bytes())
        subprocess.run(
            [sys.executable, "-c", code, str(copy), str(place / "out")],
            check=True,
            timeout=100,
            env={"PYTHONHASHSEED": hash_seed, "PATH": "", "HOME": str(place)},
        )
        return {path.name: path.read_bytes() for path in (place / "out").iterdir()}

    assert made("one", "1") == made("two", "2")


def test_raw_text_and_preferences_and_thumbs(tmp_path: Path) -> None:
    prompt = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    named = {"source": "feedback"}
    records: list[dict[str, Any]] = []
    for i in range(20):
        asked = [*prompt, {"role": "user", "content": f"What helps against pain number {i}?"}]
        good = f"Rest number {i}, and see a doctor if it stays."
        records += [
            {"prompt": asked, "chosen": good, "rejected": "No idea.", "row": f"p{i}", **named},
            {"prompt": asked, "completion": good, "label": i % 2 == 0, "row": f"r{i}", **named},
        ]
    path = data_files.write(tmp_path / "feedback.jsonl", records)
    columns = {
        "preference": ["prompt", "chosen", "rejected", "source", "row"],
        "unpaired": ["prompt", "completion", "label", "source", "row"],
        "text": ["text", "source", "row"],
    }
    for shape, wanted in columns.items():
        chosen = recipe({"feedback": {"path": str(path)}}, shape=shape)
        dataset.build(chosen, tmp_path / shape, processes=1)
        found = rows(tmp_path / shape, "train")
        assert list(found[0]) == wanted
        if shape != "text":
            assert [turn["role"] for turn in found[0]["prompt"]] == ["user", "assistant", "user"]
    with pytest.raises(DatasetError, match="none is left"):
        safety = recipe({"safety": {}}, shape="preference")
        dataset.build(safety, tmp_path / "none", processes=1)
    assert not (tmp_path / "none").exists()


def test_a_bad_rating_is_not_taught_as_an_answer(tmp_path: Path) -> None:
    records = [
        {"prompt": f"What helps against pain {i}?", "completion": f"Rest {i}.", "label": i > 4}
        for i in range(10)
    ]
    path = data_files.write(tmp_path / "a.jsonl", records)
    made = dataset.build(recipe({"feedback": {"path": str(path)}}), tmp_path / "out", processes=1)
    assert sum(made.rows.values()) == 5


def test_flagged_rows_are_taught_only_where_a_recipe_says_so(tmp_path: Path) -> None:
    records = [
        data_files.dialogue(f"I have a sore wrist number {i}. Doctor: Since when? Patient: May.")
        for i in range(3)
    ]
    path = data_files.write(tmp_path / "a.jsonl", records)
    from_here = {"ai_medical_chatbot": {"path": str(path)}}
    with pytest.raises(DatasetError, match="none is left"):
        dataset.build(recipe(from_here), tmp_path / "out", processes=1)
    made = dataset.build(
        recipe(from_here, cleaning={"flagged": True, "near": 1}), tmp_path / "out", processes=1
    )
    assert sum(made.rows.values()) == 3


def test_tokens_are_counted_with_a_tokenizer(medqa: Path, tmp_path: Path) -> None:
    from doctor_llama import embedded

    chosen = recipe({"medqa": {"path": str(medqa)}}, tokenizer=str(embedded.FOLDER / "base"))
    dataset.build(chosen, tmp_path / "out", processes=1)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["tokens"]["estimated"] is False
    assert report["tokens"]["all"] > 1_000
    missing = recipe({"medqa": {"path": str(medqa)}}, tokenizer="nowhere")
    with pytest.raises(DatasetError, match="no tokenizer"):
        dataset.build(missing, tmp_path / "other", processes=1)


def test_other_things_in_the_folder_are_not_overwritten(medqa: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    chosen = recipe({"medqa": {"path": str(medqa)}})
    with pytest.raises(DatasetError, match="holds other things"):
        dataset.build(chosen, out, processes=1)
    assert (out / "thesis.txt").read_text() == "mine"
    (out / "thesis.txt").unlink()
    dataset.build(chosen, out, processes=1)
    dataset.build(chosen, out, processes=1)  # an older data set may be replaced


def test_a_truncated_source_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "db.xml"
    path.write_text(data_files.DRUGBANK[:-40])
    with pytest.raises(DatasetError, match="cut off"):
        dataset.build(recipe({"drugbank": {"path": str(path)}}), tmp_path / "out", processes=1)
    assert [p.name for p in tmp_path.iterdir()] == ["db.xml"]


# --- parts and weights


def _rows(source: str, count: int, *, cluster: int = 0) -> Iterator[Row]:
    for i in range(count):
        name = f"{source}:{i}"
        about = f"{source}:about{i % cluster}" if cluster else name
        yield Row(Pair("q", "a", row=name, source=source), [], cluster=about)


def test_a_cluster_is_never_divided_and_new_rows_move_few() -> None:
    before = list(_rows("a", 2_000, cluster=500))
    parts = mixing.split(before, Split(validation=0.1, test=0.1), seed=1)
    homes: dict[str, set[str]] = {}
    for part, found in parts.items():
        for row in found:
            homes.setdefault(row.cluster, set()).add(part)
    assert all(len(home) == 1 for home in homes.values())
    assert len(parts["test"]) == pytest.approx(200, abs=5)
    assert len(parts["validation"]) == pytest.approx(200, abs=5)
    after = mixing.split([*before, *_rows("b", 20)], Split(validation=0.1, test=0.1), seed=1)
    tested = {row.pair.row for row in parts["test"]}
    assert len(tested & {row.pair.row for row in after["train"]}) < 20


def test_one_huge_cluster_does_not_become_the_test() -> None:
    parts = mixing.split([*_rows("a", 500, cluster=1), *_rows("b", 100)], Split(), seed=3)
    assert {row.cluster for row in parts["test"]} != {"a:about0"}
    assert len(parts["train"]) > 500


@pytest.mark.parametrize("repeat", [1, 3])
def test_weights_are_kept_and_rows_repeated_only_as_allowed(repeat: int) -> None:
    given = [*_rows("big", 1_000), *_rows("small", 50), *_rows("whole", 7)]
    specs = {
        "big": From(weight=0.75),
        "small": From(weight=0.25, repeat=repeat),
        "whole": From(),
    }
    mixed = mixing.mix(given, specs, 0, seed=1)
    counts = mixing.counts(mixed)
    assert counts["small"] == 50 * repeat
    assert counts["big"] == 150 * repeat
    assert counts["whole"] == 7
    assert max(Counter(row.pair.row for row in mixed).values()) == repeat
    assert len(mixing.mix(given, specs, 20, seed=1)) == 20


# --- recipes


def test_every_recipe_that_ships_is_valid() -> None:
    assert {"chat", "preferences", "seed", "text"} <= set(recipe_data.names())
    for name in recipe_data.names():
        assert recipe_data.load(name).about


def test_fields_are_set_from_the_command_line() -> None:
    chosen = recipe_data.load("chat", ["sources.medquad.share=0.1", "split.test=0.02"])
    assert chosen.sources["medquad"].share == 0.1
    assert chosen.split.test == 0.02
    assert chosen.fingerprint != recipe_data.load("chat").fingerprint


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({}, "names no source"),
        ({"sources": {"medqa": {"share": 2}}}, "sources.medqa.share is not valid"),
        ({"sources": {"medqa": {"shared": 1}}}, "shared"),
        ({"sources": {"medqa": {}}, "split": {"test": 0.49, "validation": 0.45}}, "too little"),
    ],
)
def test_a_bad_recipe_is_refused_in_one_sentence(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence) as raised:
        recipe_data.parse(raw)
    assert "\n" not in str(raised.value)


def test_a_recipe_that_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="one of: chat"):
        recipe_data.load("chats")
    (tmp_path / "a.toml").write_text("[[[")
    with pytest.raises(RecipeError, match="cannot be read"):
        recipe_data.load(tmp_path / "a.toml")
    with pytest.raises(RecipeError, match="--set takes"):
        recipe_data.load("chat", ["seed"])
