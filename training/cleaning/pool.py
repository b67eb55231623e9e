"""Work on rows spread over processes, in order and with bounded memory. It knows no row."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

from doctor_llama.errors import DatasetError

CHUNK = 500  # rows that a process takes at once
FEW = 4_000  # rows from which other processes are worth their start

T = TypeVar("T")
R = TypeVar("R")


class Pool:
    """Maps rows in order, some at a time, over as many processes as there is work for."""

    def __init__(self, processes: int | None) -> None:
        self._processes = processes or os.cpu_count() or 1
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Sequence[T]], list[R]], items: Iterable[T]) -> Iterator[R]:
        """What the function gives for each item; it is called with some at a time.

        Raises `DatasetError` when a process is ended from outside.
        """
        feed = iter(items)
        first = list(islice(feed, FEW))
        chunks = _chunks(first, feed)
        if len(first) < FEW or self._processes == 1:
            for chunk in chunks:
                yield from function(chunk)
            return
        if self._executor is None:
            # a process of its own, not a fork: others' threads may hold locks in this one
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self._processes, context)
        try:
            yield from self._spread(self._executor, function, chunks)
        except BrokenProcessPool as error:
            raise DatasetError(
                "A process that cleans was ended from outside, perhaps for want of memory. "
                "Try again with --processes 1, or with a smaller share."
            ) from error

    def _spread(
        self,
        executor: ProcessPoolExecutor,
        function: Callable[[Sequence[T]], list[R]],
        chunks: Iterator[Sequence[T]],
    ) -> Iterator[R]:
        """Only so many chunks are under way that no process waits and memory stays bounded."""
        under_way: deque[Future[list[R]]] = deque()
        for chunk in chunks:
            under_way.append(executor.submit(function, chunk))
            if len(under_way) > 2 * self._processes:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _chunks(first: Sequence[T], rest: Iterator[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(first), CHUNK):
        yield first[start : start + CHUNK]
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
