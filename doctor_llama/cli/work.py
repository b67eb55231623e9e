"""`doctor-llama worker`: the process that owns the model."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from enum import StrEnum
from typing import Annotated

import typer

from doctor_llama import jobs as queue
from doctor_llama import locks, logs, metrics, process, settings, supervisor, triage, worker
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.serving import Serving
from doctor_llama.settings import Settings
from doctor_llama.trainer import Trainer
from doctor_llama.worker import Worker


class Kinds(StrEnum):
    """What a worker works off."""

    ANSWER = "answer"
    REFRESH = "refresh"
    ALL = "all"


@app.command("worker")
def work(
    heartbeat_fd: Annotated[int | None, typer.Option(hidden=True)] = None,
    jobs: Annotated[
        Kinds, typer.Option(help="What it works off: answers, refreshes of the model, or both.")
    ] = Kinds.ALL,
) -> None:
    """Answer the questions in the queue, and refresh the model. `run` starts one by itself."""
    if heartbeat_fd is not None:
        supervisor.die_with_parent()
    chosen = settings.load()
    logs.configure(chosen.log_level, form=chosen.log_format)
    database = storage.open_database(chosen)
    database.require_current()
    name = chosen.worker_name
    taken = f"A worker named {name} is running already. Set DOCTOR_LLAMA_WORKER_NAME to another."
    with locks.held(chosen.data_dir / f"worker-{name}.lock", taken):
        beat = _beat(heartbeat_fd)
        if jobs is Kinds.REFRESH:
            asyncio.run(_train(chosen, database, beat))
        else:
            asyncio.run(_work(chosen, database, beat, refreshes=jobs is Kinds.ALL))


def _beat(pipe: int | None) -> Callable[[], None]:
    """A function that tells the parent that we live, and ends us when there is no parent."""
    if pipe is None:
        return lambda: None
    os.set_blocking(pipe, False)

    def beat() -> None:
        try:
            os.write(pipe, b".")
        except BlockingIOError:
            return  # the parent is busy; the pipe is full of beats
        except OSError:
            os.kill(os.getpid(), signal.SIGTERM)

    return beat


async def _train(chosen: Settings, database: Database, beat: Callable[[], None]) -> None:
    """Refreshes alone: this worker holds no model, so nobody waits for its memory."""
    counted = metrics.Metrics()
    trainer = Trainer(database, chosen, name=chosen.worker_name, metrics=counted)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, trainer.stop)
    beating = asyncio.create_task(_keep_beating(beat))
    try:
        async with database.session() as session:
            await queue.release(session, chosen.worker_name)
        address = (chosen.metrics_host, chosen.metrics_port)
        async with metrics.served(
            counted.registry, address, healthy=lambda: True, ready=lambda: not trainer.stopping
        ):
            await trainer.run()
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await database.close()


async def _keep_beating(beat: Callable[[], None]) -> None:
    while True:
        beat()
        await asyncio.sleep(0.5)


async def _work(
    chosen: Settings, database: Database, beat: Callable[[], None], *, refreshes: bool
) -> None:
    serving = Serving(database, chosen)
    doing = Worker(
        database,
        serving.engine,
        name=chosen.worker_name,
        params=SamplingParams(chosen.max_tokens, chosen.temperature, chosen.top_p),
        concurrency=chosen.concurrency,
        stall_seconds=chosen.stall_seconds,
        beat=beat,
        serving=serving,
        raise_from=chosen.triage_model_threshold,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, doing.stop)
    try:
        await doing.recover()
        await serving.start()
        doing.engine = serving.engine
        triage.warm()
        process.pass_over_libraries()
        worker.log.info("answering with %s", doing.engine.card())
        if doing.reader is not None:
            await doing.reader.begin(doing.engine)
        address = (chosen.metrics_host, chosen.metrics_port)
        healthy, ready = doing.healthy, lambda: not doing.stopping
        async with (
            metrics.served(doing.metrics.registry, address, healthy=healthy, ready=ready),
            _training(chosen, database, doing) if refreshes else nullcontext(),
        ):
            await doing.run(chosen.drain_seconds)
    finally:
        await serving.engine.stop()
        await database.close()


@asynccontextmanager
async def _training(chosen: Settings, database: Database, doing: Worker) -> AsyncIterator[None]:
    """A trainer beside the answers, for as long as those are given."""
    trainer = Trainer(
        database, chosen, name=chosen.worker_name, resting=doing.resting, metrics=doing.metrics
    )
    training = asyncio.create_task(trainer.run(), name="trainer")
    stopping = asyncio.create_task(_stop_with(doing, trainer))
    try:
        yield
    finally:
        trainer.stop()
        await asyncio.gather(training, return_exceptions=True)
        stopping.cancel()


async def _stop_with(doing: Worker, trainer: Trainer) -> None:
    """A worker that is to stop does not wait for a run to end."""
    while not doing.stopping:
        await asyncio.sleep(0.2)
    trainer.stop()
