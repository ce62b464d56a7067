"""A real server and a real Chromium; in CI a missing browser is a failure, not a skip."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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
# To make the programs of a map ready takes a processor without a graphics card two seconds: where
# no test looks at what is painted, a page has its canvas, its picking and its names, and no paint.
UNPAINTED = """
for (const name of ['Arrays', 'Elements', 'ArraysInstanced', 'ElementsInstanced', 'RangeElements'])
  WebGL2RenderingContext.prototype[`draw${name}`] = () => {};
"""
ROOM = {"width": 1400, "height": 1000}
PASSED = pytest.StashKey[bool]()
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


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], port: int = 0) -> Iterator[str]:
    """Serve the app on a port, or on a free one, until the block ends."""
    port = port or free_port()
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
def open_window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open windows that know nothing of each other, closed at the end of the test."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        contexts.append(_context(browser, request, **options))
        return contexts[-1].new_page()

    yield opened
    for each in contexts:
        each.close()


@pytest.fixture(scope="session")
def tabs() -> dict[bool, Page]:
    """Tabs that are open for the next test, by whether they paint: in a new one the scripts of a
    page are read anew, which takes longer than the page."""
    return {}


@pytest.fixture
def page(
    browser: Browser, request: pytest.FixtureRequest, tabs: dict[bool, Page]
) -> Iterator[Page]:
    """A page that records console errors and every request that leaves the machine."""
    paints = _paints(request)
    opened = (
        tabs.pop(paints, None)
        or _context(browser, request, viewport=ROOM, accept_downloads=True).new_page()
    )
    opened.set_viewport_size(ROOM)  # type: ignore[arg-type]
    heard = watched(opened)
    yield opened
    if not request.node.stash.get(PASSED, False):
        opened.context.close()
        return
    opened.goto("about:blank")
    for event, listener in heard.items():
        opened.remove_listener(event, listener)
    _forget(opened)
    tabs[paints] = opened


def watched(page: Page) -> dict[str, Callable[..., None]]:
    """Let a page record its errors, and requests that leave the machine; give the listeners."""
    page.errors = []  # type: ignore[attr-defined]
    page.outside = []  # type: ignore[attr-defined]
    listeners: dict[str, Callable[..., None]] = {
        "request": lambda asked: _note_request(page, asked.url),
        "pageerror": lambda error: page.errors.append(str(error)),  # type: ignore[attr-defined]
        "console": lambda message: _note_message(page, message),
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    return listeners


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether a test passed: the tab of one that failed is not used again."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


def _paints(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("painted") is not None


def _context(browser: Browser, request: pytest.FixtureRequest, **options: Any) -> BrowserContext:
    context = browser.new_context(**options)
    if not _paints(request):
        context.add_init_script(UNPAINTED)
    return context


def _forget(page: Page) -> None:
    """Leave nothing of a test in the tab but the files of the app."""
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    everywhere = {"origin": "*", "storageTypes": "local_storage,indexeddb,service_workers"}
    session.send("Storage.clearDataForOrigin", everywhere)
    session.detach()


def _note_request(page: Page, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:http://127.0.0.1")):
        page.outside.append(url)  # type: ignore[attr-defined]


def _note_message(page: Page, message: object) -> None:
    location = message.location.get("url", "")  # type: ignore[attr-defined]
    if message.type == "error" and not location.endswith(PROBES):  # type: ignore[attr-defined]
        page.errors.append(f"{message.text} {location}")  # type: ignore[attr-defined]
