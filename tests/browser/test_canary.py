"""What a real browser receives: no frame of its websocket holds a hidden count."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import serving
from tests.browser.screen import open_page, settled, turn_to, unfold_all
from tests.canary import ENROLLED, PAGES, SEEN, words_of

pytestmark = pytest.mark.browser


def received(page: Page) -> list[bytes]:
    """Frames of the page's websocket, as they come."""
    frames: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on(
            "framereceived",
            lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()),
        )

    page.on("websocket", listen)
    return frames


def test_no_frame_of_the_websocket_holds_the_canary(page: Page, canary_home: Path) -> None:
    frames = received(page)
    with serving({**os.environ, "ATLAS_HOME": str(canary_home)}) as server:
        open_page(page, server, "overview", area="demo")  # a welcome lies over its links
        open_page(page, server, "schools", area="demo")
        unfold_all(page)
        for path in sorted({*PAGES} - {"overview", "schools"}):
            turn_to(page, server, path)
        page.goto(f"{server}/?area=demo&present=1")
        page.wait_for_selector(".room-progress", timeout=90_000)
        settled(page)
    messages = [ForwardMsg.FromString(frame) for frame in frames]
    assert len(messages) > 500
    words = [word for message in messages for word in words_of(message)]
    assert [SEEN.search(word) for word in words if SEEN.search(word)] == []
    beside = f"{ENROLLED:,}", str(ENROLLED)
    assert any(each in word for word in words for each in beside), "its enrolment came through"
