"""Many trainees at once on one server process: how long a reply takes in the browser's own protocol.

    python benchmarks/load.py [--sessions 100] [--seconds 60] [--every 10] [--json]

Starts the app, opens a conversation in each session over Streamlit's websocket as a browser does (widget states, query
string, cached messages), and lets each send a reply every so many seconds, staggered. A conversation that has ended is
followed by another one. `first` is a lone trainee's first reply in each language, which reads the dictionaries; the
sessions begin after it. `answered` is the time from sending until the chat's data hold the customer's answer,
`finished` until the run that brought it is over; the typing that the browser plays is no part of either. The replies
are those of machine trainees, in all scenarios and languages, each with a number, for a text that was read before is
read faster. Ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from app import ROOT, free_port, wait_until_healthy
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from simulator import practice
from simulator.case import Case
from simulator.history import Store, open_store
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import TraineeName, play

CHAT = "tough_customer_chat"
"""Name of the chat's component."""
_PATIENCE = 30.0
"""Seconds after which a reply or a page counts as lost."""
_OPENING_AT_ONCE = 4
_LOG_SHOWN = 5_000
"""Characters of the server's log that are shown if anything failed."""
_TRAINEES: tuple[TraineeName, ...] = ("expert", "novice", "kind-but-wrong")


class Failed(Exception):
    """What the page showed or did was not what it should."""


@dataclass
class Measured:
    """What the sessions met, times in seconds; `machine` is how busy all cores were, by anybody, in percent."""

    first: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    machine: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Script:
    """A case, and what a machine trainee says in it."""

    case: Case
    replies: tuple[str, ...]


class Tab:
    """A browser tab on a conversation, as the server sees it."""

    def __init__(self, socket: ClientConnection, port: int, attempt_id: str) -> None:
        self._socket = socket
        self._url = f"http://localhost:{port}/conversation"
        self._query = urlencode({"attempt": attempt_id, "name": "Load"})
        self._page_hash = ""
        self._kept: dict[str, ForwardMsg] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._drawn: dict[str, WidgetState] = {}
        self._chat_id = self._chat_fragment = ""
        self.chat: dict[str, Any] = {}

    async def open(self) -> None:
        """Asks for the page, and waits until the conversation is there."""
        await self._run()
        await self._until_finished(lambda: bool(self.chat.get("turns")))

    async def reply(self, text: str, *, waited: float) -> tuple[float, float]:
        """Sends a reply through the chat. Returns the seconds until it was answered, and until the run was over."""
        send_id = str(uuid.uuid4())
        start = time.perf_counter()
        value = {"send_id": send_id, "text": text, "waited": waited}
        sent = WidgetState(id=_make_trigger_id(self._chat_id, "events"))
        sent.json_trigger_value = json.dumps([{"event": "send", "value": value}])
        await self._run(sent, fragment=self._chat_fragment)

        def is_answered() -> bool:
            if self.chat["refused"] == send_id:
                raise Failed("a reply was refused")
            return send_id in self.chat["sent"] and self.chat["turns"][-1]["role"] == "customer"

        answered = await self._until_finished(is_answered)
        return answered - start, time.perf_counter() - start

    async def _run(self, *triggers: WidgetState, fragment: str = "") -> None:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id = self._query, self._page_hash, fragment
        if not self._page_hash:
            run.page_name = "conversation"
        run.widget_states.widgets.extend([*self._widgets.values(), *triggers])
        run.cached_message_hashes.extend(self._kept)
        run.context_info.timezone, run.context_info.locale = "UTC", "en-GB"
        run.context_info.url, run.context_info.color_scheme = self._url, "light"
        await self._socket.send(message.SerializeToString())

    async def _until_finished(self, reached: Callable[[], bool]) -> float:
        """Reads on until something is reached and its run is over. Returns when it was reached."""
        at: float | None = None
        async with asyncio.timeout(_PATIENCE):
            while True:
                message = ForwardMsg.FromString(await self._socket.recv(decode=False))
                kind = message.WhichOneof("type")
                if kind == "ref_hash":
                    message = self._kept[message.ref_hash]
                    kind = message.WhichOneof("type")
                elif message.metadata.cacheable:
                    self._kept[message.hash] = message
                if kind == "new_session":
                    self._drawn = dict(self._widgets) if message.metadata.run.fragment_ids else {}
                elif kind == "navigation":
                    self._page_hash = message.navigation.page_script_hash
                elif kind == "page_info_changed":
                    self._query = message.page_info_changed.query_string
                elif kind == "delta":
                    self._draw(message.delta.new_element, message.delta.fragment_id)
                elif kind == "script_finished":
                    self._judge(message.script_finished)
                if at is None and kind == "delta" and self.chat and reached():
                    at = time.perf_counter()
                if at is not None and kind == "script_finished":
                    return at

    def _draw(self, element: Element, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise Failed(f"an exception on the page: {element.exception.type}")
        if kind == "html" and any(f'data-testid="{name}"' in element.html.body for name in ("failed", "unavailable")):
            raise Failed("the page shows that something went wrong")
        if kind == "bidi_component" and element.bidi_component.component_name == CHAT:
            self._chat_id, self._chat_fragment = element.bidi_component.id, fragment
            self.chat = json.loads(element.bidi_component.json)
        # What a browser sends of widgets that nobody has touched.
        if kind == "text_input":
            self._drawn[element.text_input.id] = WidgetState(
                id=element.text_input.id, string_value=element.text_input.default
            )
        elif kind == "selectbox" and element.selectbox.options:
            chosen = element.selectbox.options[element.selectbox.default]
            self._drawn[element.selectbox.id] = WidgetState(id=element.selectbox.id, string_value=chosen)

    def _judge(self, status: ForwardMsg.ScriptFinishedStatus.ValueType) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise Failed("the script does not compile")
        self._widgets = dict(self._drawn)


class Load:
    """The sessions, and what they measure."""

    def __init__(self, store: Store, port: int, *, sessions: int, every: float) -> None:
        self._store, self._port = store, port
        self._sessions, self._every = sessions, every
        self._opening = asyncio.Semaphore(_OPENING_AT_ONCE)
        self._scripts = make_scripts(sessions)
        self._all_open = asyncio.Barrier(sessions + 1)
        self.measured = Measured()

    async def warm_up(self) -> None:
        """One reply in each language and product."""
        for script in {
            (script.case.language, script.case.scenario.product): script for script in self._scripts
        }.values():
            async with self._conversation(script.case) as tab:
                self.measured.first.append((await tab.reply(script.replies[0], waited=self._every))[0])

    async def run(self, seconds: float, server: psutil.Process) -> tuple[float, float]:
        """Runs all sessions. Returns the server's processor seconds while they talked, and how long they did."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._sessions):
                tasks.create_task(self._session(number, seconds))
            await self._all_open.wait()
            before, start = sum(server.cpu_times()[:2]), time.perf_counter()
            psutil.cpu_percent()
            await asyncio.sleep(seconds)
            self.measured.machine = psutil.cpu_percent()
            used, lasted = sum(server.cpu_times()[:2]) - before, time.perf_counter() - start
        return used, lasted

    async def _session(self, number: int, seconds: float) -> None:
        scripts = itertools.islice(itertools.cycle(self._scripts), number, None)
        end: float | None = None
        due = 0.0
        for script in scripts:
            if end is not None and time.perf_counter() >= end:
                return
            try:
                async with self._conversation(script.case) as tab:
                    if end is None:
                        await self._all_open.wait()
                        due = time.perf_counter() + self._every * number / self._sessions
                        end = time.perf_counter() + seconds
                    for text in script.replies:
                        await asyncio.sleep(max(0.0, due - time.perf_counter()))
                        if time.perf_counter() >= end:
                            return
                        due = max(due, time.perf_counter() - self._every) + self._every
                        fresh = f"{text} ({number}, {len(self.measured.answered)})"
                        answered, finished = await tab.reply(fresh, waited=self._every)
                        self.measured.answered.append(answered)
                        self.measured.finished.append(finished)
                        if tab.chat["ended"]:
                            break
            except (Failed, TimeoutError, OSError, WebSocketException) as error:
                self.measured.errors[f"{type(error).__name__}: {error}"[:120]] += 1
                if end is None:
                    await self._all_open.wait()
                    return
                await asyncio.sleep(self._every)

    @asynccontextmanager
    async def _conversation(self, case: Case) -> AsyncIterator[Tab]:
        async with self._opening:
            begun = await asyncio.to_thread(practice.begin, self._store, case, trainee="Load")
            start = time.perf_counter()
            socket = await self._connect()
            tab = Tab(socket, self._port, begun.id)
            try:
                await tab.open()
                self.measured.opened.append(time.perf_counter() - start)
            except BaseException:
                await socket.close()
                raise
        try:
            yield tab
        finally:
            await socket.close()

    async def _connect(self) -> ClientConnection:
        address = f"ws://localhost:{self._port}/_stcore/stream"
        return await connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, proxy=None)


def make_scripts(count: int) -> list[Script]:
    """At most `count` cases, with what machine trainees say in them."""
    library = load_library()
    cases = [
        (library.cast(name, language=language), who)
        for who in _TRAINEES
        for language in ("en", "ru", "de", "es")
        for name, scenario in library.scenarios.items()
        if language in scenario.languages
    ]
    return [
        Script(case, tuple(exchange.reply for exchange in play(case, who).exchanges)) for case, who in cases[:count]
    ]


@contextmanager
def serving(data: Path) -> Iterator[tuple[int, psutil.Process]]:
    """The app in a process of its own. Gives its port and the process."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
    command += ["--server.headless", "true", "--server.port", str(port)]
    with (data / "app.log").open("wb") as log:
        environment = {**os.environ, "TOUGH_CUSTOMER_DATA": str(data), "TOUGH_CUSTOMER_TRAINEE": ""}
        app = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_until_healthy(port)
            yield port, psutil.Process(app.pid)
        finally:
            app.terminate()
            app.wait()


def spread(times: list[float]) -> dict[str, float]:
    """p50, p95 and the longest in milliseconds, of seconds."""
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return {"p50_ms": round(1e3 * cuts[49]), "p95_ms": round(1e3 * cuts[94]), "max_ms": round(1e3 * max(times))}


async def drive(*, sessions: int, seconds: float, every: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (port, server):
        store = open_store(Path(folder) / "history.db")
        load = Load(store, port, sessions=sessions, every=every)
        await load.warm_up()
        used, lasted = await load.run(seconds, server)
        memory = server.memory_info().rss / 1e6
        store.close()
        if load.measured.errors:
            print((Path(folder) / "app.log").read_text("utf-8")[-_LOG_SHOWN:], file=sys.stderr)
    measured = load.measured
    times = {name: getattr(measured, name) for name in ("first", "opened", "answered", "finished")}
    return {
        "sessions": sessions,
        "replies": len(measured.answered),
        "replies_per_second": round(len(measured.answered) / lasted, 2),
        **{name: spread(found) for name, found in times.items() if found},
        "server_cpu_percent": round(100 * used / lasted),
        "machine_cpu_percent": round(measured.machine),
        "server_cpu_ms_per_reply": round(1e3 * used / max(1, len(measured.answered))),
        "server_memory_mb": round(memory),
        "errors": dict(measured.errors),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=10, help="seconds from one reply of a session to its next")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = asyncio.run(drive(sessions=options.sessions, seconds=options.seconds, every=options.every))
    print(json.dumps(result) if options.json else "\n".join(f"{name:24} {value}" for name, value in result.items()))
    sys.exit(1 if result["errors"] or not result["replies"] else 0)


if __name__ == "__main__":
    main()
