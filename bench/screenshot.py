"""Make the README's screenshot: the hot-spot page of the fictional demo county."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium_path, serving

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "hot-spots.png"


def main() -> None:
    """Build the demo county in a store of its own, open the page and photograph it."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ATLAS_HOME": home}
        build = [sys.executable, "-m", "data.build", "demo"]
        subprocess.run(build, cwd=ROOT, env=environment, check=True, capture_output=True)
        with serving(environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1150})
            page.goto(f"{address}/hot_spots?area=demo")
            page.wait_for_selector(".atlas-limits", timeout=60_000)
            page.wait_for_timeout(6_000)
            page.screenshot(path=str(TARGET))
            browser.close()
    print(f"wrote {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
