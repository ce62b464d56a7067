"""States with their codes, and which one the files speak of.

No projection stands here: `geo.areas.crs.place_system` derives it from the outlines.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

FEW = 3
MOSTLY = 0.8
FIPS: Mapping[str, str] = MappingProxyType(
    {
        **{"01": "Alabama", "02": "Alaska", "04": "Arizona", "05": "Arkansas", "06": "California"},
        **{"08": "Colorado", "09": "Connecticut", "10": "Delaware", "11": "District of Columbia"},
        **{"12": "Florida", "13": "Georgia", "15": "Hawaii", "16": "Idaho", "17": "Illinois"},
        **{"18": "Indiana", "19": "Iowa", "20": "Kansas", "21": "Kentucky", "22": "Louisiana"},
        **{"23": "Maine", "24": "Maryland", "25": "Massachusetts", "26": "Michigan"},
        **{"27": "Minnesota", "28": "Mississippi", "29": "Missouri", "30": "Montana"},
        **{"31": "Nebraska", "32": "Nevada", "33": "New Hampshire", "34": "New Jersey"},
        **{"35": "New Mexico", "36": "New York", "37": "North Carolina", "38": "North Dakota"},
        **{"39": "Ohio", "40": "Oklahoma", "41": "Oregon", "42": "Pennsylvania"},
        **{"44": "Rhode Island", "45": "South Carolina", "46": "South Dakota", "47": "Tennessee"},
        **{"48": "Texas", "49": "Utah", "50": "Vermont", "51": "Virginia", "53": "Washington"},
        **{"54": "West Virginia", "55": "Wisconsin", "56": "Wyoming", "72": "Puerto Rico"},
    }
)
CODES: Mapping[str, str] = MappingProxyType({name: code for code, name in FIPS.items()})

_LETTERS = (
    "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVA"
    "WAWVWIWYPR"
)
SHORT: Mapping[str, str] = MappingProxyType(
    {name: _LETTERS[2 * at : 2 * at + 2] for at, name in enumerate(FIPS.values())}
)
"""States by name to their two letters, in the order of their codes."""


def word_for(state: str, words: Iterable[str]) -> str:
    """Give the word of a column of states that means one: name, letters or code; "" for none.

    Examples
    --------
    >>> word_for("Ohio", ["OH", "PA", "WV", "IN"]), word_for("Ohio", ["Athens", "Ohio", "Lima"])
    ('OH', '')
    """
    known = {*FIPS, *FIPS.values(), *SHORT.values()}
    every = [word for word in words if word]
    states = [word for word in every if word in known or word.title() in known]
    if len(every) < FEW or len(states) < MOSTLY * len(every):
        return ""
    own = {state, state.upper(), SHORT.get(state, ""), CODES.get(state, "")}
    return next((word for word in states if word in own), "")


def state_of(geoids: Iterable[str]) -> str:
    """Give the state of tract ids, by name: that of most of them; "" when none is known.

    Examples
    --------
    >>> state_of(["41001950100", "41001950200", "53001950100"])
    'Oregon'
    """
    codes = [str(each).split("US")[-1][:2] for each in geoids]
    return FIPS.get(max(set(codes), key=codes.count), "") if codes else ""
