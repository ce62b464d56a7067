"""Downloads: a local server plays what networks do; the last good copy stays all the while."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data.errors import DataError, FileError
from data.read.engine import read_table
from data.read.fetch import FetchError, FetchSettings, fetch, obtain, secret_of
from data.recipe.checks import parse_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

BODY = b"id,n,x\n" + b"".join(b"S%05d,100,20\n" % n for n in range(5_000))
DIGEST = hashlib.sha256(BODY).hexdigest()
QUICK = FetchSettings(
    timeout_seconds=0.3, attempts=4, first_wait_seconds=0.001, longest_wait_seconds=0.002
)
TAG = '"v1"'

Play = Callable[["Handler", int], None]


class Server(ThreadingHTTPServer):
    """Plays one scene and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, play: Play) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.play = play
        self.ranges: list[str | None] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/a.csv"


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the scene."""

    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range"))
        self.server.play(self, len(self.server.ranges))

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def answer(
        self, status: int, body: bytes = b"", length: int | None = None, **more: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_resumable(self) -> None:
        wanted = self.headers.get("Range")
        if wanted is None or self.headers.get("If-Range") != TAG:
            self.answer(200, BODY, ETag=TAG)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
        self.answer(206, BODY[start:], ETag=TAG, Content_Range=span)


Serve = Callable[[Play], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    running: list[Server] = []

    def start(play: Play) -> Server:
        server = Server(play)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.ended.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file fetched earlier."""
    path = tmp_path / "cache" / "a.csv"
    path.parent.mkdir()
    path.write_bytes(b"the last good copy")
    return path


def leftovers(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.rglob("*") if path.is_file())


def test_a_whole_file_is_put_in_place(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer_resumable())
    assert fetch(server.url, target, sha256=DIGEST, settings=QUICK) == DIGEST
    assert target.read_bytes() == BODY
    assert leftovers(target) == ["a.csv"]


def test_500_then_ok(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, n: handler.answer(500 if n < 3 else 200, BODY))
    assert fetch(server.url, target, settings=QUICK) == DIGEST
    assert len(server.ranges) == 3


def test_500_for_ever_keeps_the_last_good_copy(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer(503))
    with pytest.raises(FetchError, match=r"answers 503 \(4 tries\)\. Try again later"):
        fetch(server.url, target, settings=QUICK)
    assert len(server.ranges) == 4
    assert target.read_bytes() == b"the last good copy"


def test_404_is_final_and_plain(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer(404))
    with pytest.raises(FetchError, match="no such file any more"):
        fetch(server.url, target, settings=QUICK)
    assert len(server.ranges) == 1
    assert target.read_bytes() == b"the last good copy"


def test_403_is_final(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer(403))
    with pytest.raises(FetchError, match="answers 403"):
        fetch(server.url, target, settings=QUICK)
    assert len(server.ranges) == 1


def test_timeout(serve: Serve, target: Path) -> None:
    def play(handler: Handler, n: int) -> None:
        if n < 3:
            handler.server.ended.wait(0.6)
        else:
            handler.answer(200, BODY)

    server = serve(play)
    fetch(server.url, target, settings=QUICK)
    assert target.read_bytes() == BODY


def test_nobody_listens(target: Path, serve: Serve) -> None:
    server = serve(lambda handler, _: handler.answer(200))
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(FetchError, match="connection broke"):
        fetch(url, target, settings=QUICK)
    assert target.read_bytes() == b"the last good copy"


def test_truncation_is_resumed_where_it_stopped(serve: Serve, target: Path) -> None:
    def play(handler: Handler, n: int) -> None:
        if n == 1:
            handler.answer(200, BODY[:30_000], len(BODY), ETag=TAG)
        else:
            handler.answer_resumable()

    server = serve(play)
    assert fetch(server.url, target, settings=QUICK) == DIGEST
    assert server.ranges == [None, "bytes=30000-"]
    assert target.read_bytes() == BODY


def test_truncation_for_ever_never_shows_half_a_file(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer(200, BODY[:30_000], len(BODY)))
    with pytest.raises(FetchError, match="tries"):
        fetch(server.url, target, settings=QUICK)
    assert server.ranges == [None] * 4
    assert target.read_bytes() == b"the last good copy"


def test_a_later_run_resumes(serve: Serve, target: Path) -> None:
    once = FetchSettings(timeout_seconds=0.3, attempts=1)
    cut = serve(lambda handler, _: handler.answer(200, BODY[:9_000], len(BODY), ETag=TAG))
    with pytest.raises(FetchError):
        fetch(cut.url, target, settings=once)
    whole = serve(lambda handler, _: handler.answer_resumable())
    fetch(whole.url, target, settings=once)
    assert whole.ranges == ["bytes=9000-"]
    assert target.read_bytes() == BODY


def test_a_file_that_changed_meanwhile_starts_anew(serve: Serve, target: Path) -> None:
    def play(handler: Handler, n: int) -> None:
        if n == 1:
            handler.answer(200, b"#" * 30_000, len(BODY), ETag='"v0"')
        else:
            handler.answer_resumable()

    server = serve(play)
    assert fetch(server.url, target, settings=QUICK) == DIGEST
    assert server.ranges[1] == "bytes=30000-"


def test_a_server_that_resumes_at_the_wrong_place(serve: Serve, target: Path) -> None:
    def play(handler: Handler, n: int) -> None:
        if n == 1:
            handler.answer(200, BODY[:30_000], len(BODY), ETag=TAG)
        elif n == 2:
            handler.answer(206, BODY[10:], ETag=TAG, Content_Range=f"bytes 10-9/{len(BODY)}")
        elif n == 3:
            handler.answer(200, BODY[:30_000], len(BODY), ETag=TAG)
        else:
            handler.answer(416)

    with pytest.raises(FetchError, match="could not resume"):
        fetch(serve(play).url, target, settings=QUICK)
    assert leftovers(target) == ["a.csv"]


def test_a_wrong_checksum_is_tried_again_then_refused(serve: Serve, target: Path) -> None:
    server = serve(lambda handler, _: handler.answer(200, BODY + b"#", ETag=TAG))
    with pytest.raises(FetchError, match="its SHA-256 is"):
        fetch(server.url, target, sha256=DIGEST, settings=QUICK)
    assert server.ranges == [None] * 4
    assert leftovers(target) == ["a.csv"]


def test_a_file_that_is_too_large(serve: Serve, target: Path) -> None:
    small = FetchSettings(timeout_seconds=0.3, attempts=2, most_bytes=1_000)
    with pytest.raises(FetchError, match="more than 1,000"):
        fetch(serve(lambda handler, _: handler.answer(200, BODY)).url, target, settings=small)
    assert target.read_bytes() == b"the last good copy"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "/etc/passwd"])
def test_only_web_addresses(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not a web address"):
        fetch(url, tmp_path / "a")


def test_a_check_that_fails_keeps_the_last_good_copy(serve: Serve, target: Path) -> None:
    def check(part: Path) -> None:
        assert part.read_bytes() == BODY
        raise DataError("not as wanted")

    server = serve(lambda handler, _: handler.answer_resumable())
    with pytest.raises(DataError, match="not as wanted"):
        fetch(server.url, target, check=check, settings=QUICK)
    assert target.read_bytes() == b"the last good copy"
    assert leftovers(target) == ["a.csv"]


def made(url: str) -> Recipe:
    text = f"""
id = "made"
publisher = "Nobody"
title = "Made up"
table = "absence"
url = "{url}"
mirror = "made/a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = {{ kind = "delimited" }}
identifier = {{ pattern = "S[0-9]+" }}
[columns]
school_id = {{ column = "id" }}
school_year = {{ constant = "2018-19" }}
enrolled = {{ column = "n", unit = "count" }}
chronic_absent = {{ column = "x", unit = "count" }}
"""
    return parse_recipe(text)


def test_changed_columns_keep_the_last_good_copy(serve: Serve, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    good = serve(lambda handler, _: handler.answer(200, BODY))
    path = obtain(made(good.url), mirror=None, cache=cache, settings=QUICK)
    assert path.read_bytes() == BODY
    changed = serve(lambda handler, _: handler.answer(200, BODY.replace(b"id,n,x", b"id,n,y")))
    with pytest.raises(FileError, match="column 'x': there is no such column"):
        obtain(made(changed.url), mirror=None, cache=cache, settings=QUICK, refresh=True)
    page = serve(lambda handler, _: handler.answer(200, b"<html>Sign in</html>"))
    with pytest.raises(FileError, match="web page"):
        obtain(made(page.url), mirror=None, cache=cache, settings=QUICK, refresh=True)
    assert path.read_bytes() == BODY
    assert len(good.ranges) == 1


def test_the_cache_answers_without_the_network(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: handler.answer(200, BODY))
    recipe = made(server.url)
    first = obtain(recipe, mirror=None, cache=tmp_path, settings=QUICK)
    assert obtain(recipe, mirror=None, cache=tmp_path, settings=QUICK) == first
    assert len(server.ranges) == 1


def test_mirror_and_network_give_the_same_table(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: handler.answer(200, BODY))
    recipe = made(server.url)
    folder = tmp_path / "mirror"
    (folder / "made").mkdir(parents=True)
    (folder / "made" / "a.csv").write_bytes(BODY)
    fetched = obtain(recipe, mirror=None, cache=tmp_path / "cache", settings=QUICK)
    given = obtain(recipe, mirror=folder, cache=tmp_path / "none")
    tables = [read_table(recipe, path, Ledger()).table for path in (fetched, given)]
    assert tables[0].equals(tables[1])


def test_a_mirror_without_the_file_says_where_to_take_it(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"made/a\.csv: .*take it from http://127"):
        obtain(made("http://127.0.0.1/a.csv"), mirror=tmp_path, cache=tmp_path)


MADE_UP_KEY = "0123456789abcdef-of-nobody"


def test_a_key_is_sent_and_never_shown(
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[str] = []

    def play(handler: Handler, time: int) -> None:
        asked.append(handler.path)
        handler.answer(200 if time == 1 else 403, BODY)

    server = serve(play)
    host = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr("data.read.fetch.KEYS", {host: ("key", "CENSUS_API_KEY")})
    monkeypatch.setenv("CENSUS_API_KEY", f" {MADE_UP_KEY}&x=1 ")
    recipe = made(f"{server.url}?get=a")
    with caplog.at_level(logging.DEBUG, logger="root"):
        path = obtain(recipe, mirror=None, cache=tmp_path, settings=QUICK)
        with pytest.raises(FetchError) as caught:
            obtain(recipe, mirror=None, cache=tmp_path, settings=QUICK, refresh=True)
    assert asked[0] == f"/a.csv?get=a&key={MADE_UP_KEY}%26x%3D1"
    assert MADE_UP_KEY not in str(caught.value) + caplog.text + repr(
        FetchSettings(secret=MADE_UP_KEY)
    )
    assert MADE_UP_KEY not in read_table(recipe, path, Ledger()).source.url
    stored = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert all(MADE_UP_KEY.encode() not in each.read_bytes() for each in stored)
    assert not any(MADE_UP_KEY in each.name for each in stored)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.census.gov/data?get=a",
        "https://api.census.gov.example.org/data?get=a",
        "https://example.org/https://api.census.gov/",
    ],
)
def test_a_key_goes_to_its_own_server_only(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENSUS_API_KEY", MADE_UP_KEY)
    assert secret_of("https://api.census.gov/data/2022/acs/acs5?get=a") == f"&key={MADE_UP_KEY}"
    assert secret_of(url) == ""
    monkeypatch.delenv("CENSUS_API_KEY")
    assert secret_of("https://api.census.gov/data/2022/acs/acs5?get=a") == ""


@pytest.mark.parametrize("suffix", [".json", ".csv", ".zip"])
def test_a_census_table_may_be_in_the_mirror_in_each_of_its_forms(
    tmp_path: Path, suffix: str
) -> None:
    plain = made("https://api.census.gov/data")
    recipe = replace(plain, mirror="made/a.json", format=replace(plain.format, kind="census"))
    path = tmp_path / f"made/a{suffix}"
    path.parent.mkdir()
    path.write_bytes(b"x")
    assert obtain(recipe, mirror=tmp_path, cache=tmp_path) == path
