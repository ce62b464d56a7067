"""Schools that a file knows by name alone: matched by name within the district, never guessed."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from data.intake.draft import Draft, joined_ids
from data.intake.interview import Interview, Question

MOST_ASKED = 60
SHORT = {
    **{"elem": "elementary", "el": "elementary", "es": "elementary", "primary": "elementary"},
    **{"ms": "middle", "mid": "middle", "int": "intermediate", "hs": "high", "sr": "senior"},
    **{"jr": "junior", "acad": "academy", "ctr": "center", "centre": "center", "st": "saint"},
    **{"mt": "mount", "ft": "fort", "tech": "technical", "twp": "township", "co": "county"},
}
EMPTY = frozenset({"school", "schools", "the", "of", "public", "district", "division", "county"})
EMPTY |= {"unified", "city", "sd", "isd", "usd", "at", "and", "for", "parish", "boro", "borough"}


def plain_name(name: str) -> str:
    """Write a name as it is compared: small words, short forms spelt out, "school" left out.

    Examples
    --------
    >>> plain_name("St. Mary's Elem. School"), plain_name("Oak High School")
    ('elementary marys saint', 'high oak')
    """
    text = re.sub(r"['’`]", "", name.lower())
    words = [SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", text)]
    kept = [word for word in words if word not in EMPTY]
    return " ".join(sorted(kept or words))


def matched_by_name(draft: Draft, lists: Sequence[Draft], interview: Interview) -> Draft:
    """Give the schools of a file the ids that lists of schools know them by.

    A name that one listed school has (in the district, where both files tell it) is taken; one
    that several have is asked; the others keep their name as id.
    """
    listed = pd.concat([_listed(each) for each in lists]) if lists else None
    if listed is None or listed.empty:
        return draft
    own = _own(draft)
    districts = bool(own["district"].ne("").all() and listed["district"].ne("").all())
    keys = ["plain", "district"] if districts else ["plain"]
    listed = listed.drop_duplicates([*keys, "school_id"])
    groups = {key if isinstance(key, tuple) else (key,): rows for key, rows in listed.groupby(keys)}
    found: dict[str, str] = {}
    several: dict[str, pd.DataFrame] = {}
    for row in own.itertuples():
        rows = groups.get(tuple(getattr(row, key) for key in keys))
        if rows is not None and len(rows) == 1:
            found[str(row.school_id)] = str(rows["school_id"].iloc[0])
        elif rows is not None:
            several[str(row.school_id)] = rows
    found = _once(found)
    found |= _asked(draft, several, interview)
    _told(draft, interview, own, found)
    identifier = replace(draft.recipe.identifier, ids=dict(sorted(found.items())))
    return replace(draft, recipe=replace(draft.recipe, identifier=identifier))


def _own(draft: Draft) -> pd.DataFrame:
    """Give each school of the file once: its id as the recipe makes it, name and district."""
    identifier = draft.recipe.identifier
    name = draft.recipe.columns["school_id"].column
    cells = draft.cells[[name, *identifier.also]].drop_duplicates()
    ids = joined_ids(cells, [name, *identifier.also], identifier)
    district = cells[identifier.also[0]] if identifier.also else pd.Series("", index=cells.index)
    return pd.DataFrame(
        {"school_id": ids, "plain": cells[name].map(plain_name), "district": _district(district)}
    ).drop_duplicates()


def _listed(draft: Draft) -> pd.DataFrame:
    """Give each school of a list: its id, name and district."""
    columns, identifier = draft.recipe.columns, draft.recipe.identifier
    headers = [columns["school_id"].column, *identifier.also]
    cells = draft.cells
    ids = joined_ids(cells, headers, identifier)
    district = (
        cells[columns["district"].column]
        if "district" in columns
        else pd.Series("", index=cells.index)
    )
    names = cells[columns["name"].column]
    table = pd.DataFrame(
        {"school_id": ids, "plain": names.map(plain_name), "district": _district(district)}
    )
    return table.assign(name=names)


def _district(names: pd.Series) -> pd.Series:
    return names.map(plain_name)


def _once(found: dict[str, str]) -> dict[str, str]:
    """Leave out listed schools that several names would be."""
    taken = list(found.values())
    return {own: other for own, other in found.items() if taken.count(other) == 1}


def _asked(draft: Draft, several: dict[str, pd.DataFrame], interview: Interview) -> dict[str, str]:
    """Ask which of several schools of one name is meant."""
    said = {}
    for name, rows in list(several.items())[:MOST_ASKED]:
        called = ", ".join(rows["name"] + " " + rows["school_id"])
        asked = Question(
            ("files", draft.table.name, "same", name),
            f"Which listed school is {name!r} of {draft.table.name}?",
            "",
            f"{len(rows)} listed schools are called so: {called}.",
            tuple(rows["school_id"]),
            sure=False,
        )
        if answer := interview.text(asked):
            said[name] = answer
    return said


def _told(draft: Draft, interview: Interview, own: pd.DataFrame, found: dict[str, str]) -> None:
    lacking = [name for name in own["school_id"] if name not in found]
    some = f" Not found: {', '.join(lacking[:5])}." if lacking else ""
    interview.ask(
        Question(
            ("files", draft.table.name, "by_name"),
            f"{draft.table.name} knows schools by their names alone.",
            "matched by name",
            f"{len(found):,} of {len(own):,} are listed under the same name in the same"
            f" district.{some}",
            ("matched by name",),
        )
    )
