"""A promotion through the remote engine: from the row to the answers, and back."""

from pathlib import Path

import pytest

from doctor_llama import adapters
from doctor_llama.db import Database
from doctor_llama.serving import Serving
from doctor_llama.settings import Settings
from tests.engine.conftest import answer
from tests.engine.peer import BASE, Peer, listening
from tests.engine.test_swap_serving import ask, ended, promote, register, until, working

Folders = dict[str, Path]


@pytest.fixture
def chosen(folders: Folders, tmp_path: Path) -> Settings:
    """Settings whose model is the tiny base, for the import; the engines ask a server."""
    return Settings(  # type: ignore[call-arg]
        _env_file=None, data_dir=tmp_path, model=str(folders["base"]), adapter="none"
    )


async def rollback(database: Database) -> None:
    async with database.session() as session:
        await adapters.rollback(session)


async def test_a_promotion_goes_the_whole_way_and_workers_share_a_server(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    """Row, load under a versioned name, answers by it, rollback; nobody unloads another's."""
    for name in ("one", "two"):
        await register(database, chosen, folders, name)
    await promote(database, "one")
    peer = Peer(pause=0.005)
    async with listening(peer):
        changes = {"model": BASE, "remote_urls": (peer.url,)}
        first, second = (
            Serving(database, chosen.model_copy(update={**changes, "worker_name": name}))
            for name in ("first", "second")
        )
        await first.start()
        await second.start()
        async with working(database, first):
            [(job, message)] = await ended(database, [await ask(database, 1, "What helps?")])
            assert (job.status, message.adapter) == ("succeeded", "one")
            assert message.content.startswith("[one-")
            await promote(database, "two")
            await until(lambda: first.engine.card().adapter == "two")
            await until(lambda: len(peer.adapters) == 2)  # the first worker's old one is gone
            assert (await answer(second.engine, "What helps?")).startswith("[one-")
            await second.step()
            assert sorted(name[:4] for name in peer.adapters) == ["two-", "two-"]
            [(_, message)] = await ended(database, [await ask(database, 2, "And now?")])
            assert message.adapter == "two"
            assert message.content.startswith("[two-")
            for wanted, begins in (("one", "[one-"), (None, "Rest")):
                await rollback(database)
                await until(lambda wanted=wanted: first.engine.card().adapter == wanted)  # type: ignore[misc]
                await second.step()
                for each in (first, second):
                    assert (await answer(each.engine, "What helps?")).startswith(begins)
            await until(lambda: not peer.adapters)
        for each in (first, second):
            await each.engine.stop()
