"""Outlines of tracts that are no file of the Census Bureau: a recipe for them."""

from data.intake.content import MOSTLY
from data.intake.draft import About, choose
from data.intake.interview import Interview
from data.intake.look import RawTable
from data.intake.meaning import words_of
from data.recipe.parts import Column, Identifier
from data.recipe.recipe import Recipe

TRACT = r"(?:[0-9]*US)?[0-9]{11}(?:\.0)?"
COUNTIES = ("county", "county name", "namelsadco", "borough", "boro name", "boroname")
NEIGHBOURHOODS = ("nta name", "neighborhood", "neighbourhood", "community area", "ntaname")


def tract_ids(table: RawTable) -> str:
    """Give the column that holds the ids of tracts; "" when none does."""
    for header in table.cells.columns:
        if table.cells[header].str.strip().str.fullmatch(TRACT).mean() > MOSTLY:
            return str(header)
    return ""


def tracts_recipe(table: RawTable, interview: Interview, about: About, state_fips: str) -> Recipe:
    """Make the recipe of outlines of tracts."""
    ids = choose(interview, table, "geoid", (tract_ids(table),), "Eleven digits in each row.")
    columns = {"geoid": Column(column=ids)}
    for target, words in (("county_name", COUNTIES), ("neighbourhood", NEIGHBOURHOODS)):
        named = tuple(each for each in table.cells.columns if words_of(each) in words)
        header = choose(interview, table, target, named, "By its header.")
        if header:
            columns[target] = Column(column=header)
    parts: dict[str, object] = {
        "columns": columns,
        "identifier": Identifier(pattern=f"{state_fips}[0-9]{{9}}"),
        "vintage": "2020",
        "release": "published",
        "definition": f"Outlines of census tracts, {table.path.name}.",
    }
    return about.recipe(table, "tracts", parts)
