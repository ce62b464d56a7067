"""New York City's goals, back-tested: fitted on 2013-14 to 2021-22, judged on 2022-23 to 2024-25.

`python -m bench.goals` prints, for the city, its districts, neighbourhoods and schools, how often
the rate that came lay in the 90 % interval, and how often goals with a stated chance were met. All
units share what a year does to the whole city: three years are few, however many units there are.
"""

import os
from pathlib import Path

import pandas as pd

from analytics.goals import calibration, halving
from data.panel import load_panel
from data.views.goals import back_test, goal_history
from data.views.joins import joined
from data.views.units import unit_parts

LAST = "2021-22"
UNITS = ("place", "district", "neighbourhood", "school")


def backtested(unit: str) -> pd.DataFrame:
    """Back-test one kind of unit."""
    home = Path(os.environ["ATLAS_HOME"])
    panel = load_panel(home / "panels" / "nyc" / "protected")
    shares = joined(panel, panel.parameters["catchment"]["method"]).table
    parts = unit_parts(panel, unit, shares)
    past = goal_history(panel, "all", parts, until=LAST)
    return back_test(past, goal_history(panel, "all", parts), halving)


def main() -> None:
    """Print the calibration."""
    for unit in UNITS:
        table = backtested(unit)
        inside = table["rate"].between(table["low"], table["high"])
        by_year = table.assign(inside=inside).groupby("ahead")
        means = by_year[["inside", "rate", "middle", "low", "high", "chance", "met"]].mean()
        found = calibration(table["chance"], table["met"])
        print(f"\n{unit}: {table['unit'].nunique()} units, {len(table)} unit-years")
        print(means.round(3).to_string())
        print(f"Brier {found.brier:.4f}, of the base rate {found.of_base_rate:.4f}")
        print(found.table.round(3).to_string())


if __name__ == "__main__":
    main()
