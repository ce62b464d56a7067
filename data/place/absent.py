"""Files that are not there, and what a place goes without: context, and conditions of districts."""

from collections.abc import Sequence
from pathlib import Path

from data.place.place import Place
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

OF_TRACTS = ("tracts", "drivers", "centres", "providers", "designations", "travel_times")
"""Tables of tracts and of what is measured in them: a place of districts can do without."""
NO_CONTEXT = "Not there: the map is drawn without it. Put the file into the mirror folder."
NO_CONDITIONS = (
    "Not there: the districts have no figures of the conditions that children live in. Put the file"
    " into the mirror folder, or build with the network."
)
ASIDE = "Left aside: outlines and children of tracts are needed to use it."


def is_optional(place: Place, recipe: Recipe) -> bool:
    """Say whether a place can be made without the file of a recipe."""
    by_district = place.area.reports == "district"
    return recipe.table == "context" or (by_district and recipe.table in OF_TRACTS)


def go_without(place: Place, absent: Sequence[str], paths: dict[str, Path], ledger: Ledger) -> None:
    """List the files that are not there, and leave aside what is of no use without them.

    Parameters
    ----------
    place : Place
    absent : sequence of str
        Recipes whose file is not there.
    paths : dict of str to Path
        Recipes to the files there are. Where outlines or children of tracts are absent, those of
        tracts are taken out.
    ledger : Ledger
    """
    slug, kinds = place.area.slug, {each.id: each.table for each in place.recipes}
    context = [name for name in absent if kinds[name] == "context"]
    ledger.record(slug, "context", "dropped", NO_CONTEXT, context)
    others = [name for name in absent if name not in context]
    ledger.record(slug, "drivers", "dropped", NO_CONDITIONS, others)
    if any(kinds[name] == "tracts" for name in others):
        aside = [name for name in list(paths) if kinds[name] in OF_TRACTS]
        for name in aside:
            paths.pop(name)
        ledger.record(slug, "drivers", "dropped", ASIDE, aside)
