"""How many of a set of analyses flag each area.

k of m is a measure of robustness, not of evidence. The analyses look at the same schools, so they
agree far more often than independent tests would: 20 of 24 is not twenty confirmations, and no
p-value can be made of k. What it does tell: an area that one analysis alone flags owes that to the
choice of method, neighbours or join, and an area that nearly all flag does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.inputs import Bools

FLAGS = ("hot", "cold", "none")
"""What an analysis says of an area; missing where it could not test the area."""

AGREEMENT = (
    "hot in most",
    "hot in some",
    "hot in one only",
    "not flagged",
    "cold in one only",
    "cold in some",
    "cold in most",
    "hot and cold",
    "not shown",
)
"""Classes of `agreement`, in legend order: see `consensus`."""

MOST = 0.5
PARTS = ("method", "weights", "catchment")
"""What an analysis is made of."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """What a set of analyses says of each area.

    Attributes
    ----------
    areas
        One row an area: `hot`, `cold` (analyses that flag it so), `of` (analyses that tested it),
        `side` ("hot", "cold", "both" or ""), `flagged` (k: the larger of hot and cold), `share`
        (k / of), `only` (the analysis, when one alone flags it, else ""), `analyses` (names of
        those that flag it, joined by "; ") and `agreement` (one of `AGREEMENT`).
    flags
        Areas x analyses: "hot", "cold", "none", or missing where not tested.
    analyses
        One row an analysis, in the order of the columns of `flags`: `method, weights, catchment`
        (empty for an analysis that was added), `tested`, `hot`, `cold` areas and `draws` (most
        draws of any area; 0 for one that was added).
    alpha
        False-discovery level at which an analysis flags an area.
    most
        Share of analyses from which on it is "most".
    """

    areas: pd.DataFrame
    flags: pd.DataFrame
    analyses: pd.DataFrame
    alpha: float
    most: float

    def flagged_by(self, side: str, **parts: str) -> pd.Series:
        """Tell which areas at least one of some analyses flags.

        Parameters
        ----------
        side
            "hot" or "cold".
        **parts
            Values that the analyses must have: `method`, `weights` or `catchment`.

        Returns
        -------
        pandas.Series
            Booleans by area.

        Raises
        ------
        ValueError
            An unknown part, or no analysis like that.
        """
        wrong = [part for part in parts if part not in PARTS]
        if wrong:
            raise ValueError(f"unknown part {wrong[0]!r}; known: {', '.join(PARTS)}")
        chosen = np.logical_and.reduce(
            [self.analyses[part].eq(value) for part, value in parts.items()]
            or [np.ones(len(self.analyses), dtype=np.bool_)]
        )
        if not chosen.any():
            raise ValueError(f"none of the {len(self.analyses)} analyses has {parts}")
        return self.flags.loc[:, chosen].eq(side).fillna(value=False).any(axis=1)

    def with_analysis(self, name: str, flags: pd.Series) -> Consensus:
        """Add an analysis made elsewhere, such as a scan or an exceedance map.

        Parameters
        ----------
        name
            Its name, not yet in use.
        flags
            "hot", "cold" or "none" by area; an area it does not name was not tested.

        Returns
        -------
        Consensus
            With one more analysis; this one stays as it is.

        Raises
        ------
        ValueError
            A name in use, unknown areas or unknown flags.
        """
        if name in self.flags:
            raise ValueError(f"analysis {name!r} is already there; give the new one another name")
        unknown = flags.index.difference(self.flags.index)
        if len(unknown):
            raise ValueError(f"{len(unknown)} areas are not in the consensus: {unknown[0]!r} first")
        wider = self.flags.assign(**{name: flags.reindex(self.flags.index)})
        return consensus(wider, self.analyses, alpha=self.alpha, most=self.most)


def consensus(
    flags: pd.DataFrame,
    analyses: pd.DataFrame | None = None,
    *,
    alpha: float = 0.05,
    most: float = MOST,
) -> Consensus:
    """Count in how many analyses each area is flagged.

    The side with more flags leads. "Most" is at least two analyses and at least the share `most` of
    those that tested the area; "some" is at least two; one is "one only", also where a single
    analysis tested the area, for one choice cannot show that choices do not matter. As many hot as
    cold flags is "hot and cold". An area that no analysis tested is "not shown".

    Parameters
    ----------
    flags
        Areas x analyses: "hot", "cold", "none", or missing where not tested.
    analyses
        What is known of them, by name: `method, weights, catchment, draws`.
    alpha
        False-discovery level of the flags, kept for the record.
    most
        Share of the analyses that tested an area from which on it is "most", in (0, 1].

    Returns
    -------
    Consensus
        Same areas, same order.

    Raises
    ------
    ValueError
        No analysis, repeated areas or names, a flag that is none of `FLAGS`, or a share outside
        (0, 1].

    Examples
    --------
    >>> said = {"one": ["hot", "hot", "none", None], "two": ["hot", "none", "cold", None]}
    >>> found = consensus(pd.DataFrame(said, index=list("abcd")))
    >>> found.areas["agreement"].tolist()
    ['hot in most', 'hot in one only', 'cold in one only', 'not shown']
    >>> found.areas["only"].tolist()
    ['', 'one', 'two', '']
    """
    _check(flags, most)
    hot, cold = (_said(flags, side) for side in ("hot", "cold"))
    of = flags.notna().to_numpy()
    table = pd.DataFrame(
        {"hot": hot.sum(axis=1), "cold": cold.sum(axis=1), "of": of.sum(axis=1)}, flags.index
    )
    table["side"] = _sides(table)
    leading = np.where((table["side"] == "cold").to_numpy()[:, None], cold, hot)
    leading |= (table["side"] == "both").to_numpy()[:, None] & cold
    table["flagged"] = table[["hot", "cold"]].max(axis=1)
    table["share"] = table["flagged"] / table["of"].where(table["of"] > 0)
    names = np.asarray(flags.columns, dtype=object)
    said = pd.Series(["; ".join(names[row]) for row in leading], flags.index, dtype="str")
    table["only"] = said.where((table["flagged"] == 1) & (table["side"] != "both"), "")
    table["analyses"] = said
    table["agreement"] = _agreement(table, most)
    return Consensus(table, flags, _described(flags, analyses), alpha, most)


def _check(flags: pd.DataFrame, most: float) -> None:
    """Refuse flags that cannot be counted."""
    if flags.shape[1] == 0:
        raise ValueError("no analysis was given; give at least one column of flags")
    for labels, what in ((flags.index, "areas"), (flags.columns, "analyses")):
        repeated = labels[labels.duplicated()]
        if len(repeated):
            raise ValueError(f"{len(repeated)} {what} are repeated, {repeated[0]!r} first")
    wrong = (flags.notna() & ~flags.isin(FLAGS)).to_numpy()
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"{int(wrong.sum())} flags are none of {', '.join(FLAGS)}; the first is "
            f"{flags.iloc[row, column]!r} of {flags.columns[column]!r} at {flags.index[row]!r}"
        )
    if not 0 < most <= 1:
        raise ValueError(f"most must lie in (0, 1], not {most}")


def _said(flags: pd.DataFrame, side: str) -> Bools:
    """Tell which analyses flag which area on one side."""
    said: Bools = flags.eq(side).fillna(value=False).to_numpy(dtype=np.bool_)
    return said


def _sides(table: pd.DataFrame) -> pd.Series:
    """Name the side that more analyses take."""
    hot, cold = table["hot"], table["cold"]
    rules = [hot > cold, cold > hot, hot > 0]
    words = np.select(rules, ["hot", "cold", "both"], default="")
    return pd.Series(words, table.index, dtype="str")


def _agreement(table: pd.DataFrame, most: float) -> pd.Series:
    """Put areas into classes of agreement."""
    side, k = table["side"], table["flagged"]
    extent = np.select([k == 1, table["share"] >= most], ["one only", "most"], default="some")
    rules = [table["of"] == 0, side == "", side == "both"]
    leading = (side + " in ").str.cat(pd.Series(extent, table.index, dtype="str"))
    words = np.select(rules, ["not shown", "not flagged", "hot and cold"], default=leading)
    return pd.Series(words, table.index, dtype="str")


def _described(flags: pd.DataFrame, known: pd.DataFrame | None) -> pd.DataFrame:
    """Describe the analyses in the order of their columns."""
    columns = [*PARTS, "draws"]
    table = pd.DataFrame(columns=columns) if known is None else known[columns]
    table = table.reindex(flags.columns)
    table[list(PARTS)] = table[list(PARTS)].astype("str").fillna("")
    table["draws"] = table["draws"].astype("Int64").fillna(0).astype(np.int64)
    return table.assign(
        tested=flags.notna().sum(), hot=flags.eq("hot").sum(), cold=flags.eq("cold").sum()
    )
