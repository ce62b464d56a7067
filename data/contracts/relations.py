"""Rules between the tables of a panel: every id that a table names is known to another."""

from collections.abc import Iterable

import pandas as pd

from data.contracts.check import ContractError

EXAMPLES = 5


def check_relations(tables: dict[str, pd.DataFrame], source_ids: Iterable[str]) -> None:
    """Check the ids that tables share.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Tables by name, each already valid by itself.
    source_ids : iterable of str
        Ids of the panel's sources.

    Raises
    ------
    ContractError
        Listing every broken relation at once.
    """
    schools, tracts = tables["schools"].index, tables["tracts"].index
    sources = pd.Index(list(source_ids))
    wanted = [
        ("absence", "school_id", schools, "schools", "add a row for each to the schools table"),
        ("school_drivers", "school_id", schools, "schools", "drop them in the place's recipe"),
        ("schools", "geoid", tracts, "tracts", "locate the schools in this area's tracts"),
        ("catchment", "school_id", schools, "schools", "rebuild the join"),
        ("zones", "school_id", schools, "schools", "leave the name out"),
        ("catchment", "geoid", tracts, "tracts", "rebuild the join"),
        ("drivers", "geoid", tracts, "tracts", "drop rows outside the area, check the vintage"),
        ("absence", "source", sources, "sources", "list the source in the place"),
        ("drivers", "source", sources, "sources", "list the source in the place"),
        ("school_drivers", "source", sources, "sources", "list the source in the place"),
        ("providers", "source", sources, "sources", "list the source in the place"),
    ]
    told = (_unknown(tables, *each) for each in wanted)
    breaches = [each for each in told if each is not None]
    if breaches:
        raise ContractError("panel", breaches)


def _unknown(
    tables: dict[str, pd.DataFrame], table: str, column: str, known: pd.Index, where: str, do: str
) -> str | None:
    ids = tables[table][column].dropna()
    strange = ids[~ids.isin(known)]
    if strange.empty:
        return None
    names = strange.drop_duplicates()
    examples = ", ".join(names[:EXAMPLES]) + (", ..." if len(names) > EXAMPLES else "")
    count = f"{len(strange):,} of {len(tables[table]):,} rows"
    return f"{table}.{column}: {count} name an id that {where} lacks: {examples}; {do}"
