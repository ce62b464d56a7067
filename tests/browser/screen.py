"""What browser tests do with a page: open it, choose, and read the colours of its maps."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from ui.maps.scales import rgb

MAP = ".atlas-map-stage"
FLAT = ".atlas-map-sketch"
LAID_OUT = ".atlas-map[data-painted='1']"
"""A map whose layers have all come."""
THERE = "document.querySelectorAll('.atlas-map')"


def open_page(page: Page, server: str, path: str, **query: str) -> None:
    link = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{server}/{path}?{link}")
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    settled(page)


def views_of(page: Page) -> int:
    """How many views coalition mode has here: that of this year only where there are figures."""
    page.wait_for_selector(".room-progress", timeout=90_000)
    return int(page.inner_text(".room-progress").split()[-1])


def settled(page: Page) -> None:
    """Wait until the server has nothing more to say and nothing fades in any more."""
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')",
        timeout=90_000,
    )
    page.wait_for_timeout(300)


def turn_to(page: Page, server: str, path: str) -> None:
    """Go to another page of the open place, within the session where the page links to it."""
    if path == page.url.split("?")[0].rpartition("/")[2]:
        return
    link = page.locator(f"a[href$='/{path}']")
    if not link.count():
        query = page.evaluate("location.search")
        page.goto(f"{server}/{path}{query}")
    else:
        link.first.click()
        page.wait_for_function(f"location.pathname.endsWith('/{path}')")
        page.wait_for_timeout(300)
    page.wait_for_selector(".atlas-limits", timeout=90_000)
    settled(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a control of the page's head, or in its options."""
    control = page.get_by_role("combobox", name=label, exact=False).first
    options = page.get_by_role("button", name="Options")
    folded = not control.count()
    if folded:
        options.click()
    control.click()
    page.get_by_role("option", name=option, exact=True).click()
    if folded:
        page.keyboard.press("Escape")


def unfold(page: Page, label: str) -> None:
    """Open a folded part of a page and wait for what it holds."""
    part = page.locator("details", has=page.locator("summary", has_text=label)).last
    part.locator("summary").click()
    part.locator("[data-testid=stExpanderDetails] > *").first.wait_for(timeout=90_000)
    settled(page)


def unfold_all(page: Page) -> None:
    """Open every folded part of a page, if it has any."""
    every = page.locator(".st-key-open_all-parts button")  # in any language
    if not every.count():
        assert not page.get_by_test_id("stExpander").count()
        return
    every.click()
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stExpander] details')].every(d => d.open)"
    )
    page.wait_for_timeout(500)
    settled(page)


def painted(
    page: Page, colours: tuple[str, ...], least: float = 0.02, which: int = 0
) -> dict[str, float]:
    """Share of the map's pixels in each class colour, once the map is painted."""
    page.locator(MAP).nth(which).scroll_into_view_if_needed()
    # A picture of the map takes longer than to draw it: none is taken before its layers are here.
    page.wait_for_function(f"{THERE}[{which}]?.dataset.painted === '1'", timeout=90_000)
    # Nor while the flat picture lies under it, which would do for the one that is looked at.
    page.wait_for_function(f"!{THERE}[{which}].querySelector('{FLAT}')", timeout=90_000)
    for _ in range(60):
        shares = pixel_shares(page, colours, which)
        if sum(share for colour, share in shares.items() if colour != "#ffffff") > least:
            break
        page.wait_for_timeout(250)
    return shares


def pixel_shares(page: Page, colours: tuple[str, ...], which: int = 0) -> dict[str, float]:
    """Share of the map's pixels in each colour at this moment."""
    image = _picture(page, which)
    counts = {colour: count for count, colour in image.getcolors(1 << 24)}
    total = image.width * image.height
    return {colour: _near(counts, rgb(colour)) / total for colour in colours}


def spot_of(page: Page, colour: str) -> tuple[float, float]:
    """Find a place on the screen in the middle of the longest run of a colour on the map."""
    of_it = (np.asarray(_picture(page)) == rgb(colour)).all(axis=2)
    edges = np.diff(np.pad(of_it, ((0, 0), (1, 1))).astype(int), axis=1)
    (y, start), (_, end) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    longest = (end - start).argmax()
    box = page.locator(MAP).first.bounding_box()
    assert box
    return box["x"] + (start + end)[longest] / 2, box["y"] + y[longest]


def _picture(page: Page, which: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(page.locator(MAP).nth(which).screenshot())).convert("RGB")


def _near(counts: dict[tuple[int, int, int], int], wanted: tuple[int, int, int]) -> int:
    return sum(
        count
        for colour, count in counts.items()
        if max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 6
    )


def nothing_wrong(page: Page) -> None:
    """Nothing left the machine and the console holds no error."""
    assert page.outside == []  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]
