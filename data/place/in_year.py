"""Where a place's figures of the school year under way come from."""

from typing import Literal

import pydantic.dataclasses
from pydantic import Field, StrictInt

from data.recipe.binding import STRICT


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class InYearSettings:
    """What `python -m data.update` reads: daily figures, a feed of them, or roll-ups.

    None of it makes the panel, and a build goes well without it. Of a school's day in several
    files the last read counts: recipes in their order, then the files of the feed by their names.
    """

    recipes: tuple[str, ...] = Field(
        default=(),
        description="Recipes of the table `daily`, each a file; one from the network is fetched "
        "again at each update.",
        examples=[["nyc_daily_attendance"]],
    )
    feed: str = Field(
        default="",
        description="Recipe of the table `daily` by which each file of `folder` is read, or what "
        "its `url` gives at each update; every edition that was fetched is kept.",
        examples=["nyc_daily_feed"],
    )
    folder: str = Field(
        default="",
        description="Folder that is watched for new files, inside the mirror folder or on this "
        "machine. A file that cannot be read is left out and doubted. Without it `feed` is "
        "fetched.",
        examples=["nyc/daily/xml"],
    )
    rollups: tuple[str, ...] = Field(
        default=(),
        description="Folders that `python -m data.rollup` wrote, one a school year, inside the "
        "mirror folder or on this machine: their figures went through the gate there.",
        examples=[["rollup/2024-25", "rollup/2025-26"]],
    )
    every: Literal["day", "week", "month"] = Field(
        default="day", description="How often there is a new edition.", examples=["day"]
    )
    lag_days: StrictInt = Field(
        default=1,
        description="Weekdays after which the publisher has promised the figures of a day; later "
        "than that the page says so.",
        examples=[2],
    )

    def __bool__(self) -> bool:
        """Whether the place has such figures at all."""
        return bool(self.recipes or self.feed or self.rollups)

    def problem(self) -> str:
        """Say what contradicts itself; "" when nothing does."""
        if self.folder and not self.feed:
            return "folder: name in feed the recipe by which its files are read"
        if self.lag_days < 0:
            return "lag_days: write 0 or more"
        return ""
