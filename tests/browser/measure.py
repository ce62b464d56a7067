"""What the first screen of a page shows, in pixels, and how its answer reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page

from data.panel import load_panel
from tests.browser.screen import LAID_OUT, MAP, settled
from tests.reading import EIGHT, grade

SCREEN = (1280, 720)
MAP_PAGES = ("", "hot_spots", "why_here", "schools", "social_drivers", "priorities", "join_quality")
# In New York City's latest year no area stands out: Why here has no group to map.
YEARS = {("nyc", "why_here"): {"year": "2018-19"}}
LIMITS = {"top": 260, "share": 0.40, "legend": 18, "length": 3 * SCREEN[1], "grade": EIGHT}
BOXES = """map => {
  const box = element => element.getBoundingClientRect().toJSON();
  const first = document.querySelector('.st-key-first-beside');
  const list = first.querySelector('.st-key-ranked button, .atlas-card, .atlas-rows');
  const legend = [...first.querySelectorAll('.legend, .nine')];
  const words = document.createTreeWalker(first, NodeFilter.SHOW_TEXT), sizes = [];
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    const inside = parent.closest('.legend, .nine') && !parent.closest('i');
    if (inside && words.currentNode.textContent.trim())
      sizes.push(parseFloat(getComputedStyle(parent).fontSize));
  }
  return {
    map: box(document.querySelector(map)), list: list && box(list), legend: legend.map(box),
    sizes, length: document.querySelector('[data-testid=stMain]').scrollHeight,
  };
}"""


@dataclass(frozen=True)
class Measures:
    """Figures of a page as it opens.

    Attributes
    ----------
    top, bottom : float
        Of the map, pixels from the top of the screen.
    share : float
        Part of the screen that the map takes.
    legend : float
        Smallest type of the legend, pixels.
    below : float
        Where the legend ends.
    row : float
        Where the first row of the ranked list, or the card, begins; infinite where there is none.
    length : float
        Of the page, pixels, nothing opened.
    grade : float
        Reading grade of the answer.
    """

    top: float
    bottom: float
    share: float
    legend: float
    below: float
    row: float
    length: float
    grade: float

    def missed(self) -> dict[str, float]:
        """Figures that miss what a room needs."""
        low, high = ("top", "length", "grade"), ("share", "legend")
        found = {name: getattr(self, name) for name in low if getattr(self, name) > LIMITS[name]}
        found |= {name: getattr(self, name) for name in high if getattr(self, name) < LIMITS[name]}
        sights = {"bottom": self.bottom, "below": self.below, "row": self.row + 20}
        return found | {name: end for name, end in sights.items() if end > SCREEN[1]}

    def line(self) -> str:
        """Give the figures in one line."""
        return "  ".join(f"{name} {value:.3g}" for name, value in asdict(self).items())


def measured(page: Page, names: list[str]) -> Measures:
    """Measure the page that is open, at 1280x720 and not scrolled."""
    page.locator(LAID_OUT).first.wait_for(timeout=90_000)
    settled(page)
    boxes = page.evaluate(BOXES, MAP)
    seen = boxes["map"]
    across = min(seen["right"], SCREEN[0]) - max(seen["left"], 0)
    down = min(seen["bottom"], SCREEN[1]) - max(seen["top"], 0)
    return Measures(
        top=seen["top"],
        bottom=seen["bottom"],
        share=max(across, 0) * max(down, 0) / (SCREEN[0] * SCREEN[1]),
        legend=min(boxes["sizes"], default=0.0),
        below=max((box["bottom"] for box in boxes["legend"]), default=float("inf")),
        row=boxes["list"]["top"] if boxes["list"] else float("inf"),
        length=boxes["length"],
        grade=grade(page.inner_text(".atlas-answer"), names),
    )


def names_of(panel: Path) -> list[str]:
    """Names that count as one short word: of the place, its areas, schools and providers."""
    place = load_panel(panel / "protected")
    columns = [place.tracts[name] for name in ("neighbourhood", "county_name")]
    columns += [place.schools["name"], place.providers["name"]]
    known = {str(name) for column in columns for name in column.dropna().unique() if name}
    return [place.area.name, *sorted(known)]
