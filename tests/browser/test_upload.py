"""Whatever is handed in on Join quality gets a message; the page stays."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.screen import open_page, unfold

HEAD = "school_id,geoid,students\n"
WRONG = {
    "negative": (f"{HEAD}HC0001,99001010101,-4\n", "no such figure is negative"),
    "register": (
        "lname,fname,birth_year,school_id,geoid,students\nDoe,Ann,2011,HC0001,99001010101,1\n",
        "describes single students",
    ),
    "ones": (
        HEAD + "".join(f"HC0001,990010101{at:02},1\n" for at in range(1, 6)),
        "each row counts one student",
    ),
    "no header": ("HC0001,99001010101,42\n", "the row of headers is missing"),
    "elsewhere": (f"{HEAD}XX,36005000100,42\n", "flows"),
    "not a text": ("\0\1\2", "it is not a text"),
}


def test_every_wrong_upload_gets_a_message(page: Page, server: str) -> None:
    open_page(page, server, "join_quality", area="demo")
    unfold(page, "Does your district know better?")
    choose = page.locator("[data-testid=stFileUploader] input[type=file]")
    for name, (text, message) in WRONG.items():
        file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}
        choose.set_input_files([file])  # type: ignore[list-item]
        alert = page.locator("[data-testid=stAlert]", has_text=message).last
        alert.wait_for(timeout=60_000)
        said = alert.inner_text()
        assert message in said
        assert "Doe" not in said
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.errors == []  # type: ignore[attr-defined]
