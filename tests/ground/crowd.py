"""Let several processes, each with several threads, do the same thing at the same moment."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from portal import create_app
from portal.db import db

PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong for one of the crowd."""

    kind: str
    words: str


def crowd(
    environ: dict[str, str], work: Callable[[int], Any], processes: int = 3, threads: int = 3
) -> list[Any]:
    """Run `work(number)` inside the portal for each of the crowd; return its results and Failures."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["portal.start", __name__])
    start = context.Barrier(processes * threads)
    results = context.SimpleQueue()
    members = [
        context.Process(target=_member, args=(environ, work, number * threads, threads, start, results))
        for number in range(processes)
    ]
    for member in members:
        member.start()
    for member in members:
        member.join(PATIENCE)
        assert member.exitcode == 0, f"a process of the crowd ended with {member.exitcode}"
    return [results.get() for _ in range(processes * threads)]


def failures(results: list[Any]) -> list[Failure]:
    return [result for result in results if isinstance(result, Failure)]


def _member(
    environ: dict[str, str], work: Callable[[int], Any], first: int, threads: int, start: Any, results: Any
) -> None:
    app = create_app(environ)

    def act(number: int) -> Any:
        with app.app_context():
            start.wait(PATIENCE)
            try:
                return work(number)
            except Exception as error:
                return Failure(type(error).__name__, str(error))

    with ThreadPoolExecutor(threads) as pool:
        for result in pool.map(act, range(first, first + threads)):
            results.put(result)
    with app.app_context():
        db.engine.dispose()
