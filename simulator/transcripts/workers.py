"""Lines scored by several processes, in their order, with only so many at a time in memory."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from simulator.transcripts.lines import Line, Scored, score_line

_LINES, _BYTES = 32, 512 * 1024
"""A worker is given so many lines at once, or fewer where they are long."""
_AHEAD = 3
"""So many pieces of work a worker are read ahead."""

_COLLECT_AT, _COLLECT_EVERY = 20, 1_000
"""After so many lines, and then each time after so many, what is no longer reachable is collected."""
_count = 0
"""Lines scored by this process."""


def scored_lines(lines: Iterable[Line], *, workers: int) -> Iterator[Scored]:
    """Scores lines; the results come in the order of the lines, whichever is done first.

    Args:
        lines: taken as they are needed, never all at once.
        workers: number of processes, 1 or more; 1 is this process.

    Raises:
        concurrent.futures.BrokenExecutor: a process was killed.
    """
    if workers == 1:
        yield from _scored(lines)
        return
    # Spawned on every system: what a forked process inherits (threads, locks) is nobody's wish.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    window: deque[Future[list[Scored]]] = deque()
    try:
        for piece in _pieces(lines):
            window.append(executor.submit(_score, piece))
            if len(window) >= _AHEAD * workers:
                yield from window.popleft().result()
        while window:
            yield from window.popleft().result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _score(piece: list[Line]) -> list[Scored]:
    return list(_scored(piece))


def _scored(lines: Iterable[Line]) -> Iterator[Scored]:
    """Scores lines in this process, with the collector of cycles at rest but for now and then.

    Lexicons and models are some hundred thousand objects: looking through them takes up to a third of the time. Scoring
    makes no cycles to speak of, and what has become permanent is taken out of the collector's rounds.
    """
    global _count
    enabled = gc.isenabled()
    gc.disable()
    try:
        for line in lines:
            yield score_line(line)
            _count += 1
            if _count == _COLLECT_AT or _count % _COLLECT_EVERY == 0:
                gc.collect()
                gc.freeze()
    finally:
        if enabled:
            gc.enable()


def _pieces(lines: Iterable[Line]) -> Iterator[list[Line]]:
    piece: list[Line] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line.body or b"")
        if len(piece) >= _LINES or size >= _BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _begin() -> None:
    """In a new worker: stops are the parent's to decide, and its end, however it comes, is the worker's too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
