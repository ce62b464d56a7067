"""A stub identity provider and a small proxy, on the loopback, for tests of a deployment."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "atlas", "secret-of-a-test"
STICKY = "atlas_server"


@dataclass
class Provider:
    """What the stub knows: who logs in next, and the key it signs with."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "test"}))

    def token(self, code: str) -> str:
        """Sign the claims of a login."""
        now = int(time.time())
        claims = {
            **{"iss": self.address, "sub": "someone", "aud": CLIENT, "iat": now, "exp": now + 600},
            **{"nonce": self.nonces.pop(code), "email": "someone@example.org"},
            **self.claims,
        }
        return jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        """Answer a request: status, headers, body."""
        if path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token"}
            ends = {f"{name}_endpoint": f"{self.address}/{at}" for name, at in names.items()}
            return 200, {}, {"issuer": self.address, "jwks_uri": f"{self.address}/jwks", **ends}
        if path == "/jwks":
            return 200, {}, {"keys": [self.key.as_dict(private=False)]}
        if path == "/authorize":
            code = f"code-{len(self.nonces)}-{time.monotonic_ns()}"
            self.nonces[code] = asked.get("nonce", "")
            back = urlencode({"code": code, "state": asked["state"]})
            return 302, {"Location": f"{asked['redirect_uri']}?{back}"}, {}
        if path == "/token":
            token = self.token(asked["code"])
            return 200, {}, {"access_token": "none", "token_type": "Bearer", "id_token": token}
        return 404, {}, {}


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Serve a stub identity provider until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _send(self, body: str) -> None:
            url = urlsplit(self.path)
            asked = {name: each[0] for name, each in parse_qs(body or url.query).items()}
            status, headers, content = provider.answer(url.path, asked)
            sent = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def do_GET(self) -> None:
            self._send("")

        def do_POST(self) -> None:
            self._send(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Proxy:
    """A proxy that keeps a browser at a server by a cookie, and takes another if that one died."""

    servers: Sequence[int]
    port: int = 0
    turn: Iterator[int] = field(default_factory=itertools.count)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection of a browser to its server."""
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            back_reader, back_writer, server = await self._connected(_cookie(head))
        except OSError:
            writer.close()
            return
        back_writer.write(_closing(head))
        answer = await back_reader.readuntil(b"\r\n\r\n")
        cookie = f"Set-Cookie: {STICKY}={server}; Path=/\r\n\r\n".encode()
        writer.write(answer.removesuffix(b"\r\n") + cookie)
        await asyncio.gather(_pipe(reader, back_writer), _pipe(back_reader, writer))

    async def _connected(
        self, wanted: int | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, int]:
        first = next(self.turn) % len(self.servers)
        order = [
            *([wanted] if wanted in self.servers else []),
            *self.servers[first:],
            *self.servers,
        ]
        for server in order[:-1]:
            try:
                return (*await asyncio.open_connection("127.0.0.1", server), server)
            except OSError:
                continue
        return (*await asyncio.open_connection("127.0.0.1", order[-1]), order[-1])


def _cookie(head: bytes) -> int | None:
    _, found, rest = head.decode("latin-1").partition(f"{STICKY}=")
    digits = "".join(itertools.takewhile(str.isdigit, rest))
    return int(digits) if found and digits else None


def _closing(head: bytes) -> bytes:
    """Ask for one answer a connection, but for websockets."""
    if b"upgrade: websocket" in head.lower():
        return head
    lines = [each for each in head.split(b"\r\n") if not each.lower().startswith(b"connection:")]
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    except (ConnectionError, OSError):
        return
    finally:
        writer.close()


@contextmanager
def proxy(servers: Sequence[int]) -> Iterator[Proxy]:
    """Serve a proxy before some servers until the block ends."""
    made = Proxy(servers)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(made.pass_on, "127.0.0.1", 0)
    listening = asyncio.run_coroutine_threadsafe(starting, loop).result(timeout=10)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)


def secrets(provider: Provider, site: str) -> str:
    """Write the secrets of a deployment behind a proxy."""
    cookie = base64.b64encode(b"a secret of this test alone, and no other").decode()
    return (
        f'[auth]\nredirect_uri = "{site}/oauth2callback"\n'
        f'cookie_secret = "{cookie}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.address}/.well-known/openid-configuration"\n'
    )
