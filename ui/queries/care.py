"""What the Why here page asks of providers of care near a hot group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from data.views import care as care_views
from data.views.hot_spots import HotSpots
from ui import queries
from ui.queries import why as queries_why
from ui.queries.place_queries import Place
from ui.selection import Selection


def has_providers(selection: Selection) -> bool:
    """Whether the place has a list of providers with places."""
    return bool(queries.panel(selection).providers.geometry.notna().any())


def nearby(found: HotSpots, selection: Selection) -> pd.DataFrame:
    """Find the providers near the chosen group, see `data.views.care.near_group`."""
    members = queries_why.members(found, selection)
    return _nearby(queries.place(selection.area), queries_why.view_of(selection), members)


def account(selection: Selection) -> Mapping[str, Any]:
    """How each measure of access was made at the build, by its id; empty when none was."""
    made: Mapping[str, Any] = queries.panel(selection).parameters.get("access") or {}
    return made


@st.cache_resource(max_entries=4, show_spinner=False)
def _tracts(key: Place) -> gpd.GeoDataFrame:
    """Tracts in metres; shared by all sessions and never written to."""
    panel = queries.panel_of(key)
    return panel.tracts.to_crs(panel.area.crs)


@st.cache_resource(max_entries=4, show_spinner=False)
def _sites(key: Place) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give providers with a place, and the nearest of each tract; shared, never written to."""
    providers = queries.panel_of(key).providers
    sites = providers[providers.geometry.notna()]
    return sites, care_views.nearest_by_tract(sites.drop(columns="supply"), _tracts(key))


@st.cache_data(max_entries=32, show_spinner=False)
def _nearby(key: Place, view: Selection, _members: pd.Index) -> pd.DataFrame:
    """Members follow from place and view."""
    del view
    sites, nearest = _sites(key)
    return care_views.near_group(sites, nearest, _tracts(key).loc[_members])
