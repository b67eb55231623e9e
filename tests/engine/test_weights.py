"""The forms of the weights, the attention and the choice of tokens: exact, and chosen by memory."""

import asyncio
from pathlib import Path

import pytest
import torch
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingTopKLogitsWarper,
    ContinuousBatchingTopPLogitsWarper,
)
from transformers.generation.logits_process import TopKLogitsWarper, TopPLogitsWarper

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local import attention, loading, processors, weights
from doctor_llama.engine.local.weights import ROOM_BYTES, Parameters, Weights
from doctor_llama.errors import ModelUnavailableError
from tests.engine.conftest import GREEDY, MakeEngine, answer
from tests.engine.test_batching import inside
from tests.engine.test_local import greedy_by_generate

pytestmark = pytest.mark.asyncio(loop_scope="module")

Folders = dict[str, Path]
QUESTIONS = ["What helps?", "And against fever? " * 9, "x", "Water and sleep " * 20, "Rest?"] * 2


def logits(
    folders: Folders, adapter: str | None, form: Weights, dtype: torch.dtype
) -> torch.Tensor:
    brought = str(folders[adapter]) if adapter else None
    loaded = loading.load(str(folders["base"]), brought, device="cpu", dtype=dtype, weights=form)
    assert loaded.weights is form
    ids = torch.arange(5, 60)[None]
    with torch.no_grad():
        out: torch.Tensor = loaded.model(ids).logits
        again: torch.Tensor = loaded.model(ids).logits
    assert torch.equal(out, again)
    return out


# With an adapter in bf16, peft rounds a 4-bit layer's sum once more than a plain layer's: that is
# the one place where the two forms differ, and the plain layer's is the closer one.
@pytest.mark.parametrize(
    ("adapter", "dtype"),
    [(None, torch.bfloat16), (None, torch.float32), ("one", torch.float32)],
)
async def test_unpacked_once_gives_the_very_logits_of_four_bits(
    folders: Folders, adapter: str | None, dtype: torch.dtype
) -> None:
    nf4 = logits(folders, adapter, Weights.NF4, dtype)
    assert torch.equal(nf4, logits(folders, adapter, Weights.NF4_DEQUANTIZED, dtype))
    assert not torch.equal(nf4, logits(folders, adapter, Weights.BF16, dtype)), "never quantised"


async def test_auto_takes_the_fast_form_where_it_fits() -> None:
    size = weights.LLAMA_3B
    assert 6.3e9 < size.bytes(Weights.NF4_DEQUANTIZED) < 6.5e9
    assert 2.2e9 < size.bytes(Weights.NF4) < 2.3e9
    just = size.bytes(Weights.NF4_DEQUANTIZED) + ROOM_BYTES
    assert weights.choose(Weights.AUTO, size, just) is Weights.NF4_DEQUANTIZED
    assert weights.choose(Weights.AUTO, size, just - 1) is Weights.NF4
    assert weights.choose(Weights.AUTO, None, 10**12) is Weights.NF4
    assert weights.choose(Weights.BF16, size, 0) is Weights.BF16, "as wanted"


async def test_parameters_are_counted_without_loading(folders: Folders, tmp_path: Path) -> None:
    size = weights.parameters(folders["base"])
    assert size is not None
    plain = loading.load(str(folders["base"]), None, device="cpu", weights=Weights.BF16).base
    assert size.linear + size.other == sum(p.numel() for p in plain.parameters())
    assert size.linear == sum(p.numel() for p in plain.model.layers.parameters() if p.dim() == 2)
    assert weights.held(plain) == pytest.approx(size.bytes(Weights.BF16), rel=0.01)
    assert weights.parameters(tmp_path) is None
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 100)
    assert weights.parameters(tmp_path) is None


async def test_the_forecast_says_whether_it_fits(folders: Folders) -> None:
    seen = weights.forecast(str(folders["base"]), "nf4", 10**9)
    assert seen.fits
    assert (seen.weights, seen.free) == (Weights.NF4, 10**9)
    assert not weights.forecast(str(folders["base"]), "bf16", 10).fits
    unknown = weights.forecast("somebody/unknown", "auto", None)
    assert (unknown.needed, unknown.fits) == (None, True)
    assert weights.forecast("meta-llama/Llama-3.2-3B-Instruct", "bf16", 10).needed


async def test_the_card_and_the_memory_limit(make_engine: MakeEngine) -> None:
    async with make_engine(weights="nf4-dequantized") as engine:
        assert engine.card().weights == "nf4-dequantized"
        assert await answer(engine, "What helps?") == greedy_by_generate(engine, "What helps?")
    async with make_engine(weights="auto", max_memory=2 * 10**6) as engine:
        assert engine.card().weights == "nf4"
        room = inside(engine).flight.batcher.room
        assert room.blocks < 17 * 8, "the cache keeps to the limit"
    with pytest.raises(ModelUnavailableError, match="shorter context"):
        async with make_engine(max_memory=10_000):
            pass


@pytest.mark.parametrize("name", ["grouped", "sdpa", "eager"])
async def test_every_attention_answers_alike(make_engine: MakeEngine, name: str) -> None:
    async with make_engine(attention=name) as engine:
        together = await asyncio.gather(*(answer(engine, q) for q in QUESTIONS))
        assert inside(engine).loaded.base.config._attn_implementation.endswith(name)
    async with make_engine(attention="grouped") as engine:
        assert together == [greedy_by_generate(engine, question) for question in QUESTIONS]


async def test_an_attention_that_is_not_here_is_one_sentence(make_engine: MakeEngine) -> None:
    if torch.cuda.is_available():
        pytest.skip("there may be flash attention here")
    with pytest.raises(ModelUnavailableError, match="Set it to auto"):
        async with make_engine(attention="flash_attention_2"):
            pass


async def test_grouped_attention_shares_prefixes_and_reads_in_pieces(
    make_engine: MakeEngine,
) -> None:
    """A long prompt in several steps, a second one that begins alike, and a short one beside."""
    long = "Water, rest and sleep help. " * 12
    questions = [long + "And then?", long + "What else?", "Hm?"]
    async with make_engine() as engine:
        expected = [greedy_by_generate(engine, question) for question in questions]
        flight = inside(engine).flight
        small = flight.batcher.room.__class__(blocks=17 * 8, batch_tokens=64, requests=8)
        await asyncio.to_thread(flight.batcher.stop)
        flight._batcher = flight._make(flight.batcher.base, small)
        flight._batcher.start()
        first = await answer(engine, questions[0])
        assert [first, *await asyncio.gather(*(answer(engine, q) for q in questions[1:]))] == (
            expected
        )


async def test_a_plan_groups_what_is_similar() -> None:
    places = torch.arange(100) + 7
    # one new token after 9, 39 and 29 others; three new tokens after 7; two new ones alone
    plan = attention.plan([0, 1, 2, 5, 6, 8], [0, 10, 50, 60, 90, 92], places)
    assert [(group.rows.tolist(), tuple(group.keys.shape)) for group in plan.groups] == [
        ([1, 5], (2, 40)),
        ([0], (1, 10)),
    ]
    padded = plan.groups[0].mask
    assert padded is not None
    assert padded.sum(-1).flatten().tolist() == [40, 30]
    assert plan.groups[1].mask is None
    assert plan.groups[1].keys.tolist() == [list(range(7, 17))]
    first, second = plan.prompts
    assert first.mask is not None
    assert first.mask.sum(-1).tolist() == [8, 9, 10]
    assert second.mask is None, "plainly causal"
    alone = attention.plan([0, 1, 4], [0, 1, 4], torch.empty(0, dtype=torch.long))
    assert [one.keys for one in alone.prompts] == [slice(0, 1), slice(1, 4)]
    assert not alone.groups


async def test_the_choice_is_that_of_the_common_processors() -> None:
    """What transformers' top-k and top-p keep is exactly what can be drawn, in its proportions."""
    torch.manual_seed(0)
    rows, draws = 4, 4000
    scores = torch.randn(rows, 50) * 2
    top_k = torch.tensor([1, 5, 50, 20], dtype=torch.int32)
    top_p = torch.tensor([1.0, 0.9, 0.5, 1.0])
    common_k = ContinuousBatchingTopKLogitsWarper(TopKLogitsWarper(7))
    common_p = ContinuousBatchingTopPLogitsWarper(TopPLogitsWarper(0.5))
    as_stored = top_p.view(dtype=torch.int32)
    kept = common_p(common_k(scores.clone(), top_k), as_stored).softmax(-1)
    mine = processors.TopK(TopKLogitsWarper(7))
    mine.most = 50
    choice = processors.Choice(common_p, mine)
    drawn = torch.zeros(rows, 50)
    for _ in range(draws):
        out = choice(mine(scores.clone(), top_k), as_stored)
        assert (out > float("-inf")).sum(-1).tolist() == [1] * rows
        drawn += out.exp()
    assert ((drawn > 0) <= (kept > 0)).all()
    assert torch.allclose(drawn / draws, kept, atol=0.04)


async def test_hot_answers_differ_and_greedy_ones_do_not(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        hot = SamplingParams(max_tokens=16, temperature=1.5, top_k=0)
        texts = await asyncio.gather(*(answer(engine, "What helps?", hot) for _ in range(6)))
        assert len(set(texts)) > 1
        same = await asyncio.gather(*(answer(engine, "What helps?", GREEDY) for _ in range(4)))
        assert len(set(same)) == 1


async def test_sizes_add_up() -> None:
    assert Parameters(linear=8, other=2).bytes(Weights.BF16) == 20
