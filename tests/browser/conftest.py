"""A real server and a real Chromium; in CI a missing browser is a failure, not a skip."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a graphics card, putting layers together in software costs a third of a page's time.
    "--disable-gpu-compositing",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Streamlit asks for these below a page's own path first, then at the root where they are.
BASE = "STREAMLIT_SERVER_BASE_URL_PATH"
PROBES = ("/_stcore/health", "/_stcore/host-config")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a browser test once more: two cores draw maps in software, and a click can come too soon.

    What is wrong fails twice.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


def chromium_path() -> str:
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
    )
    if not found and os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("REQUIRE_BROWSER is set and no Chromium is installed")
    if not found:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium_path()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """Serve the app on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{address}/{environment.get(BASE, '')}".rstrip("/"))
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_until_ready(address: str) -> None:
    for _ in range(120):
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
    pytest.fail(f"the app did not start at {address}")


@pytest.fixture(scope="session")
def server(atlas_home: Callable[[], dict[str, str]]) -> Iterator[str]:
    with serving(atlas_home()) as address:
        yield address


@pytest.fixture
def start_server(
    atlas_home: Callable[[], dict[str, str]],
) -> Iterator[Callable[[], str]]:
    """Start another, cold server on the same store."""
    open_servers = []

    def start() -> str:
        context = serving(atlas_home())
        open_servers.append(context)
        return context.__enter__()

    yield start
    for context in open_servers:
        context.__exit__(None, None, None)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that records console errors and every request that leaves the machine."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    opened.errors = []  # type: ignore[attr-defined]
    opened.outside = []  # type: ignore[attr-defined]
    opened.on("request", lambda request: _note_request(opened, request.url))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))  # type: ignore[attr-defined]
    opened.on("console", lambda message: _note_message(opened, message))
    yield opened
    context.close()


def _note_request(page: Page, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:http://127.0.0.1")):
        page.outside.append(url)  # type: ignore[attr-defined]


def _note_message(page: Page, message: object) -> None:
    location = message.location.get("url", "")  # type: ignore[attr-defined]
    if message.type == "error" and not location.endswith(PROBES):  # type: ignore[attr-defined]
        page.errors.append(f"{message.text} {location}")  # type: ignore[attr-defined]
