"""One recipe for several school years that stand apart, each in a file, sheet or column."""

from dataclasses import replace

from data.recipe.parts import Column
from data.recipe.recipe import Recipe


def by_year(recipe: Recipe) -> tuple[Recipe, ...]:
    """Give a recipe for each of the school years that a recipe lists, itself when it lists none.

    Each has the recipe's id with its year ("ode_attenders_2018_19"), and the year as a constant
    `school_year` unless the recipe says where else it stands.
    """
    return tuple(_of_year(recipe, year, word) for year, word in recipe.years.items()) or (recipe,)


def _of_year(recipe: Recipe, year: str, word: str) -> Recipe:
    start = int(year[:4])
    words = {"year": year, "word": word, "start": str(start), "end": str(start + 1)}

    def filled(text: str) -> str:
        for name, each in words.items():
            text = text.replace(f"{{{name}}}", each)
        return text

    layout = replace(
        recipe.format,
        sheet=filled(recipe.format.sheet),
        member=filled(recipe.format.member),
        fill_down=tuple(map(filled, recipe.format.fill_down)),
    )
    columns = {
        name: replace(
            column,
            column=filled(column.column),
            words=filled(column.words),
            plus=tuple(map(filled, column.plus)),
            constant=filled(column.constant),
        )
        for name, column in recipe.columns.items()
    }
    columns.setdefault("school_year", Column(constant=year))
    return replace(
        recipe,
        id=f"{recipe.id}_{year.replace('-', '_')}",
        url=filled(recipe.url),
        mirror=filled(recipe.mirror),
        title=filled(recipe.title),
        vintage=filled(recipe.vintage),
        format=layout,
        columns=columns,
        filters=tuple(replace(each, column=filled(each.column)) for each in recipe.filters),
        measures=tuple(
            replace(each, numerator=filled(each.numerator), denominator=filled(each.denominator))
            for each in recipe.measures
        ),
        years={},
    )
