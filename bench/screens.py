"""Photograph every page and coalition view of the demo county; measure the first screens.

``python -m bench.screens`` writes docs/screens; ``--measure`` prints figures of the demo and, where
`ATLAS_MIRROR` names the real files, of New York City.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium_path, serving
from tests.browser.measure import MAP_PAGES, SCREEN, YEARS, measured, names_of
from tests.browser.screen import open_page, settled
from tests.page_names import FIRST, OF_A_PLACE
from ui.present.views import NAMES

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "screens"
MOST = 4_000_000  # bytes of all pictures
QUALITY = 62  # of WebP: letters stay sharp, a screen takes some 40 kB
PAGES = tuple("" if name == FIRST else name for name in OF_A_PLACE)
SAMPLED = ("", "hot_spots", "why_here", "schools", "goals", "this_year", "voices")
PROGRAMME = "2023:" + ",".join(f"HC{number:04d}" for number in range(1, 13))


@dataclass(frozen=True)
class Look:
    """How pictures are taken, and of which pages and views of coalition mode."""

    pages: tuple[str, ...] = SAMPLED
    views: tuple[str, ...] = ()
    size: tuple[int, int] = SCREEN
    dark: bool = False
    lang: str = ""
    touch: bool = False


LOOKS = {
    "light": Look(PAGES, NAMES),
    "dark": Look(dark=True),
    "spanish": Look(lang="es"),
    "phone": Look(size=(390, 844), touch=True),
    "projector": Look((), NAMES, (1920, 1080)),
}


def main() -> int:
    """Take the pictures, or print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="print figures, take no picture")
    parser.add_argument("--look", choices=LOOKS, action="append", help="only pictures of this look")
    options = parser.parse_args()
    if not options.measure:
        with _opened("demo") as (browser, address, _):
            for name in options.look or LOOKS:
                _photograph(browser, address, name)
        total = sum(path.stat().st_size for path in TARGET.rglob("*.webp"))
        print(f"{total / 1e6:.1f} MB in {TARGET.relative_to(ROOT)}, at most {MOST / 1e6:.0f}")
        return int(total > MOST)
    places = ("demo", "nyc") if os.environ.get("ATLAS_MIRROR") else ("demo",)
    with _opened(*places) as (browser, address, panels):
        missed = [_measure(browser, address, panels / place) for place in places]
    return int(any(missed))


@contextmanager
def _opened(*places: str) -> Iterator[tuple[Browser, str, Path]]:
    """Build places in a store of their own, and serve them to a browser."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ATLAS_HOME": home}
        for place in places:
            build = [sys.executable, "-m", "data.build", place]
            subprocess.run(build, cwd=ROOT, env=environment, check=True, capture_output=True)
        with serving(environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            yield browser, address, Path(home) / "panels"
            browser.close()


def _photograph(browser: Browser, address: str, name: str) -> None:
    """Write every picture of a look, in place of those that were there."""
    look = LOOKS[name]
    shutil.rmtree(TARGET / name, ignore_errors=True)
    context = browser.new_context(
        viewport={"width": look.size[0], "height": look.size[1]},
        color_scheme="dark" if look.dark else "light",
        has_touch=look.touch,
        is_mobile=look.touch,
    )
    page = context.new_page()
    query = {"area": "demo", **({"lang": look.lang} if look.lang else {})}
    for path in look.pages:
        more = {"programme": PROGRAMME} if path == "did_it_work" else {}
        open_page(page, address, path, **query, **more)
        _write(page, TARGET / name / f"{path or 'overview'}.webp")
    for view in look.views:
        link = "&".join(f"{key}={value}" for key, value in query.items())
        page.goto(f"{address}/?{link}&present=1&slide={view}")
        page.wait_for_selector(".room-progress", timeout=90_000)
        _write(page, TARGET / name / f"present-{view}.webp")
    context.close()


def _write(page: Page, path: Path) -> None:
    """Write what is on the screen once it stands still."""
    settled(page)
    for drawn in page.locator(".atlas-map").all():
        drawn.and_(page.locator("[data-painted='1']")).wait_for(timeout=90_000)
    page.wait_for_timeout(1_500)  # names of places, charts
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(page.screenshot())).save(path, "WEBP", quality=QUALITY, method=6)


def _measure(browser: Browser, address: str, panel: Path) -> bool:
    """Print the figures of a place's pages; True when one is missed."""
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
    page, names, missed = context.new_page(), names_of(panel), False
    for path in MAP_PAGES:
        open_page(page, address, path, area=panel.name, **YEARS.get((panel.name, path), {}))
        found = measured(page, names)
        verdict = f"MISSED {', '.join(found.missed())}" if found.missed() else "ok"
        print(f"{panel.name:<5}{path or 'overview':<15}{found.line()}  {verdict}")
        missed |= bool(found.missed())
    context.close()
    return missed


if __name__ == "__main__":
    sys.exit(main())
