"""Why a school year is shown, and what is newer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from data.store.manifest import DefinitionBreak


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
        mark = ", though an unusual one" if chosen in unusual else ""
        return f"{chosen} is the latest year with counts of absence here{mark}; none is newer."
    listed = _listing(newer)
    if chosen != default:
        verb = "is" if len(newer) == 1 else "are"
        return f"{listed} {verb} newer than {chosen}; {default} is shown first."
    has = "has" if len(newer) == 1 else "have"
    why = _why(newer, unusual, breaks)
    return f"{chosen} is shown first, though {listed} {has} counts too{why}."


def _why(newer: Sequence[str], unusual: Collection[str], breaks: Sequence[DefinitionBreak]) -> str:
    """Give the reason why newer years are not shown first, where the place knows one."""
    if set(newer) <= set(unusual):
        return ": unusual, cut short or remote"
    changed = next((each.school_year for each in breaks if each.school_year in newer), "")
    if changed:
        return f": from {changed} on absence is counted in another way"
    return ": the place's settings say so"


def _listing(years: Sequence[str]) -> str:
    """List years, or the first and last of more than two."""
    return " and ".join(years) if len(years) < 3 else f"{years[0]} to {years[-1]}"
