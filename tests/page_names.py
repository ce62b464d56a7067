"""Names of the pages, as the app finds them."""

from pathlib import Path

FIRST = "overview"
EVERY = sorted(file.stem for file in (Path(__file__).parents[1] / "pages").glob("*.py"))
OF_A_PLACE = tuple(name for name in EVERY if name not in ("add_a_place", "nation"))
"""Pages of a place that has schools or districts."""
