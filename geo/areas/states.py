"""Where the states lie: bounding boxes, for outlines that cannot be of the state they name."""

from collections.abc import Mapping
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.areas.crs import align
from geo.inputs import centre_xy

Box = tuple[float, float, float, float]
MARGIN_DEGREES = 0.25

STATE_BOXES: Mapping[str, Box] = MappingProxyType(
    {  # west, south, east, north in degrees, waters of the Great Lakes included
        "01": (-88.5, 30.1, -84.9, 35.1),
        "02": (-188.0, 51.1, -129.9, 71.5),  # beyond the 180th meridian
        "04": (-114.9, 31.3, -109.0, 37.1),
        "05": (-94.7, 33.0, -89.6, 36.6),
        "06": (-124.5, 32.5, -114.1, 42.1),
        "08": (-109.1, 36.9, -102.0, 41.1),
        "09": (-73.8, 40.9, -71.7, 42.1),
        "10": (-75.8, 38.4, -74.9, 39.9),
        "11": (-77.2, 38.7, -76.9, 39.0),
        "12": (-87.7, 24.3, -79.9, 31.1),
        "13": (-85.7, 30.3, -80.7, 35.1),
        "15": (-178.5, 18.8, -154.7, 28.6),
        "16": (-117.3, 41.9, -111.0, 49.1),
        "17": (-91.6, 36.9, -87.0, 42.6),
        "18": (-88.1, 37.7, -84.7, 41.8),
        "19": (-96.7, 40.3, -90.1, 43.6),
        "20": (-102.1, 36.9, -94.5, 40.1),
        "21": (-89.6, 36.4, -81.9, 39.2),
        "22": (-94.1, 28.8, -88.7, 33.1),
        "23": (-71.1, 42.9, -66.8, 47.5),
        "24": (-79.5, 37.8, -75.0, 39.8),
        "25": (-73.6, 41.1, -69.8, 43.0),
        "26": (-90.5, 41.6, -82.1, 48.4),
        "27": (-97.3, 43.4, -89.4, 49.5),
        "28": (-91.7, 30.1, -88.0, 35.1),
        "29": (-95.8, 35.9, -89.0, 40.7),
        "30": (-116.1, 44.3, -104.0, 49.1),
        "31": (-104.1, 39.9, -95.3, 43.1),
        "32": (-120.1, 34.9, -114.0, 42.1),
        "33": (-72.6, 42.6, -70.5, 45.4),
        "34": (-75.6, 38.8, -73.8, 41.4),
        "35": (-109.1, 31.3, -102.9, 37.1),
        "36": (-79.8, 40.4, -71.7, 45.1),
        "37": (-84.4, 33.7, -75.4, 36.6),
        "38": (-104.1, 45.9, -96.5, 49.1),
        "39": (-84.9, 38.3, -80.5, 42.4),
        "40": (-103.1, 33.6, -94.4, 37.1),
        "41": (-124.8, 41.9, -116.4, 46.4),
        "42": (-80.6, 39.7, -74.6, 42.6),
        "44": (-72.0, 41.0, -71.0, 42.1),
        "45": (-83.4, 32.0, -78.4, 35.3),
        "46": (-104.1, 42.4, -96.4, 46.0),
        "47": (-90.4, 34.9, -81.6, 36.7),
        "48": (-106.7, 25.8, -93.5, 36.6),
        "49": (-114.1, 36.9, -109.0, 42.1),
        "50": (-73.5, 42.7, -71.4, 45.1),
        "51": (-83.7, 36.5, -75.1, 39.5),
        "53": (-124.9, 45.5, -116.9, 49.1),
        "54": (-82.7, 37.1, -77.7, 40.7),
        "55": (-92.9, 42.4, -86.2, 47.4),
        "56": (-111.1, 40.9, -104.0, 45.1),
        "60": (-171.2, -14.7, -168.1, -11.0),
        "66": (144.5, 13.1, 145.1, 13.8),
        "69": (144.8, 14.0, 146.2, 20.7),
        "72": (-68.0, 17.8, -65.1, 18.6),
        "78": (-65.2, 17.6, -64.5, 18.5),
    }
)
"""By state code; a code without a box, such as 99 of fictional places, lies anywhere."""


def outside_state(areas: gpd.GeoDataFrame) -> pd.Index:
    """List the areas whose middle lies outside the state that their ids begin with.

    Parameters
    ----------
    areas : GeoDataFrame
        Polygons by geoid.

    Examples
    --------
    >>> from shapely import box
    >>> shapes = [box(-74, 40.6, -73.9, 40.7), box(-87.7, 41.8, -87.6, 41.9)]
    >>> outside_state(gpd.GeoDataFrame(
    ...     index=["36047000100", "36047000200"], geometry=shapes, crs=4326)).tolist()
    ['36047000200']
    """
    x, y = centre_xy(align(areas.geometry, 4326, "outlines")).T
    state = areas.index.astype("str").str[:2]
    anywhere = (-np.inf, -np.inf, np.inf, np.inf)
    boxes = np.array([STATE_BOXES.get(code, anywhere) for code in state]).reshape(-1, 4)
    west, south, east, north = boxes.T
    beyond = np.where((west < -180) & (x > 0), x - 360, x)
    margin = MARGIN_DEGREES
    inside = (beyond >= west - margin) & (beyond <= east + margin)
    inside &= (y >= south - margin) & (y <= north + margin)
    return areas.index[~(inside | np.isnan(x))]
