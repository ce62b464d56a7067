"""The server answers only to its own names and pages, and asks nobody who it is."""

from __future__ import annotations

import http.client
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
import requests
from streamlit.web.server import server_util

from ui import start


def knock(server: str, host: str, origin: str) -> int:
    """Ask for the connection of a session, and give the answer's status."""
    address = urlsplit(server)
    headers = {
        "Host": f"{host}:{address.port}",
        "Origin": origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=20)
    connection.request("GET", "/_stcore/stream", headers=headers)
    return connection.getresponse().status


def test_only_own_names_and_pages_get_a_session(server: str) -> None:
    port = urlsplit(server).port
    assert knock(server, "127.0.0.1", server) == 101
    assert knock(server, "localhost", f"http://localhost:{port}") == 101
    assert knock(server, "rebound.example", f"http://rebound.example:{port}") == 403
    assert knock(server, "127.0.0.1", "http://elsewhere.example") == 403


def test_a_strange_origin_makes_no_question_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any, **__: Any) -> NoReturn:
        pytest.fail("a third party was asked for the address of this machine")

    assert start.ensure_place
    monkeypatch.setattr(requests, "get", asked)
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
