"""The tables of a nation: counties, and the places they are parts of; stored beside its panel."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pyarrow.lib import ArrowException

from data.contracts.check import validate
from data.contracts.nation import NATION
from data.panel import Panel, PanelError
from data.store.provenance import sha256_of

HASHES = "tables_of_nation"
"""Parameter of the panel with the hash of each table's file."""


@dataclass(frozen=True, eq=False)
class Nation:
    """Figures of a nation.

    Attributes
    ----------
    counties, states : DataFrame
        As in `data.contracts.nation`: every county in every year, and the totals of every part.
    """

    counties: pd.DataFrame = field(repr=False)
    states: pd.DataFrame = field(repr=False)


def is_nation(panel: Panel) -> bool:
    """Say whether a panel is that of a nation."""
    return panel.area.reports == "county"


def write_tables(nation: Nation, folder: Path) -> dict[str, str]:
    """Write the tables into the folder of a protected panel; gives the hash of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NATION:
        getattr(nation, name).to_parquet(_file(folder, name), index=False)
    return {name: sha256_of(_file(folder, name)) for name in NATION}


def load_nation(panel: Panel, folder: Path) -> Nation:
    """Read the figures of a nation.

    Parameters
    ----------
    panel : Panel
        Its protected panel, which names the files' hashes.
    folder : Path
        Where that panel was read from.

    Raises
    ------
    PanelError
        A file is missing or damaged.
    """
    return Nation(**{name: _read(panel, folder, name) for name in NATION})


def checked(nation: Nation) -> Nation:
    """Check both tables against their contracts.

    Raises
    ------
    ContractError
        Listing every breach.
    """
    return Nation(**{name: validate(name, getattr(nation, name)) for name in NATION})


def _read(panel: Panel, folder: Path, name: str) -> pd.DataFrame:
    path, remedy = _file(folder, name), f"build it again: python -m data.build {panel.area.slug}"
    try:
        if sha256_of(path) == panel.parameters[HASHES][name]:
            return pd.read_parquet(path)
    except (OSError, KeyError, ValueError, ArrowException) as error:
        raise PanelError(f"{path.name} cannot be read ({error}); {remedy}") from error
    raise PanelError(f"{path.name} is damaged; {remedy}")


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"
