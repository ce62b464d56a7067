"""Why a school year is shown, and what is newer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from data.store.manifest import DefinitionBreak
from ui.languages import mark, text

_LATEST = mark("{year} is the latest year with counts of absence here; none is newer.")
_LATEST_UNUSUAL = mark(
    "{year} is the latest year with counts of absence here, though an unusual one; none is newer."
)


def why_this_year(
    chosen: str,
    default: str,
    known: Sequence[str],
    unusual: Collection[str],
    breaks: Sequence[DefinitionBreak],
) -> str:
    """Say why a school year is shown, which are newer, and why those are not shown first.

    Parameters
    ----------
    chosen, default : str
        School year on screen, and the one a newcomer sees.
    known : sequence of str
        School years with a figure, in any order.
    unusual : collection of str
        School years cut short or remote.
    breaks : sequence of DefinitionBreak
        Years from which on figures are not comparable.
    """
    if not known:
        return ""
    latest, newer = max(known), sorted(year for year in known if year > chosen)
    if chosen == latest:
        if chosen in unusual:
            return text(_LATEST_UNUSUAL, year=chosen)
        return text(_LATEST, year=chosen)
    listed = _listing(newer)
    if chosen != default:
        one = mark("{newer} is newer than {year}; {first} is shown first.")
        more = mark("{newer} are newer than {year}; {first} is shown first.")
        said = one if len(newer) == 1 else more
        return text(said, newer=listed, year=chosen, first=default)
    one = mark("{year} is shown first, though {newer} has counts too{why}.")
    more = mark("{year} is shown first, though {newer} have counts too{why}.")
    why = _why(newer, unusual, breaks)
    return text(one if len(newer) == 1 else more, year=chosen, newer=listed, why=why)


def _why(newer: Sequence[str], unusual: Collection[str], breaks: Sequence[DefinitionBreak]) -> str:
    """Give the reason why newer years are not shown first, where the place knows one."""
    if set(newer) <= set(unusual):
        return text(": unusual, cut short or remote")
    changed = next((each.school_year for each in breaks if each.school_year in newer), "")
    if changed:
        return text(": from {year} on absence is counted in another way", year=changed)
    return text(": the place's settings say so")


def _listing(years: Sequence[str]) -> str:
    """List years, or the first and last of more than two."""
    if len(years) < 2:
        return years[0]
    between = mark("{first} and {last}") if len(years) == 2 else mark("{first} to {last}")
    return text(between, first=years[0], last=years[-1])
