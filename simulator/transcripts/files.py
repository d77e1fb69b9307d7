"""A file of conversations scored: streamed, with the broken lines told, and to be gone on with after any stop.

Every line that is not blank gives one line, in the order of the input: in the output, or among the problems. What is
written is handed to the system line by line, so a killed run leaves whole lines and at most one cut one at an end; that
is how `resume` knows where to go on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from simulator.transcripts.lines import Line, Scored, read_lines
from simulator.transcripts.sources import wrong_kind
from simulator.transcripts.workers import scored_lines

Progress = Callable[[int, int], None]
"""Called with (bytes of the input done, bytes in all)."""


class ScoringFailed(RuntimeError):
    """A file cannot be scored, or no further. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a run ended.

    Args:
        scored: conversations scored by it.
        broken: lines that it could not score.
        skipped: lines that an earlier run had done.
    """

    scored: int
    broken: int
    skipped: int


def errors_path(out: Path) -> Path:
    """Where the problems are told: `scores.errors.jsonl` beside `scores.jsonl`."""
    return out.with_name(f"{out.name.removesuffix('.jsonl')}.errors.jsonl")


def earlier_path(out: Path) -> Path:
    """Where the scores of the run before are kept when a file is scored anew."""
    return out.with_name(f"{out.name}.bak")


def score_file(
    source: Path,
    out: Path,
    *,
    workers: int = 1,
    resume: bool = False,
    progress: Progress = lambda done, total: None,
    on_problem: Callable[[Scored], None] = lambda scored: None,
) -> Tally:
    """Scores every conversation of a file.

    What is in `out` from an earlier run is moved aside first (`earlier_path`), unless it is gone on with.

    Args:
        source: JSON lines, one conversation each.
        out: where the scores go, one line a conversation.
        workers: number of processes.
        resume: go on where an earlier run of the same files stopped; where there was none, begin.
        progress: is told how far it is, after each line and at the end.
        on_problem: is told of each line that cannot be scored.

    Raises:
        ScoringFailed: a file cannot be read or written or is of another kind, `out` is in use or not of this `source`,
            or a worker died.
    """
    errors = errors_path(out)
    if out.exists() and source.exists() and out.samefile(source):
        raise ScoringFailed(f"{out}: the scores would overwrite the conversations; choose another file for them")
    if not out.parent.is_dir():
        raise ScoringFailed(f"{out.parent}: there is no such folder; make it, or choose another one for the scores")
    try:
        with ExitStack() as stack:
            file = stack.enter_context(source.open("rb"))
            if problem := wrong_kind(file):
                raise ScoringFailed(f"{source}: {problem}")
            total = os.fstat(file.fileno()).st_size
            stack.enter_context(_owned(out))
            if not resume and out.exists() and out.stat().st_size:
                out.replace(earlier_path(out))
            lines = read_lines(file)
            skipped = _skip_done(lines, source, out, errors) if resume else 0
            to = {
                False: stack.enter_context(_Appended(out, empty=not resume)),
                True: stack.enter_context(_Appended(errors, empty=not resume)),
            }
            to[False].write(b"")  # there is an output even where nothing could be scored
            count = {False: 0, True: 0}
            for scored in scored_lines(lines, workers=workers):
                broken = scored.problem is not None
                to[broken].write(scored.text)
                count[broken] += 1
                if broken:
                    on_problem(scored)
                progress(scored.end, total)
            progress(total, total)
            return Tally(count[False], count[True], skipped)
    except BrokenExecutor:
        raise ScoringFailed("a worker process was ended from outside; run again with --resume to go on") from None
    except OSError as error:
        raise ScoringFailed(f"{error.filename or out}: {error.strerror or error}") from None


@contextmanager
def _owned(out: Path) -> Iterator[None]:
    """Keeps two runs from writing one file."""
    place = out.with_name(f".{out.name}.lock")
    lock = FileLock(place)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ScoringFailed(f"{out}: another run is writing this file; wait for it or stop it") from None
    try:
        yield
    finally:
        place.unlink(missing_ok=True)
        lock.release()


class _Appended:
    """A file written at its end, each line handed to the system at once; made when there is something to write.

    Args:
        path: the file.
        empty: whether what stands in it is dropped.
    """

    def __init__(self, path: Path, *, empty: bool) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        if empty:
            path.unlink(missing_ok=True)

    def write(self, line: bytes) -> None:
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
        left = memoryview(line)
        while left:
            left = left[self._file.write(left) :]

    def __enter__(self) -> _Appended:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            self._file.close()


def _skip_done(lines: Iterator[Line], source: Path, out: Path, errors: Path) -> int:
    """Takes the lines that an earlier run has done from `lines`, and mends what its end has cut; gives their number."""
    scored, last = _mended(out)
    broken, _ = _mended(errors)
    numbers = _numbers(errors)
    next_broken = next(numbers, None)
    last_scored: Line | None = None
    for _ in range(scored + broken):
        line = next(lines, None)
        if line is None:
            raise ScoringFailed(f"{out}: it has {scored} scores and {broken} problems, more than {source} has lines")
        if line.number == next_broken:
            next_broken = next(numbers, None)
        else:
            last_scored = line
    if next_broken is not None or (last and not _same_id(last, last_scored)):
        raise ScoringFailed(f"{out}: these are not scores of {source}; resume with the same files, or begin anew")
    return scored + broken


def _mended(path: Path) -> tuple[int, bytes]:
    """The number of whole lines of a file and the last of them; what stands behind it is cut off."""
    count = size = 0
    last = b""
    if not path.exists():
        return 0, b""
    with path.open("r+b") as file:
        for line in file:
            if line.endswith(b"\n"):
                count, size, last = count + 1, size + len(line), line
        file.truncate(size)
    return count, last


def _numbers(errors: Path) -> Iterator[int]:
    """The numbers of the broken lines."""
    if not errors.exists():
        return
    with errors.open("rb") as file:
        for row in file:
            try:
                yield int(json.loads(row)["line"])
            except (ValueError, TypeError, KeyError):
                raise ScoringFailed(f"{errors}: not written by this program; begin anew, without --resume") from None


def _same_id(scored: bytes, line: Line | None) -> bool:
    try:
        return line is not None and json.loads(scored)["id"] == json.loads(line.body or b"{}")["id"]
    except (ValueError, TypeError, KeyError):
        return False
