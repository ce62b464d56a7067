"""What a brief says of a whole place, a neighbourhood, a group or a school, as the pages say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ui.report.stories.area import area
from ui.report.stories.group import group
from ui.report.stories.neighbourhood import neighbourhood
from ui.report.stories.school import school
from ui.report.story import Story
from ui.selection import Selection

SCOPES: Mapping[str, Callable[[Selection], Story]] = MappingProxyType(
    {"area": area, "neighbourhood": neighbourhood, "group": group, "school": school}
)
"""What a brief can be of."""
