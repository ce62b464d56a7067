"""axe-core on every page and coalition view, folds open: English in light, Spanish in dark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.conftest import UNPAINTED, watched
from tests.browser.measure import SCREEN
from tests.browser.screen import nothing_wrong, open_page, settled, unfold_all, views_of
from tests.page_names import FIRST, OF_A_PLACE

pytestmark = pytest.mark.browser
PAGES = ("", *(name for name in OF_A_PLACE if name != FIRST))
LOOKS = {"en": "light", "es": "dark"}  # no colour depends on the language
BOTH = PAGES if os.environ.get("ATLAS_VERIFY") else ("hot_spots", "social_drivers", "plan", "goals")
"""Pages opened in Spanish and dark too: between them they have every kind of part."""
OPENED = [(path, lang) for path in PAGES for lang in LOOKS if lang == "en" or path in BOTH]
TABLES = """() => [...document.querySelectorAll('[data-testid=stDataFrame]')]
    .filter(table => table.querySelector('td[id^=glide-cell-]')).length > 1"""
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
FOUND = """async ({rules, allowed}) => {
  const {violations} = await axe.run(document, {
    runOnly: rules, elementRef: true, resultTypes: ['violations'],
  });
  const known = (id, {element}) =>
    allowed.some(([rule, selector]) => rule === id && element.matches(selector));
  const all = violations.flatMap(({id, nodes}) => nodes.map(node => ({id, node})));
  return {
    ours: all.filter(({id, node}) => !known(id, node)).map(
      ({id, node}) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    known: [...new Set(all.filter(({id, node}) => known(id, node)).map(({id}) => id))],
  };
}"""


@dataclass(frozen=True)
class Allowed:
    """What axe finds, Streamlit draws, and a page of it cannot change."""

    rule: str
    selector: str
    reason: str


ALLOWED = (
    Allowed(
        "duplicate-id-active",
        "td[id^=glide-cell-]",
        "Streamlit's tables call the cells of their copy for screen readers alike in every table;"
        " nothing refers to a cell by its id.",
    ),
    Allowed(
        "region",
        "[data-testid=stMainMenuPopover] *",
        "Streamlit puts its menu outside every landmark while it is open.",
    ),
    Allowed(
        "aria-required-attr",
        "[role=spinbutton][aria-valuetext=Empty]",
        "Streamlit's field of a date has no number before a day is chosen, and says so.",
    ),
    Allowed(
        "presentation-role-conflict",
        "[data-testid=stFileUploaderDropzone]",
        "Streamlit names the ground onto which files are dropped; its button has the same name.",
    ),
)


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[dict[str, Page]]:
    """One window in English and light, one in Spanish and dark; without motion, so that no colour
    is between two looks."""
    contexts = [
        browser.new_context(
            viewport={"width": SCREEN[0], "height": SCREEN[1]},
            color_scheme=look,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        for look in LOOKS.values()
    ]
    for each in contexts:
        each.add_init_script(UNPAINTED)
    pages = {lang: each.new_page() for lang, each in zip(LOOKS, contexts, strict=True)}
    for page in pages.values():
        watched(page)
    yield pages
    for each in contexts:
        each.close()


def found(page: Page) -> dict[str, list[str]]:
    """What axe finds on the page that is open: what is ours, and rules of the allow-list."""
    page.evaluate("document.querySelectorAll('.atlas-limits details').forEach(d => d.open = true)")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    known = [[each.rule, each.selector] for each in ALLOWED]
    result: dict[str, list[str]] = page.evaluate(FOUND, {"rules": RULES, "allowed": known})
    return result


@pytest.mark.parametrize(("path", "lang"), OPENED)
def test_a_page_with_all_folds_open_has_no_fault(
    windows: dict[str, Page], server: str, path: str, lang: str
) -> None:
    page = windows[lang]
    page.errors.clear()  # type: ignore[attr-defined]
    page.outside.clear()  # type: ignore[attr-defined]
    open_page(page, server, path, area="demo", lang=lang)
    assert page.evaluate("document.documentElement.lang") == lang
    look = page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme")
    assert look == LOOKS[lang]
    unfold_all(page)
    assert page.locator("h1").count() == 1
    assert {"en": "fictional", "es": "ficticio"}[lang] in page.inner_text("body")
    assert found(page)["ours"] == []
    nothing_wrong(page)


@pytest.mark.parametrize("lang", LOOKS)
def test_views_of_coalition_mode_have_no_fault(
    windows: dict[str, Page], server: str, lang: str
) -> None:
    page = windows[lang]
    page.goto(f"{server}/?area=demo&present=1&lang={lang}")
    for number in range(1, views_of(page) + 1):
        page.wait_for_function(
            "number => document.querySelector('.room-progress')?.textContent.startsWith(number)",
            arg=str(number),
            timeout=90_000,
        )
        settled(page)
        assert found(page)["ours"] == [], number
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("lang", LOOKS)
def test_settings_and_the_link_have_no_fault_when_they_are_open(
    windows: dict[str, Page], server: str, lang: str
) -> None:
    page = windows[lang]
    open_page(page, server, "hot_spots", area="demo", lang=lang)
    for name in ("options", "share", "picture-hot_spots", "brief-area"):
        page.locator(f".st-key-{name} button").first.click()
        page.get_by_test_id("stPopoverBody").wait_for()
        page.wait_for_timeout(700)  # what a popover holds fades in
        settled(page)
        assert found(page)["ours"] == [], name
        page.keyboard.press("Escape")
        page.get_by_test_id("stPopoverBody").wait_for(state="detached")


def test_every_entry_of_the_allow_list_is_still_needed(
    windows: dict[str, Page], server: str
) -> None:
    page = windows["en"]
    open_page(page, server, "join_quality", area="demo")
    unfold_all(page)
    page.get_by_role("button", name="Main menu").click()
    page.get_by_test_id("stMainMenuPopover").wait_for()
    page.wait_for_function(TABLES)
    settled(page)
    known = set(found(page)["known"])
    open_page(page, server, "voices", area="demo")
    unfold_all(page)
    assert known | set(found(page)["known"]) == {each.rule for each in ALLOWED}
    assert all(each.reason for each in ALLOWED)
