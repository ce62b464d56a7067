"""Work on two threads, for what spends its time in compiled loops that let other threads run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

THREADS = 2

Result = TypeVar("Result")


def in_order(tasks: Iterable[Callable[[], Result]]) -> Iterator[Result]:
    """Do tasks on all threads, a few ahead, giving results in the order of the tasks.

    Whoever stops listening ends the work after the few that are under way.

    Examples
    --------
    >>> list(in_order(lambda n=n: n * n for n in range(4)))
    [0, 1, 4, 9]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
