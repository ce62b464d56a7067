"""Write what an intake settled: a folder with place, recipes and files, always the same bytes."""

import shutil
from pathlib import Path

from data.intake.place import Intake
from data.recipe.binding import dump
from data.recipe.checks import parse_recipe, to_toml

PLACES, RECIPES, FILES = "places", "recipes", "files"


def toml_files(intake: Intake) -> dict[str, str]:
    """Give the TOML files of a place by their path in the folder; each is checked.

    Raises
    ------
    TomlError
        A recipe does not say what it must.
    """
    texts = {f"{PLACES}/{intake.place.slug}.toml": dump(intake.place)}
    for recipe in intake.recipes:
        text = to_toml(recipe)
        parse_recipe(text, f"{recipe.id}.toml")
        texts[f"{RECIPES}/{recipe.id}.toml"] = text
    return texts


def write_texts(intake: Intake, folder: Path) -> None:
    """Write the TOML files of a place into a folder."""
    for path, text in toml_files(intake).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def write_folder(intake: Intake, folder: Path) -> None:
    """Write place, recipes and the files they read into a folder; what is there is replaced.

    Raises
    ------
    DataError
        A doubtful question has no answer: nothing is written.
    """
    intake.interview.refuse_open()
    write_texts(intake, folder)
    for path, source in intake.files.items():
        target = folder / FILES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)
