"""Two servers behind a proxy, with a login: roles by claim, one store, and one server may die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import serving
from tests.browser.screen import painted, settled
from tests.identity import STICKY, Provider, identity_provider, proxy, secrets
from ui.maps.scales import HOT_COLD

pytestmark = pytest.mark.browser
BASE = "atlas"
"""Path below which the site is served."""
HOT = tuple(colour for name, colour in HOT_COLD.items() if name != "not shown")


@dataclass
class Deployment:
    """A site behind a proxy: its address, its parts, and a way to stop a server."""

    address: str
    provider: Provider
    stops: dict[int, Callable[[], None]]


@pytest.fixture(scope="module")
def site(
    atlas_home: Callable[[], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Two processes on one store, and nothing but a login before it."""
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    with ExitStack() as stack:
        provider = stack.enter_context(identity_provider())
        ahead = stack.enter_context(proxy([]))
        address = f"http://127.0.0.1:{ahead.port}/{BASE}"
        (home / ".streamlit" / "secrets.toml").write_text(secrets(provider, address))
        environment = {
            **atlas_home(),
            **{
                "HOME": str(home),
                "ATLAS_LOGIN": "required",
                "STREAMLIT_SERVER_BASE_URL_PATH": BASE,
            },
        }
        stops: dict[int, Callable[[], None]] = {}
        for _ in range(2):
            one = stack.enter_context(ExitStack())
            port = int(one.enter_context(serving(environment)).rpartition(":")[2])
            stops[port] = one.close
        ahead.servers = list(stops)
        yield Deployment(address, provider, stops)


@pytest.fixture
def window(open_window: Callable[..., Page]) -> Callable[[], Page]:
    """Open browsers that know nothing of each other; closed, they ask a dead server no more."""
    return partial(open_window, viewport={"width": 1280, "height": 720})


def logged_in(page: Page, site: Deployment, **claims: str) -> Page:
    """Log somebody in, from the first page on."""
    site.provider.claims = claims
    page.goto(f"{site.address}/add_a_place?area=demo")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    page.goto(f"{site.address}/add_a_place?area=demo")
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    settled(page)
    return page


def server_of(page: Page) -> int:
    """Give the server that a browser is kept at."""
    return next(int(each["value"]) for each in page.context.cookies() if each["name"] == STICKY)


def test_nothing_is_shown_before_a_login(window: Callable[[], Page], site: Deployment) -> None:
    page = window()
    page.goto(f"{site.address}/?area=demo")
    page.get_by_role("heading", name="Please log in").wait_for(timeout=60_000)
    settled(page)
    assert "chronic" not in page.inner_text("body").lower()


def test_the_claim_of_a_login_decides_who_hands_in_files(
    window: Callable[[], Page], site: Deployment
) -> None:
    told = "You are a viewer here"
    analyst = logged_in(window(), site, atlas_role="analyst")
    assert told not in analyst.inner_text("body")
    assert analyst.locator("[data-testid=stFileUploader]").count() > 0
    for claims in ({"atlas_role": "viewer"}, {}, {"atlas_role": "admin"}):
        viewer = logged_in(window(), site, **claims)
        assert told in viewer.inner_text("body")
        assert viewer.locator("[data-testid=stFileUploader]").count() == 0
    analyst.get_by_role("button", name="Log out").click()
    analyst.get_by_role("heading", name="Please log in").wait_for(timeout=60_000)


@pytest.mark.painted
def test_a_server_may_die_and_the_login_holds_at_the_other(
    window: Callable[[], Page], site: Deployment
) -> None:
    page = logged_in(window(), site, atlas_role="analyst")
    first = server_of(page)
    site.stops[first]()
    page.goto(f"{site.address}/hot_spots?area=demo")
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    assert server_of(page) != first
    shares = painted(page, HOT)
    assert sum(shares.values()) > 0.02  # the map found its files
    assert page.get_by_role("button", name="Log out").count() == 1
