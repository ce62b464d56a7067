"""A feed at an address that gives the day alone: every edition is kept, and silence is told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from data.in_year import store
from data.recipe.checks import FOLDER
from data.update import main
from tests.data.in_year.daily_files import feed_of
from tests.data.in_year.test_restricted import PLACE
from tests.data.in_year.test_update import days_of


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's word
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    (tmp_path / "served").mkdir()
    handler = partial(Quiet, directory=str(tmp_path / "served"))
    made = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def own(tmp_path: Path, server: ThreadingHTTPServer) -> Path:
    folder = tmp_path / "own"
    for name in ("places", "recipes", "files"):
        (folder / name).mkdir(parents=True)
    (folder / "places" / "held.toml").write_text(PLACE.format(in_year='feed = "fed"'), "utf-8")
    lines = (FOLDER / "nyc_daily_feed.toml").read_text("utf-8").splitlines()
    kept = [each for each in lines if not each.startswith(("id =", "url =", "mirror =", "by_hand"))]
    url = f"http://127.0.0.1:{server.server_port}/today.xml"
    head = ['id = "fed"', f'url = "{url}"', 'mirror = "fed/today.xml"']
    (folder / "recipes" / "fed.toml").write_text("\n".join([*head, *kept]), "utf-8")
    return folder


def test_each_edition_is_kept_and_silence_is_told(own: Path, tmp_path: Path) -> None:
    def run(day: str) -> int:
        return main(
            ["held", "--from", str(own)], now=datetime.fromisoformat(day).replace(tzinfo=UTC)
        )

    def serve(day: str) -> None:
        path = feed_of(tmp_path / "made", day, days_of(day))
        (tmp_path / "served" / "today.xml").write_bytes(path.read_bytes())

    serve("20150909")
    assert run("2015-09-09T20:00") == 0
    assert run("2015-09-10T06:00") == 0
    serve("20150910")
    assert run("2015-09-10T20:00") == 0
    found = store.load("held")
    assert found is not None
    assert found.days["date"].unique().tolist() == ["2015-09-09", "2015-09-10"]
    (tmp_path / "served" / "today.xml").unlink()
    version = store.version("held")
    assert run("2015-09-11T20:00") == 1
    silent = store.load("held")
    assert silent is not None
    assert "no such file any more" in silent.problem
    assert len(silent.days) == len(found.days)
    assert store.version("held") == version
    serve("20150911")
    assert run("2015-09-11T21:00") == 0
    again = store.load("held")
    assert again is not None
    assert (again.problem, len(again.days)) == ("", 15)
