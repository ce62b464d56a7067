"""A programme chosen on the map and from a list, in a real browser: picture, checks, link."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import nothing_wrong, open_page, painted, settled, spot_of, unfold

pytestmark = [pytest.mark.browser, pytest.mark.painted]
SCHOOL, TIP = "#a5cde3", ".atlas-map-tip"
TWELVE = [f"HC{number:04d}" for number in range(1, 13)]
FIRST_SCREEN = """() => {
  const inside = (element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= 720;
  };
  return ['.st-key-did-lines', '.atlas-checks', '.legend'].every(
    (each) => inside(document.querySelector(each)));
}"""


def hand_in(page: Page, text: str) -> None:
    files = [{"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}]
    page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    settled(page)


def test_a_school_is_clicked_a_list_handed_in_and_the_link_opens_it(
    page: Page, server: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, server, "did_it_work", area="demo")
    painted(page, (SCHOOL,), 0.0005)
    x, y = spot_of(page, SCHOOL)
    page.mouse.move(x, y)
    page.wait_for_function(f"document.querySelector('{TIP}').innerText.includes('without it')")
    page.mouse.click(x, y)
    page.wait_for_function("location.search.includes('focus=HC')")
    add = page.get_by_role("button", name="Add ", exact=False).first
    add.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('programme=2023')")
    page.wait_for_selector(".st-key-did-lines canvas, .st-key-did-lines svg")
    settled(page)

    page.get_by_role("button", name="Choose a programme").click()
    hand_in(page, "school_id,start\nHC0001,soon\nHC9999,2023-24\n")
    expect(page.get_by_role("alert").last).to_contain_text("column 'start', row 2")
    expect(page.get_by_role("alert").last).to_contain_text("column 'school_id', row 3")
    hand_in(page, "school_id,start\n" + "".join(f"{each},2023-24\n" for each in TWELVE))
    page.get_by_role("button", name="Use this list").click()
    page.wait_for_function(f"location.search.includes('{TWELVE[-1]}')")
    settled(page)
    page.keyboard.press("Escape")
    expect(page.locator(".atlas-answer")).to_contain_text("than in similar schools")
    link = page.evaluate("location.search")

    page.goto(f"{server}/did_it_work{link}")
    page.wait_for_selector(".st-key-did-lines canvas, .st-key-did-lines svg")
    settled(page)
    assert page.evaluate(FIRST_SCREEN)
    unfold(page, "The picture as a table")
    expect(page.get_by_role("heading", name="The two lines in figures")).to_be_visible()
    nothing_wrong(page)
