"""Which place holds which: schools stand in neighbourhoods, these in counties, all in the whole."""

from __future__ import annotations

import pandas as pd

from data.panel import Panel
from data.views.districts import areas_in
from data.views.neighbourhoods import counties, neighbourhoods
from data.voices.release import WHOLE


def parents(panel: Panel) -> dict[str, str]:
    """Give the place that holds each place, by key: "school:X" to "neighbourhood:Y" and so on.

    A place without one of its own is held by the whole place; so is a district, whose schools stand
    in neighbourhoods of several.

    Parameters
    ----------
    panel : Panel
    """
    named = areas_in(panel)
    above = _county_of(panel)
    found = {
        f"{kind}:{name}": above.get(name, WHOLE) if kind == "neighbourhood" else WHOLE
        for name, kind in named.items()
    }
    own = panel.area.reports
    county = counties(panel.tracts)
    places = zip(panel.schools["neighbourhood"], panel.schools["geoid"], strict=True)
    for school, (area, tract) in zip(panel.schools.index, places, strict=True):
        holder = f"neighbourhood:{area}" if named.get(str(area)) == "neighbourhood" else ""
        around = str(county.get(tract, "")) if pd.notna(tract) else ""
        holder = holder or (f"county:{around}" if named.get(around) == "county" else "")
        found[f"{own}:{school}"] = holder or WHOLE
    return found


def _county_of(panel: Panel) -> dict[str, str]:
    """Give the county of each neighbourhood, where all its tracts lie in one that has a name."""
    units, around = neighbourhoods(panel.tracts), counties(panel.tracts)
    named = areas_in(panel)
    own = pd.DataFrame({"unit": units, "county": around}).dropna().drop_duplicates()
    own = own[~own["unit"].duplicated(keep=False)]
    return {
        str(unit): f"county:{county}"
        for unit, county in zip(own["unit"], own["county"], strict=True)
        if named.get(str(county)) == "county"
    }
