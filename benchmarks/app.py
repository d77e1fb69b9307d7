"""The app at rest: seconds until it serves, until the first page is there, and its memory with all languages read.

    python benchmarks/app.py [--json]

Needs a Chromium on the path, like the browser tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
_WARMING = 15
"""Seconds that the app gets to read all languages in the background."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(port: int, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the app did not start")


def measure() -> dict[str, float]:
    """Starts the app in a folder of its own, opens one page, and reads its memory."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
    command += ["--server.headless", "true", "--server.port", str(port)]
    with tempfile.TemporaryDirectory() as data:
        start = time.monotonic()
        environment = {**os.environ, "TOUGH_CUSTOMER_DATA": data}
        app = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_healthy(port)
            serving = time.monotonic() - start
            with sync_playwright() as playwright:
                path = shutil.which("chromium") or shutil.which("google-chrome")
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
                page = browser.new_page()
                page.goto(f"http://127.0.0.1:{port}/?name=Benchmark")
                page.get_by_role("heading", name="Practise").wait_for(timeout=60_000)
                first_page = time.monotonic() - start
                start = time.monotonic()
                page.reload()
                page.get_by_role("heading", name="Practise").wait_for(timeout=60_000)
                second_page = time.monotonic() - start
                browser.close()
            time.sleep(_WARMING)
            memory = psutil.Process(app.pid).memory_info().rss / 1e6
        finally:
            app.terminate()
            app.wait()
    return {
        "serving_s": round(serving, 2),
        "first_page_s": round(first_page, 2),
        "page_again_s": round(second_page, 2),
        "idle_memory_mb": round(memory),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    result = measure()
    print(json.dumps(result) if parser.parse_args().json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
