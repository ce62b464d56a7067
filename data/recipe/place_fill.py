"""What a place fills into recipes that serve every state: its name, code and state."""

import re
from collections.abc import Mapping
from dataclasses import replace

from data.place.parts import PlaceFile
from data.recipe.layouts import measures_taken
from data.recipe.parts import Recipe
from data.recipe.toml_text import TomlError

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def filled(recipe: Recipe, place: PlaceFile) -> Recipe:
    """Fill a place's words into a recipe's url, mirror, title, pattern of ids and filters.

    Parameters
    ----------
    recipe : Recipe
        With {place}, {state_fips}, {state} (without blanks), {state_name} and, in the url,
        {variables} (the lines of census tables that its measures read); {layout} in the title
        stays until the file is seen.
    place : PlaceFile

    Raises
    ------
    TomlError
        Another placeholder, named.
    """
    words = {
        "place": place.slug,
        "state_fips": place.state_fips,
        "state": "".join(place.state.split()),
        "state_name": place.state,
    }
    pattern = _filled(recipe, recipe.identifier.pattern, words)
    filters = tuple(
        replace(each, regex=_filled(recipe, each.regex, words)) for each in recipe.filters
    )
    return replace(
        recipe,
        url=_filled(recipe, recipe.url, {**words, "variables": _variables(recipe)}),
        mirror=_filled(recipe, recipe.mirror, words),
        title=_filled(recipe, recipe.title, {**words, "layout": "{layout}"}),
        identifier=replace(recipe.identifier, pattern=pattern),
        filters=filters,
    )


def _filled(recipe: Recipe, text: str, words: Mapping[str, str]) -> str:
    strange = [name for name in PLACEHOLDER.findall(text) if name not in words]
    if strange:
        known = ", ".join(f"{{{name}}}" for name in words)
        raise TomlError(f"{recipe.id}: {{{strange[0]}}} is not known here; write one of {known}")
    return PLACEHOLDER.sub(lambda found: words[found[1]], text)


def _variables(recipe: Recipe) -> str:
    """List the census lines that a recipe's measures are formed from, estimates and margins."""
    taken = [each for name in recipe.layouts for each in measures_taken(recipe, name)]
    return ",".join(dict.fromkeys(line for each in taken for line in each.lines()))
