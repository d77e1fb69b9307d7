"""One process owns the index: two that write to one Chroma folder silently lose vectors."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.knowledge.errors import KnowledgeBusy, KnowledgeError

if TYPE_CHECKING:
    from filelock import BaseFileLock


def own(folder: Path) -> BaseFileLock:
    """Take the folder for this process, until the lock is released or the process ends, however it ends.

    Raises:
        KnowledgeBusy: another process has it.
        KnowledgeError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    note = folder / "owner.txt"
    lock = FileLock(folder / "owner.lock", thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
        note.write_text(
            f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8"
        )
    except Timeout as error:
        owner = note.read_text(encoding="utf-8") if note.is_file() else "another process"
        raise KnowledgeBusy(
            f"The knowledge index in {folder} is in use by {owner}. Change the documents there (the running app has a "
            "page for it), or stop that process and try again."
        ) from error
    except OSError as error:
        lock.release()
        raise KnowledgeError(
            f"The knowledge index cannot be kept in {folder}: {error.strerror}. Allow writing there, "
            "or choose another data folder."
        ) from error
    return lock
