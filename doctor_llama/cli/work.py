"""`doctor-llama worker`: the process that owns the model."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Annotated

import typer

from doctor_llama import locks, logs, metrics, settings, supervisor, worker
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.serving import Serving
from doctor_llama.settings import Settings
from doctor_llama.worker import Worker


@app.command("worker")
def work(
    heartbeat_fd: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Answer the questions in the queue. `run` starts one by itself."""
    if heartbeat_fd is not None:
        supervisor.die_with_parent()
    chosen = settings.load()
    logs.configure(chosen.log_level, form=chosen.log_format)
    database = storage.open_database(chosen)
    database.require_current()
    name = chosen.worker_name
    taken = f"A worker named {name} is running already. Set DOCTOR_LLAMA_WORKER_NAME to another."
    with locks.held(chosen.data_dir / f"worker-{name}.lock", taken):
        asyncio.run(_work(chosen, database, _beat(heartbeat_fd)))


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


async def _work(chosen: Settings, database: Database, beat: Callable[[], None]) -> None:
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
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, doing.stop)
    try:
        await doing.recover()
        await serving.start()
        doing.engine = serving.engine
        worker.log.info("answering with %s", worker.card_line(doing.engine.card()))
        address = (chosen.metrics_host, chosen.metrics_port)
        healthy, ready = doing.healthy, lambda: not doing.stopping
        async with metrics.served(doing.metrics.registry, address, healthy=healthy, ready=ready):
            await doing.run(chosen.drain_seconds)
    finally:
        await serving.engine.stop()
        await database.close()
