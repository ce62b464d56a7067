"""Tables whose tracts do not belong together are refused, with the likely cause."""

from collections.abc import Collection, Mapping

import pandas as pd

from geo.areas.geoid import connecticut_counties, detect_vintage

UNMATCHED_LIMIT = 0.02
_NAMED = 5


def refuse_unlike_ids(
    ids: pd.Series,
    known: Collection[str],
    *,
    references: Mapping[int, Collection[str]] | None = None,
) -> None:
    """Refuse a table whose tracts are not those it is to be joined to, and say why.

    Parameters
    ----------
    ids : Series of str
        Tract ids of the table; missing ones do not count.
    known : collection of str
        Tract ids to be joined to.
    references : mapping from census year to collection of str, optional
        Ids of each vintage in the same area.

    Raises
    ------
    ValueError
        More than 2 % of the ids are unknown: how many, the first of them, and the likely cause.

    Examples
    --------
    >>> refuse_unlike_ids(pd.Series(["a", "b"]), ["a", "c"], references={2010: ["a", "b"]}
    ... )  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: 1 of 2 tracts are not among the 2 known, first b. The ids are those of 2010: ...
    """
    wanted = pd.Series(ids.dropna().unique(), dtype="str")
    strange = wanted[~wanted.isin(list(known))]
    if len(strange) > UNMATCHED_LIMIT * len(wanted):
        raise ValueError(
            f"{len(strange):,} of {len(wanted):,} tracts are not among the {len(known):,} known, "
            f"first {', '.join(strange[:_NAMED])}. {cause(wanted, known, references or {})}"
        )


def cause(
    ids: pd.Series,
    known: Collection[str],
    references: Mapping[int, Collection[str]] | None = None,
) -> str:
    """Name the likely reason why tract ids are not among the known ones.

    Parameters
    ----------
    ids : Series of str
        Tract ids.
    known : collection of str
        Those they should be among.
    references : mapping from census year to collection of str, optional
        Ids of each vintage.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> cause(pd.Series(["36005000100"]), ["09001010101"])
    'They are of state 36, wanted is 09.'
    """
    own, other = connecticut_counties(ids), connecticut_counties(pd.Series(list(known)))
    if "none" not in (own, other) and own != other:
        return (
            "Connecticut: one side uses the planning regions of 2022 (09110 ...), the other the "
            "former counties (09001 ...): convert with a crosswalk."
        )
    vintage = detect_vintage(ids, references or {}).vintage
    if vintage is not None:
        return (
            f"The ids are those of {vintage}: convert them first (geo.crosswalk.build_crosswalk)."
        )
    for what, digits in (("state", 2), ("county", 5)):
        given, wanted = ({str(each)[:digits] for each in side} for side in (ids, known))
        if not given & wanted:
            return (
                f"They are of {what} {', '.join(sorted(given)[:_NAMED])}, wanted is "
                f"{', '.join(sorted(wanted)[:_NAMED])}."
            )
    return "They are most likely tracts of another census year (2010, 2020): use a crosswalk."
